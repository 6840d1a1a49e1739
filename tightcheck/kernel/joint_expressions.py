"""SymPy expressions evaluated on germs: log-partitions along a curve, statistics towards an end, conditions at a point."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from functools import cache
from typing import Any, TypeAlias

import sympy as sp

from tightcheck.kernel.joint_germs import FLAT, Germ, Huge, constant, lead, plus, scaled, times
from tightcheck.kernel.joint_numbers import ONE, ZERO, Number, Signs, Unreached, letter, rational
from tightcheck.kernel.joint_series import exp, log, log_gamma, raised

Program: TypeAlias = tuple[Any, ...]


@cache
def compiled(expression: sp.Basic) -> Program:
    """The expression as nested tuples, which are quicker to walk than SymPy's trees."""
    if isinstance(expression, sp.Rational):
        return ("number", rational(Fraction(int(expression.p), int(expression.q))))
    if expression == sp.pi:
        return ("number", letter("pi"))
    if isinstance(expression, sp.Symbol):
        return ("symbol", expression)
    if isinstance(expression, sp.log) and isinstance(expression.args[0], sp.gamma):
        return ("log_gamma", compiled(expression.args[0].args[0]))
    if isinstance(expression, sp.log) and expression.has(sp.gamma) and (parts := _factors(expression.args[0])):
        return ("add", *(("multiply", compiled(power), compiled(sp.log(base))) for base, power in parts))
    if isinstance(expression, sp.Pow):
        if expression.base == sp.E:
            return ("exp", compiled(expression.exp))
        if isinstance(expression.exp, sp.Rational):
            return ("power", compiled(expression.base), Fraction(int(expression.exp.p), int(expression.exp.q)))
    if isinstance(expression, sp.log) and (exponents := _exponents(expression.args[0])):
        return ("log_sum_exp", compiled(expression.args[0]), *map(compiled, exponents))
    known = {sp.Add: "add", sp.Mul: "multiply", sp.log: "log", sp.loggamma: "log_gamma", sp.exp: "exp", sp.Abs: "abs"}
    for kind, name in known.items():
        if isinstance(expression, kind):
            return (name, *(compiled(argument) for argument in expression.args))
    return ("strange", type(expression).__name__)


def _factors(product: sp.Expr) -> list[tuple[sp.Expr, sp.Expr]]:
    """Bases and exponents of a product of positive powers, such as 4^-x gamma(2 x + 1) / gamma(x + 1); else none."""
    parts = [factor.as_base_exp() for factor in sp.Mul.make_args(product)]
    return parts if len(parts) > 1 and all(base.is_positive and power.is_real for base, power in parts) else []


def _exponents(inner: sp.Expr) -> tuple[sp.Expr, ...]:
    """The exponents of a sum of exponentials with positive numbers as coefficients; empty for anything else."""
    found = []
    for part in sp.Add.make_args(inner):
        factor, rest = part.as_independent(sp.exp)
        if not isinstance(rest, sp.exp) or not (factor.is_number and factor.is_positive):
            return ()
        found.append(rest.args[0])
    return tuple(found) if len(found) > 1 else ()


def evaluate(expression: sp.Basic, values: Mapping[sp.Symbol, Germ], signs: Signs, place: object = None) -> Germ:
    """The germ of the expression; symbols without a value are letters. Raises Unreached for other functions, Huge.

    `place` names the values, so that an oracle can remember what was worked out with them; then bounded parts of
    log Gamma are left out.
    """
    return _run(compiled(expression), values, signs, place)


def _run(program: Program, values: Mapping[sp.Symbol, Germ], signs: Signs, place: object) -> Germ:
    if place is None or program[0] in ("number", "symbol"):
        return _work(program, values, signs, place)
    return signs.once((place, id(program)), lambda: _work(program, values, signs, place))


def _work(program: Program, values: Mapping[sp.Symbol, Germ], signs: Signs, place: object) -> Germ:
    name = program[0]
    if name == "number":
        return constant(program[1])
    if name == "symbol":
        found = values.get(program[1])
        return constant(letter(program[1].name)) if found is None else found
    if name == "strange":
        raise Unreached(f"the function {program[1]}")
    if name == "add":
        return plus([_run(part, values, signs, place) for part in program[1:]], signs)
    if name == "multiply":
        result = _run(program[1], values, signs, place)
        for part in program[2:]:
            result = times(result, _run(part, values, signs, place), signs)
        return result
    if name == "log_sum_exp":
        return _log_sum_exp(program, values, signs, place)
    inner = _inner(program, values, signs, place)
    if name == "power":
        return raised(inner, program[2], signs)
    if name == "abs":
        first = lead(inner, signs)
        return scaled(inner, -ONE) if first is not None and first[2] < 0 else inner
    if name == "log_gamma":
        return log_gamma(inner, signs, is_rough=place is not None)
    return log(inner, signs) if name == "log" else exp(inner, signs)


def _inner(program: Program, values: Mapping[sp.Symbol, Germ], signs: Signs, place: object) -> Germ:
    """The argument of a function of one; a logarithm or a power of what outgrows every power need not do so."""
    try:
        return _run(program[1], values, signs, place)
    except Huge as reason:
        if program[0] in ("log", "power"):
            raise Unreached("a function of what outgrows every power") from reason
        raise


def _log_sum_exp(program: Program, values: Mapping[sp.Symbol, Germ], signs: Signs, place: object) -> Germ:
    """log sum_i c_i exp(e_i): in the orders kept, or the largest e_i up to a bounded difference."""
    try:
        return log(_run(program[1], values, signs, place), signs)
    except (Unreached, Huge):
        largest, *others = (_run(part, values, signs, place) for part in program[2:])
        for other in others:
            ahead = lead(plus([other, scaled(largest, -ONE)], signs), signs)
            if ahead is not None and ahead[2] > 0:
                largest = other
        return plus([largest, Germ((), FLAT)], signs)


def value(expression: sp.Basic, values: Mapping[sp.Symbol, Number], signs: Signs) -> Number:
    """The expression at a point."""
    germ = evaluate(expression, {symbol: constant(number) for symbol, number in values.items()}, signs)
    if germ.error is not None:
        raise Unreached("a value that is not known exactly")
    return germ.terms[0][1] if germ.terms else ZERO


def holds(relation: sp.Basic, values: Mapping[sp.Symbol, Number], signs: Signs) -> bool:
    """Whether a condition of a natural domain holds at a point."""
    if relation in (sp.true, sp.false):
        return bool(relation == sp.true)
    if isinstance(relation, sp.And):
        return all(holds(part, values, signs) for part in relation.args)
    if isinstance(relation, sp.Or):
        return any(holds(part, values, signs) for part in relation.args)
    if isinstance(relation, (sp.Eq, sp.Ne)):
        is_zero = signs.sign(value(relation.args[0] - relation.args[1], values, signs)) == 0
        return is_zero == isinstance(relation, sp.Eq)
    if isinstance(relation, (sp.StrictLessThan, sp.LessThan, sp.StrictGreaterThan, sp.GreaterThan)):
        sign = signs.sign(value(relation.lts - relation.gts, values, signs))
        return sign < 0 or (sign == 0 and isinstance(relation, (sp.LessThan, sp.GreaterThan)))
    raise Unreached(f"the condition {relation}")


def in_domain(conditions: tuple[sp.Basic, ...], values: Mapping[sp.Symbol, Number], signs: Signs) -> bool:
    """Whether every condition holds."""
    return all(holds(condition, values, signs) for condition in conditions)
