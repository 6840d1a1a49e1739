"""Whether a curve f(z) stays in a natural domain that is no polyhedron, for one W: by enclosures that cover all of z.

True and False are proved; where the curve comes close to the boundary without crossing it, Unreached.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

import sympy as sp

from tightcheck.family import Family
from tightcheck.kernel.joint_curves import Curve
from tightcheck.kernel.joint_enclosures import FLAT, Enclosing, Enclosure
from tightcheck.kernel.joint_numbers import Number, Unreached

STARTS = (2**6, 2**12, 2**24)
"""Where a tail may begin."""
MOST_BOXES = 400
MOST_PATCHES = 800
LATTICE_POINTS = 64
"""How many points of a lattice are looked at one by one."""


def stays_inside(x: Family, curve: Curve, rows: Sequence[Sequence[Number]]) -> bool:
    """Whether f(z) is in the natural domain of x for almost every z; `rows` are rationals."""
    etas = _natural(x, curve.statistics, rows)
    tests = [(condition.subs(etas), is_closed) for condition, is_closed in conditions(x)]
    if not all(_holds_at_points(each, curve) for each in tests):
        return False
    for start in STARTS:
        try:
            return all(_holds_on_tails(each, curve, start) for each in tests) and (
                all(_holds_between(each, curve, start) for each in tests)
            )
        except TooEarly:
            continue
    raise Unreached("the curve of natural parameters comes close to the boundary of their domain")


class TooEarly(Exception):  # noqa: N818
    """The balls are too wide; a tail that starts later may have smaller ones."""


@cache
def conditions(family: Family) -> tuple[tuple[sp.Expr, bool], ...]:
    """Functions that must be > 0 (or >= 0), in order: fractions as numerator times denominator, which is not 0."""
    found = []
    for relation in family.natural_domain:
        if not isinstance(relation, (sp.StrictLessThan, sp.LessThan, sp.StrictGreaterThan, sp.GreaterThan)):
            raise Unreached(f"the natural domain of {family.name}")
        top, bottom = sp.fraction(sp.together(relation.gts - relation.lts))
        is_closed = isinstance(relation, (sp.LessThan, sp.GreaterThan))
        if is_closed and not bottom.is_number:
            raise Unreached(f"the natural domain of {family.name}")
        found.append((sp.expand(top * bottom) if not top.has(sp.exp) else top * bottom, is_closed))
    return tuple(found)


def stays_inside_on_sphere(x: Family, dimension: int, rows: Sequence[Sequence[Number]]) -> bool:
    """Whether f(z) is in the natural domain of x for every unit vector z: boxes of the cube's surface, blown up."""
    from flint import arb

    place = sp.symbols(f"z_1:{dimension + 1}", real=True)
    etas = _natural(x, place, rows)
    tests = [(condition.subs(etas), is_closed) for condition, is_closed in conditions(x)]
    one = arb(1)
    boxes = [(side, way, [(-one, one)] * (dimension - 1)) for side in range(dimension) for way in (one, -one)]
    looked = 0
    while boxes:
        side, way, sizes = boxes.pop()
        looked += 1
        if looked > MOST_PATCHES:
            raise Unreached("the natural parameters come close to the boundary of their domain on a sphere")
        y = [low.union(high) for low, high in sizes]
        middle = [(low + high) / 2 for low, high in sizes]
        if any(_signs(tests, place, _unit(middle, side, way))[k] == -1 for k in range(len(tests))):
            return False
        signs = _signs(tests, place, _unit(y, side, way))
        if all(sign == 1 or (sign == 0 and is_closed) for sign, (_, is_closed) in zip(signs, tests, strict=True)):
            continue
        if any(sign == -1 or (sign == 0 and not is_closed) for sign, (_, is_closed) in zip(signs, tests, strict=True)):
            return False
        widest = max(range(len(sizes)), key=lambda k: float((sizes[k][1] - sizes[k][0]).mid()))
        low, high = sizes[widest]
        cut = ((low + high) / 2).mid()
        boxes += [(side, way, [*sizes[:widest], half, *sizes[widest + 1 :]]) for half in ((low, cut), (cut, high))]
    return True


def _unit(y: list[Any], side: int, way: Any) -> list[Any]:
    """A box of unit vectors from one of the cube's surface; no coordinate is beyond 1."""
    from flint import arb

    length = sum((c**2 if c > 0 or c < 0 else abs(c) ** 2 for c in y), arb(1)).sqrt()
    return [c / length for c in (*y[:side], way, *y[side:])]


def _signs(tests: Sequence[tuple[sp.Expr, bool]], place: Sequence[sp.Symbol], point: Sequence[Any]) -> list[int | None]:
    enclosing = Enclosing({symbol: {FLAT: c} for symbol, c in zip(place, point, strict=True)})
    found: list[int | None] = []
    for condition, _ in tests:
        try:
            found.append(enclosing.sign(condition))
        except Unreached:
            found.append(None)
    return found


def _natural(x: Family, statistics: Sequence[sp.Expr], rows: Sequence[Sequence[Number]]) -> dict[sp.Symbol, sp.Expr]:
    etas = {}
    for eta, row in zip(x.natural_parameters, rows, strict=True):
        values = [_rational(w) for w in row]
        etas[eta] = sp.Add(values[0], *(w * s for w, s in zip(values[1:], statistics, strict=True)))
    return etas


def _rational(w: Number) -> sp.Rational:
    value = w.rational
    if value is None:
        raise Unreached("entries of W that are no rationals")
    return sp.Rational(value.numerator, value.denominator)


Test = tuple[sp.Expr, bool]


def _holds_at_points(test: Test, curve: Curve) -> bool:
    """Not violated at a few points: points of mass, or inside, where a strict violation spreads to a neighbourhood."""
    condition, is_closed = test
    for point in _points(curve):
        sign = Enclosing({curve.parameter: {FLAT: point} if point else {}}).sign(condition)
        if sign is not None and (sign < 0 or (sign == 0 and curve.is_lattice and not is_closed)):
            return False
        if sign is None and curve.is_lattice:
            raise Unreached("a point of the lattice may be on the boundary of the natural domain")
    return True


def _points(curve: Curve) -> Iterator[Any]:
    from flint import arb, fmpq

    if curve.is_lattice:
        first = int(curve.lower)
        yield from (fmpq(first + k) for k in range(LATTICE_POINTS))
        return
    low, high = _between(curve, 2**10)
    for k in range(1, 24):
        middle = _cut(low, high, arb(k) / 24)
        yield middle.mid()


def _cut(low: Any, high: Any, share: Any) -> Any:
    """A point between, by ratios where both have one sign and are far apart."""
    if low > 0 and high > 4 * low:
        return low * ((high / low).log() * share).exp()
    return low + (high - low) * share


def _between(curve: Curve, start: int) -> tuple[Any, Any]:
    """The interval without its tails."""
    from flint import arb

    ends = [Enclosing({}).of(end).get(FLAT, arb(0)) if end.is_finite else None for end in (curve.lower, curve.upper)]
    step = 1 / arb(start)
    if ends[0] is not None and ends[1] is not None:  # then the tails reach further than these ends
        step = step.min((arb(ends[1]) - arb(ends[0])) / 4)
    low = arb(-start) if ends[0] is None else arb(ends[0]) + step
    high = arb(start) if ends[1] is None else arb(ends[1]) - step
    return low, high


def _holds_on_tails(test: Test, curve: Curve, start: int) -> bool:
    from flint import fmpq

    condition, is_closed = test
    for end, way in ((curve.lower, 1), (curve.upper, -1)):
        if curve.is_lattice and end.is_finite:
            continue
        if end.is_finite:
            here: Enclosure = {**Enclosing({}).of(end), (-FLAT[0] - 1, FLAT[1]): fmpq(way)}
            first = start
        else:
            here, first = {(FLAT[0] + 1, FLAT[1]): fmpq(-way)}, LATTICE_POINTS if curve.is_lattice else start
        try:
            sign = Enclosing({curve.parameter: here}, first).sign(condition)
        except Unreached as reason:
            raise TooEarly from reason
        if sign is None:
            raise TooEarly
        if sign < 0 or (sign == 0 and not is_closed):
            return False
    return True


def _holds_between(test: Test, curve: Curve, start: int) -> bool:
    """Boxes, halved until the sign on each is known; that the points passed says it is not negative."""
    if curve.is_lattice:
        return True
    condition, is_closed = test
    low, high = _between(curve, start)
    boxes, looked = [(low, high)], 0
    while boxes:
        low, high = boxes.pop()
        looked += 1
        if looked > MOST_BOXES:
            raise Unreached("the curve of natural parameters comes close to the boundary of their domain")
        try:
            sign = Enclosing({curve.parameter: {FLAT: low.union(high)}}).sign(condition)
        except Unreached:
            sign = None
        if sign is not None:
            if sign < 0 or (sign == 0 and not is_closed):
                return False
            continue
        if low < 0 < high:
            middle = 0 * low
        elif high < 0:
            middle = -_cut(-high, -low, 0.5 + 0 * low)
        else:
            middle = _cut(low, high, 0.5 + 0 * low)
        middle = middle.mid()
        boxes += [(low, middle), (middle, high)]
    return True


__all__ = ["conditions", "stays_inside", "stays_inside_on_sphere"]
