"""Symbols stand for one thing each: what formulas name, blocks, covariates and free parameters, is no parameter of a family."""

from __future__ import annotations

import sympy as sp

from tightcheck.design import Design, Map
from tightcheck.kernel.classes import family_of


def names_are_apart(design: Design) -> bool:
    """Whether no parameter has the name of what its formula may mention, a block or covariate, and none is the symbol of a
    draw, of a natural parameter, of a fixed parameter or of a head. Blocks and covariates are none of these either, but for
    draws: a family's draw may be called x, and so may a block."""
    conditionals = (*design.decoder, *design.encoder)
    taken: set[sp.Symbol] = {h.symbol for c in conditionals for h in c.heads}
    for conditional in conditionals:
        family = family_of(conditional.block)
        taken |= {*family.natural_parameters, *(parameter.symbol for parameter in family.fixed)}
    mentioned = {sp.Symbol(name, real=True) for name in (*design.covariates, *(c.block.name for c in conditionals))}
    if mentioned & taken:
        return False
    taken |= {v for conditional in conditionals for v in family_of(conditional.block).variables}
    for own, others in ((design.decoder, design.encoder), (design.encoder, design.decoder)):
        names = {*design.covariates, *(c.block.name for c in others)}
        parameters = {p for c in own for h in c.heads if isinstance(h.source, Map) for p in h.source.parameters}
        plain = all(isinstance(p, sp.Symbol) and p.name.partition("[")[0] not in names for p in parameters)
        if not plain or parameters & taken:
            return False
    return True
