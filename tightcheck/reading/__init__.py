"""From the text of design files to a `Design`: nodes with places, validated models, resolution against the registry."""
