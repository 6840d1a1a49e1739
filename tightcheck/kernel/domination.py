"""How fast a formula can grow with z, and what the statistics of z can outweigh.

A formula e has degree d if |e(z)| <= C (1 + |z|)^d for some C wherever it has a real value. A family outweighs degree d if for
every C some c makes h'(z) exp(<c, psi(z)> + C (1 + |z|)^d) integrable.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import sympy as sp

from tightcheck.family import Family
from tightcheck.kernel.integrability import in_domain
from tightcheck.kernel.slices import runs_over_all_reals
from tightcheck.span import combination

BOUNDED = (sp.tanh, sp.sin, sp.cos, sp.erf)


def degree(expression: sp.Expr, variables: Sequence[sp.Symbol]) -> int | None:
    """A degree of the formula in these variables; None where no rule gives one."""
    if expression.is_number:
        return 0 if expression.is_real and expression.is_finite else None
    if expression.is_Symbol:
        return 1 if expression in variables else None
    if isinstance(expression, BOUNDED):
        return 0
    if isinstance(expression, (sp.Add, sp.Max, sp.Min, sp.Abs)):
        return _largest(expression.args, variables)
    if isinstance(expression, sp.Mul):
        known = [degree(part, variables) for part in expression.args]
        return None if None in known else sum(d for d in known if d is not None)
    if isinstance(expression, sp.log):
        return _of_logarithm(expression.args[0], variables)
    if isinstance(expression, sp.exp):
        return 0 if degree(expression.args[0], variables) == 0 else None
    if isinstance(expression, sp.Pow) and expression.exp.is_Rational:
        return _of_power(expression.base, expression.exp, variables)
    return None


def _largest(parts: Sequence[sp.Expr], variables: Sequence[sp.Symbol]) -> int | None:
    known = [degree(part, variables) for part in parts]
    return None if None in known else max(d for d in known if d is not None)


def _of_power(base: sp.Expr, exponent: sp.Rational, variables: Sequence[sp.Symbol]) -> int | None:
    """b^r: |b|^r for r > 0; at most epsilon^r for r < 0 where b >= epsilon."""
    if exponent < 0:
        return 0 if _is_bounded_below(base) else None
    found = degree(base, variables)
    return None if found is None else int(sp.ceiling(found * exponent))


def _of_logarithm(argument: sp.Expr, variables: Sequence[sp.Symbol]) -> int | None:
    """log sum_i a_i exp(t_i), a_i > 0, is within a constant of max t_i; log s with s >= epsilon grows no faster than s."""
    exponents = [_exponent(part) for part in sp.Add.make_args(argument)]
    if None not in exponents:
        return _largest([e for e in exponents if e is not None], variables)
    return degree(argument, variables) if _is_bounded_below(argument) else None


def _exponent(part: sp.Expr) -> sp.Expr | None:
    """t of a positive multiple of exp(t)."""
    factor, rest = part.as_coeff_Mul()
    if not factor.is_positive:
        return None
    if rest == 1:
        return sp.Integer(0)
    return rest.args[0] if isinstance(rest, sp.exp) else None


def _is_bounded_below(expression: sp.Expr) -> bool:
    """Whether it is a positive number and terms that are nowhere negative."""
    constant, rest = expression.as_coeff_Add()
    return bool(constant.is_positive) and all(bool(part.is_nonnegative) for part in sp.Add.make_args(rest))


@cache
def outweighs(family: Family, degree: int) -> bool:
    """Whether the family outweighs this degree: bounded draws any; else -t z or -t z^2, t large, beside a point of Omega."""
    if degree == 0 or family.support.is_finite or _is_bounded(family):
        return True
    if len(family.variables) > 1:
        norm = combination(sum(v**2 for v in family.variables), family.statistics, family.variables)
        return degree <= 2 and runs_over_all_reals(family) and norm is not None and family.log_base_measure == 0
    ((z,), (ends, *_)) = family.variables, family.support.bounds or ((-sp.oo, sp.oo),)
    fast = {z**2: 2, z: 1 if sp.sympify(ends[0]).is_finite else 0}
    return any(
        fast.get(statistic, 0) >= degree and _may_fall(family, k) for k, statistic in enumerate(family.statistics)
    )


def _is_bounded(family: Family) -> bool:
    """Whether the draws are bounded."""
    ends = [sp.sympify(end) for pair in family.support.bounds or () for end in pair]
    return bool(ends) and all(bool(end.is_finite) for end in ends)


def _may_fall(family: Family, k: int) -> bool:
    """Whether from some point of Omega the coefficient of statistic k may fall without end."""
    from tightcheck.kernel.joint_numbers import Unreached
    from tightcheck.kernel.joint_support import inside

    try:
        point: list[sp.Expr] = [sp.Rational(p) for p in inside(family)]
    except Unreached:
        return False
    point[k] -= sp.Dummy("t", nonnegative=True)
    return in_domain(family, point)


__all__ = ["degree", "outweighs"]
