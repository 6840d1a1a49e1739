"""An outside judge of joints: does p(x, z) = h(x) h'(z) exp(nu(x)' W psi(z) + a' nu(x) + b' psi(z)) have a finite integral?

Everything is positive, so the double integral may be taken in either order (Tonelli). A side is integrated in closed
form, its log-partition; what is left is an integral or a sum over one scalar variable (or over finitely many values),

    F(z) = h'(z) exp(b' psi(z) + A(W psi(z) + a)),    infinite where W psi(z) + a is outside the natural domain,

finite iff F is finite almost everywhere, and integrable at each end of z's range and next to each place inside where
W psi(z) + a touches the boundary of the natural domain; `tests/oracle/growth.py` decides each of these. Where both sides are
scalars the two orders are both tried and must agree. Nothing is shared with the package but the families' stated facts
(support, statistics, base measure, log-partition).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cache
from typing import TypeAlias

import mpmath
import sympy as sp

from tests.oracle.growth import DIGITS, Tail, Word, tail
from tests.oracle.partitions import partition
from tightcheck.family import Family

Number = mpmath.mpf
Row = Sequence[Fraction]
ZERO = mpmath.mpf(10) ** -30
"""A margin below this, found in 50 digits more, is 0."""
MARGINS = 300
"""Steps at which the margins of the natural domain are looked at between the ends of z's range."""
FAR, FAR_DIGITS = (1000, 5000), 4500
"""Where the domain is looked at once more, in digits that hold exp(-2 * 5000)."""
ISOLATED = 3
"""More of the places than this on the boundary are no touch of it."""
SPAN = 12
"""The steps go from exp(-SPAN) next to a finite end to exp(SPAN)."""
FEW = 300
"""Integers looked at one by one."""


@dataclass(frozen=True)
class Weights:
    """The numbers of a joint: `between[i][j]` of nu_i(x) psi_j(z), `of_x[i]`, `of_z[j]`."""

    between: tuple[tuple[Fraction, ...], ...]
    of_x: tuple[Fraction, ...]
    of_z: tuple[Fraction, ...]

    @property
    def exchanged(self) -> Weights:
        """The same joint with x and z exchanged."""
        return Weights(tuple(zip(*self.between, strict=True)), self.of_z, self.of_x)


@dataclass(frozen=True)
class Judgement:
    """The word, what it rests on, and the tails looked at (place, tail)."""

    word: Word
    reason: str
    tails: tuple[tuple[str, Tail], ...] = field(default=())


def end_density(x: Family, z: Family, weights: Weights, end: int = 1) -> Callable[[Number], Number | None]:
    """G(y) of the scalar z towards its lower (0) or upper (1) end, x integrated in closed form."""
    outer = Side(z)
    curve = _to_infinity if outer.family.support.is_discrete else list(_ends(outer))[end][1]
    return _log_density(Side(x), outer, weights, curve)


def judge(x: Family, z: Family, weights: Weights, is_far: bool = False) -> Judgement:
    """Whether the joint of these families, their fixed parameters at numbers, has a finite integral.

    `is_far` looks further out, which takes seconds; so does a disagreement of the two orders.
    """
    orders = [(Side(x), Side(z), weights), (Side(z), Side(x), weights.exchanged)]
    found = [in_order(*order, is_far) for order in orders]
    told = [judgement for judgement in found if judgement.word != "cannot tell"]
    words = {judgement.word for judgement in told}
    if len(words) > 1 and not is_far:
        return judge(x, z, weights, is_far=True)
    if len(words) > 1:
        reasons = "; ".join(f"{each.word}: {each.reason}" for each in told)
        return Judgement("cannot tell", f"the two orders of integration disagree as far as one looks: {reasons}")
    return told[0] if told else found[0]


@dataclass(frozen=True)
class Side:
    """A family as functions of numbers."""

    family: Family

    @property
    def is_scalar(self) -> bool:
        """Whether a draw is one number between stated ends."""
        return len(self.family.variables) == 1 and self.family.support.bounds is not None

    @property
    def points(self) -> tuple[tuple[sp.Expr, ...], ...] | None:
        """All values, where they are few."""
        from itertools import product

        support = self.family.support
        if not support.is_finite:
            return None
        if len(set(support.points)) == support.cardinality:
            return support.points
        assert support.bounds is not None
        axes = product(*(range(int(sp.Integer(0)), int(_widest(support.bounds)) + 1) for _ in support.bounds))
        return tuple(tuple(map(sp.Integer, point)) for point in axes if _is_within(self.family, point))

    @property
    def ends(self) -> tuple[Number, Number]:
        """The ends of a scalar's range."""
        assert self.family.support.bounds is not None
        lower, upper = self.family.support.bounds[0]
        return _number(lower), _number(upper)

    def statistics(self, value: Sequence[Number]) -> list[Number]:
        """The statistics at a value."""
        return list(_functions(self.family)[0](*value))

    def exact_statistics(self, value: Sequence[sp.Expr]) -> list[sp.Expr]:
        """The same at a value that SymPy writes."""
        at = dict(zip(self.family.variables, value, strict=True))
        return [statistic.xreplace(at) for statistic in self.family.statistics]

    def log_base_measure(self, value: Sequence[Number]) -> Number:
        """log h at a value."""
        return mpmath.mpf(_functions(self.family)[1](*value))

    def is_natural(self, eta: Sequence[Number]) -> bool:
        """Whether eta is in the natural domain."""
        return all(condition(*eta) for condition in _domain(self.family))

    def log_partition(self, eta: Sequence[Number]) -> Number | None:
        """A(eta), up to a bounded error; None outside the natural domain."""
        if not self.is_natural(eta):
            return None
        return _partition(self.family)(eta)

    def margins(self, eta: Sequence[Number]) -> list[Number]:
        """Functions of eta whose zeros hold the boundary of the natural domain."""
        return [_or_zero(margin, eta) for margin in _margins(self.family)]


def _widest(bounds: tuple[tuple[sp.Expr, sp.Expr], ...]) -> sp.Expr:
    return max(sp.Integer(0) if upper.free_symbols else upper for _, upper in bounds)


def _is_within(family: Family, point: Sequence[int]) -> bool:
    known = dict(zip(family.variables, point, strict=True))
    return all(
        lower.subs(known) <= value <= upper.subs(known)
        for value, (lower, upper) in zip(point, family.support.bounds or (), strict=True)
    )


def _number(value: sp.Expr) -> Number:
    if value in (sp.oo, -sp.oo):
        return mpmath.inf if value == sp.oo else -mpmath.inf
    return _constant(value)() * mpmath.mpf(1)


@cache
def _constant(value: sp.Expr) -> Callable[[], Number]:
    return sp.lambdify((), value, "mpmath")


@cache
def _functions(family: Family) -> tuple[Callable[..., Sequence[Number]], Callable[..., Number]]:
    from tests.oracle.partitions import log_gamma

    modules = [{"loggamma": log_gamma, "gamma": lambda s: mpmath.exp(log_gamma(s))}, "mpmath"]
    reals = {symbol: sp.Symbol(symbol.name, real=True) for symbol in family.variables}
    arguments = list(reals.values())
    return (
        sp.lambdify(arguments, [s.xreplace(reals) for s in family.statistics], modules),
        sp.lambdify(arguments, family.log_base_measure.xreplace(reals), modules),
    )


@cache
def _partition(family: Family) -> Callable[[Sequence[Number]], Number]:
    return partition(family)


@cache
def _domain(family: Family) -> list[Callable[..., bool]]:
    return [sp.lambdify(family.natural_parameters, condition, "mpmath") for condition in family.natural_domain]


@cache
def _margins(family: Family) -> list[Callable[..., Number]]:
    relations = {r for condition in family.natural_domain for r in condition.atoms(sp.core.relational.Relational)}
    sides = sorted((r.lhs - r.rhs for r in relations), key=str)
    return [sp.lambdify(family.natural_parameters, side, "mpmath") for side in sides]


def _or_zero(margin: Callable[..., Number], eta: Sequence[Number]) -> Number:
    """A margin; 0 where a denominator, which is another margin, vanishes."""
    try:
        return margin(*eta)
    except ZeroDivisionError:
        return mpmath.mpf(0)


def in_order(inner: Side, outer: Side, weights: Weights, is_far: bool) -> Judgement:
    """The judgement with `inner` integrated in closed form and `outer` left."""
    if not any(any(row) for row in weights.between):
        return _independent(inner, outer, weights)
    points = outer.points
    if points is not None:
        return _on_points(inner, outer, weights, points)
    if not outer.is_scalar:
        return Judgement("cannot tell", f"{outer.family.name} is no scalar")
    along = _on_integers if outer.family.support.is_discrete else _on_reals
    return along(inner, outer, weights, is_far)


def _independent(inner: Side, outer: Side, weights: Weights) -> Judgement:
    """No interaction: both margins are natural parameters."""
    with mpmath.workdps(50):
        for side, margin in ((inner, weights.of_x), (outer, weights.of_z)):
            if not side.is_natural([_exact(entry) for entry in margin]):
                return Judgement("infinite", f"independent, and the {side.family.name} is improper")
    return Judgement("finite", "independent and both proper")


def _on_points(inner: Side, outer: Side, weights: Weights, points: Sequence[Sequence[sp.Expr]]) -> Judgement:
    """A finite outer side: the conditional given each of its values must be proper."""
    with mpmath.workdps(60):
        for point in points:
            if not inner.is_natural(_natural(outer, weights, [_number(c) for c in point])):
                return Judgement("infinite", f"improper given {outer.family.name} = {tuple(point)}")
    return Judgement("finite", f"proper given each of the {len(points)} values of the {outer.family.name}")


def _on_integers(inner: Side, outer: Side, weights: Weights, is_far: bool) -> Judgement:
    """A scalar sum: every integer has mass."""
    first, last = outer.ends
    with mpmath.workdps(60):
        looked_at = [first + k for k in range(FEW)] + [first + 2**k for k in range(9, 90)]
        for value in looked_at:
            if not inner.is_natural(_natural(outer, weights, [value])):
                return Judgement("infinite", f"improper given {outer.family.name} = {value}")
    assert last == mpmath.inf
    found = tail(_log_density(inner, outer, weights, _to_infinity), is_far)
    return Judgement(found.word, found.reason, (("oo", found),))


def _on_reals(inner: Side, outer: Side, weights: Weights, is_far: bool) -> Judgement:
    """A scalar integral: a domain left on an open set, the ends, and the places where its boundary is touched."""
    with mpmath.workdps(80):
        touched, left = _boundary(inner, outer, weights)
    if left is not None:
        return Judgement("infinite", f"improper about {outer.family.name} = {mpmath.nstr(left, 8)}")
    if any(_is_left(inner, outer, weights, curve) for _, curve in _ends(outer)):
        return Judgement("infinite", f"improper far out in the range of {outer.family.name}")
    tails = [*_ends(outer), *(side for place in touched for side in _beside(inner, outer, weights, place))]
    judged = tuple((name, tail(_log_density(inner, outer, weights, curve), is_far)) for name, curve in tails)
    words = [each.word for _, each in judged]
    for word in ("infinite", "cannot tell", "finite"):
        if word in words:
            name, found = judged[words.index(word)]
            return Judgement(word, f"at {name}: {found.reason}", judged)
    raise AssertionError("a range has ends")


def _is_left(inner: Side, outer: Side, weights: Weights, curve: Curve) -> bool:
    """Whether the natural domain is left only where y is large: log t times a small weight takes long."""
    with mpmath.workdps(FAR_DIGITS):
        return not all(inner.is_natural(_natural(outer, weights, [curve(mpmath.mpf(y))[0]])) for y in FAR)


Curve: TypeAlias = Callable[[Number], tuple[Number, Number]]
"""y -> the outer variable, and log |d variable / dy|."""


def _to_infinity(y: Number) -> tuple[Number, Number]:
    return mpmath.exp(y), y


def _ends(outer: Side) -> Iterator[tuple[str, Curve]]:
    """The two ends of the range as curves."""
    lower, upper = outer.ends
    yield (
        ("-oo", lambda y: (-mpmath.exp(y), y)) if lower == -mpmath.inf else (mpmath.nstr(lower, 8), _near(outer, 0, 1))
    )
    yield ("oo", _to_infinity) if upper == mpmath.inf else (mpmath.nstr(upper, 8), _near(outer, 1, -1))


def _near(outer: Side, which: int, sign: int) -> Curve:
    """Towards a finite end, found again in as many digits as are at work."""
    return lambda y: (outer.ends[which] + sign * mpmath.exp(-y), -y)


def _exact(value: Fraction) -> Number:
    return mpmath.mpf(value.numerator) / value.denominator


def _natural(outer: Side, weights: Weights, value: Sequence[Number]) -> list[Number]:
    """W psi(z) + a."""
    statistics = outer.statistics(value)
    return [
        sum((_exact(w) * s for w, s in zip(row, statistics, strict=True) if w), _exact(a))
        for row, a in zip(weights.between, weights.of_x, strict=True)
    ]


def _log_density(inner: Side, outer: Side, weights: Weights, curve: Curve) -> Callable[[Number], Number]:
    """G(y): log F along the curve, and the curve's slope."""

    def evaluate(y: Number) -> Number:
        value, slope = curve(y)
        log_partition = inner.log_partition(_natural(outer, weights, [value]))
        if log_partition is None:
            return None
        own = (_exact(b) * s for b, s in zip(weights.of_z, outer.statistics([value]), strict=True) if b)
        return sum(own, log_partition + outer.log_base_measure([value]) + slope)

    return evaluate


def _boundary(inner: Side, outer: Side, weights: Weights) -> tuple[list[Number], Number | None]:
    """The places inside the range where the boundary of the natural domain is touched, and one about which it is left."""
    lower, upper = outer.ends
    places = [_between(lower, upper, mpmath.mpf(k) / MARGINS) for k in range(-MARGINS, MARGINS + 1)]
    rows = [inner.margins(_natural(outer, weights, [place])) for place in places]
    outside = [k for k, place in enumerate(places) if not inner.is_natural(_natural(outer, weights, [place]))]
    if len(outside) > ISOLATED:
        return [], places[outside[0]]
    looked_at = [(index, places[k]) for k in outside for index, margin in enumerate(rows[k]) if abs(margin) < ZERO]
    for index in range(len(rows[0])):

        def margin(place: Number, index: int = index) -> Number:
            return inner.margins(_natural(outer, weights, [place]))[index]

        column = [abs(row[index]) for row in rows]
        if sum(value < ZERO for value in column) > ISOLATED:
            continue  # 0 throughout, and in the domain
        for k in range(1, len(column) - 1):
            if column[k - 1] > column[k] <= column[k + 1] or column[k - 1] >= column[k] < column[k + 1]:
                looked_at.append((index, _lowest(margin, places[k - 1], places[k + 1])))
    touched: dict[str, Number] = {}
    for index, place in looked_at:
        eta = _natural(outer, weights, [place])
        if abs(inner.margins(eta)[index]) < ZERO:
            touched.setdefault(mpmath.nstr(place, 30), place)
        elif not inner.is_natural(eta):
            return [], place
    return list(touched.values()), None


def _between(lower: Number, upper: Number, share: Number) -> Number:
    """A place of the range: share 0 in its middle, -1 and 1 near its ends."""
    t = share * SPAN
    if lower == -mpmath.inf:
        return mpmath.sinh(t)
    if upper == mpmath.inf:
        return lower + mpmath.exp(t)
    return lower + (upper - lower) / (1 + mpmath.exp(-t))


def _lowest(margin: Callable[[Number], Number], low: Number, high: Number) -> Number:
    """Where |margin| is least between low and high; a place that is nearly rational is taken as rational."""
    a, b = low, high
    ratio = (mpmath.sqrt(5) - 1) / 2
    for _ in range(150):
        c, d = b - ratio * (b - a), a + ratio * (b - a)
        if abs(margin(c)) < abs(margin(d)):
            b = d
        else:
            a = c
    return _rational((a + b) / 2, mpmath.mpf(10) ** -12) or (a + b) / 2


def _rational(place: Number, error: Number) -> Number | None:
    """The fraction with a denominator up to 12 this near to the place."""
    fractions = (mpmath.nint(place * size) / size for size in range(1, 13))
    return next((fraction for fraction in fractions if abs(fraction - place) < error), None)


def _beside(inner: Side, outer: Side, weights: Weights, place: Number) -> Iterator[tuple[str, Curve]]:
    """Both sides of a place inside the range, found again in all digits."""
    with mpmath.workdps(DIGITS):
        exact = _in_all_digits(inner, outer, weights, place)
    for sign in (1, -1):
        yield (
            f"{mpmath.nstr(place, 8)} from {'above' if sign > 0 else 'below'}",
            lambda y, sign=sign: (exact + sign * mpmath.exp(-y), -y),
        )


def _in_all_digits(inner: Side, outer: Side, weights: Weights, place: Number) -> Number:
    """A rational place as it is, any other by Newton's method on the margin's slope, or on the margin at a simple zero."""
    rational = _rational(place, mpmath.mpf(10) ** -40)
    if rational is not None:
        return rational
    (symbol,) = outer.family.variables
    eta = dict(
        zip(
            inner.family.natural_parameters,
            (
                sp.Add(sp.Rational(a), *(sp.Rational(w) * s for w, s in zip(row, outer.family.statistics, strict=True)))
                for row, a in zip(weights.between, weights.of_x, strict=True)
            ),
            strict=True,
        )
    )
    relations = sorted(
        {r for c in inner.family.natural_domain for r in c.atoms(sp.core.relational.Relational)}, key=str
    )
    for relation in relations:
        slope = sp.lambdify(symbol, sp.diff((relation.lhs - relation.rhs).xreplace(eta), symbol), "mpmath")
        if abs(slope(place)) < mpmath.mpf(10) ** -12:
            return mpmath.findroot(slope, place, tol=mpmath.mpf(10) ** (-2 * DIGITS + 100), verify=False)
    return place
