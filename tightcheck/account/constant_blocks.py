"""Observed blocks that are constant in z: whether they may be, beside a block that moves, and what they reach."""

from __future__ import annotations

from dataclasses import replace

import sympy as sp

from tightcheck.design import OUTPUT, SOFTMAX, Conditional, Design, Map
from tightcheck.kernel.classes import family_of
from tightcheck.kernel.constants import decoder_constants
from tightcheck.kernel.model import is_explicit
from tightcheck.kernel.rejected import Rejected

SMOOTH_LINKS = (None, OUTPUT, 1 / (1 + sp.exp(-OUTPUT)), sp.tanh(OUTPUT), sp.log(1 + sp.exp(OUTPUT)))
"""Continuous and strictly increasing: they reach an interval."""


def has_constants(design: Design, observed: Conditional) -> bool:
    """Whether the block can be constant in z."""
    try:
        decoder_constants(replace(design, decoder=(observed,)))
    except Rejected:
        return False
    return True


def others_are_valid(design: Design, observed: Conditional, prior: str) -> bool:
    """Whether the other blocks have a model: one that is constant, or under a declared prior any."""
    others = [other for other in design.decoder if other is not observed]
    return all(has_constants(design, other) or (prior == "declared" and is_always_natural(other)) for other in others)


def is_always_natural(observed: Conditional) -> bool:
    """Whether every map gives natural parameters: all of R^n is natural, expressions are polynomials."""
    sources = [head.source for head in observed.heads if isinstance(head.source, Map)]
    formulas = [source.expression for source in sources if source.expression is not None]
    return family_of(observed.block).has_full_domain and all(formula.is_polynomial() for formula in formulas)


def others_stay(design: Design, observed: Conditional) -> bool:
    """Whether one copy of the block can move while its other copies and all other blocks are constant."""
    if is_explicit(observed):
        return observed.block.copies == 1 and all(
            has_constants(design, other) for other in design.decoder if other is not observed
        )
    return not has_softmax(observed) and all(has_constants(design, other) for other in design.decoder)


def has_softmax(observed: Conditional) -> bool:
    """Whether a softmax over the copies ties their parameters together."""
    return observed.block.dimension is None and any(h.link is not None and h.link.has(SOFTMAX) for h in observed.heads)


def has_plain_softmax(observed: Conditional) -> bool:
    """Whether the block has positive parameters that are a multiple of a softmax over three copies or more."""
    multiples = [head.link / SOFTMAX for head in observed.heads if head.link is not None and head.link.has(SOFTMAX)]
    positive = all(bool(h.symbol.is_positive) for h in observed.heads if h.link is not None and h.link.has(SOFTMAX))
    plain = all(not sp.sympify(multiple).has(SOFTMAX, OUTPUT) for multiple in multiples)
    is_probability = any(h.symbol.name.startswith("prob") for h in observed.heads)
    return plain and positive and not is_probability and observed.block.copies >= 3


def has_every_constant(observed: Conditional) -> bool:
    """Whether constant decoders reach every p(x) of one draw that mixing reaches: an interval, or the whole simplex."""
    is_two_valued = family_of(observed.block).support.cardinality == 2
    for head in observed.heads:
        source = head.source
        if not isinstance(source, Map) or head.bounds is not None or source.batch_norm is not None:
            return False
        if source.kind == "expression":
            if not (is_two_valued and head.link is None and len(observed.heads) == 1 and _has_free_origin(source)):
                return False
        elif not source.bias or (
            head.link not in SMOOTH_LINKS if is_two_valued else head.link not in (None, OUTPUT, SOFTMAX)
        ):
            return False
    return True


def _has_free_origin(source: Map) -> bool:
    """Whether the expression is b + (what vanishes when all other parameters are 0)."""
    assert source.expression is not None
    for b in source.parameters:
        rest = sp.expand(source.expression - b)
        if not rest.has(b) and rest.xreplace({s: sp.Integer(0) for s in source.parameters}) == 0:
            return True
    return False
