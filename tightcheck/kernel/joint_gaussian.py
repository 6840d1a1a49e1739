"""Joints whose logarithm is a quadratic polynomial: one side Gaussian with known covariance, the other any Gaussian.

The joint integrates iff the coefficients of x z z' vanish and the matrix of the quadratic form is negative definite.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import sympy as sp

from tightcheck.family import Family
from tightcheck.kernel.joint_expressions import value
from tightcheck.kernel.joint_numbers import ZERO, Number, Signs, inverse
from tightcheck.kernel.joint_signs import Path

Square = dict[tuple[int, int], Number]


@dataclass(frozen=True, eq=False)
class Quadratic:
    """Statistics and log h of vectors in R^d as polynomials: linear parts and quadratic parts (i <= j), constants aside."""

    dimension: int
    linear: tuple[tuple[Number, ...], ...]
    square: tuple[Square, ...]
    base: Square


@cache
def quadratic_of(family: Family) -> Quadratic | None:
    """The polynomials of a family on all of R^d whose statistics and log base measure, or those of its law, have degree <= 2."""
    law = family.law
    x = family.variables if law is None else (law.parameter,)
    bounds = family.support.bounds if law is None else (law.bounds,)
    if family.support.is_discrete or bounds is None or any(b != (-sp.oo, sp.oo) for b in bounds):
        return None
    statistics, density = (
        (family.statistics, family.log_base_measure) if law is None else (law.statistics, law.log_density)
    )
    functions = (*statistics, density)
    if not all(f.is_polynomial(*x) for f in functions):
        return None
    polys = [sp.Poly(f, *x) for f in functions]
    if any(p.total_degree() > 2 for p in polys):
        return None
    signs = Path(positive=frozenset(s.name for f in functions for s in f.free_symbols if s.is_positive) | {"pi"})
    squares = tuple(_square(p, signs) for p in polys)
    linear = tuple(tuple(value(p.coeff_monomial(v), {}, signs) for v in x) for p in polys[:-1])
    return Quadratic(len(x), linear, squares[:-1], squares[-1])


def _square(p: sp.Poly, signs: Signs) -> Square:
    found: Square = {}
    for powers, coefficient in p.terms():
        if sum(powers) == 2:
            places = [i for i, power in enumerate(powers) for _ in range(power)]
            found[places[0], places[1]] = value(coefficient, {}, signs)
    return found


def is_quadratic_density(
    xs: Sequence[Family], zs: Sequence[Family], weights: Sequence[Sequence[Number]], signs: Signs
) -> bool | None:
    """Whether the joint integrates; None where the families or W are not of this kind.

    `xs` has linear statistics alone, or W has zeros wherever a statistic of either side is quadratic.
    """
    x_parts, z_parts = [quadratic_of(f) for f in xs], [quadratic_of(f) for f in zs]
    if any(p is None for p in (*x_parts, *z_parts)):
        return None
    x, z = _stacked([p for p in x_parts if p]), _stacked([p for p in z_parts if p])
    if any(x.square) and not _is_bilinear(x, z, weights):
        return None
    for row in weights[1:]:
        for place in {place for square in z.square for place in square}:
            if signs.sign(_sum(w * square.get(place, ZERO) for w, square in zip(row[1:], z.square, strict=True))):
                names = " and ".join(dict.fromkeys(family.name for family in zs))
                signs.note(f"{names} along a line", "the logarithm of the margin is of order t^4")
                return False
    size = x.dimension + z.dimension
    matrix = [[ZERO] * size for _ in range(size)]
    _put(matrix, x.base, 0)
    _put(matrix, z.base, x.dimension)
    for row, square in zip(weights[1:], x.square, strict=True):
        _put(matrix, {place: row[0] * c for place, c in square.items()}, 0)
    for w, square in zip(weights[0][1:], z.square, strict=True):
        _put(matrix, {place: w * c for place, c in square.items()}, x.dimension)
    for row, left in zip(weights[1:], x.linear, strict=True):
        for w, right in zip(row[1:], z.linear, strict=True):
            for i, a in enumerate(left):
                for j, b in enumerate(right):
                    if a.terms and b.terms:
                        matrix[i][x.dimension + j] -= w * a * b
                        matrix[x.dimension + j][i] -= w * a * b
    return _is_positive_definite(matrix, signs)


def _is_bilinear(x: Quadratic, z: Quadratic, weights: Sequence[Sequence[Number]]) -> bool:
    """Whether W ties only statistics that are linear."""
    return not any(
        entry.terms
        for row, left in zip(weights[1:], x.square, strict=True)
        for entry, right in zip(row[1:], z.square, strict=True)
        if left or right
    )


def _sum(numbers) -> Number:  # type: ignore[no-untyped-def]
    return sum(numbers, ZERO)


def _stacked(parts: Sequence[Quadratic]) -> Quadratic:
    """Independent vectors one after the other."""
    total = sum(p.dimension for p in parts)
    linear: list[tuple[Number, ...]] = []
    square: list[Square] = []
    base: Square = {}
    first = 0
    for p in parts:
        linear += [(ZERO,) * first + row + (ZERO,) * (total - first - p.dimension) for row in p.linear]
        square += [{(i + first, j + first): c for (i, j), c in s.items()} for s in p.square]
        base |= {(i + first, j + first): c for (i, j), c in p.base.items()}
        first += p.dimension
    return Quadratic(total, tuple(linear), tuple(square), base)


def _put(matrix: list[list[Number]], square: Square, first: int) -> None:
    """Subtract the Hessian of a quadratic form."""
    for (i, j), c in square.items():
        matrix[first + i][first + j] -= c
        matrix[first + j][first + i] -= c


def _is_positive_definite(matrix: list[list[Number]], signs: Signs) -> bool:
    """By elimination: every pivot is positive."""
    rows = [list(row) for row in matrix]
    for step in range(len(rows)):
        pivot = rows[step][step]
        if signs.sign(pivot) <= 0:
            signs.note("a direction in which the quadratic form does not fall", "the integrand does not vanish")
            return False
        for row in rows[step + 1 :]:
            if row[step].terms:
                share = row[step] * inverse(pivot)
                row[:] = [a - share * b for a, b in zip(row, rows[step], strict=True)]
    return True


__all__ = ["Quadratic", "is_quadratic_density", "quadratic_of"]
