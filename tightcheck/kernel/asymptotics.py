"""How an expression in one variable u behaves at an end of an interval, by rules: |expression| ~ const * t^a (log t)^b.

t = |u| where the end is infinite, t = 1 / |u - end| where it is finite; t -> infinity.
"""

from __future__ import annotations

from dataclasses import dataclass

import sympy as sp


@dataclass(frozen=True)
class Order:
    """coefficient * t^power * (log t)^logarithms to leading order; what is bounded may have an unknown coefficient."""

    power: int
    logarithms: int
    coefficient: sp.Expr | None

    @property
    def key(self) -> tuple[int, int]:
        """Larger means faster; (0, 0) is bounded."""
        return self.power, self.logarithms

    @property
    def squared(self) -> tuple[int, int]:
        """The key of the square."""
        return 2 * self.power, 2 * self.logarithms

    @property
    def ways(self) -> tuple[int, ...]:
        """The sign with which it tends to infinity, where it is known."""
        if self.coefficient is None or self.key <= (0, 0):
            return ()
        return (1,) if self.coefficient.is_positive else (-1,) if self.coefficient.is_negative else ()


BOUNDED = Order(0, 0, None)


def order(expression: sp.Expr, u: sp.Symbol, end: sp.Expr, side: int) -> Order | None:
    """The leading order of the expression as u -> end (from above: side 1, from below: -1); None where not known."""
    expression = sp.sympify(expression)
    if not expression.has(u):
        return Order(0, 0, expression)
    if expression == u:
        return _variable(end, side)
    if expression.is_Add:
        return _linear_zero(expression, u, end, side) or _sum([order(term, u, end, side) for term in expression.args])
    if expression.is_Mul:
        return _product([order(factor, u, end, side) for factor in expression.args])
    if expression.is_Pow and expression.exp.is_Integer:
        base = order(expression.base, u, end, side)
        return None if base is None else _power(base, int(expression.exp))
    if isinstance(expression, (sp.sin, sp.cos)):
        return BOUNDED
    if isinstance(expression, sp.log) and isinstance(expression.args[0], sp.gamma):
        return _log_gamma(order(expression.args[0].args[0], u, end, side))
    if isinstance(expression, sp.log):
        return _log(order(expression.args[0], u, end, side))
    if isinstance(expression, sp.loggamma):
        return _log_gamma(order(expression.args[0], u, end, side))
    return None


def bound(expression: sp.Expr, u: sp.Symbol, end: sp.Expr, side: int) -> tuple[int, int] | None:
    """A key (a, b) with |expression| = O(t^a (log t)^b): the fastest term, whatever its constant factor."""
    keys = [(0, 0)]
    for term in sp.Add.make_args(sp.expand(sp.sympify(expression))):
        moving = term.as_independent(u, as_Add=False)[1]
        found = order(moving, u, end, side)
        if found is None:
            return None
        keys.append(found.key)
    return max(keys)


def _variable(end: sp.Expr, side: int) -> Order:
    """u itself."""
    if not end.is_finite:
        return Order(1, 0, sp.Integer(-side))
    return Order(-1, 0, sp.Integer(side)) if end == 0 else Order(0, 0, end)


def _linear_zero(expression: sp.Expr, u: sp.Symbol, end: sp.Expr, side: int) -> Order | None:
    """A linear function that vanishes at a finite end: slope * (u - end)."""
    slope = sp.diff(expression, u)
    if not end.is_finite or slope.has(u) or sp.expand(expression.xreplace({u: end})) != 0:
        return None
    return Order(-1, 0, side * slope)


def _sum(orders: list[Order | None]) -> Order | None:
    """The fastest terms; None where they may cancel."""
    known = [found for found in orders if found is not None]
    if len(known) != len(orders):
        return None
    key = max(found.key for found in known)
    if key <= (0, 0):
        return _bounded_sum(known)
    total = sp.expand(sp.Add(*(found.coefficient for found in known if found.key == key)))
    return None if total.is_zero is not False else Order(*key, total)


def _bounded_sum(known: list[Order]) -> Order:
    """A sum of bounded terms: its limit where that is known not to vanish."""
    limits = [found.coefficient for found in known if found.key == (0, 0)]
    if any(limit is None for limit in limits):
        return BOUNDED
    total = sp.expand(sp.Add(*limits))
    return Order(0, 0, total) if total.is_zero is False else BOUNDED


def _product(orders: list[Order | None]) -> Order | None:
    """Exponents add up; a bounded factor that may vanish makes the order unknown unless everything is bounded."""
    known = [found for found in orders if found is not None]
    if len(known) != len(orders):
        return None
    key = sum(found.power for found in known), sum(found.logarithms for found in known)
    if any(found.coefficient is None for found in known):
        return BOUNDED if all(found.key <= (0, 0) for found in known) else None
    coefficient = sp.Mul(*(found.coefficient for found in known))
    if coefficient.is_zero is not False:
        return BOUNDED if all(found.key <= (0, 0) for found in known) else None
    return Order(*key, coefficient)


def _power(base: Order, exponent: int) -> Order | None:
    """An integer power."""
    if base.coefficient is None or base.coefficient.is_zero is not False:
        return BOUNDED if base.key <= (0, 0) and exponent > 0 else None
    return Order(base.power * exponent, base.logarithms * exponent, base.coefficient**exponent)


def _log_gamma(argument: Order | None) -> Order | None:
    """log Gamma(const * t) = const * t log t + O(t)."""
    if argument is None or argument.key != (1, 0) or argument.ways != (1,):
        return None
    return Order(1, 1, argument.coefficient)


def _log(argument: Order | None) -> Order | None:
    """log |const * t^a| = a log t + O(1)."""
    if argument is None or argument.logarithms != 0 or argument.coefficient is None:
        return None
    if argument.coefficient.is_zero is not False:
        return None
    if argument.power != 0:
        return Order(0, 1, sp.Integer(argument.power))
    return BOUNDED
