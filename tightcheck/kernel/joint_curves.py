"""A family of numbers as a joint sees it: a curve of statistics over an interval or a lattice, and its ends."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cache

import sympy as sp

from tightcheck.family import Family
from tightcheck.kernel.joint_expressions import compiled, evaluate
from tightcheck.kernel.joint_germs import Germ, monomial, plus
from tightcheck.kernel.joint_numbers import Number, Unreached, rational
from tightcheck.kernel.joint_signs import Path


@dataclass(frozen=True, eq=False)
class End:
    """An end of the interval: u, its statistics and log h' plus the logarithm of |du/dt| as germs in t -> infinity."""

    name: str
    parameter: Germ
    statistics: tuple[Germ, ...]
    log_density: Germ


@dataclass(frozen=True, eq=False)
class Curve:
    """u -> psi(u), over the interval from `lower` to `upper` or over its integers.

    `slopes` are polynomials in u proportional, with one positive factor, to the derivatives of the statistics.
    `first` holds the statistics at the first point of a lattice.
    """

    parameter: sp.Symbol
    lower: sp.Expr
    upper: sp.Expr
    is_lattice: bool
    statistics: tuple[sp.Expr, ...]
    ends: tuple[End, ...]
    slopes: tuple[tuple[Number, ...], ...] | None
    first: tuple[Number, ...] | None


PI = "pi"


def constants_of(family: Family) -> frozenset[str]:
    """The names of the family's fixed parameters that are positive, and pi."""
    return frozenset({p.symbol.name for p in family.fixed if p.symbol.is_positive} | {PI})


@cache
def curve_of(family: Family) -> Curve | None:
    """The curve of an infinite family of numbers with unbounded or interval support; None where it has none."""
    if family.support.is_finite:
        return None
    if family.law is not None:
        u, (lower, upper) = family.law.parameter, family.law.bounds
        statistics, log_density = family.law.statistics, family.law.log_density
    elif len(family.variables) == 1 and family.support.bounds is not None:
        (u,), ((lower, upper),) = family.variables, family.support.bounds
        statistics, log_density = family.statistics, family.log_base_measure
    else:
        return None
    if any(_has_strange(compiled(s)) for s in statistics):
        return None
    is_lattice = family.support.is_discrete
    signs = Path(positive=constants_of(family))
    ends = tuple(_ends(u, lower, upper, is_lattice, statistics, log_density, signs))
    first = None
    if is_lattice:
        try:
            first = tuple(_number(evaluate(s.subs(u, lower), {}, signs)) for s in statistics)
        except Unreached:
            return None
    return Curve(u, lower, upper, is_lattice, statistics, ends, _slopes(statistics, u, _inside(lower, upper)), first)


def _has_strange(program: tuple[object, ...]) -> bool:
    return program[0] == "strange" or any(isinstance(part, tuple) and _has_strange(part) for part in program[1:])


def _number(germ: Germ) -> Number:
    return germ.terms[0][1] if germ.terms else rational(0)


def _ends(
    u: sp.Symbol,
    lower: sp.Expr,
    upper: sp.Expr,
    is_lattice: bool,
    statistics: tuple[sp.Expr, ...],
    log_density: sp.Expr,
    signs: Path,
) -> Iterator[End]:
    """Towards an infinite end u = t or -t; towards a finite end e of an interval u = e + 1/t or e - 1/t."""
    for end, way in ((lower, 1), (upper, -1)):
        if is_lattice and end.is_finite:
            continue
        if end.is_finite:
            start = evaluate(end, {}, signs)
            here = plus([start, monomial(-1, factor=rational(way))], signs)
            jacobian = monomial(0, 1, factor=rational(-2))
        else:
            here, jacobian = monomial(1, factor=rational(-way)), Germ(())
        at = {u: here}
        density = plus([evaluate(log_density, at, signs), jacobian], signs)
        arrow = f"{u} -> {sp.sstr(end)}"
        yield End(arrow, here, tuple(evaluate(s, at, signs) for s in statistics), density)


def _slopes(statistics: tuple[sp.Expr, ...], u: sp.Symbol, inside: sp.Expr) -> tuple[tuple[Number, ...], ...] | None:
    """Polynomials P_k, coefficients from u^0 on, with psi_k' = P_k / Q, Q > 0 inside; None where they are not rational."""
    derivatives = [sp.together(sp.diff(s, u)) for s in statistics]
    if not all(d.is_rational_function(u) for d in derivatives):
        return None
    fractions = [sp.fraction(sp.cancel(d)) for d in derivatives]
    common = sp.Integer(1)
    for _, bottom in fractions:
        common = sp.lcm(common, bottom)
    if common.subs(u, inside) < 0:
        common = -common
    found = []
    for top, bottom in fractions:
        numerator = sp.Poly(sp.cancel(common * top / bottom), u)
        if not all(c.is_Rational for c in numerator.all_coeffs()):
            return None
        found.append(tuple(rational(_fraction(c)) for c in reversed(numerator.all_coeffs())))
    return tuple(found)


def _inside(lower: sp.Expr, upper: sp.Expr) -> sp.Expr:
    """A point inside the interval."""
    if lower.is_finite and upper.is_finite:
        return (lower + upper) / 2
    if upper.is_finite:
        return upper - 1
    return lower + 1 if lower.is_finite else sp.Integer(1)


def _fraction(c: sp.Rational) -> Fraction:
    return Fraction(int(c.p), int(c.q))


__all__ = ["Curve", "End", "constants_of", "curve_of"]
