"""C4 of one explicit model with a number z and numbers x, where the sufficient conditions of `integrability` say nothing: the
procedure of lemma `joint` for this one W."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from functools import cache

import sympy as sp

from tightcheck.family import Family

MOST_COPIES = 3

Matrix = tuple[tuple[sp.Expr, ...], ...]


def is_density_of_pair(
    latent: Family,
    observed: Family,
    slopes: Sequence[Sequence[sp.Expr]],
    origin: Sequence[sp.Expr],
    c: Sequence[sp.Expr],
    copies: sp.Expr,
) -> bool:
    """Whether h(x) h'(z) exp(<nu(x), F psi(z) + f_0> + <c, psi(z)>), for so many copies of x that move together, certainly
    has a finite integral and proper conditionals. F, f_0 and c are rational numbers."""
    plain = all(f.dimension is None and len(f.variables) == 1 and _is_known(f) for f in (latent, observed))
    if not plain or copies not in range(1, MOST_COPIES + 1):
        return False
    rows = (*((start, *row) for start, row in zip(origin, slopes, strict=True)),)
    if not all(sp.sympify(entry).is_Rational for row in (*rows, c) for entry in row):
        return False
    return bool(_is_density(latent, observed, rows, tuple(c), int(copies)))


def _is_known(family: Family) -> bool:
    """Whether no fixed parameter of the family is open."""
    free = family.log_base_measure.free_symbols | family.log_partition.free_symbols
    free = free.union(*(s.free_symbols for s in family.statistics), *(r.free_symbols for r in family.natural_domain))
    return bool(free <= {*family.variables, *family.natural_parameters})


@cache
def _is_density(latent: Family, observed: Family, rows: Matrix, c: tuple[sp.Expr, ...], copies: int) -> bool:
    from tightcheck.kernel.joint_density import is_density
    from tightcheck.kernel.joint_exact import Exact
    from tightcheck.kernel.joint_explore import TooMany
    from tightcheck.kernel.joint_numbers import Contradiction, TooLong, Unreached, rational
    from tightcheck.kernel.joint_sides import owned

    written = ((sp.Integer(0), *c), *(row for _ in range(copies) for row in rows))
    weights = [[rational(Fraction(int(entry.p), int(entry.q))) for entry in row] for row in written]
    xs = tuple(owned(observed, f"x{copy}") for copy in range(copies))
    try:
        return bool(is_density(xs, (owned(latent, "z"),), weights, Exact()))
    except (Unreached, Contradiction, TooLong, TooMany):
        return False
