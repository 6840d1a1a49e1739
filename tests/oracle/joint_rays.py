"""An outside judge of joints of vectors: the margin of z along curves to infinity, in logarithmic coordinates.

z is written by real coordinates y, one for each variable whose ends are given by the earlier ones: z = lower + exp(y),
+-exp(y), or a share 1 / (1 + exp(-y)) of an interval. With x integrated in closed form

    G(y) = log h'(z) + b' psi(z) + A(W psi(z) + a) + log |dz/dy|

must tend to -infinity wherever y does if the joint is finite; it is infinite where W psi(z) + a leaves the natural domain.
Along y = start + t direction, t = 20, 40, 80, a G that does not fall, or a domain that is left, refutes a density; that
none is found shows nothing. Nothing is shared with the package but the families' stated facts.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from itertools import product
from random import Random

import mpmath
import sympy as sp

from tests.oracle.joint_judge import Side, Weights
from tightcheck.family import Family

Number = mpmath.mpf
DIGITS = 250
TIMES = (20, 40, 80)
CURVES = 60
"""Random curves, beside those that move single coordinates."""
SPEEDS = (-1.0, -0.5, 0.0, 0.25, 0.5, 1.0)


def diverges(x: Family, z: Family, weights: Weights, seed: int = 0) -> str:
    """A curve along which the joint does not vanish, in words; empty where none was found, with x or z integrated."""
    random = Random(seed)
    for inner, outer, w in ((x, z, weights), (z, x, weights.exchanged)):
        for curve in _curves(outer, random):
            with mpmath.workdps(DIGITS):
                heights = [_height(Side(inner), outer, w, curve, mpmath.mpf(t)) for t in TIMES]
            if any(height is None for height in heights):
                return f"{inner.name}'s domain is left along {curve}"
            first, second, third = heights
            if (
                first is not None
                and second is not None
                and third is not None
                and third >= second - 1
                and third >= first - 1
            ):
                return (
                    f"the margin of {outer.name} does not vanish along {curve}: {[mpmath.nstr(h, 6) for h in heights]}"
                )
    return ""


Curve = tuple[tuple[int, ...], tuple[float, ...], tuple[float, ...]]
"""Signs of coordinates that have two, starts and directions."""


def _curves(family: Family, random: Random) -> Iterator[Curve]:
    size = len(_coordinates(family))
    for place, way in product(range(size), (1, -1)):
        for sign in (1, -1):
            if way > 0 or not family.support.is_discrete:
                yield (sign,) * size, (0.0,) * size, tuple(float(way * (i == place)) for i in range(size))
    for _ in range(CURVES):
        signs = tuple(random.choice((1, -1)) for _ in range(size))
        start = tuple(round(random.uniform(-2, 2), 2) for _ in range(size))
        direction = tuple(random.choice(SPEEDS) for _ in range(size))
        if any(d > 0 or (d and not family.support.is_discrete) for d in direction):  # counts stop at 0
            yield signs, start, direction


@cache
def _coordinates(family: Family) -> tuple[tuple[sp.Symbol, sp.Expr, sp.Expr], ...]:
    """The variables that are not determined by earlier ones, with their ends."""
    bounds = family.support.bounds or ()
    return tuple((v, a, b) for v, (a, b) in zip(family.variables, bounds, strict=True) if a != b)


@cache
def ends_of(family: Family) -> list[tuple[object, object]]:
    """The ends of each variable as functions of the earlier ones."""
    bounds = family.support.bounds or ()
    return [tuple(sp.lambdify(family.variables[:k], end, "mpmath") for end in pair) for k, pair in enumerate(bounds)]  # type: ignore[misc]


def _place(family: Family, curve: Curve, t: Number) -> tuple[list[Number], Number]:
    """z and log |dz/dy| at time t."""
    signs, starts, directions = curve
    values: list[Number] = []
    log_volume, used = mpmath.mpf(0), 0
    is_lattice = family.support.is_discrete
    for lower_of, upper_of in ends_of(family):
        lower, upper = lower_of(*values), upper_of(*values)  # type: ignore[operator]
        if lower == upper:
            values.append(mpmath.mpf(lower))
            continue
        y = starts[used] + directions[used] * t
        size = mpmath.exp(y)
        if lower == -mpmath.inf:
            values.append(signs[used] * size)
            log_volume += y
        elif upper == mpmath.inf:
            values.append(lower + (mpmath.floor(size) if is_lattice else size))
            log_volume += max(y, 0) if is_lattice else y
        else:
            share = 1 / (1 + mpmath.exp(-y))
            values.append(lower + (upper - lower) * share)
            log_volume += mpmath.log(upper - lower) + mpmath.log(share) + mpmath.log(1 / (1 + size))
        used += 1
    return values, log_volume


def _height(inner: Side, outer: Family, weights: Weights, curve: Curve, t: Number) -> Number | None:
    """G; None where the natural domain is left."""
    value, log_volume = _place(outer, curve, t)
    side = Side(outer)
    statistics = side.statistics(value)
    eta = [
        sum((mpmath.mpf(w.numerator) / w.denominator * s for w, s in zip(row, statistics, strict=True)), _number(a))
        for row, a in zip(weights.between, weights.of_x, strict=True)
    ]
    log_partition = inner.log_partition(eta)
    if log_partition is None:
        return None
    own = sum((_number(b) * s for b, s in zip(weights.of_z, statistics, strict=True)), mpmath.mpf(0))
    return own + log_partition + side.log_base_measure(value) + log_volume


def _number(value: object) -> Number:
    return mpmath.mpf(value.numerator) / value.denominator  # type: ignore[attr-defined]


__all__: Sequence[str] = ("diverges", "ends_of")
