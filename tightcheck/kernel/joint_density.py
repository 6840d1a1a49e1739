"""C4 under the implied prior for one x and one z: is p(x, z) = h h' exp(nu_e' W psi_e) a density? Lemma `joint` says why.

x is integrated out exactly: the joint integrates iff f(z) is in Omega_nu for almost every z and
h'(z) exp(<c, psi(z)> + A(f(z))) does. For numbers z that is a question at the ends of the support, and at points inside
where f touches the boundary of Omega_nu. A finite x is summed out: every g(x) must be in Omega_psi.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import TypeAlias

import sympy as sp

from tightcheck.family import Family
from tightcheck.kernel.joint_curves import Curve, constants_of, curve_of
from tightcheck.kernel.joint_expressions import evaluate, in_domain
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
    letter,
    letters_of,
    rational,
)
from tightcheck.kernel.joint_range import Touch, along, at, negative, written
from tightcheck.kernel.joint_signs import Branch, Path

Weights: TypeAlias = Sequence[Sequence[Number]]
"""W with a first row and column for the constant 1; W[0][0] does not matter. Rows belong to x, columns to z."""


def transposed(weights: Weights) -> Weights:
    """The same with the sides exchanged."""
    return tuple(zip(*weights, strict=True))


def is_density(x: Family, z: Family, weights: Weights, signs: Signs) -> bool:
    """Whether W gives a density with proper conditionals. Raises Unreached where no rule decides."""
    sides = (("x", x, z, weights), ("z", z, x, transposed(weights)))
    for _, summed, other, w in sides:
        if summed.support.is_finite:
            return all(
                in_domain(other.natural_domain, dict(zip(other.natural_parameters, g, strict=True)), signs)
                for g in images(summed, w)
            )
    if all(is_compact(family) for family in (x, z)):
        return True
    for side, integrated, left, w in sides:
        if not signs.once(side, lambda x=integrated, z=left, w=w: _may_be_proper(x, z, w, signs)):
            return False
    reasons = []
    for side, integrated, left, w in sides:
        try:
            return integrates(integrated, left, w, signs, side)
        except Unreached as reason:
            reasons.append(str(reason))
    raise Unreached("; ".join(dict.fromkeys(reasons)))


def _may_be_proper(x: Family, z: Family, weights: Weights, signs: Signs) -> bool:
    """Necessary: towards every end of z's support, and at its first point, f does not leave Omega_nu."""
    curve = curve_of(z)
    if curve is None or not has_faces(x):
        return True
    for face in faces(x):
        alpha = _along_face(face, weights)
        for end in curve.ends:
            found = lead(along(alpha, end.statistics, signs), signs)
            if found is not None and found[2] > 0:
                return False
        if curve.first is not None:
            first = sum((a * s for a, s in zip(alpha[1:], curve.first, strict=True)), alpha[0])
            if signs.sign(first) >= (1 if face.is_closed else 0):
                return False
    return True


def _along_face(face: Face, weights: Weights) -> list[Number]:
    """The face's condition on f(z) as a function constant + <alpha, psi(z)>."""
    return [
        sum((face.slopes[i] * row[k] for i, row in enumerate(weights[1:])), face.constant if k == 0 else ZERO)
        for k in range(len(weights[0]))
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


def images(finite: Family, weights: Weights) -> list[list[Number]]:
    """g(x) at the extreme points of the statistics of a finite x."""
    return [
        [
            sum((row[k] * s for row, s in zip(weights[1:], point, strict=True)), weights[0][k])
            for k in range(1, len(weights[0]))
        ]
        for point in extreme_points(finite)
    ]


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


def integrates(x: Family, z: Family, weights: Weights, signs: Signs, side: str) -> bool:
    """The joint with x integrated out, z a number; `side` names x in what the oracle remembers."""
    curve = curve_of(z)
    if curve is None:
        raise Unreached(f"{z.name} is not a number on an interval or a lattice")
    touches: list[tuple[Face, Touch]] = []
    for face in faces(x):
        alpha = _along_face(face, weights)
        is_negative, touch = signs.once((side, face), lambda a=alpha, f=face: negative(curve, a, f.is_closed, signs))
        if not is_negative:
            return False
        if touch is not None and touch.point is not None:
            touches.append((face, touch))
    c = weights[0]
    try:
        for face, touch in touches:
            work = lambda f=face, t=touch: _integrates_at(x, curve, weights, f, t.point, signs)  # noqa: E731
            if not signs.once((side, touch), work):
                return False
        for end in curve.ends:
            place = (side, end)
            etas = signs.once(place, lambda end=end: [along(row, end.statistics, signs) for row in weights[1:]])
            margin = [end.log_density, along([ZERO, *c[1:]], end.statistics, signs)]
            total = plus([*margin, log_partition_along(x, etas, signs, place)], signs)
            if not signs.once((place, "integrable"), lambda total=total: is_integrable(total, signs)):
                return False
    except Huge:
        return False
    return True


def _integrates_at(
    x: Family, curve: Curve, weights: Weights, touched: Face, point: Number, signs: Signs
) -> bool:
    """Near a point inside where faces are touched: those natural parameters leave the boundary like 1/t^2.

    f is in the closed domain on the whole interval, so no other face is crossed at the point.
    """
    strength = singularity(x, touched)
    if strength is not None:
        return signs.sign(rational(2) * strength - ONE) < 0
    if "max inside of" in repr(point):
        here = [letter(f"at its maximum: {written(curve, row)}, {point!r}") for row in weights[1:]]
    else:
        here = [at(curve, row, point, signs) for row in weights[1:]]
    etas = [constant(value) for value in here]
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
    local = plus([log_partition_along(x, etas, signs), monomial(0, 1, factor=rational(-2))], signs)
    return is_integrable(local, signs)


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
