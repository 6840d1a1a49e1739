"""Experiments that measure what the analysis claims; the package itself imports none of them."""
