"""W as a matrix, and the parts of it that belong to the independent factors of a side."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from tightcheck.family import Family
from tightcheck.kernel.joint_numbers import Number

Weights: TypeAlias = Sequence[Sequence[Number]]
"""W with a first row and column for the constant 1; W[0][0] does not matter. Rows belong to x, columns to z."""

Side: TypeAlias = tuple[Family, ...]
"""The independent factors of x, or of z."""


def transposed(weights: Weights) -> Weights:
    """The same with the sides exchanged."""
    return tuple(zip(*weights, strict=True))


def rows_of(xs: Side, weights: Weights) -> list[Weights]:
    """The rows of W of each factor of x."""
    found, first = [], 1
    for x in xs:
        last = first + len(x.statistics)
        found.append(weights[first:last])
        first = last
    return found


__all__ = ["Side", "Weights", "rows_of", "transposed"]
