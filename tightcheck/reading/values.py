"""Numbers, formulas, constants and bounds as a file writes them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import sympy as sp

from tightcheck.design import NOWHERE, Block, Constant
from tightcheck.expression import CONSTANTS, ExpressionError, UnknownName, parse
from tightcheck.family import Family, Parametrisation
from tightcheck.reading import models
from tightcheck.reading.errors import DesignError
from tightcheck.reading.validate import At, validated


class Several(Constant):
    """A constant with a value for each coordinate, or for each entry of a matrix. Of coordinates that have a distribution
    each the design keeps that they are fixed; their range is checked here."""

    entries: tuple[sp.Expr, ...] = ()
    rows: tuple[tuple[sp.Expr, ...], ...] = ()


def _several(values: list[Any], at: At) -> Several:
    """The constant that a list of numbers, or of rows, states."""
    found = Several(None, "fixed", at.place)
    if any(isinstance(value, list) for value in values):
        written = [value if isinstance(value, list) else [value] for value in values]
        rows = tuple(tuple(amount(v, at / "fixed" / i) for v in row) for i, row in enumerate(written))
        object.__setattr__(found, "rows", rows)
    else:
        object.__setattr__(found, "entries", tuple(amount(v, at / "fixed" / i) for i, v in enumerate(values)))
    return found


def entries_of(value: Constant, symbols: Sequence[sp.Symbol]) -> tuple[Constant, ...]:
    """The constant of each symbol of a parameter: of a vector's entries in order, of a matrix's lower triangle row by row."""
    written: tuple[sp.Expr, ...] = ()
    if isinstance(value, Several) and len(symbols) > 1:
        size = len(value.rows)
        written = value.entries or tuple(
            value.rows[i][j] for i in range(size) for j in range(min(i + 1, len(value.rows[i])))
        )
    if len(written) != len(symbols):
        return (value,) * len(symbols)
    return tuple(Constant(entry, "fixed", value.place) for entry in written)


def amount(value: models.Amount, at: At) -> sp.Expr:
    """The exact number that was written: 0.5, 1/2 and log(2) are numbers."""
    if isinstance(value, str) and value.isidentifier() and value not in CONSTANTS:
        raise at.error(f"a number is expected here, but {value[:60]!r} was found; write one such as 0.5, 1/2 or log(2)")
    return formula(value, at, {}, {})


def formula(
    value: models.Amount, at: At, names: Mapping[str, sp.Expr], sizes: Mapping[str, int], otherwise: str = ""
) -> sp.Expr:
    """The formula that was written, in the symbols `names`; `otherwise` says how `{name}` could be one of them."""
    if isinstance(value, Decimal):
        return sp.Rational(*value.as_integer_ratio())
    if isinstance(value, int):
        return sp.Integer(value)
    try:
        return parse(value, names, sizes)
    except ExpressionError as error:
        shown = value if len(value) <= 40 else f"{value[:37]}..."
        hint = otherwise.replace("{name}", error.word) if isinstance(error, UnknownName) else ""
        raise at.error(f"in the formula {shown!r}, character {error.position + 1}: {error}{hint}") from None


def read_constant(value: Any, at: At) -> Constant:
    """A constant that has not been validated yet."""
    is_amount = isinstance(value, (int, Decimal, str)) and not isinstance(value, bool)
    written = value if isinstance(value, dict) else {"fixed": value}
    return constant(value if is_amount else validated(models.Constant, at, written), at)


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
        return _several(value.fixed, at)
    assert value.fixed is not None
    return Constant(amount(value.fixed, at / "fixed"), "fixed", at.place)


def check_values(family: Family, way: Parametrisation, values: Mapping[str, Constant]) -> None:
    """Refuse known values outside their range; `values` are the constants by the names of the way to write them."""
    for name, value in values.items():
        if isinstance(value, Several):
            _check_each(family, way, name, value)
            _check_matrix(way, name, value)
    known: dict[sp.Symbol, sp.Expr] = {}
    for name, value in values.items():
        symbols = way.symbols_of(name)
        if value.value is None:
            each = zip(symbols, entries_of(value, symbols), strict=True)
            known |= {symbol: entry.value for symbol, entry in each if entry.value is not None}
            continue
        known |= dict.fromkeys(symbols, value.value)
        if name == "probs" and len(symbols) > 1:
            raise DesignError("the probabilities of several classes add up to 1; write `uniform`", value.place)
    eta = [e.subs(known) if e.free_symbols <= known.keys() else None for e in way.natural]
    is_finite = all(e is not None and e.is_finite for e in eta)  # as at a concentration of 0
    for name, value in values.items():
        known_value = sp.Integer(1) if value.value is None else value.value
        is_allowed = known_value > 0 or (known_value == 0 and is_finite)
        if way.symbols_of(name)[0].is_positive and not is_allowed:
            raise DesignError(
                f"{name} must be positive, but {known_value} was found; write a positive one", value.place
            )
    place = next((value.place for value in values.values()), NOWHERE)
    if any(e is not None and (e.is_extended_real is False or e.has(sp.zoo, sp.nan, sp.oo)) for e in eta):
        raise DesignError(f"these values are outside the range of a {family.name}; write values inside it", place)
    at = {symbol: e for symbol, e in zip(family.natural_parameters, eta, strict=True) if e is not None}
    if any(c.free_symbols <= at.keys() and c.subs(at) == sp.false for c in family.natural_domain):
        raise DesignError(f"no {family.name} has these values; write values for which it has a density", place)


def check_lengths(block: Block, values: Mapping[str, Constant]) -> None:
    """Refuse a list that has not as many values, or rows, as the block has coordinates or components."""
    size = block.dimension or block.copies
    for name, value in values.items():
        for count in (
            (len(value.entries), len(value.rows) if block.dimension else 0) if isinstance(value, Several) else ()
        ):
            if count not in (0, size):
                raise DesignError(
                    f"{name} is a list of {count}, but {block.name} has {size}; write one value for all, or {size}",
                    value.place,
                )


def _check_each(family: Family, way: Parametrisation, name: str, value: Several) -> None:
    """Refuse a list of values of which one is outside its range."""
    symbols = way.symbols_of(name)
    if name == "probs" and len(symbols) > 1:
        if any(not entry > 0 for entry in value.entries) or (value.entries and sum(value.entries) != 1):
            raise DesignError(
                "the probabilities of several classes are positive and add up to 1 exactly; "
                f"{', '.join(map(str, value.entries))} were found; write others, such as 1/3",
                value.place,
            )
        return
    if len(value.entries) == len(symbols) > 1:
        return  # the entries of one vector: they are looked at together
    for entry in value.entries:
        check_values(family, way, {name: Constant(entry, "fixed", value.place)})


def _check_matrix(way: Parametrisation, name: str, value: Several) -> None:
    """Refuse a matrix that is not symmetric, or that has entries above the diagonal of a triangular one."""
    size = len(value.rows)
    if not size or size * (size + 1) != 2 * len(way.symbols_of(name)):
        return
    if any(len(row) != size for row in value.rows):
        raise DesignError(f"the matrix of {name} has {size} rows; write as many entries in each", value.place)
    is_triangular = name == "cholesky"
    for i, row in enumerate(value.rows):
        for j, entry in enumerate(row[:i]):
            if value.rows[j][i] != (0 if is_triangular else entry):
                kind = "lower triangular" if is_triangular else "symmetric"
                raise DesignError(f"the matrix of {name} must be {kind}; write another one", value.place)


def bounds(value: list[models.Amount], at: At) -> tuple[sp.Expr, sp.Expr]:
    """The lower and the upper end of an output."""
    lower, upper = (amount(end, at / index) for index, end in enumerate(value))
    if not lower < upper:
        raise at.error(f"the lower bound {lower} is not below the upper bound {upper}; write [lower, upper]")
    return lower, upper


def listed(names: models.Names) -> list[str]:
    """One name or several, as a list."""
    return [names] if isinstance(names, str) else list(names)
