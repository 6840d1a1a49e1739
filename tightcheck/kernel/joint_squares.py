"""Sums that have one sign whatever their letters are: squares, and definite quadratic forms."""

from __future__ import annotations

from fractions import Fraction
from functools import cache

from tightcheck.kernel.joint_numbers import ATOMS, Monomial, Number, Rational, plain

LONGEST_ROOT = 4


@cache
def square_root(number: Number) -> tuple[int, Number] | None:
    """1 or -1 and q where the number is this times |c| times the square of a sum q of two, three or four products of letters.

    q is found term by term from the largest on, in lexicographic order: with q0 found, the largest term of number / c - q0^2
    is twice the leading term of q times the next one.
    """
    if len(number.terms) not in (3, 6, 10) or any(ATOMS[name].argument is not None for name in number.atoms):
        return None
    names = sorted(number.atoms)
    rest = {tuple(dict(m).get(name, 0) for name in names): Fraction(f) for m, f in number.terms.items()}
    top = max(rest)
    scale = rest[top]
    if any(power % 2 for power in top):
        return None
    half = tuple(power // 2 for power in top)
    rest = {powers: factor / scale for powers, factor in rest.items() if powers != top}
    root: dict[tuple[Rational, ...], Fraction] = {half: Fraction(1)}
    while rest:
        top = max(rest)
        step, factor = tuple(p - h for p, h in zip(top, half, strict=True)), rest[top] / 2
        if len(root) == LONGEST_ROOT or any(power < 0 for power in step):
            return None
        root[step] = factor
        for powers, other in root.items():
            place = tuple(p + s for p, s in zip(powers, step, strict=True))
            left = rest.pop(place, Fraction(0)) - (factor if powers == step else 2 * factor) * other
            if left:
                rest[place] = left
    terms: dict[Monomial, Rational] = {
        tuple((n, p) for n, p in zip(names, powers, strict=True) if p): plain(c) for powers, c in root.items()
    }
    return (1 if scale > 0 else -1), Number(terms)


@cache
def definite(number: Number) -> int | None:
    """1 or -1 where the number is a positive or negative definite quadratic form in its letters."""
    names = sorted(number.atoms)
    place = {name: k for k, name in enumerate(names)}
    matrix = [[Fraction(0)] * len(names) for _ in names]
    for monomial, factor in number.terms.items():
        powers = [p for _, p in monomial]
        if sum(powers) != 2 or any(p.denominator != 1 or p < 0 for p in powers):
            return None
        if any(ATOMS[name].argument is not None for name, _ in monomial):
            return None
        i, k = place[monomial[0][0]], place[monomial[-1][0]]
        matrix[i][k] += Fraction(factor) / 2
        matrix[k][i] += Fraction(factor) / 2
    pivots = []
    for step in range(len(names)):
        pivot = matrix[step][step]
        pivots.append(pivot)
        if not pivot:
            return None
        for row in matrix[step + 1 :]:
            share = row[step] / pivot
            row[:] = [a - share * b for a, b in zip(row, matrix[step], strict=True)]
    return 1 if all(p > 0 for p in pivots) else -1 if all(p < 0 for p in pivots) else None
