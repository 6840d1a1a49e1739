"""The registry's families, one file each: `FAMILY`, or `build` where a dimension or the like is a choice."""
