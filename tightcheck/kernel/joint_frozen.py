"""Refutations of products: all z but one are held in a small box, where the rest diverges. Lemma `joint`, (w).

What is asked holds at every point of the box, which has positive mass: by Tonelli's theorem the joint is no density.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from tightcheck.family import Family
from tightcheck.kernel.joint_curves import curve_of
from tightcheck.kernel.joint_enclosures import FLAT, Enclosing
from tightcheck.kernel.joint_exact import Exact
from tightcheck.kernel.joint_numbers import ZERO, Contradiction, Number, TooLong, Unreached, dot, letter, rational
from tightcheck.kernel.joint_over_numbers import integrates
from tightcheck.kernel.joint_weights import Side, Weights, rows_of, transposed

PLACES = 3
"""How many points of the support the others are held near, one after the other."""
RADIUS = Fraction(1, 2**30)


class Near(Exact):
    """Signs that hold for all values of the letters within their balls."""

    def __init__(self, balls: Mapping[str, Any]) -> None:
        super().__init__()
        self.balls = balls

    def _atom(self, name: str):  # type: ignore[no-untyped-def]  # flint has no types
        return self.balls[name] if name in self.balls else super()._atom(name)


def diverges_near(xs: Side, zs: Side, weights: Weights) -> bool:
    """Whether W, in rationals, is shown to be no density by one z with the others in a box. False says nothing."""
    columns = rows_of(zs, transposed(weights))
    for j, z in enumerate(zs):
        if curve_of(z) is None:
            continue
        for place in range(PLACES):
            try:
                balls: dict[str, Any] = {}
                margin = [row[0] for row in weights]
                for k, other in enumerate(zs):
                    if k != j:
                        held = held_at(other, place, balls, f"held_{k}")
                        margin = [
                            m + dot(held, row) for m, row in zip(margin, zip(*columns[k], strict=True), strict=True)
                        ]
                left = [ZERO, *margin[1:]], *columns[j]
                if not integrates(xs, z, transposed(left), Near(balls)):
                    return True
            except (Unreached, Contradiction, TooLong):
                continue
    return False


def held_at(family: Family, place: int, balls: dict[str, Any], name: str) -> list[Number]:
    """The statistics in a box about a point of the support (at the point, if it has mass): letters, whose balls are noted."""
    from flint import arb, fmpq

    points = family.support.points
    point = points[place % len(points)]
    width = 0 if family.support.is_discrete else RADIUS
    radius = arb(0, float(width))
    exact = Enclosing({})
    here = {
        v: {FLAT: exact.of(c).get(FLAT, fmpq(0)) + radius if width else exact.of(c).get(FLAT, fmpq(0))}
        for v, c in zip(family.variables, point, strict=True)
    }
    enclosing = Enclosing(here)
    found = []
    for k, statistic in enumerate(family.statistics):
        value = enclosing.of(statistic).get(FLAT, fmpq(0))
        if isinstance(value, fmpq):
            found.append(rational(Fraction(int(value.p), int(value.q))))
            continue
        balls[f"{name}_{k}"] = value
        found.append(letter(f"{name}_{k}"))
    return found


__all__ = ["Near", "diverges_near"]
