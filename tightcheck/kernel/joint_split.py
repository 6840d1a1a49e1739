"""Shares: a joint of several z is a density if each z alone is, with its share of every x. Lemma `joint`, (v).

A_i is convex: with shares p_ij >= 0, sum_j p_ij = 1, and f_i = sum_j p_ij (a_i + W_ij psi_j / p_ij), exp A_i(f_i) is at most the
product over j of exp(p_ij A_i(a_i + W_ij psi_j / p_ij)); so the margin is at most a product of functions of one z_j each.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from functools import cache

from tightcheck.family import Family
from tightcheck.kernel.joint_curves import curve_of
from tightcheck.kernel.joint_exact import Exact
from tightcheck.kernel.joint_numbers import Contradiction, TooLong, Unreached, rational
from tightcheck.kernel.joint_over_numbers import integrates
from tightcheck.kernel.joint_weights import Side, Weights, rows_of, transposed

Shares = Sequence[Sequence[Fraction]]
"""For each x its share in every z; 0 where their block of W is 0."""

FINEST = 2**8
"""The smallest share that is told from others, and from none."""


def is_density_by_shares(xs: Side, zs: Side, weights: Weights) -> bool:
    """Whether W, in rationals, is shown to be a density: by equal shares, or by what each pair needs. False says nothing."""
    tied = _tied(xs, zs, weights)
    if any(curve_of(z) is None for z in zs) or not all(map(any, tied)):
        return False
    equal = [[Fraction(int(is_tied), sum(row)) for is_tied in row] for row in tied]
    if is_density_with(xs, zs, weights, equal):
        return True
    needed = [
        [_need(x, z, w) if is_tied else Fraction(0) for z, w, is_tied in zip(zs, blocks, row, strict=True)]
        for x, blocks, row in zip(xs, _blocks(xs, zs, weights), tied, strict=True)
    ]
    if any(sum(row) > 1 for row in needed):
        return False
    filled = [
        [p + (1 - sum(row)) * q for p, q in zip(row, even, strict=True)]
        for row, even in zip(needed, equal, strict=True)
    ]
    return is_density_with(xs, zs, weights, filled)


def is_density_with(xs: Side, zs: Side, weights: Weights, shares: Shares) -> bool:
    """Whether these shares show that W, in rationals, is a density."""
    blocks = _blocks(xs, zs, weights)
    for j, z in enumerate(zs):
        tied = [i for i in range(len(xs)) if shares[i][j]]
        sides = tuple(share_of(xs[i], shares[i][j]) for i in tied)
        rows = [row for i in tied for row in _spread(blocks[i][j], shares[i][j])]
        if not _integrates(sides, z, [blocks[0][j][0], *rows]):
            return False
    return True


@cache
def share_of(family: Family, share: Fraction) -> Family:
    """The family with `share` times its log-partition."""
    factor = rational_of(share)
    growth = tuple(replace(each, log_partition=factor * each.log_partition) for each in family.growth)
    return replace(family, log_partition=factor * family.log_partition, growth=growth)


def rational_of(share: Fraction):  # type: ignore[no-untyped-def]  # SymPy has no types
    """The share as SymPy writes it."""
    import sympy as sp

    return sp.Rational(share.numerator, share.denominator)


def _spread(block: Weights, share: Fraction) -> Weights:
    """The rows (a, W / p) of one x and one z."""
    factor = rational(1 / share)
    return [[row[0], *(factor * w for w in row[1:])] for row in block[1:]]


def _need(x: Family, z: Family, block: Weights) -> Fraction:
    """The smallest share of x, up to the finest, with which the pair is shown to be a density; more than 1 if there is none."""
    low, high = 0, FINEST
    if not _integrates((x,), z, block):
        return Fraction(2)
    while high - low > 1:
        middle = (low + high) // 2
        share = Fraction(middle, FINEST)
        is_enough = _integrates((share_of(x, share),), z, [block[0], *_spread(block, share)])
        low, high = (low, middle) if is_enough else (middle, high)
    return Fraction(high, FINEST)


def _integrates(xs: Side, z: Family, weights: Weights) -> bool:
    try:
        return integrates(xs, z, weights, Exact())
    except (Unreached, Contradiction, TooLong):
        return False


def _blocks(xs: Side, zs: Side, weights: Weights) -> list[list[Weights]]:
    """For each x and z their block of W with its margins."""
    return [
        [
            transposed([[row[0] for row in [weights[0], *rows]], *columns])
            for columns in rows_of(zs, transposed([weights[0], *rows]))
        ]
        for rows in rows_of(xs, weights)
    ]


def _tied(xs: Side, zs: Side, weights: Weights) -> list[list[bool]]:
    return [
        [any(w.terms for row in block[1:] for w in row[1:]) for block in row_of_blocks]
        for row_of_blocks in _blocks(xs, zs, weights)
    ]


__all__ = ["Shares", "is_density_by_shares", "is_density_with", "share_of"]
