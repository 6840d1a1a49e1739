"""C4 under the implied prior for one x and one z: is p(x, z) = h h' exp(nu_e' W psi_e) a density? Lemma `joint` says why.

x is integrated out exactly: the joint integrates iff f(z) is in Omega_nu for almost every z and
h'(z) exp(<c, psi(z)> + A(f(z))) does. For numbers z that is a question at the ends of the support, and at points inside
where f touches the boundary of Omega_nu. A finite x is summed out: every g(x) must be in Omega_psi.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from functools import cache, partial

import sympy as sp

from tightcheck.family import Family
from tightcheck.kernel.joint_curves import Curve, End, constants_of, curve_of
from tightcheck.kernel.joint_faces import Face, along_face, faces, has_faces, outer_faces
from tightcheck.kernel.joint_finite import is_proper_at_every_point
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
)
from tightcheck.kernel.joint_growth import log_partition_along
from tightcheck.kernel.joint_lines import is_bounded_on_space, is_density_along_lines
from tightcheck.kernel.joint_margins import is_natural
from tightcheck.kernel.joint_numbers import (
    ONE,
    ZERO,
    Contradiction,
    Number,
    Signs,
    Unreached,
    dot,
    inverse,
    letter,
    letters_of,
    power,
    rational,
)
from tightcheck.kernel.joint_range import Touch, along, at, negative
from tightcheck.kernel.joint_region import stays_inside, stays_inside_on_sphere
from tightcheck.kernel.joint_signs import Branch, Exact, Path
from tightcheck.kernel.joint_sphere import is_sphere
from tightcheck.kernel.joint_vectors import is_density_of_vectors
from tightcheck.kernel.joint_weights import Side, Weights, rows_of, transposed


def is_density(xs: Side, zs: Side, weights: Weights, signs: Signs) -> bool:
    """Whether W gives a density with proper conditionals. Raises Unreached where no rule decides."""
    sides = (("x", xs, zs, weights), ("z", zs, xs, transposed(weights)))
    for _, summed, others, w in sides:
        if all(family.support.is_finite for family in summed):
            return is_proper_at_every_point(summed, others, w, signs)
    if all(is_compact(family) for family in (*xs, *zs)):
        return True
    for _, linear, others, w in sides:
        if (answer := is_quadratic_density(linear, others, w, signs)) is not None:
            return answer
    for _, linear, others, w in sides:
        if (answer := is_density_along_lines(linear, others, w, signs)) is not None:
            return answer
    for _, integrated, others, w in sides:
        if not is_bounded_on_space(integrated, others, w, signs):
            return False
    for side, integrated, others, w in sides:
        if len(others) == 1 and not signs.once(side, partial(may_be_proper, integrated, others[0], w, signs, side)):
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
    if isinstance(signs, Exact):
        return is_density_of_vectors(xs, zs, weights)
    raise Unreached("; ".join(dict.fromkeys(reasons)))


def effort(integrated: Side, others: Side) -> tuple[bool, int]:
    """Which side is easier to integrate out: what is left had better be compact, and A short."""
    is_left_compact = all(is_compact(family) for family in others)
    return not is_left_compact, sum(_length(family) for family in integrated)


@cache
def _length(family: Family) -> int:
    is_special = bool(family.log_partition.has(sp.loggamma, sp.besseli, sp.Piecewise))
    return int(sp.count_ops(family.log_partition)) + (100 if is_special else 0)


def integrates_over_sphere(xs: Side, z: Family, weights: Weights, signs: Signs) -> bool:
    """z on a sphere of dimension d - 1: alpha_0 + <alpha, z> is largest at alpha / |alpha|; near there it falls like 1/t^2."""
    dimension = len(z.statistics)
    for x, rows in zip(xs, rows_of(xs, weights), strict=True):
        if not x.has_full_domain and not has_faces(x) and isinstance(signs, Exact):
            if not stays_inside_on_sphere(x, dimension, rows):
                return False
            continue
        touched: list[tuple[Face, list[Number], Number]] = []
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
            if gap == 0:
                touched.append((face, alpha, square))
        if touched and len(xs) > 1:
            raise Unreached("several x whose domain is touched on a sphere")
        if not all(_integrates_near(x, dimension, rows, each, len(touched) == 1, signs) for each in touched):
            return False
    return True


def _integrates_near(
    x: Family,
    dimension: int,
    rows: Weights,
    touch: tuple[Face, list[Number], Number],
    is_alone: bool,
    signs: Signs,
) -> bool:
    """Near the point of the sphere where a face is touched: by its own strength where no other face is."""
    face, alpha, square = touch
    strength = singularity(x, face) if is_alone else None
    if strength is not None:
        return signs.sign(rational(2) * strength - rational(dimension - 1)) < 0
    here = _where_largest(face, alpha, rows, square, signs)
    jacobian = monomial(0, 1, factor=rational(-dimension))
    return is_integrable(plus([jacobian, log_partition_along(x, _leaving(x, here, signs), signs)], signs), signs)


def _where_largest(face: Face, alpha: Sequence[Number], rows: Weights, square: Number, signs: Signs) -> list[Number]:
    """f at the point alpha / |alpha| of the sphere, by letters where W is not known."""
    if not isinstance(signs, Exact):
        return _hidden(face, rows, f"the point of the sphere nearest to {list(alpha[1:])!r}")
    length = power(square, Fraction(1, 2), signs)
    point = [a * inverse(length) for a in alpha[1:]]
    return [sum((w * p for w, p in zip(row[1:], point, strict=True)), row[0]) for row in rows]


def may_be_proper(xs: Side, z: Family, weights: Weights, signs: Signs, side: str = "") -> bool:
    """Necessary: towards every end of z's support, and at its first point, f does not leave Omega_nu."""
    conditions = enumerate(end_conditions(xs, z, weights))
    return all(signs.once((side, "end", k), partial(condition, signs)) for k, condition in conditions)


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
    first = alpha[0] + dot(alpha[1:], curve.first)
    if signs.sign(first) >= (1 if face.is_closed else 0):
        signs.note(f"at {curve.lower}", f"a natural parameter of {x.name} leaves its domain")
        return False
    return True


@cache
def is_compact(family: Family) -> bool:
    """Whether every eta is natural because the statistics and the base measure are bounded."""
    if not family.has_full_domain:
        return False
    if family.support.chart is not None or family.support.is_finite:
        return True
    curve = curve_of(family)
    if curve is None:
        return all(isinstance(s, (sp.cos, sp.sin)) for s in family.statistics)
    return bool(curve.lower.is_finite and curve.upper.is_finite) and all(
        not germ.terms or compare(germ.terms[0][0], FLAT, Path()) <= 0 for end in curve.ends for germ in end.statistics
    )


def integrates(xs: Side, z: Family, weights: Weights, signs: Signs, side: str = "") -> bool:
    """The joint with all of x integrated out, z a number; `side` names x in what the oracle remembers."""
    curve = curve_of(z)
    if curve is None:
        raise Unreached(f"{z.name} is not a number on an interval or a lattice")
    blocks = rows_of(xs, weights)
    touches: list[tuple[int, Face, Touch]] = []
    for place, (x, rows) in enumerate(zip(xs, blocks, strict=True)):
        if not x.has_full_domain and not has_faces(x):
            if _is_fixed(x, rows, signs):
                if not _is_natural(x, rows, signs):
                    return False
                continue
            if isinstance(signs, Exact):
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
            is_alone = len(touches) == 1 and len(xs) == 1
            work = partial(_integrates_at, xs, curve, blocks, place, face, touch.point, signs, is_alone)
            if not signs.once((side, place, touch), work):
                signs.note(f"inside the range of {z.name}", f"a domain of {x.name} is touched: a power of the distance")
                return False
        return all(_integrates_towards(end, xs, blocks, weights[0], signs, side) for end in curve.ends)
    except Huge:
        signs.note(f"an end of the range of {z.name}", "the logarithm outgrows every power")
        return False


def _is_fixed(x: Family, rows: Weights, signs: Signs) -> bool:
    """Whether z moves none of the natural parameters that the domain of x is about."""
    limited = set().union(*(condition.free_symbols for condition in x.natural_domain))
    return all(
        signs.is_known_zero(entry)
        for eta, row in zip(x.natural_parameters, rows, strict=True)
        if eta in limited
        for entry in row[1:]
    )


def _is_natural(x: Family, rows: Weights, signs: Signs) -> bool:
    """Whether the part of f(z) that does not depend on z is in the domain."""
    return is_natural(x, [row[0] for row in rows], signs)


def _integrates_towards(
    end: End, xs: Side, blocks: Sequence[Weights], c: Sequence[Number], signs: Signs, side: str
) -> bool:
    parts = [end.log_density, along([ZERO, *c[1:]], end.statistics, signs)]
    try:
        for k, (x, rows) in enumerate(zip(xs, blocks, strict=True)):
            place = (side, k, end)
            etas = signs.once(place, partial(_all_along, rows, end, signs))
            parts.append(log_partition_along(x, etas, signs, place))
    except Huge:
        signs.note(end.name, "the logarithm of the margin outgrows every power of t")
        return False
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
    xs: Side,
    curve: Curve,
    blocks: Sequence[Weights],
    place: int,
    touched: Face,
    point: Number,
    signs: Signs,
    is_alone: bool,
) -> bool:
    """Near a point inside where faces are touched: those natural parameters leave the boundary like 1/t^2.

    f is in the closed domain on the whole interval, so no other face is crossed at the point.
    """
    strength = singularity(xs[place], touched)
    if strength is not None:
        is_weak = signs.sign(rational(2) * strength - ONE) < 0
        if not is_weak or is_alone:
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
        distance = face.constant + dot(face.slopes, here)
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
            is_bounded = germ.error is None or compare(germ.error, FLAT, signs) <= 0
            return ZERO if is_bounded else None
        key, factor = found[0]
    except (Unreached, Branch, Huge):
        return None
    own_letters = {p.symbol.name for p in family.fixed}
    if key == (0, 0, 1):
        return ZERO
    return factor if key == (0, 1, 0) and letters_of(factor) <= own_letters else None


__all__ = ["end_conditions", "integrates", "is_density", "singularity"]
