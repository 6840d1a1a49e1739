"""What every exponential family satisfies, as functions that raise AssertionError for a family that does not."""
