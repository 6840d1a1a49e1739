"""Numbers, formulas, constants and bounds as a file writes them."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

import sympy as sp

from tightcheck.design import Constant
from tightcheck.expression import ExpressionError, parse
from tightcheck.reading import models
from tightcheck.reading.validate import At


def amount(value: models.Amount, at: At) -> sp.Expr:
    """The exact number that was written: 0.5, 1/2 and log(2) are numbers."""
    return formula(value, at, {}, {})


def formula(value: models.Amount, at: At, names: Mapping[str, sp.Expr], sizes: Mapping[str, int]) -> sp.Expr:
    """The formula that was written, in the symbols `names`."""
    if isinstance(value, Decimal):
        return sp.Rational(*value.as_integer_ratio())
    if isinstance(value, int):
        return sp.Integer(value)
    try:
        return parse(value, names, sizes)
    except ExpressionError as error:
        shown = value if len(value) <= 40 else f"{value[:37]}..."
        raise at.error(f"in the formula {shown!r}, character {error.position + 1}: {error}") from None


def constant(value: models.Constant | models.Amount, at: At) -> Constant:
    """A parameter that depends on neither side; a list of values is fixed without one value (None)."""
    if not isinstance(value, models.Constant):
        return Constant(amount(value, at), "fixed", at.place)
    if (value.fixed is None) == (value.learned is None):
        raise at.error(
            "a constant is either fixed or learned; write {fixed: 1}, {learned: shared} or {learned: per_coordinate}"
        )
    if value.learned is not None:
        return Constant(None, value.learned, at.place)
    if isinstance(value.fixed, list):
        return Constant(None, "fixed", at.place)
    assert value.fixed is not None
    return Constant(amount(value.fixed, at / "fixed"), "fixed", at.place)


def bounds(value: list[models.Amount], at: At) -> tuple[sp.Expr, sp.Expr]:
    """The lower and the upper end of an output."""
    lower, upper = (amount(end, at / index) for index, end in enumerate(value))
    if not lower < upper:
        raise at.error(f"the lower bound {lower} is not below the upper bound {upper}; write [lower, upper]")
    return lower, upper


def listed(names: models.Names) -> list[str]:
    """One name or several, as a list."""
    return [names] if isinstance(names, str) else list(names)
