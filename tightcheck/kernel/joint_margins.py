"""Whether natural parameters are in the natural domain: of one family, or of the margin of a side without interaction."""

from __future__ import annotations

from collections.abc import Sequence

from tightcheck.family import Family
from tightcheck.kernel.joint_expressions import in_domain
from tightcheck.kernel.joint_numbers import Number, Signs
from tightcheck.kernel.joint_weights import Side, rows_of


def is_natural(family: Family, etas: Sequence[Number], signs: Signs) -> bool:
    """Whether eta is in the family's natural domain."""
    return in_domain(family.natural_domain, dict(zip(family.natural_parameters, etas, strict=True)), signs)


def have_margins(side: Side, margin: Sequence[Number], signs: Signs) -> bool:
    """Whether these parameters, after a first entry for the constant, are natural for each factor of a side."""
    blocks = rows_of(side, [[entry] for entry in margin])
    return all(is_natural(z, [row[0] for row in rows], signs) for z, rows in zip(side, blocks, strict=True))


__all__ = ["have_margins", "is_natural"]
