"""The atlas: for every pair of families the joint, the set of W that makes it a density, a picture and the sources."""
