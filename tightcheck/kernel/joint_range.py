"""Where a function alpha_0 + <alpha, psi(u)> of a family of numbers is negative: everywhere, but at a point, or not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import sympy as sp

from tightcheck.kernel.joint_curves import Curve
from tightcheck.kernel.joint_elementary import logarithm, power
from tightcheck.kernel.joint_exact import Exact
from tightcheck.kernel.joint_expressions import value
from tightcheck.kernel.joint_germs import Germ, constant, lead, plus, scaled
from tightcheck.kernel.joint_numbers import ZERO, Number, Signs, Unreached, dot, inverse, letter, rational

Affine = Sequence[Number]
"""alpha_0, alpha_1, ..., alpha_m."""

LARGEST_LATTICE_POINT = 2000


@dataclass(frozen=True)
class Touch:
    """A point inside the interval where the function is 0, its largest value; None: it is 0 everywhere."""

    point: Number | None


def along(alpha: Affine, statistics: Sequence[Germ], signs: Signs) -> Germ:
    """The function towards an end."""
    pairs = ((a, s) for a, s in zip(alpha[1:], statistics, strict=True) if not signs.is_known_zero(a))
    moving = (scaled(s, a) for a, s in pairs if s.error is None or signs.sign(a))
    return plus([constant(alpha[0]), *moving], signs)


def negative(curve: Curve, alpha: Affine, is_closed: bool, signs: Signs) -> tuple[bool, Touch | None]:
    """Whether the function is < 0 almost everywhere, and where it touches 0 inside.

    `is_closed` allows 0 on sets with mass as well (then all of it may be 0).
    """
    if all(signs.sign(a) == 0 for a in alpha[1:]):
        sign = signs.sign(alpha[0])
        return sign < 0 or (is_closed and sign == 0), Touch(None) if sign == 0 else None
    for end in curve.ends:
        found = lead(along(alpha, end.statistics, signs), signs)
        if found is not None and found[2] > 0:
            return False, None
    if curve.is_lattice:
        return _negative_on_lattice(curve, alpha, is_closed, signs), None
    if (opaque := hidden_maximum(curve, alpha, signs)) is not None:
        sign = signs.sign(opaque)
        return sign <= 0, Touch(opaque) if sign == 0 else None
    top = _stationary_maximum(curve, alpha, signs)
    if top is None:
        return True, None
    sign = signs.sign(at(curve, alpha, top, signs))
    return sign <= 0, Touch(top) if sign == 0 else None


def hidden_maximum(curve: Curve, alpha: Affine, signs: Signs) -> Number | None:
    """Where W is not known and the maximum has no short formula: a letter for the largest maximum inside (-1 if none)."""
    if isinstance(signs, Exact) or not is_long(curve):
        return None
    return letter(f"max inside of {written(curve, alpha)}")


def is_long(curve: Curve) -> bool:
    """Whether maxima over the curve have no short formula: slopes of degree 2, or two statistics of a bounded interval."""
    if curve.slopes is None:
        return False
    is_bounded = curve.lower.is_finite and curve.upper.is_finite
    return max(map(len, curve.slopes)) > 2 or (bool(is_bounded) and len(curve.statistics) > 1)


def written(curve: Curve, alpha: Affine) -> str:
    """The function in words, which is what a hidden maximum is called."""
    terms = [f"({alpha[0]!r})"] if alpha[0].terms else []
    terms += [f"({a!r})*{s}" for a, s in zip(alpha[1:], curve.statistics, strict=True) if a.terms]
    return " + ".join(terms)


def at(curve: Curve, alpha: Affine, point: Number, signs: Signs) -> Number:
    """The function at a point inside."""
    here = {curve.parameter: point}
    values = [value(s, here, signs) if a.terms else ZERO for a, s in zip(alpha[1:], curve.statistics, strict=True)]
    return alpha[0] + dot(alpha[1:], values)


def _stationary_maximum(curve: Curve, alpha: Affine, signs: Signs) -> Number | None:
    """The point inside the interval where the slope, of degree at most 2 there, goes from + to -."""
    if curve.slopes is None:
        raise Unreached("a statistic without a rational derivative")
    degree = max(len(p) for p in curve.slopes) - 1
    slope = [
        sum((a * p[k] for a, p in zip(alpha[1:], curve.slopes, strict=True) if k < len(p)), ZERO)
        for k in range(degree + 1)
    ]
    if degree > 2:
        raise Unreached("a derivative of degree 3 or more")
    while len(slope) > 1 and signs.sign(slope[-1]) == 0:
        slope.pop()
    if len(slope) == 1:
        return None
    if len(slope) == 2:
        if signs.sign(slope[1]) > 0:
            return None
        point = -slope[0] * inverse(slope[1])
    else:
        discriminant = slope[1] * slope[1] - rational(4) * slope[0] * slope[2]
        if signs.sign(discriminant) <= 0:
            return None
        root = power(discriminant, Fraction(1, 2), signs)
        point = -(slope[1] + root) * inverse(rational(2) * slope[2])
    return point if _is_inside(curve, slope, point, signs) else None


def _is_inside(curve: Curve, slope: list[Number], point: Number, signs: Signs) -> bool:
    for bound, way in ((curve.lower, 1), (curve.upper, -1)):
        if bound.is_finite:
            end = value(bound, {}, signs)
            if len(slope) == 2:  # sign(point - end) = sign(slope at end), as the slope falls
                at = slope[0] + slope[1] * end
                if signs.sign(at) * way <= 0:
                    return False
            elif signs.sign(point - end) * way <= 0:
                return False
    return True


def _negative_on_lattice(curve: Curve, alpha: Affine, is_closed: bool, signs: Signs) -> bool:
    """Every point has mass: a linear function is largest at the first one, or rises; a concave one is climbed."""
    assert curve.first is not None
    first = alpha[0] + dot(alpha[1:], curve.first)
    if signs.sign(first) >= (1 if is_closed else 0):
        return False
    if len(curve.statistics) == 1 and sp.diff(curve.statistics[0], curve.parameter, 2) == 0:
        return True  # it does not rise: its end was looked at
    return _negative_by_climbing(curve, alpha, is_closed, signs)


def _negative_by_climbing(curve: Curve, alpha: Affine, is_closed: bool, signs: Signs) -> bool:
    """(u, log u!): the increments alpha_1 + alpha_2 log(u + 1) fall if alpha_2 <= 0; then the maximum is where they turn."""
    if tuple(curve.statistics) != (curve.parameter, sp.loggamma(curve.parameter + 1)) and str(curve.statistics) != str(
        (curve.parameter, sp.log(sp.gamma(curve.parameter + 1)))
    ):
        raise Unreached("a lattice with other statistics than u and log u!")
    if signs.sign(alpha[2]) >= 0:
        return True  # convex, below 0 at both ends
    if signs.sign(alpha[1]) <= 0:
        return True  # falls from the first point on
    if not isinstance(signs, Exact):
        top = signs.sign(letter(f"max of {written(curve, alpha)}"))
        return top < (1 if is_closed else 0)
    log_factorial = ZERO
    for n in range(LARGEST_LATTICE_POINT):
        step = logarithm(rational(n + 1), signs)
        if signs.sign(alpha[1] + alpha[2] * step) <= 0:
            best = alpha[0] + alpha[1] * rational(n) + alpha[2] * log_factorial
            break
        log_factorial = log_factorial + step
    else:
        raise Unreached("the largest value over all counts is too far out")
    return signs.sign(best) < (1 if is_closed else 0)


__all__ = ["Affine", "Touch", "along", "at", "hidden_maximum", "negative"]
