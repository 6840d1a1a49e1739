"""Neighbouring designs: what to change in a design's files, least first, each with the verdict it was found to have."""
