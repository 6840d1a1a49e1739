"""Formulas that are strictly monotone where their variable lives, so that their value tells the variable's."""

from __future__ import annotations

import sympy as sp

INCREASING = (sp.exp, sp.tanh, sp.atan)
"""Functions that increase strictly on the whole line."""


def direction(formula: sp.Expr, variable: sp.Symbol) -> int:
    """1 or -1 where the formula certainly increases or decreases strictly in the variable, at all values that the variable's
    assumptions allow; 0 where this is not shown."""
    if formula == variable:
        return 1
    if isinstance(formula, sp.Add):
        moving = {direction(term, variable) for term in formula.args if term.has(variable)}
        return moving.pop() if len(moving) == 1 else 0
    if isinstance(formula, sp.Mul):
        factor, rest = formula.as_independent(variable)
        if rest.is_Mul or not (factor.is_number and factor.is_real and factor.is_nonzero):
            return 0
        return (1 if factor.is_positive else -1) * direction(rest, variable)
    if isinstance(formula, INCREASING) or (isinstance(formula, sp.log) and formula.args[0].is_positive):
        return direction(formula.args[0], variable)
    return _of_power(formula, variable) if isinstance(formula, sp.Pow) else 0


def _of_power(formula: sp.Expr, variable: sp.Symbol) -> int:
    """Odd powers increase on the line, positive powers on [0, oo); negative ones decrease on (0, oo)."""
    base, exponent = formula.as_base_exp()
    if not exponent.is_Rational:
        return 0
    if exponent > 0 and (base.is_nonnegative or (exponent.is_Integer and exponent.is_odd)):
        return direction(base, variable)
    return -direction(base, variable) if exponent < 0 and base.is_positive else 0
