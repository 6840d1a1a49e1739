"""The support function of a family's statistics, sup_z <gamma, psi(z)>, read off how its log-partition grows.

For eta in Omega the limit of A(eta + t gamma) / t, t -> infinity, is the essential supremum of <gamma, psi>: A is the logarithm
of an integral of exp(t <gamma, psi>), and L^t norms tend to the L^infinity norm.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from functools import cache

import sympy as sp

from tightcheck.family import Family
from tightcheck.kernel.joint_elementary import power
from tightcheck.kernel.joint_exact import Exact
from tightcheck.kernel.joint_expressions import evaluate, in_domain
from tightcheck.kernel.joint_faces import outer_faces
from tightcheck.kernel.joint_finite import extreme_points
from tightcheck.kernel.joint_germs import Germ, Huge, compare, constant, lead, monomial, plus, settled
from tightcheck.kernel.joint_growth import log_partition_along
from tightcheck.kernel.joint_margins import is_natural
from tightcheck.kernel.joint_numbers import ZERO, Number, Unreached, dot, rational, total
from tightcheck.kernel.joint_sphere import is_sphere
from tightcheck.kernel.joint_weights import Side

Direction = Sequence[Number]
"""A vector of rationals in the space of the natural parameters."""

LINEAR = (1, 0, 0)
"""The key of t among germs."""
STEPS = (1, 2, 4, 16)
NUDGE = Fraction(1, 8)


@cache
def inside(family: Family) -> tuple[Fraction, ...]:
    """A rational point inside the natural domain, along minus the sum of the normals of half-spaces, or entry by entry. Raises
    Unreached."""
    for step in STEPS:
        point = [Fraction(0)] * len(family.natural_parameters)
        for face in outer_faces(family):
            slopes = [s.rational for s in face.slopes]
            if any(s is None for s in slopes):
                raise Unreached(f"the natural domain of {family.name}")
            point = [p - step * Fraction(s) for p, s in zip(point, slopes, strict=True) if s is not None]
        if is_natural(family, list(map(rational, point)), Exact()):
            return tuple(point)
    return _entry_by_entry(family)


def _entry_by_entry(family: Family) -> tuple[Fraction, ...]:
    """A point at which one condition after the other holds, each by one entry: determinants by those on their diagonals."""
    etas = family.natural_parameters
    point = dict.fromkeys(etas, Fraction(0))
    for count, condition in enumerate(family.natural_domain, start=1):
        known = family.natural_domain[:count]
        own = [eta for eta in reversed(etas) if eta in condition.free_symbols]
        moved = ({**point, eta: Fraction(way * step)} for step in STEPS for eta in own for way in (-1, 1))
        found = next((each for each in (point, *moved) if _is_inside(known, each)), None)
        if found is None:
            raise Unreached(f"a point inside the natural domain of {family.name}")
        point = found
    return tuple(point.values())


def _is_inside(conditions: tuple[sp.Basic, ...], point: Mapping[sp.Symbol, Fraction]) -> bool:
    """Whether these conditions hold at a point."""
    return in_domain(conditions, {eta: rational(value) for eta, value in point.items()}, Exact())


def largest(family: Family, direction: Direction) -> Number | None:
    """sup_z <direction, psi(z)>; None where it is infinite. Raises Unreached.

    If a ray from a point inside leaves the domain at last the supremum is infinite; otherwise A is finite on all of it.
    """
    if all(not c.terms for c in direction):
        return ZERO
    signs = Exact()
    etas = [
        plus([constant(rational(p)), monomial(1, factor=c)] if c.terms else [constant(rational(p))], signs)
        for p, c in zip(inside(family), direction, strict=True)
    ]
    values = dict(zip(family.natural_parameters, etas, strict=True))
    if not all(_holds(condition, values) for condition in family.natural_domain):
        return None
    try:
        germ = settled(log_partition_along(family, etas, signs), signs)
    except Huge:
        return None
    if germ.error is not None and compare(germ.error, LINEAR, signs) >= 0:
        raise Unreached(f"how fast the log-partition of {family.name} grows")
    if not germ.terms or compare(germ.terms[0][0], LINEAR, signs) < 0:
        return ZERO
    key, factor = germ.terms[0]
    return factor if key == LINEAR else None


def largest_of(side: Side, direction: Direction) -> Number | None:
    """The same for independent factors: the sum over them."""
    sum_, first = ZERO, 0
    for family in side:
        own = direction[first : first + len(family.natural_parameters)]
        first += len(own)
        found = _largest_on(family, own)
        if found is None:
            return None
        sum_ = sum_ + found
    return sum_


def is_bounded(family: Family) -> bool:
    """Whether the statistics are those of a finite set or of a sphere, so that all suprema are finite."""
    return family.support.is_finite or is_sphere(family)


def _largest_on(family: Family, direction: Direction) -> Number | None:
    """The largest value over finitely many points, the length on a sphere, or what the log-partition says."""
    if is_sphere(family):
        square = total(d * d for d in direction)
        return power(square, Fraction(1, 2), Exact()) if square.terms else ZERO
    if not family.support.is_finite:
        return largest(family, direction)
    values = [dot(direction, point) for point in extreme_points(family)]
    return max(values, key=lambda value: Fraction(value.rational or 0))


def _holds(condition: sp.Basic, values: dict[sp.Symbol, Germ]) -> bool:
    """Whether a condition holds for all large t; on a ray from a point inside an open domain none becomes an equation."""
    if not isinstance(condition, (sp.StrictLessThan, sp.LessThan, sp.StrictGreaterThan, sp.GreaterThan)):
        raise Unreached(f"the condition {condition}")
    excess = condition.gts - condition.lts
    try:
        found = lead(evaluate(excess, values, Exact()), Exact())
    except Huge:
        rising = [part.as_independent(sp.exp)[0] for part in sp.Add.make_args(sp.expand(excess)) if part.has(sp.exp)]
        if all(factor.is_negative for factor in rising):
            return False
        raise Unreached(f"the condition {condition}") from None
    return found is not None and found[2] > 0


__all__ = ["Direction", "inside", "is_bounded", "largest", "largest_of"]
