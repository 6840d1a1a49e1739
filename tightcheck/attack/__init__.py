"""Attacks on a verdict: random models of the design, in numbers, each of which could refute it. None can confirm it."""
