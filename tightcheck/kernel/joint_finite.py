"""A finite side is summed out: the joint is a density iff every g(x) is natural, term by term."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from itertools import product

import sympy as sp

from tightcheck.family import Family
from tightcheck.kernel.joint_faces import along_face, exact, faces, has_faces
from tightcheck.kernel.joint_margins import is_natural
from tightcheck.kernel.joint_numbers import Number, Signs, Unreached, dot
from tightcheck.kernel.joint_weights import Side, Weights, rows_of, transposed


def is_proper_at_every_point(summed: Side, others: Side, weights: Weights, signs: Signs) -> bool:
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
        elif not all(is_natural(z, g, signs) for g in images(summed, columns)):
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
        value = dot(alpha, point)
        if best is None or signs.sign(value - best) > 0:
            best = value
    assert best is not None
    return best


def images(summed: Side, columns: Weights) -> Iterator[list[Number]]:
    """g(x) at the extreme points of the statistics of a finite x; `columns` are those of W that make up g."""
    for points in product(*(extreme_points(family) for family in summed)):
        statistics = [c for point in points for c in point]
        yield [column[0] + dot(column[1:], statistics) for column in columns]


@cache
def extreme_points(family: Family) -> tuple[tuple[Number, ...], ...]:
    """The statistics at points of a finite support whose convex hull is that of all; midpoints of others are left out."""
    values = list(dict.fromkeys(tuple(s.xreplace(at) for s in family.statistics) for at in support_points(family)))
    known = set(values)

    def is_midpoint(v: tuple[sp.Expr, ...]) -> bool:
        return any(w != v and tuple(2 * a - b for a, b in zip(v, w, strict=True)) in known for w in values)

    return tuple(tuple(exact(c) for c in v) for v in values if not is_midpoint(v))


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


__all__ = ["extreme_points", "images", "is_proper_at_every_point"]
