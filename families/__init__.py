"""The registry's families, one file each: a file states `FAMILY`, or `build(dimension)` where the dimension is a choice."""
