"""Whether a design has a model at all: the values of their parameters with which formulas are valid, and networks that are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import product

import sympy as sp

from tightcheck.design import OUTPUT, Conditional, Design, Head, Map
from tightcheck.kernel.classes import expression_of, family_of, function_class, substituted
from tightcheck.kernel.constants import inputs_sum_to_one, valid_at_zero
from tightcheck.kernel.defined import is_defined
from tightcheck.kernel.integrability import stays_in_domain
from tightcheck.kernel.model import Coordinate
from tightcheck.kernel.valid import (
    has_constants,
    has_valid_constants,
    is_valid,
    positive_formulas,
    stays_positive,
    written_formulas,
)

VALUES = (sp.Integer(1), sp.Integer(-1), sp.Rational(1, 2))
MOST_PARAMETERS = 4

Known = Mapping[sp.Basic, sp.Basic]


def has_model(design: Design) -> bool:
    """Whether some model of the design is certainly valid: constants within their domains, formulas at some values of their
    parameters, networks that put out a constant or, of positive numbers, a sum of them."""
    constants = all(has_valid_constants(observed) and _has_network(design, observed) for observed in design.decoder)
    return constants and any(True for _ in valid_values(design))


def is_written(observed: Conditional) -> bool:
    """Whether a map of the block is an expression."""
    return any(isinstance(h.source, Map) and h.source.kind == "expression" for h in observed.heads)


def valid_values(design: Design) -> Iterator[Known]:
    """Values of all parameters, whichever blocks have them, with which every formula is certainly valid."""
    blocks = [observed for observed in design.decoder if is_written(observed)]
    maps = [h.source for observed in blocks for h in observed.heads if isinstance(h.source, Map)]
    parameters = sorted({p for source in maps for p in source.parameters}, key=str)
    few = len(parameters) <= MOST_PARAMETERS
    choices = [*product(VALUES, repeat=len(parameters))] if few else [VALUES[:1] * len(parameters)]
    for values in (*choices, (sp.Integer(0),) * len(parameters)):
        known = dict(zip(parameters, values, strict=True))
        if all(_is_valid_at(design, observed, known) for observed in blocks):
            yield known


def natural_at(design: Design, observed: Conditional, known: Known) -> tuple[list[sp.Expr], list[Coordinate]]:
    """The block's natural parameters at these values, learned constants being 1, and the latent draws that they name."""
    written = [
        expression_of(observed, i) if function_class(observed, i).kind == "expression" else substituted(observed, i)
        for i in range(len(observed.natural))
    ]
    return _at(design, observed, written, known)


def _at(
    design: Design, observed: Conditional, written: list[sp.Expr], known: Known
) -> tuple[list[sp.Expr], list[Coordinate]]:
    learned = {h.symbol: sp.Integer(1) for h in observed.heads if not isinstance(h.source, Map)}
    active, names = named(design, {s for entry in written for s in entry.free_symbols})
    return [entry.xreplace({**known, **learned}).xreplace(names) for entry in written], active


def _is_valid_at(design: Design, observed: Conditional, known: Known) -> bool:
    """Whether the block's parameters have values wherever z is, and those that are to be positive are."""
    eta, active = natural_at(design, observed, known)
    places = [(variables, family) for _, variables, family, _ in active]
    positive, others = _at(design, observed, positive_formulas(observed), known)
    put_out, shown = _at(design, observed, written_formulas(observed), known)
    return (
        all(is_defined(entry, active) for entry in eta)
        and stays_in_domain(family_of(observed.block), eta, places)
        and all(stays_positive(value, others) for value in positive)
        and all(is_defined(value, shown) for value in put_out)
    )


def named(design: Design, symbols: set[sp.Symbol]) -> tuple[list[Coordinate], dict[sp.Basic, sp.Basic]]:
    """The latent draws that the symbols name, z or z[j], and their variables: z is the first of several."""
    active: dict[tuple[str, int], Coordinate] = {}
    names: dict[sp.Basic, sp.Basic] = {}
    for latent in design.encoder:
        family = family_of(latent.block)
        for symbol in sorted(symbols, key=str):
            base, _, index = symbol.name.partition("[")
            if base != latent.block.name:
                continue
            j = int(index.rstrip("]")) if index else 0
            copy, component = (j, 0) if len(family.variables) == 1 else (0, j)
            if component >= len(family.variables):
                continue
            own = tuple(sp.Symbol(f"{base}:{copy}:{v.name}", **v.assumptions0) for v in family.variables)
            active[base, copy] = (latent, own, family, copy)
            names[symbol] = own[component]
    return list(active.values()), names


def _has_network(design: Design, observed: Conditional) -> bool:
    """Whether the block's networks certainly have valid parameters."""
    networks = [h for h in observed.heads if isinstance(h.source, Map) and h.source.kind != "expression"]
    if not networks:
        return True
    is_free = all(isinstance(h.source, Map) and (h.source.bias or h.source.kind == "unrestricted") for h in networks)
    has_one = is_free or valid_at_zero(observed, design.encoder) or inputs_sum_to_one(design, observed)
    return (has_one and has_constants(observed)) or all(_is_sum(design, observed, h) for h in networks)


def _is_sum(design: Design, observed: Conditional, head: Head) -> bool:
    """Whether the head may be the sum of all z, which are positive, and is then valid."""
    assert isinstance(head.source, Map)
    plain = head.source.kind == "affine" and head.link in (None, OUTPUT) and head.bounds is None
    positive = all(v.is_positive for latent in design.encoder for v in family_of(latent.block).variables)
    shown = observed.inputs.kind == "identity"
    return plain and positive and shown and is_valid(observed, head, sp.Dummy(positive=True))
