"""Where a formula of a model has a value: it must be a real number at every z of positive mass and at almost every other z."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import product

import sympy as sp

from tightcheck.kernel.integrability import in_quarter
from tightcheck.kernel.model import Coordinate
from tightcheck.span import enclose

Ends = Mapping[sp.Symbol, tuple[sp.Expr, sp.Expr]]
ANALYTIC = (sp.exp, sp.tanh, sp.sin, sp.cos)


def is_defined(expression: sp.Expr, active: Sequence[Coordinate]) -> bool:
    """Whether every part of the expression certainly has a real value: logarithms and roots of what is positive, nothing
    divided by 0. On a null set it need not."""
    if expression.has(sp.zoo, sp.nan, sp.oo, -sp.oo, sp.I):
        return False
    return all(_holds(sign, part, active) for sign, part in conditions(expression))


def is_defined_for_all(expression: sp.Expr) -> bool:
    """Whether every part of the expression is certainly real whatever its symbols are."""
    if expression.has(sp.zoo, sp.nan, sp.oo, -sp.oo, sp.I):
        return False
    return all(
        _has(sign, part) or all(_has("positive", each) for each in sp.fraction(sp.cancel(sp.together(part))))
        for sign, part in conditions(expression)
    )


def conditions(expression: sp.Expr) -> Iterator[tuple[str, sp.Expr]]:
    """What the parts of a formula must be: "positive", "nonnegative", "nonzero"."""
    for part in sp.preorder_traversal(expression):
        if isinstance(part, (sp.log, sp.loggamma, sp.gamma)):
            yield "positive", part.args[0]
        elif isinstance(part, sp.atanh):
            yield "positive", 1 - part.args[0]
            yield "positive", 1 + part.args[0]
        elif isinstance(part, sp.Pow) and part.base != sp.E:
            if not part.exp.is_integer:
                yield ("nonnegative" if part.exp.is_positive else "positive"), part.base
            elif not part.exp.is_nonnegative:
                yield "nonzero", part.base


def _holds(sign: str, part: sp.Expr, active: Sequence[Coordinate]) -> bool:
    """Whether the part has the sign at every point of a finite space; by the signs of its own parts; or at the corners of a
    box, if it is affine, or a quotient of such functions."""
    if _has(sign, part):
        return True
    if all(family.support.is_finite for _, _, family, _ in active):
        rows = [[dict(zip(vs, point, strict=True)) for point in f.support.points] for _, vs, f, _ in active]
        is_complete = all(len(f.support.points) == f.support.cardinality for _, _, f, _ in active)
        places = [{k: v for place in row for k, v in place.items()} for row in product(*rows)]
        return is_complete and all(_has(sign, part.xreplace(place)) for place in places)
    turned = in_quarter(part, [(variables, family) for _, variables, family, _ in active])
    strict = "nonzero" if sign == "nonzero" else "positive"
    if all(_has(strict, each) for each in sp.fraction(sp.cancel(sp.together(turned)))):
        return True
    has_density = all(not family.support.is_discrete for _, _, family, _ in active)
    if sign == "nonzero":
        return has_density and is_analytic(part) and _is_somewhere_not_zero(part, active)
    ends = {v: pair for _, vs, f, _ in active for v, pair in zip(vs, f.support.bounds or (), strict=False)}
    above, below = sp.fraction(sp.together(part))
    return _is_positive(above, ends, has_density or sign == "nonnegative") and _is_positive(below, ends, has_density)


def _has(sign: str, part: sp.Expr) -> bool:
    """Whether SymPy knows the sign."""
    return bool(getattr(part, f"is_{sign}"))


def _is_positive(part: sp.Expr, ends: Ends, is_closed: bool) -> bool:
    """Whether a function is positive by the signs of its parts, or affine, not constant and positive on a box (`is_closed`:
    at least 0): its least value is at a corner."""
    if _has("positive", part):
        return True
    moving = sorted(part.free_symbols, key=str)
    if not moving or not set(moving) <= set(ends) or not part.is_polynomial(*moving):
        return False
    if sp.Poly(part, *moving).total_degree() > 1:
        return False
    corner = {v: ends[v][0] if bool(sp.diff(part, v) > 0) else ends[v][1] for v in moving}
    if not all(sp.sympify(end).is_number for end in corner.values()):
        return False
    least = part.subs(corner)
    if least.has(sp.nan, sp.zoo):
        return False
    return bool(least >= 0) if is_closed else bool(least > 0)


def is_analytic(part: sp.Expr) -> bool:
    """Whether the part is analytic on the whole space but for a null set that does not divide it: of sums, products, powers
    and entire functions, with nothing divided that might be 0."""
    return all(
        each.is_Symbol
        or each.is_number
        or each.is_Add
        or each.is_Mul
        or isinstance(each, ANALYTIC)
        or (each.is_Pow and bool(each.exp.is_Integer) and bool(each.exp.is_positive or each.base.is_nonzero))
        or (isinstance(each, (sp.Pow, sp.log)) and bool(each.args[0].is_positive))
        for each in sp.preorder_traversal(part)
    )


def _is_somewhere_not_zero(part: sp.Expr, active: Sequence[Coordinate]) -> bool:
    """Whether an analytic function is certainly not 0 at a point, and so almost nowhere."""
    rows = [[dict(zip(vs, point, strict=True)) for point in f.support.points[:2]] for _, vs, f, _ in active]
    places = [{k: v for place in row for k, v in place.items()} for row in product(*rows)]
    return any(_is_not_zero(part, place) for place in places)


def _is_not_zero(part: sp.Expr, place: Mapping[sp.Symbol, sp.Expr]) -> bool:
    """Whether a function is certainly a number other than 0 at a point."""
    try:
        ball = enclose(part, place)
    except (ValueError, ZeroDivisionError, NotImplementedError):
        return False
    return bool(ball.is_finite()) and not ball.contains(0)
