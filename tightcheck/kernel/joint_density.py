"""C4 under the implied prior for one x and one z: is p(x, z) = h h' exp(nu_e' W psi_e) a density? Lemma `joint` says why.

x is integrated out exactly: the joint integrates iff f(z) is in Omega_nu for almost every z and
h'(z) exp(<c, psi(z)> + A(f(z))) does. For numbers z that is a question at the ends of the support, and at points inside
where f touches the boundary of Omega_nu. A finite x is summed out: every g(x) must be in Omega_psi.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from functools import cache, partial
from itertools import product
from typing import TypeAlias

import sympy as sp

from tightcheck.family import Family
from tightcheck.kernel.joint_curves import Curve, End, constants_of, curve_of
from tightcheck.kernel.joint_expressions import evaluate, in_domain, value
from tightcheck.kernel.joint_gaussian import is_quadratic_density
from tightcheck.kernel.joint_germs import (
    FLAT,
    Germ,
    Huge,
    compare,
    constant,
    is_integrable,
    lead,
    monomial,
    plus,
    scaled,
    settled,
    times,
)
from tightcheck.kernel.joint_numbers import (
    ONE,
    ZERO,
    Contradiction,
    Number,
    Signs,
    Unreached,
    inverse,
    letter,
    letters_of,
    power,
    rational,
)
from tightcheck.kernel.joint_range import Touch, along, at, negative
from tightcheck.kernel.joint_region import stays_inside, stays_inside_on_sphere
from tightcheck.kernel.joint_signs import Branch, Exact, Path

Weights: TypeAlias = Sequence[Sequence[Number]]
"""W with a first row and column for the constant 1; W[0][0] does not matter. Rows belong to x, columns to z."""


Side: TypeAlias = tuple[Family, ...]
"""The independent factors of x, or of z."""


def transposed(weights: Weights) -> Weights:
    """The same with the sides exchanged."""
    return tuple(zip(*weights, strict=True))


def is_density(xs: Side, zs: Side, weights: Weights, signs: Signs) -> bool:
    """Whether W gives a density with proper conditionals. Raises Unreached where no rule decides."""
    sides = (("x", xs, zs, weights), ("z", zs, xs, transposed(weights)))
    for _, summed, others, w in sides:
        if all(family.support.is_finite for family in summed):
            return _is_proper_at_every_point(summed, others, w, signs)
    if all(is_compact(family) for family in (*xs, *zs)):
        return True
    for _, linear, others, w in sides:
        if (answer := is_quadratic_density(linear, others, w, signs)) is not None:
            return answer
    for side, integrated, others, w in sides:
        if len(others) == 1 and not signs.once(side, partial(may_be_proper, integrated, others[0], w, signs)):
            return False
    reasons = []
    for side, integrated, others, w in sorted(sides, key=lambda each: effort(each[1], each[2])):
        try:
            if len(others) == 1 and is_sphere(others[0]):
                return integrates_over_sphere(integrated, others[0], w, signs)
            if len(others) == 1:
                return integrates(integrated, others[0], w, signs, side)
            reasons.append("both sides have several factors")
        except Unreached as reason:
            reasons.append(str(reason))
    raise Unreached("; ".join(dict.fromkeys(reasons)))


def effort(integrated: Side, others: Side) -> tuple[bool, int]:
    """Which side is easier to integrate out: what is left had better be compact, and A short."""
    is_left_compact = all(is_compact(family) for family in others)
    return not is_left_compact, sum(_length(family) for family in integrated)


@cache
def _length(family: Family) -> int:
    is_special = bool(family.log_partition.has(sp.loggamma, sp.besseli, sp.Piecewise))
    return int(sp.count_ops(family.log_partition)) + (100 if is_special else 0)


@cache
def is_sphere(family: Family) -> bool:
    """Whether the statistics are the points of a sphere about 0 with its surface measure: cosine and sine, a unit vector."""
    if family.support.chart is not None:
        return family.statistics == family.variables and family.log_base_measure == 0
    x = family.variables[0]
    return family.statistics == (sp.cos(x), sp.sin(x)) and family.log_base_measure == 0


def integrates_over_sphere(xs: Side, z: Family, weights: Weights, signs: Signs) -> bool:
    """z on a sphere of dimension d - 1: alpha_0 + <alpha, z> is largest at alpha / |alpha|; near there it falls like 1/t^2."""
    dimension = len(z.statistics)
    for x, rows in zip(xs, rows_of(xs, weights), strict=True):
        if not x.has_full_domain and not has_faces(x) and isinstance(signs, Exact):
            if not stays_inside_on_sphere(x, dimension, rows):
                return False
            continue
        for face in faces(x):
            alpha = along_face(face, rows)
            square = sum((a * a for a in alpha[1:]), ZERO)
            if signs.sign(square) == 0:
                if signs.sign(alpha[0]) >= (1 if face.is_closed else 0):
                    return False
                continue
            if signs.sign(alpha[0]) >= 0:
                return False
            gap = signs.sign(alpha[0] * alpha[0] - square)
            if gap < 0:
                return False
            if gap > 0:
                continue
            here = _where_largest(face, alpha, rows, square, signs)
            strength = singularity(x, face)
            jacobian = monomial(0, 1, factor=rational(-dimension))
            if strength is not None and len(xs) == 1:
                if signs.sign(rational(2) * strength - rational(dimension - 1)) >= 0:
                    return False
            elif len(xs) > 1:
                raise Unreached("several x whose domain is touched on a sphere")
            elif not is_integrable(
                plus([jacobian, log_partition_along(x, _leaving(x, here, signs), signs)], signs), signs
            ):
                return False
    return True


def _where_largest(face: Face, alpha: Sequence[Number], rows: Weights, square: Number, signs: Signs) -> list[Number]:
    """f at the point alpha / |alpha| of the sphere, by letters where W is not known."""
    if not isinstance(signs, Exact):
        return _hidden(face, rows, f"the point of the sphere nearest to {list(alpha[1:])!r}")
    length = power(square, Fraction(1, 2), signs)
    point = [a * inverse(length) for a in alpha[1:]]
    return [sum((w * p for w, p in zip(row[1:], point, strict=True)), row[0]) for row in rows]


def _is_proper_at_every_point(summed: Side, others: Side, weights: Weights, signs: Signs) -> bool:
    """A finite x is summed out: every g(x) is in Omega_psi; for a half-space the largest value decides, term by term."""
    for z, columns in zip(others, rows_of(others, transposed(weights)), strict=True):
        if has_faces(z):
            for face in faces(z):
                alpha = along_face(face, columns)
                largest = sum(
                    (_largest(x, a, signs) for x, a in zip(summed, _parts(summed, alpha), strict=True)), alpha[0]
                )
                if signs.sign(largest) >= (1 if face.is_closed else 0):
                    return False
        elif not all(
            in_domain(z.natural_domain, dict(zip(z.natural_parameters, g, strict=True)), signs)
            for g in images(summed, columns)
        ):
            return False
    return True


def _parts(side: Side, alpha: Sequence[Number]) -> Iterator[Sequence[Number]]:
    first = 1
    for family in side:
        yield alpha[first : first + len(family.statistics)]
        first += len(family.statistics)


def _largest(finite: Family, alpha: Sequence[Number], signs: Signs) -> Number:
    """The largest value of <alpha, nu(x)>."""
    best: Number | None = None
    for point in extreme_points(finite):
        value = sum((a * c for a, c in zip(alpha, point, strict=True)), ZERO)
        if best is None or signs.sign(value - best) > 0:
            best = value
    assert best is not None
    return best


def may_be_proper(xs: Side, z: Family, weights: Weights, signs: Signs) -> bool:
    """Necessary: towards every end of z's support, and at its first point, f does not leave Omega_nu."""
    return all(condition(signs) for condition in end_conditions(xs, z, weights))


def end_conditions(xs: Side, z: Family, weights: Weights) -> Iterator[Callable[[Signs], bool]]:
    """The same, one by one."""
    curve = curve_of(z)
    if curve is None:
        return
    for x, rows in zip(xs, rows_of(xs, weights), strict=True):
        for face in outer_faces(x):
            alpha = along_face(face, rows)
            for end in curve.ends:
                yield partial(_stays, x, alpha, end)
            if curve.first is not None:
                yield partial(_starts, x, face, alpha, curve)


def _stays(x: Family, alpha: Sequence[Number], end: End, signs: Signs) -> bool:
    found = lead(along(alpha, end.statistics, signs), signs)
    if found is not None and found[2] > 0:
        signs.note(end.name, f"a natural parameter of {x.name} leaves its domain")
        return False
    return True


def _starts(x: Family, face: Face, alpha: Sequence[Number], curve: Curve, signs: Signs) -> bool:
    assert curve.first is not None
    first = sum((a * s for a, s in zip(alpha[1:], curve.first, strict=True)), alpha[0])
    if signs.sign(first) >= (1 if face.is_closed else 0):
        signs.note(f"at {curve.lower}", f"a natural parameter of {x.name} leaves its domain")
        return False
    return True


def along_face(face: Face, rows: Weights) -> list[Number]:
    """The face's condition on f(z) as a function constant + <alpha, psi(z)>; `rows` are those of the family."""
    return [
        sum((face.slopes[i] * row[k] for i, row in enumerate(rows)), face.constant if k == 0 else ZERO)
        for k in range(len(rows[0]))
    ]


@cache
def is_compact(family: Family) -> bool:
    """Whether every eta is natural because the statistics and the base measure are bounded."""
    if not family.has_full_domain:
        return False
    if family.support.chart is not None:
        return True
    curve = curve_of(family)
    if curve is None:
        return all(isinstance(s, (sp.cos, sp.sin)) for s in family.statistics)
    return bool(curve.lower.is_finite and curve.upper.is_finite) and all(
        not germ.terms or compare(germ.terms[0][0], FLAT, Path()) <= 0 for end in curve.ends for germ in end.statistics
    )


def images(summed: Side, columns: Weights) -> Iterator[list[Number]]:
    """g(x) at the extreme points of the statistics of a finite x; `columns` are those of W that make up g."""
    for points in product(*(extreme_points(family) for family in summed)):
        statistics = [c for point in points for c in point]
        yield [sum((w * s for w, s in zip(column[1:], statistics, strict=True)), column[0]) for column in columns]


@cache
def extreme_points(family: Family) -> tuple[tuple[Number, ...], ...]:
    """The statistics at points of a finite support whose convex hull is that of all; midpoints of others are left out."""
    values = list(dict.fromkeys(tuple(s.xreplace(at) for s in family.statistics) for at in support_points(family)))
    known = set(values)

    def is_midpoint(v: tuple[sp.Expr, ...]) -> bool:
        return any(w != v and tuple(2 * a - b for a, b in zip(v, w, strict=True)) in known for w in values)

    return tuple(tuple(_rational(c) for c in v) for v in values if not is_midpoint(v))


def _rational(c: sp.Expr) -> Number:
    from fractions import Fraction

    return rational(Fraction(int(c.p), int(c.q)))


def support_points(family: Family) -> list[dict[sp.Symbol, sp.Expr]]:
    """Every point of a finite support."""
    if len(family.support.points) == family.support.cardinality:
        return [dict(zip(family.variables, point, strict=True)) for point in family.support.points]
    if family.support.bounds is None:
        raise Unreached("a finite support that is not listed")
    found: list[dict[sp.Symbol, sp.Expr]] = [{}]
    for variable, (low, high) in zip(family.variables, family.support.bounds, strict=True):
        found = [
            {**at, variable: sp.Integer(k)}
            for at in found
            for k in range(int(low.xreplace(at)), int(high.xreplace(at)) + 1)
        ]
    return found


def integrates(xs: Side, z: Family, weights: Weights, signs: Signs, side: str = "") -> bool:
    """The joint with all of x integrated out, z a number; `side` names x in what the oracle remembers."""
    curve = curve_of(z)
    if curve is None:
        raise Unreached(f"{z.name} is not a number on an interval or a lattice")
    blocks = rows_of(xs, weights)
    touches: list[tuple[int, Face, Touch]] = []
    for place, (x, rows) in enumerate(zip(xs, blocks, strict=True)):
        if not x.has_full_domain and not has_faces(x) and isinstance(signs, Exact):
            if not stays_inside(x, curve, rows):
                return False
            continue
        for face in faces(x):
            key, alpha = (side, place, face), along_face(face, rows)
            is_negative, touch = signs.once(key, partial(negative, curve, alpha, face.is_closed, signs))
            if not is_negative:
                signs.note(f"inside the range of {z.name}", f"a natural parameter of {x.name} leaves its domain")
                return False
            if touch is not None and touch.point is not None:
                touches.append((place, face, touch))
    try:
        for place, face, touch in touches:
            assert touch.point is not None
            work = partial(_integrates_at, xs, curve, blocks, place, face, touch.point, signs)
            if not signs.once((side, place, touch), work):
                signs.note(f"inside the range of {z.name}", f"a domain of {x.name} is touched: a power of the distance")
                return False
        return all(_integrates_towards(end, xs, blocks, weights[0], signs, side) for end in curve.ends)
    except Huge:
        signs.note(f"an end of the range of {z.name}", "the logarithm outgrows every power")
        return False


def rows_of(xs: Side, weights: Weights) -> list[Weights]:
    """The rows of W of each factor of x."""
    found, first = [], 1
    for x in xs:
        last = first + len(x.statistics)
        found.append(weights[first:last])
        first = last
    return found


def _integrates_towards(
    end: End, xs: Side, blocks: Sequence[Weights], c: Sequence[Number], signs: Signs, side: str
) -> bool:
    parts = [end.log_density, along([ZERO, *c[1:]], end.statistics, signs)]
    for k, (x, rows) in enumerate(zip(xs, blocks, strict=True)):
        place = (side, k, end)
        etas = signs.once(place, partial(_all_along, rows, end, signs))
        parts.append(log_partition_along(x, etas, signs, place))
    total = plus(parts, signs)
    answer = signs.once((side, end, "integrable"), lambda: is_integrable(total, signs))
    if not answer:
        signs.note(end.name, rate_of(total))
    return answer


def _all_along(rows: Weights, end: End, signs: Signs) -> list[Germ]:
    return [along(row, end.statistics, signs) for row in rows]


def rate_of(germ: Germ) -> str:
    """The leading order of the logarithm of an integrand in t -> infinity, in words."""
    if not germ.terms:
        return "the margin does not vanish"
    powers = [
        f"{base}^{e}" if e != 1 else base
        for base, e in zip(("t", "(log t)", "(log log t)"), germ.terms[0][0], strict=True)
        if e
    ]
    return f"the logarithm of the margin is of order {' '.join(powers)}" if powers else "the margin does not vanish"


def _integrates_at(
    xs: Side, curve: Curve, blocks: Sequence[Weights], place: int, touched: Face, point: Number, signs: Signs
) -> bool:
    """Near a point inside where faces are touched: those natural parameters leave the boundary like 1/t^2.

    f is in the closed domain on the whole interval, so no other face is crossed at the point.
    """
    strength = singularity(xs[place], touched)
    if strength is not None:
        is_weak = signs.sign(rational(2) * strength - ONE) < 0
        if not is_weak or len(xs) == 1:
            return is_weak
    parts = [monomial(0, 1, factor=rational(-2))]
    for k, (x, rows) in enumerate(zip(xs, blocks, strict=True)):
        if "max inside of" in repr(point):
            here = _hidden(touched if k == place else None, rows, f"at its maximum, {point!r}")
            if k != place and has_faces(x):
                raise Unreached("two numbers x whose domains are touched inside")
        else:
            here = [at(curve, row, point, signs) for row in rows]
        parts.append(log_partition_along(x, _leaving(x, here, signs), signs))
    return is_integrable(plus(parts, signs), signs)


def _hidden(touched: Face | None, rows: Weights, where: str) -> list[Number]:
    """f at a point by letters; a natural parameter whose face is touched there is on it."""
    here = [letter(f"f at {where}: {list(row)!r}") for row in rows]
    moved = [i for i, slope in enumerate(touched.slopes) if slope.terms] if touched is not None else []
    if touched is not None and len(moved) == 1:
        here[moved[0]] = -touched.constant * touched.slopes[moved[0]]
    return here


def _leaving(x: Family, here: Sequence[Number], signs: Signs) -> list[Germ]:
    """The natural parameters near a point where they have these values, 1/t^2 away from faces that they lie on."""
    etas = [constant(value) for value in here]
    if not has_faces(x):
        return etas
    for face in faces(x):
        distance = face.constant + sum((s * value for s, value in zip(face.slopes, here, strict=True)), ZERO)
        sign = signs.sign(distance)
        if sign > 0:
            raise Contradiction
        moved = [i for i, slope in enumerate(face.slopes) if slope.terms]
        if sign == 0:
            if len(moved) > 1:
                raise Unreached("a face that mixes natural parameters is touched inside")
            slope = face.slopes[moved[0]]
            etas[moved[0]] = plus([constant(-face.constant * slope), monomial(-2, factor=-slope)], signs)
    return etas


@cache
def singularity(family: Family, face: Face) -> Number | None:
    """k with A = -k log(distance) + bounded towards the face, where the other natural parameters do not matter.

    None where they do, or where that is not known.
    """
    moved = [i for i, slope in enumerate(face.slopes) if slope.terms]
    if len(moved) > 1:
        return None
    signs = Path(positive=constants_of(family) | {f"distance_{i}" for i in range(len(face.slopes))})
    etas = []
    for i, _ in enumerate(face.slopes):
        own = next((f for f in faces(family) if [k for k, s in enumerate(f.slopes) if s.terms] == [i]), None)
        if own is None:
            etas.append(constant(letter(f"free_{i}")))
            continue
        slope = own.slopes[i]
        step = monomial(-1) if i == moved[0] else constant(letter(f"distance_{i}"))
        etas.append(plus([constant(-own.constant * slope), scaled(step, -slope)], signs))
    try:
        germ = settled(log_partition_along(family, etas, signs), signs)
        found = [term for term in germ.terms if compare(term[0], FLAT, signs) > 0]
        if not found:
            return ZERO
        key, factor = found[0]
    except (Unreached, Branch, Huge):
        return None
    own_letters = {p.symbol.name for p in family.fixed}
    if key == (0, 0, 1):
        return ZERO
    return factor if key == (0, 1, 0) and letters_of(factor) <= own_letters else None


class Face:
    """A condition constant + <slopes, eta> < 0 (or <= 0) of a natural domain; slopes of one parameter are 1 or -1."""

    __slots__ = ("constant", "is_closed", "slopes")

    def __init__(self, constant: Number, slopes: tuple[Number, ...], is_closed: bool) -> None:
        self.constant, self.slopes, self.is_closed = constant, slopes, is_closed


@cache
def faces(family: Family) -> tuple[Face, ...]:
    """The conditions of the natural domain; raises Unreached where one is not affine."""
    return tuple(_face(condition, family) for condition in family.natural_domain)


@cache
def outer_faces(family: Family) -> tuple[Face, ...]:
    """Half-spaces that hold the natural domain: its affine conditions, closed where only some of its parts say so."""
    found: list[Face] = []
    for condition in family.natural_domain:
        parts = condition.args if isinstance(condition, sp.Or) else (condition,)
        each = [_stated(part, family) for part in parts]
        for key, face in each[0].items():
            if all(key in other for other in each):
                is_closed = any(other[key].is_closed for other in each)
                found.append(Face(face.constant, face.slopes, is_closed))
    return (*found, *_implied(family, found))


def _implied(family: Family, found: Sequence[Face]) -> Iterator[Face]:
    """Half-spaces that follow from k a b > m c^2 where a has a known sign: b has one, and |a| + |b| > 2 sqrt(m / k) |c|.

    From sum c_i exp(eta_i) < d, all positive, exp(eta_i) < d / c_i follows.
    """
    etas = family.natural_parameters
    for condition in family.natural_domain:
        if not isinstance(condition, (sp.StrictLessThan, sp.StrictGreaterThan)):
            continue
        top, bottom = sp.fraction(sp.together(condition.gts - condition.lts))
        excess = sp.expand(top * _sign_of(bottom, family, found))
        if excess.is_polynomial(*etas):
            yield from _of_products(sp.Poly(excess, *etas), found)
        else:
            signs = Path(positive=constants_of(family))
            for i, eta in enumerate(etas):
                share = -sp.diff(excess, eta) / sp.exp(eta)
                rest = excess.subs(dict.fromkeys(etas, -sp.oo))
                if share.is_positive and rest.is_positive and not share.has(*etas):
                    slopes = tuple(ONE if i == k else ZERO for k in range(len(etas)))
                    yield Face(value(sp.log(share) - sp.log(rest), {}, signs), slopes, False)


def _sign_of(bottom: sp.Expr, family: Family, found: Sequence[Face]) -> sp.Expr:
    """The sign of a denominator c eta_i, where a face says it; otherwise the denominator itself, which has its sign."""
    for i, eta in enumerate(family.natural_parameters):
        share = sp.cancel(bottom / eta)
        for face in found:
            if share.is_Rational and not face.constant.terms and _is_alone(face, i):
                return -sp.sign(share) * sp.sign(_rational_of(face.slopes[i]))
    return bottom


def _rational_of(number: Number) -> sp.Rational:
    known = number.rational
    assert known is not None
    return sp.Rational(known.numerator, known.denominator)


def _of_products(excess: sp.Poly, found: Sequence[Face]) -> Iterator[Face]:
    terms = excess.terms()
    mixed = [(powers, c) for powers, c in terms if sorted(powers)[-2:] == [1, 1] and sum(powers) == 2]
    squares = [(powers.index(2), c) for powers, c in terms if 2 in powers and sum(powers) == 2]
    if len(terms) != 2 or len(mixed) != 1 or len(squares) != 1 or not squares[0][1] < 0:
        return
    ((powers, k),), ((c, m),) = mixed, squares
    a, b = (i for i, power in enumerate(powers) if power)
    known = {i: face for face in found for i in (a, b) if not face.constant.terms and _is_alone(face, i)}
    if not known:
        return
    first, face = next(iter(known.items()))
    other = b if first == a else a
    way = sp.sign(_rational_of(face.slopes[first]))
    turned = way * sp.sign(k)
    width = 2 * sp.sqrt(-m / abs(k))
    for side in (0, width, -width) if width.is_Rational else (0,):
        slopes = {first: way if side else 0, other: turned, c: side}
        yield Face(ZERO, tuple(_rational(sp.Rational(slopes.get(i, 0))) for i in range(len(face.slopes))), False)


def _is_alone(face: Face, place: int) -> bool:
    return all(bool(slope.terms) == (i == place) for i, slope in enumerate(face.slopes))


def _stated(part: sp.Basic, family: Family) -> dict[tuple[Number, ...], Face]:
    """The affine conditions of a conjunction by their coefficients; an equation stands for both its half-spaces."""
    found = {}
    for condition in part.args if isinstance(part, sp.And) else (part,):
        sides: tuple[sp.Basic, ...] = (condition,)
        if isinstance(condition, sp.Eq):
            sides = (condition.lhs <= condition.rhs, condition.lhs >= condition.rhs)
        for side in sides:
            try:
                face = _face(side, family)
            except Unreached:
                continue
            found[(face.constant, *face.slopes)] = face
    return found


@cache
def has_faces(family: Family) -> bool:
    """Whether the natural domain is a polyhedron."""
    try:
        return bool(faces(family))
    except Unreached:
        return False


def _face(condition: sp.Basic, family: Family) -> Face:
    if not isinstance(condition, (sp.StrictLessThan, sp.LessThan, sp.StrictGreaterThan, sp.GreaterThan)):
        raise Unreached(f"the natural domain of {family.name}")
    excess = condition.lts - condition.gts
    slopes = [sp.diff(excess, eta) for eta in family.natural_parameters]
    rest = excess.xreplace(dict.fromkeys(family.natural_parameters, sp.Integer(0)))
    if not all(s.is_Rational for s in (*slopes, rest)):
        raise Unreached(f"the natural domain of {family.name}")
    is_closed = isinstance(condition, (sp.LessThan, sp.GreaterThan))
    return Face(_rational(rest), tuple(map(_rational, slopes)), is_closed)


def log_partition_along(family: Family, etas: Sequence[Germ], signs: Signs, place: object = None) -> Germ:
    """A along a curve of natural parameters, up to a bounded difference. Raises Huge."""
    values = dict(zip(family.natural_parameters, etas, strict=True))
    if (norm := _growth(family, "norm")) is not None:
        square = plus([times(eta, eta, signs) for eta in etas], signs)
        found = lead(square, signs)
        if found is None or compare(found[0], FLAT, signs) <= 0:
            return Germ((), FLAT)
        return evaluate(norm, values, signs, place)
    if len(etas) == 1:
        return _log_partition_of_one(family, etas[0], values, signs, place)
    return evaluate(family.log_partition, values, signs, place)


def _log_partition_of_one(
    family: Family, eta: Germ, values: dict[sp.Symbol, Germ], signs: Signs, place: object
) -> Germ:
    found = lead(eta, signs)
    size = -1 if found is None else compare(found[0], FLAT, signs)
    if size > 0:
        assert found is not None
        far = _growth(family, "oo" if found[2] > 0 else "-oo")
        return evaluate(family.log_partition if far is None else far, values, signs, place)
    for face in faces(family):
        distance = settled(plus([constant(face.constant), scaled(eta, face.slopes[0])], signs), signs)
        if not distance.terms or compare(distance.terms[0][0], FLAT, signs) < 0:
            near = _growth(family, "boundary")
            return evaluate(family.log_partition if near is None else near, values, signs, place)
    return Germ((), FLAT)


def _growth(family: Family, towards: str) -> sp.Expr | None:
    return next((growth.log_partition for growth in family.growth if growth.towards == towards), None)


__all__ = ["Weights", "constants_of", "extreme_points", "faces", "integrates", "is_density", "transposed"]
