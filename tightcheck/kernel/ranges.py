"""Intervals that hold every value of a natural parameter, from the links, bounds and constants behind it."""

from __future__ import annotations

from collections.abc import Mapping

import sympy as sp

from tightcheck.design import OUTPUT, SOFTMAX, Conditional, Head
from tightcheck.expression import Softmax
from tightcheck.kernel.classes import substituted

Interval = tuple[sp.Expr, sp.Expr]
"""The ends, perhaps infinite, of a closed interval that holds every value."""

LINE: Interval = (-sp.oo, sp.oo)


def natural_range(conditional: Conditional, k: int) -> Interval:
    """An interval that holds every value of natural parameter k, whatever the map puts out."""
    heads = {head.symbol: head_range(head) for head in conditional.heads}
    return extent(substituted(conditional, k), heads)


def head_range(head: Head) -> Interval:
    """An interval that holds every value of the head."""
    link = OUTPUT if head.link is None else head.link
    low, high = extent(link, {OUTPUT: LINE, SOFTMAX: (sp.Integer(0), sp.Integer(1))})
    if head.symbol.is_positive:
        low = sp.Max(low, 0)
    if head.bounds is None:
        return low, high
    return sp.Max(low, head.bounds[0]), sp.Min(high, head.bounds[1])


def extent(expression: sp.Expr, known: Mapping[sp.Symbol, Interval]) -> Interval:
    """Interval arithmetic with exact ends; the whole line where a step is not one of those below."""
    if expression.is_number:
        return (expression, expression) if expression.is_real else LINE
    if expression.is_Symbol:
        return known.get(expression, (sp.Integer(0), sp.oo) if expression.is_positive else LINE)
    parts = [extent(argument, known) for argument in expression.args]
    if expression.is_Add:
        return _sum([low for low, _ in parts], -sp.oo), _sum([high for _, high in parts], sp.oo)
    if expression.is_Mul:
        number, rest = expression.as_coeff_Mul()
        if number != 1:
            return _scaled(number, extent(rest, known))
        return _product(parts) if all(_is_nonnegative(low) for low, _ in parts) else LINE
    (low, high) = parts[0]
    if isinstance(expression, (sp.sin, sp.cos)):
        return sp.Integer(-1), sp.Integer(1)
    if isinstance(expression, Softmax):
        return sp.Integer(0), sp.Integer(1)
    if isinstance(expression, sp.Abs):
        return (low if _is_nonnegative(low) else sp.Integer(0)), sp.Max(sp.Abs(low), sp.Abs(high))
    if isinstance(expression, (sp.exp, sp.tanh)):
        return expression.func(low), expression.func(high)
    if isinstance(expression, sp.log) and _is_nonnegative(low):
        return (-sp.oo if low == 0 else sp.log(low)), (sp.oo if high == sp.oo else sp.log(high))
    if expression.is_Pow and expression.exp.is_Integer and expression.exp.is_even and not _is_nonnegative(low):
        low, high = sp.Integer(0), sp.Max(-low, high)
    if expression.is_Pow and expression.exp.is_number and expression.exp.is_real and _is_nonnegative(low):
        ends = _power(low, expression.exp), _power(high, expression.exp)
        return ends if expression.exp.is_positive else ends[::-1]
    return LINE


def _is_nonnegative(end: sp.Expr) -> bool:
    """Whether an end is certainly not below 0."""
    return bool((end >= 0) == sp.true)


def _sum(ends: list[sp.Expr], unbounded: sp.Expr) -> sp.Expr:
    """The sum of lower (upper) ends."""
    return unbounded if unbounded in ends else sp.Add(*ends)


def _product(parts: list[Interval]) -> Interval:
    """The products of numbers, none of them negative: 0 times numbers without an end is 0."""
    low, high = (sp.Integer(0) if 0 in ends else sp.Mul(*ends) for ends in zip(*parts, strict=True))
    return low, high


def _scaled(number: sp.Expr, interval: Interval) -> Interval:
    """The multiples of an interval."""
    low, high = (number * end for end in interval)
    return (low, high) if number.is_positive else (high, low)


def _power(end: sp.Expr, exponent: sp.Expr) -> sp.Expr:
    """end^exponent for an end in [0, oo]."""
    if end in (0, sp.oo):
        return sp.Integer(0) if (end == 0) == bool(exponent.is_positive) else sp.oo
    return end**exponent
