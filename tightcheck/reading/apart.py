"""Names of a design that a family has taken: the symbols of its parameters and draws, which formulas confuse with them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import sympy as sp

from tightcheck.design import Design, Map, Place
from tightcheck.kernel.classes import family_of


def with_names_told(design: Design) -> Design:
    """The design, with a remark on each parameter, block or covariate whose name is taken: no certificate is then accepted."""
    told = tuple(dict.fromkeys(_taken(design)))
    return replace(design, remarks=(*design.remarks, *told)) if told else design


def _taken(design: Design) -> Iterator[tuple[Place, str]]:
    """What shares its name with a parameter of a family, or with a draw."""
    conditionals = (*design.decoder, *design.encoder)
    parameters: dict[sp.Symbol, str] = {}
    for conditional in conditionals:
        family = family_of(conditional.block)
        symbols = (
            *family.natural_parameters,
            *(p.symbol for p in family.fixed),
            *(h.symbol for h in conditional.heads),
        )
        parameters |= dict.fromkeys(symbols, f"a parameter of {family.name} {conditional.block.name}")
    draws = {v: f"a draw of {family_of(c.block).name}" for c in conditionals for v in family_of(c.block).variables}
    for conditional in conditionals:
        symbol = sp.Symbol(conditional.block.name, real=True)
        if symbol in parameters:
            yield conditional.block.place, _sentence("block", symbol, parameters[symbol])
        for source in (head.source for head in conditional.heads if isinstance(head.source, Map)):
            for symbol in (p for p in source.parameters if p in {**draws, **parameters}):
                yield source.place, _sentence("parameter", symbol, {**draws, **parameters}[symbol])
    for symbol in (s for s in (sp.Symbol(name, real=True) for name in design.covariates) if s in parameters):
        yield design.decoder[0].place, _sentence("covariate", symbol, parameters[symbol])


def _sentence(what: str, symbol: sp.Symbol, other: str) -> str:
    return (
        f"The {what} {symbol.name} has the name of {other}; the analysis cannot tell them apart and decides nothing: write"
        f" another name, as my_{symbol.name}."
    )
