"""A design as plain data and back, exactly: what a certificate carries and what a fresh process compares.

Formulas are text in the closed grammar. One rule restores every symbol: `output` and `softmax` are the design's two; in
the natural parameters a name is that family's parametrisation's symbol (its assumptions with it); any other is real.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from typing import Any, TypeVar

import sympy as sp

from tightcheck import registry
from tightcheck.design import (
    NOWHERE,
    OUTPUT,
    SOFTMAX,
    Block,
    Conditional,
    Constant,
    Design,
    Head,
    Inputs,
    Map,
    Objective,
    Outside,
    Place,
    Prior,
    PriorBlock,
)
from tightcheck.expression import parse_printed, to_text
from tightcheck.family import Family

LINK_NAMES: Mapping[str, sp.Expr] = {"output": OUTPUT, "softmax": SOFTMAX}
Edges = tuple[tuple[int, int], ...]
T = TypeVar("T")


def design_to_json(design: Design) -> dict[str, Any]:
    """The design as dictionaries, lists, strings, integers, booleans and None; places are kept."""
    data = _plain(design)
    assert isinstance(data, dict)
    return data


def normalised(design: Design) -> dict[str, Any]:
    """The canonical form in which equal designs are equal: no places, no remarks."""
    return design_to_json(replace(without_places(design), remarks=()))


def without_places(part: T) -> T:
    """The same design, or part of one, written nowhere."""
    if isinstance(part, Place):
        return NOWHERE  # type: ignore[return-value]
    if isinstance(part, tuple):
        return tuple(without_places(item) for item in part)  # type: ignore[return-value]
    if isinstance(part, Mapping):
        return {key: without_places(value) for key, value in part.items()}  # type: ignore[return-value]
    if is_dataclass(part) and not isinstance(part, type):
        return replace(part, **{field.name: without_places(getattr(part, field.name)) for field in fields(part)})
    return part


def design_from_json(data: Mapping[str, Any]) -> Design:
    """The design that `design_to_json` wrote. Raises ValueError, KeyError or TypeError for anything else."""
    return Design(
        decoder=tuple(_conditional(item) for item in data["decoder"]),
        encoder=tuple(_conditional(item) for item in data["encoder"]),
        prior=_prior(data["prior"]),
        objective=_objective(data["objective"]),
        covariates=tuple(data["covariates"]),
        computed=tuple(data["computed"]),
        outside=tuple(Outside(**{**item, "place": _place(item["place"])}) for item in data["outside"]),
        remarks=tuple((_place(place), remark) for place, remark in data["remarks"]),
    )


def _plain(part: object) -> Any:
    if part is None or isinstance(part, (str, bool, int)):
        return part
    if isinstance(part, Place):
        return {"file": part.file, "line": part.line, "text": part.text}
    if isinstance(part, sp.MatrixBase):
        return [[to_text(entry) for entry in row] for row in part.tolist()]
    if isinstance(part, sp.Expr):
        return {"formula": to_text(part)}
    if isinstance(part, (tuple, list)):
        return [_plain(item) for item in part]
    if isinstance(part, Mapping):
        return {key: _plain(value) for key, value in part.items()}
    if not is_dataclass(part) or isinstance(part, type):
        raise TypeError(f"no plain data for {type(part).__name__}")
    return {field.name: _plain(getattr(part, field.name)) for field in fields(part)}


def _formula(data: Mapping[str, str] | None, names: Mapping[str, sp.Expr]) -> Any:
    """The expression, or None where none was written."""
    return None if data is None else parse_printed(data["formula"], names)


def _place(data: Mapping[str, Any]) -> Place:
    return Place(data["file"], data["line"], data["text"])


def _constant(data: Mapping[str, Any]) -> Constant:
    return Constant(_formula(data["value"], {}), data["sharing"], _place(data["place"]))


def _map(data: Mapping[str, Any]) -> Map:
    return Map(
        **{
            **data,
            "hidden": tuple(data["hidden"]),
            "expression": _formula(data["expression"], {}),
            "parameters": tuple(_formula(item, {}) for item in data["parameters"]),
            "place": _place(data["place"]),
        }
    )


def _head(data: Mapping[str, Any], symbols: Mapping[str, sp.Symbol]) -> Head:
    bounds = data["bounds"]
    return Head(
        symbol=_formula(data["symbol"], symbols),
        source=_constant(data["source"]) if "sharing" in data["source"] else _map(data["source"]),
        link=_formula(data["link"], LINK_NAMES),
        bounds=None if bounds is None else (_formula(bounds[0], {}), _formula(bounds[1], {})),
        place=_place(data["place"]),
    )


def _block(data: Mapping[str, Any]) -> Block:
    edges = data["edges"]
    return Block(
        **{
            **data,
            "fixed": {name: _constant(value) for name, value in data["fixed"].items()},
            "given": tuple(data["given"]),
            "edges": None if edges is None else tuple((int(i), int(j)) for i, j in edges),
            "place": _place(data["place"]),
        }
    )


def _inputs(data: Mapping[str, Any]) -> Inputs:
    return Inputs(data["kind"], _formula(data["expression"], {}), tuple(data["covariates"]), _place(data["place"]))


def _conditional(data: Mapping[str, Any]) -> Conditional:
    block = _block(data["block"])
    symbols = parameter_symbols(block.family, block.dimension, block.edges)
    return Conditional(
        block=block,
        inputs=_inputs(data["inputs"]),
        heads=tuple(_head(item, symbols) for item in data["heads"]),
        natural=tuple(_formula(item, symbols) for item in data["natural"]),
        place=_place(data["place"]),
    )


def parameter_symbols(family: str, dimension: int | None, edges: Edges | None = None) -> dict[str, sp.Symbol]:
    """Every name that the family's parametrisations and fixed parameters give a symbol, with that symbol."""
    facts = representative_family(family, dimension, edges=edges)
    symbols = [symbol for parametrisation in facts.parametrisations for symbol in parametrisation.symbols]
    return {symbol.name: symbol for symbol in [*symbols, *(fixed.symbol for fixed in facts.fixed)]}


def representative_family(
    name: str, dimension: int | None, fixed: Mapping[str, Any] | None = None, edges: Edges | None = None
) -> Family:
    """The family at the dimension at which its formulas are written, a Markov random field on the graph that stands for its.

    Raises ValueError for values that the fixed parameters cannot have.
    """
    size = representative(dimension)
    if name == "markov_random_field" and dimension is not None:
        return registry.load(name, size, fixed, edges=registry.representative_edges(dimension, edges or ()))
    return registry.load(name, size, fixed)


def representative(dimension: int | None) -> int | None:
    """The dimension at which a vector family's formulas are written: the coordinates beyond the third repeat them."""
    return None if dimension is None else min(dimension, 3)


def _prior_block(data: Mapping[str, Any]) -> PriorBlock:
    family, precision = data["family"], data["precision"]
    symbols = {} if family is None else parameter_symbols(family, data["dimension"])
    if family == "markov_random_field":  # its graph is the block's
        symbols = {name: sp.Symbol(name, real=True) for name in data["parameters"]}
    return PriorBlock(
        **{
            **data,
            "parameters": {name: _constant(value) for name, value in data["parameters"].items()},
            "natural": tuple(_formula(item, symbols) for item in data["natural"]),
            "log_density": _formula(data["log_density"], {}),
            "precision": precision
            and sp.ImmutableMatrix([[parse_printed(entry, {}) for entry in row] for row in precision]),
            "given": tuple(data["given"]),
            "place": _place(data["place"]),
        }
    )


def _prior(data: Mapping[str, Any]) -> Prior:
    return Prior(data["kind"], tuple(_prior_block(item) for item in data["blocks"]), _place(data["place"]))


def _objective(data: Mapping[str, Any]) -> Objective:
    value = data["value"]
    return Objective(data["kind"], _formula(value, {}) if isinstance(value, Mapping) else value, _place(data["place"]))
