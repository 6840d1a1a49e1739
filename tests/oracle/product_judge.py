"""An outside judge of joints of several x and several z: one side in closed form, an iterated integral over two numbers left.

With x integrated out the margin of z = (u, v) and further factors of few values is

    exp G(z) = h'(z) exp(b' psi(z) + A(W psi(z) + a)),   A the sum of the log-partitions of the factors of x.

z may be one vector of two free coordinates as well. Factors of few values are summed out: every one of their values must give
a finite integral. One number left: that is `tests/oracle/joint_judge.py`. Two numbers: F(u) = integral of exp G over v is
followed towards both ends of u, in logarithmic coordinates s and t (z = exp(s), sinh(s), or a share 1 / (1 + exp(-s)) of an
interval). F is its highest place times the width about it within which G falls by 1, up to bounded factors: a maximum over t,
found on a grid that grows with s and refined. `tests/oracle/growth.py` says whether such a function of s has a finite integral.
Nothing is shared with the package but the families' stated facts. Where a domain may be touched inside, or a maximum is beyond
the grid, it cannot tell.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache, cached_property

import mpmath

from tests.oracle.growth import Tail, judged
from tests.oracle.joint_judge import Judgement, Side, Weights, in_order
from tests.oracle.joint_rays import ends_of
from tightcheck.family import Family
from tightcheck.product import product

Number = mpmath.mpf
Matrix = Sequence[Sequence[Fraction]]
"""W with a first row and column for the constant 1; rows belong to x, columns to z."""

UNSURE = "0.2"
"""What is unknown of the power of s in F: the ladder is short."""
LADDER = (14, 20, 28, 39, 55, 77)
DIGITS = 180
REACH = 5
"""The grid over t goes this many times as far as s."""
CELLS = 14
"""Cells of the grid on each side, beside those near 0."""
OFF = mpmath.mpf("0.0137")
"""The grid is moved by this, so that no place is special."""
GENERIC = tuple(Fraction(n, 97) for n in (31, 59, 137, 253))
"""Shares and sizes at which one number is frozen."""
FIRST = 12
"""Points of a lattice looked at one by one."""
SETTLED = mpmath.mpf(10) ** -9
"""How exactly the highest place and the width are found."""
NEAR, STEP, STEPS = 12, mpmath.mpf(10) ** -6, 300
"""Where the smallest margin of a domain is looked for, and how finely."""
TOUCHED = mpmath.mpf(10) ** -10
FAR, FAR_DIGITS = 5000, 4500
"""Coordinates at which domains are looked at once more, and digits that hold exp(-2 * 5000)."""
INFINITE, UNKNOWN = "infinite", "cannot tell"


class OutsideDomain(Exception):  # noqa: N818 (an answer, not an error)
    """A natural parameter of x leaves its domain on an open set, or at a point of mass."""


class Beyond(Exception):  # noqa: N818
    """The highest place over t is at an end of the grid."""


@dataclass(frozen=True, eq=False)
class Several:
    """Independent factors as one side."""

    factors: tuple[Family, ...]

    @cached_property
    def sides(self) -> tuple[Side, ...]:
        return tuple(map(Side, self.factors))

    @cached_property
    def family(self) -> Family:
        """The product as one family."""
        return _product(self.factors)

    def split(self, eta: Sequence[Number]) -> Iterator[tuple[Side, Sequence[Number]]]:
        first = 0
        for side in self.sides:
            size = len(side.family.natural_parameters)
            yield side, eta[first : first + size]
            first += size

    def is_natural(self, eta: Sequence[Number]) -> bool:
        """Whether every factor's part is natural."""
        return all(side.is_natural(own) for side, own in self.split(eta))

    def log_partition(self, eta: Sequence[Number]) -> Number | None:
        """The sum; None outside the natural domain."""
        if not self.is_natural(eta):
            return None
        return sum((side.log_partition(own) for side, own in self.split(eta)), mpmath.mpf(0))

    def margins(self, eta: Sequence[Number]) -> list[Number]:
        """Those of all factors."""
        return [margin for side, own in self.split(eta) for margin in side.margins(own)]


@cache
def _product(factors: tuple[Family, ...]) -> Family:
    return product(*factors) if len(factors) > 1 else factors[0]


def judge_product(xs: Sequence[Family], zs: Sequence[Family], weights: Matrix, is_far: bool = False) -> Judgement:
    """Whether the joint of independent factors has a finite integral; fixed parameters are numbers."""
    across = [list(row) for row in zip(*weights, strict=True)]
    found = Judgement(UNKNOWN, "neither side is of two numbers")
    for inner, outer, w in sorted(((xs, zs, weights), (zs, xs, across)), key=lambda each: len(_numbers(each[1]))):
        numbers = _numbers(outer)
        if len(numbers) > 2 or not (
            all(Side(f).is_scalar for f in numbers) or (len(numbers) == 1 and is_flat(numbers[0]))
        ):
            continue
        found = _in_order(tuple(inner), tuple(outer), w, is_far)
        if found.word != UNKNOWN:
            return found
    return found


def _numbers(side: Sequence[Family]) -> list[Family]:
    return [family for family in side if not family.support.is_finite]


def _in_order(xs: tuple[Family, ...], zs: tuple[Family, ...], weights: Matrix, is_far: bool) -> Judgement:
    """The first finite factor of z is frozen at each of its values; then one or two numbers are left."""
    for place, z in enumerate(zs):
        if z.support.is_finite and (len(zs) > 1 or place):
            return _summed(xs, zs, weights, place, is_far)
    inner = Several(xs)
    between = tuple(tuple(row[1:]) for row in weights[1:])
    if len(zs) == 1 and is_flat(zs[0]):
        return _two_numbers(VectorPlane(inner, (Side(zs[0]),), weights), is_far)
    if len(zs) == 1:
        w = Weights(between, tuple(row[0] for row in weights[1:]), tuple(weights[0][1:]))
        return in_order(inner, Side(zs[0]), w, is_far)
    return _two_numbers(Plane(inner, (Side(zs[0]), Side(zs[1])), weights), is_far)


def _summed(xs: tuple[Family, ...], zs: tuple[Family, ...], weights: Matrix, place: int, is_far: bool) -> Judgement:
    """All values of one factor in turn."""
    columns = _columns(zs)[place]
    kept = [k for k in range(len(weights[0])) if k not in columns]
    others = (*zs[:place], *zs[place + 1 :])
    side, worst = Side(zs[place]), Judgement("finite", "finite given every value")
    for point in side.points or ():
        statistics = [_fraction(value) for value in side.exact_statistics(point)]
        shifted = [
            [
                row[k] + (sum(row[c] * s for c, s in zip(columns, statistics, strict=True)) if k == 0 else 0)
                for k in kept
            ]
            for row in weights
        ]
        found = _in_order(xs, others, shifted, is_far)
        if found.word == INFINITE:
            return Judgement(INFINITE, f"given {side.family.name} = {point}: {found.reason}")
        if found.word == UNKNOWN:
            worst = found
    return worst


def _fraction(value: object) -> Fraction:
    import sympy as sp

    exact = sp.Rational(value)
    return Fraction(int(exact.p), int(exact.q))


def _columns(side: Sequence[Family]) -> list[range]:
    found, first = [], 1
    for family in side:
        found.append(range(first, first + len(family.statistics)))
        first += len(family.statistics)
    return found


@dataclass(frozen=True)
class Plane:
    """G over two numbers (s, t)."""

    inner: Several
    outer: tuple[Side, ...]
    weights: Matrix

    def is_lattice(self, place: int) -> bool:
        """Whether the first or the second number is an integer."""
        return self.outer[place % len(self.outer)].family.support.is_discrete

    def at_place(self, s: Number, t: Number, rounded: bool = False) -> tuple[list[Number], Number]:
        """(1, psi(z)), and log h'(z) with log |dz / d(s, t)|."""
        (u, slope), (v, other) = chart(self.outer[0], s, rounded), chart(self.outer[1], t, rounded)
        statistics, log_base = self.at(u, v)
        return statistics, log_base + slope + other

    def at(self, u: Number, v: Number) -> tuple[list[Number], Number]:
        """(1, psi(z)) and log h'(z)."""
        total, statistics = mpmath.mpf(0), [mpmath.mpf(1)]
        for side, z in zip(self.outer, (u, v), strict=True):
            statistics += side.statistics([z])
            total += side.log_base_measure([z])
        return statistics, total

    def height(self, s: Number, t: Number, rounded: bool = False) -> Number:
        """G with log |dz / d(s, t)|; raises OutsideDomain."""
        return self.weighed(*self.at_place(s, t, rounded))

    def margins(self, s: Number, t: Number) -> list[Number]:
        """Those of the domain of x; raises OutsideDomain."""
        statistics, _ = self.at_place(s, t, rounded=True)
        eta = [_times(row, statistics) for row in self.weights[1:]]
        if not self.inner.is_natural(eta):
            raise OutsideDomain
        return self.inner.margins(eta)

    def at_point(self, s: Number, v: Number) -> Number:
        """G with the second number a point of its lattice."""
        u, slope = chart(self.outer[0], s)
        statistics, log_base = self.at(u, v)
        return self.weighed(statistics, log_base + slope)

    def weighed(self, statistics: Sequence[Number], total: Number) -> Number:
        """G where z has these statistics, and a base measure of this logarithm."""
        own = [_times(row, statistics) for row in self.weights]
        log_partition = self.inner.log_partition(own[1:])
        if log_partition is None:
            raise OutsideDomain
        return total + own[0] - _exact(self.weights[0][0]) + log_partition

    @property
    def exchanged(self) -> Plane:
        first, second = _columns([side.family for side in self.outer])
        order = [0, *second, *first]
        return Plane(self.inner, (self.outer[1], self.outer[0]), [[row[k] for k in order] for row in self.weights])


def _times(row: Sequence[Fraction], statistics: Sequence[Number]) -> Number:
    return sum((_exact(w) * value for w, value in zip(row, statistics, strict=True) if w), mpmath.mpf(0))


def _exact(value: Fraction | int) -> Number:
    value = Fraction(value)
    return mpmath.mpf(value.numerator) / value.denominator


def chart(side: Side, s: Number, rounded: bool = False) -> tuple[Number, Number]:
    """The number at coordinate s, and log |dz/ds|; a lattice from its first point on, s >= 0, or rounded to it."""
    lower, upper = side.ends
    if side.family.support.is_discrete:
        size = mpmath.exp(s)
        return lower + (mpmath.nint(size) if rounded else size), s
    return between(lower, upper, s)


def between(lower: Number, upper: Number, s: Number) -> tuple[Number, Number]:
    """The number between two ends at coordinate s, and log |dz/ds|."""
    if lower == -mpmath.inf and upper == mpmath.inf:
        return mpmath.sinh(s), mpmath.log(mpmath.cosh(s))
    if upper == mpmath.inf:
        return lower + mpmath.exp(s), s
    if lower == -mpmath.inf:
        return upper - mpmath.exp(-s), -s
    share = 1 / (1 + mpmath.exp(-s))
    return lower + (upper - lower) * share, mpmath.log(upper - lower) + mpmath.log(share) - mpmath.log1p(mpmath.exp(s))


@dataclass(frozen=True)
class VectorPlane(Plane):
    """G over the two free coordinates of one vector, the ends of the second given the first."""

    is_turned: bool = False

    def at_place(self, s: Number, t: Number, rounded: bool = False) -> tuple[list[Number], Number]:
        (side,) = self.outer
        coordinates = iter((t, s) if self.is_turned else (s, t))
        values: list[Number] = []
        volume = mpmath.mpf(0)
        for ends in ends_of(side.family):
            lower, upper = (mpmath.mpf(end(*values)) for end in ends)
            value, slope = (lower, mpmath.mpf(0)) if lower == upper else between(lower, upper, next(coordinates))
            values.append(value)
            volume += slope
        return [mpmath.mpf(1), *side.statistics(values)], volume + side.log_base_measure(values)

    @property
    def exchanged(self) -> Plane:
        return VectorPlane(self.inner, self.outer, self.weights, not self.is_turned)


@cache
def is_flat(family: Family) -> bool:
    """Whether a draw is a vector of two free real coordinates between stated ends."""
    support = family.support
    if support.is_discrete or support.bounds is None or len(support.bounds) < 2:
        return False
    return sum(lower != upper for lower, upper in support.bounds) == 2


def _two_numbers(plane: Plane, is_far: bool) -> Judgement:
    words = []
    for each in () if isinstance(plane, VectorPlane) else (plane, plane.exchanged):
        if (found := _frozen(each, is_far)) is not None:
            if found.word == INFINITE:
                return found
            words.append(found)
    if (left := _left(plane)) is not None:
        return left
    if words:
        return words[0]
    told = [_outer(plane)]
    if isinstance(plane, VectorPlane):
        told.append(_outer(plane.exchanged))
        return max(told, key=lambda each: ("finite", UNKNOWN, INFINITE).index(each.word))
    if is_far or told[0].word == UNKNOWN:
        told.append(_outer(plane.exchanged))
    known = {judgement.word for judgement in told} - {UNKNOWN}
    if len(known) > 1:
        return Judgement(UNKNOWN, "; ".join(f"{each.word}: {each.reason}" for each in told))
    return next((each for each in told if each.word != UNKNOWN), told[0])


def _frozen(plane: Plane, is_far: bool) -> Judgement | None:
    """One number at generic places, the other one judged: infinite if it is at one; None if it is finite at all."""
    held, free = plane.outer
    held_columns, free_columns = _columns([held.family, free.family])
    found = None
    for place in _generic(held):
        statistics = [_number_as_fraction(value) for value in held.exact_statistics([place])]
        shift = [
            row[0] + sum(row[c] * s for c, s in zip(held_columns, statistics, strict=True)) for row in plane.weights
        ]
        w = Weights(
            tuple(tuple(row[c] for c in free_columns) for row in plane.weights[1:]),
            tuple(shift[1:]),
            tuple(plane.weights[0][c] for c in free_columns),
        )
        told = in_order(plane.inner, free, w, is_far)
        if told.word == INFINITE:
            return Judgement(INFINITE, f"given {held.family.name} = {place}: {told.reason}")
        if told.word == UNKNOWN:
            found = told
    return found


def _generic(side: Side) -> list[object]:
    import sympy as sp

    bounds = side.family.support.bounds
    assert bounds is not None
    ((lower, upper),) = bounds
    if side.family.support.is_discrete:
        return [lower + k for k in (0, 1, 2, 7, 40)]
    places = []
    for g in GENERIC:
        share = sp.Rational(g.numerator, g.denominator)
        if lower.is_finite and upper.is_finite:
            places.append(lower + (upper - lower) * share / 3)
        elif lower.is_finite:
            places.append(lower + share)
        else:
            places += [share, -share]
    return places


def _number_as_fraction(value: object) -> Fraction:
    """A rational, or a rational near it: nothing of what is generic depends on the last digits."""
    import sympy as sp

    exact = sp.nsimplify(sp.N(value, 30), rational=True, tolerance=1e-9)
    return Fraction(int(exact.p), int(exact.q))


def _left(plane: Plane) -> Judgement | None:
    """A place far or near at which x has no proper conditional: on a grid, where a margin of the domain is least, far out."""
    with mpmath.workdps(DIGITS // 2):
        axes = [[mpmath.mpf(s) + OFF * (k + 1) for s in _outline(plane.is_lattice(k))] for k in (0, 1)]
        places = [(s, t) for s in axes[0] for t in axes[1]]
        margins: dict[tuple[Number, Number], list[Number]] = {}
        for place in places:
            try:
                margins[place] = plane.margins(*place)
            except OutsideDomain:
                return Judgement(INFINITE, f"x is improper at {mpmath.nstr(place[0], 5)}, {mpmath.nstr(place[1], 5)}")
        for k in range(len(margins[places[0]])):
            if (found := _lowest(plane, k, min(margins, key=lambda place: abs(margins[place][k])))) is not None:
                return found
    with mpmath.workdps(FAR_DIGITS):
        ends = [(FAR, 1) if plane.is_lattice(k) else (FAR, 1, -1, -FAR) for k in (0, 1)]
        for s, t in itertools.product(*ends):
            try:
                plane.margins(mpmath.mpf(s), mpmath.mpf(t))
            except OutsideDomain:
                return Judgement(INFINITE, "x is improper far out")
    return None


def _lowest(plane: Plane, k: int, place: tuple[Number, Number]) -> Judgement | None:
    """From a place on, to where the margin is smallest: it may be left there, or touched, which is not told."""
    step, least = mpmath.mpf(1) / 2, abs(plane.margins(*place)[k])
    for _ in range(STEPS):
        if max(map(abs, place)) > NEAR or step < STEP or any(map(plane.is_lattice, (0, 1))):
            break
        for way in ((1, 0), (-1, 0), (0, 1), (0, -1), (1, 1), (1, -1), (-1, 1), (-1, -1)):
            at = (place[0] + step * way[0], place[1] + step * way[1])
            try:
                found = abs(plane.margins(*at)[k])
            except OutsideDomain:
                return Judgement(INFINITE, f"x is improper about {mpmath.nstr(at[0], 8)}, {mpmath.nstr(at[1], 8)}")
            if found < least:
                place, least = at, found
                break
        else:
            step /= 2
    if least < TOUCHED and max(map(abs, place)) <= NEAR:
        return Judgement(UNKNOWN, "the boundary of the domain of x may be touched inside")
    return None


def _outline(is_lattice: bool) -> list[float]:
    ways = (1,) if is_lattice else (1, -1)
    sizes = (0.0, 0.5, 1, 1.6, 3, 6, 20, 90)
    return [way * size for way in ways for size in sizes]


def _outer(plane: Plane) -> Judgement:
    """F followed towards both ends of the first number."""
    first = plane.outer[0]
    ways = (1,) if plane.is_lattice(0) else (1, -1)
    tails: list[tuple[str, Tail]] = []
    with mpmath.workdps(DIGITS):
        for way in ways:
            name = f"s -> {'' if way > 0 else '-'}oo of {first.family.name}"
            try:
                values = [_width_times_height(plane, mpmath.mpf(way * s)) for s in LADDER]
            except OutsideDomain:
                return Judgement(INFINITE, f"at {name}: x is improper")
            except Beyond:
                return Judgement(UNKNOWN, f"at {name}: the highest place is beyond the grid")
            tails.append((name, judged(values, LADDER, mpmath.mpf(UNSURE))))
    for word in (INFINITE, UNKNOWN, "finite"):
        for name, tail in tails:
            if tail.word == word:
                return Judgement(word, f"at {name}: {tail.reason}", tuple(tails))
    raise AssertionError("a range has ends")


def _width_times_height(plane: Plane, s: Number) -> Number:
    """log F(s), up to a bounded difference."""
    is_lattice = plane.is_lattice(1)
    far = REACH * abs(s)
    near = [mpmath.mpf(k) + OFF for k in range(-7, 8)]
    beyond = [far * k / CELLS + OFF for k in range(-CELLS, CELLS + 1)]
    grid = sorted(t for t in {*near, *beyond} if not is_lattice or t > 0)
    heights = [plane.height(s, t) for t in grid]
    found = []
    if is_lattice:
        first = plane.outer[1].ends[0]
        found += [plane.at_point(s, first + n) for n in range(FIRST)]
        kept = [k for k, t in enumerate(grid) if mpmath.exp(t) > FIRST - 2]
        grid, heights = [grid[k] for k in kept], [heights[k] for k in kept]
    top = max(range(len(grid)), key=lambda k: heights[k])
    if top == len(grid) - 1 or (top == 0 and not is_lattice):
        raise Beyond
    for k in range(1, len(grid) - 1):
        if heights[k] >= heights[k - 1] and heights[k] >= heights[k + 1]:
            found.append(_peak(plane, s, grid[k - 1], grid[k], grid[k + 1], is_lattice))
    return max(found)


def _peak(plane: Plane, s: Number, a: Number, m: Number, b: Number, is_lattice: bool) -> Number:
    """The highest place between a and b plus the logarithm of the width within which G falls by 1."""
    ratio = (3 - mpmath.sqrt(5)) / 2
    here = plane.height(s, m)
    low, high = plane.height(s, a), plane.height(s, b)
    for _ in range(900):
        if here - min(low, high) < SETTLED:
            break
        left = m - a > b - m
        c = m - ratio * (m - a) if left else m + ratio * (b - m)
        at = plane.height(s, c)
        if at > here:
            if left:
                b, high = m, here
            else:
                a, low = m, here
            m, here = c, at
        elif left:
            a, low = c, at
        else:
            b, high = c, at
    width = sum(_reach(plane, s, m, here, way) for way in (1, -1))
    if is_lattice and width * mpmath.exp(m) < 4:
        n = plane.outer[1].ends[0] + mpmath.floor(mpmath.exp(m))
        return max(plane.at_point(s, n), plane.at_point(s, n + 1))
    return here + mpmath.log(width)


def _reach(plane: Plane, s: Number, m: Number, top: Number, way: int) -> Number:
    """How far G falls by 1 on one side, at most as far as the grid."""
    low, high = mpmath.mpf(-4 * abs(s) - 40), mpmath.log(REACH * abs(s) + 20)

    def fall(log_step: Number) -> Number:
        return top - plane.height(s, m + way * mpmath.exp(log_step)) - 1

    if fall(high) < 0:
        return mpmath.exp(high)
    while high - low > 1:
        middle = (low + high) / 2
        low, high = (middle, high) if fall(middle) < 0 else (low, middle)
    return mpmath.exp(mpmath.findroot(fall, (low, high), solver="anderson", tol=SETTLED, verify=False))


__all__ = ["Several", "is_flat", "judge_product"]
