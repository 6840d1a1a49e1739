"""Models in which nothing depends on z: whether the decoder has constants, and whether the encoder is then the prior."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import sympy as sp

from tightcheck.design import OUTPUT, SOFTMAX, Conditional, Constant, Design, Head, Map, PriorBlock
from tightcheck.family import Family
from tightcheck.kernel.classes import family_of, is_onto
from tightcheck.kernel.heads import contains
from tightcheck.kernel.integrability import in_domain
from tightcheck.kernel.link_values import out_of_range
from tightcheck.kernel.model import formula, in_support
from tightcheck.kernel.parametrised import (
    agree,
    head_values,
    is_one_to_one,
    is_parametrised,
    of_one_number,
    partial,
    raw_values,
)
from tightcheck.kernel.rejected import Rejected, require
from tightcheck.kernel.side import Side, holds_constants
from tightcheck.kernel.slices import parents_of, prior_block, prior_in_span, prior_term, runs_over_all_reals
from tightcheck.kernel.valid import has_constants
from tightcheck.kernel.zero import latent_of
from tightcheck.span import combination, enclose, is_zero, separates


def constants_reachable(design: Design, prior: str, latent: Conditional) -> None:
    """Require that with f constant the posterior of this block, which is its prior, is in the encoder's class."""
    block = prior_block(design, latent.block.name)
    if prior != "declared" or is_any_member(block, latent):
        _some_constant(design, latent)
        return
    require(block is not None, f"no prior is declared for {latent.block.name}")
    assert block is not None
    alike = all(c.value is None and c.sharing != "fixed" for c in block.parameters.values())
    require(not parents_of(design, block) or alike, "a prior given another block is not looked at")
    unknown = any(c.value is None and c.sharing == "fixed" for c in block.parameters.values())
    require(
        not unknown or sees_prior(design, latent, block), "the prior is given covariates that the encoder is not shown"
    )
    shared = latent.block.copies > 1 and any(is_shared(h) for h in latent.heads)
    may_differ = unknown or block.precision is not None
    require(not (shared and may_differ), "coordinates share a constant and their priors may differ")
    if block.precision is not None and not block.precision.is_diagonal():
        _coupled(latent)
        return
    c = prior_in_span(design, latent)
    require(c is not None, f"log p - log h' of {latent.block.name} is not shown to be in span(psi, 1)")
    assert c is not None
    if any(value.free_symbols for value in c[1:]):
        _learned(design, latent, c[1:])
        return
    require(in_domain(family_of(latent.block), c[1:]), "the prior is not shown to be a density")
    contains(latent, c[1:], _any_side(design, latent), 1, 1)


def sees_prior(design: Design, latent: Conditional, block: PriorBlock) -> bool:
    """Whether the encoder is shown the covariates that the prior is given, if any, and may depend on them in any way."""
    given = set(block.given) - {other.block.name for other in design.encoder}
    maps = [h.source for h in latent.heads if isinstance(h.source, Map)]
    is_free = len(maps) == len(latent.heads) and all(source.kind == "unrestricted" for source in maps)
    return not given or (given <= set(latent.inputs.covariates) and is_free)


def _some_constant(design: Design, latent: Conditional) -> None:
    """c can be chosen: any constant that the encoder reaches."""
    maps = [head.source for head in latent.heads if isinstance(head.source, Map)]
    is_plain = all(source.kind != "expression" for source in maps) and valid_at_zero(latent, design.decoder)
    require(is_plain, "the encoder is not shown to contain a constant")
    require(has_constants(latent), "the encoder is not shown to put out a valid constant")


def _coupled(latent: Conditional) -> None:
    """A Gaussian prior whose coordinates are dependent: one block with all products, whose heads are all free."""
    family = family_of(latent.block)
    is_full = all(
        combination(a * b, family.statistics, family.variables) is not None
        for a in family.variables
        for b in family.variables
    )
    require(is_full and latent.block.copies == 1, "the prior couples coordinates and the encoder does not")
    held = any(h.bounds or (isinstance(h.source, Constant) and h.source.sharing == "fixed") for h in latent.heads)
    require(not held and not of_one_number(latent), "the encoder's mean and covariance are not free")
    for head in latent.heads:
        if isinstance(head.source, Map):
            reached = head.source.bias and head.source.kind != "expression" and is_onto(head, latent)
            require(reached, f"{head.symbol} is not shown to reach the prior")


def _learned(design: Design, latent: Conditional, eta: Sequence[sp.Expr]) -> None:
    """A learned prior can be chosen: every constant head must then be free or agree."""
    reached = _takes_zeros(design, latent, eta)
    require(reached, "without a bias the encoder is not shown to reach the learned prior")
    require(is_parametrised(latent, eta), "the encoder's parameters are not shown to stand for every learned prior")
    require(agree(latent, raw_values(latent, eta)), "components share a constant and their priors may differ")
    for head in latent.heads:
        if isinstance(head.source, Constant):
            is_free = head.source.sharing != "fixed" and head.bounds is None
            require(is_free, f"{head.symbol} is not shown to reach the learned prior")
            continue
        require(head.bounds is None, f"{head.symbol} is not shown to reach the learned prior")
        require(head.source.bias or valid_at_zero(latent, design.decoder), "the encoder has no bias")
        require(head.source.kind != "expression", "the encoder is an explicit expression")
        require(is_onto(head, latent), "the link is not known to be onto")


def _shown(other: Conditional) -> Family:
    """The family of a block that a network is shown: counts of a random length are more than those of one length."""
    family = family_of(other.block)
    is_random = other.block.length in ("random", "depends_on_z")
    support = replace(family.support, cardinality="countable", bounds=None)
    return replace(family, support=support) if is_random else family


def _any_side(design: Design, latent: Conditional) -> Side:
    """What the encoder is shown, of a block that gives its maps without biases their constants where there is one."""
    sides = [Side((), _shown(observed), latent.inputs.kind) for observed in design.decoder]
    maps = [head.source for head in latent.heads if isinstance(head.source, Map)]
    with_constants = (s for s in sides if all(holds_constants(source, s.family, s.inputs) for source in maps))
    return next(with_constants, sides[0])


def _takes_zeros(design: Design, latent: Conditional, eta: Sequence[sp.Expr]) -> bool:
    """Whether what the prior learns can be chosen so that every head without constants is link(0): each is a function of a
    learned parameter of its own, which takes that value. Values that are fixed coordinate by coordinate are symbols too."""
    values, shown = head_values(latent, eta), [_shown(observed) for observed in design.decoder]
    block = prior_block(design, latent.block.name)
    parameters = {} if block is None else block.parameters
    learned = {name for name, c in parameters.items() if c.value is None and c.sharing != "fixed"}
    plain = [
        head
        for head in latent.heads
        if isinstance(head.source, Map)
        and not any(holds_constants(head.source, family, latent.inputs.kind) for family in shown)
    ]
    named = [symbol.name for head in plain for symbol in values[head].free_symbols]
    own = len(set(named)) == len(named) and set(named) <= learned
    return own and all(_takes(values[head], _at_zero(head)) for head in plain)


def _at_zero(head: Head) -> sp.Expr:
    """The head where its network puts out 0."""
    return (OUTPUT if head.link is None else head.link).xreplace({OUTPUT: sp.Integer(0)})


def _takes(value: sp.Expr, wanted: sp.Expr) -> bool:
    """Whether a function of one parameter s, namely a s + b, log(s) or s^p, is the wanted number for some s."""
    if not value.free_symbols:
        return bool(wanted.is_number) and is_zero(value - wanted)
    if len(value.free_symbols) != 1 or not wanted.is_number:
        return False
    (s,) = value.free_symbols
    slope = sp.diff(value, s)
    if slope.is_number and slope != 0:
        found = (wanted - value.xreplace({s: sp.Integer(0)})) / slope
    elif value == sp.log(s):
        found = sp.exp(wanted)
    elif value.is_Pow and value.base == s and value.exp.is_number and wanted.is_positive and s.is_positive:
        found = wanted ** (1 / value.exp)
    else:
        return False
    return bool(found.is_real) and (not s.is_positive or bool(found.is_positive))


def is_shared(head: Head) -> bool:
    """Whether the head is one learned constant for all coordinates."""
    return isinstance(head.source, Constant) and head.source.value is None and head.source.sharing == "shared"


def decoder_constants(design: Design, moving: str | None = None, also_copies: bool = True) -> None:
    """Require that every observed block can be constant in z; of the `moving` block only its other copies, if any."""
    for observed in design.decoder:
        if observed.block.name == moving and not also_copies:
            continue
        require(has_constants(observed), "the decoder is not shown to put out a valid constant")
        for head in observed.heads:
            if isinstance(head.source, Map):
                constant = head.source.kind != "expression" or (moving is None and _is_constant_at_zero(observed))
                require(constant, "an explicit expression is not shown to contain the constants")
                mentioned = {symbol.name for symbol in head.link.free_symbols} if head.link is not None else set()
                names = {latent.block.name for latent in design.encoder}
                require(not {name.partition("[")[0] for name in mentioned} & names, "the link itself mentions z")
                biased = (
                    head.source.bias or valid_at_zero(observed, design.encoder) or inputs_sum_to_one(design, observed)
                )
                require(biased, "without a bias the constants are not shown to be in the class")
                require(head.source.batch_norm != "train", "batch normalisation in training mode couples examples")


def _is_constant_at_zero(observed: Conditional) -> bool:
    """Whether the block's expressions are valid numbers when all their parameters are 0."""
    values: dict[sp.Basic, sp.Basic] = {}
    for head in observed.heads:
        if isinstance(head.source, Map) and head.source.expression is not None:
            value = head.source.expression.xreplace(dict.fromkeys(head.source.parameters, sp.Integer(0)))
            values[head.symbol] = (OUTPUT if head.link is None else head.link).xreplace({OUTPUT: value})
    finite = all(bool(value.is_number) and bool(value.is_finite) for value in values.values())
    positive = all(bool(value.is_positive) for symbol, value in values.items() if symbol.is_positive)
    natural = [sp.sympify(entry).xreplace(values) for entry in observed.natural]
    return finite and positive and observed.block.length is None and in_domain(family_of(observed.block), natural)


def is_any_member(block: PriorBlock | None, latent: Conditional) -> bool:
    """Whether the prior runs through all of the encoder's family, each coordinate for itself."""
    if block is not None and block.components is not None:
        return True  # all components alike
    if block is None or block.family != latent.block.family or block.precision is not None or not block.parameters:
        return False
    family = family_of(latent.block)
    ways = [way for way in family.parametrisations if tuple(way.natural) == tuple(block.natural)]
    if not any(not partial(family, way) for way in ways):
        return False  # a member may have no such parameters
    return all(c.value is None and c.sharing == "per_coordinate" for c in block.parameters.values())


def valid_at_zero(observed: Conditional, others: Sequence[Conditional] = ()) -> bool:
    """Whether an output of 0 (all weights 0) of every map that does not hold every constant, shown one of the `others`,
    gives valid parameters."""

    def is_free(source: Map) -> bool:
        shown = [_shown(other) for other in others] if not observed.inputs.covariates else []
        return source.bias or any(holds_constants(source, family, observed.inputs.kind) for family in shown)

    if all(not isinstance(head.source, Map) or is_free(head.source) for head in observed.heads):
        return True
    values: dict[sp.Basic, sp.Basic] = {}
    for head in observed.heads:
        if isinstance(head.source, Map) and not is_free(head.source):
            link = OUTPUT if head.link is None else head.link
            values[head.symbol] = link.xreplace({OUTPUT: sp.Integer(0), SOFTMAX: sp.Dummy(positive=True)})
    positive = all(bool(value.is_positive) for symbol, value in values.items() if symbol.is_positive)
    natural = [sp.sympify(entry).xreplace(values) for entry in observed.natural]
    return positive and (observed.block.length == "random" or in_domain(family_of(observed.block), natural))


def inputs_sum_to_one(design: Design, observed: Conditional) -> bool:
    """Whether the inputs of a latent draw always sum to 1 (a simplex, one-hot classes, a softmax): equal weights then
    put out a constant."""
    if observed.inputs.kind == "softmax":
        return len(design.encoder) == 1
    if observed.inputs.kind != "identity" or len(design.encoder) != 1 or design.encoder[0].block.copies != 1:
        return False
    family = family_of(design.encoder[0].block)
    if family.support.is_finite:
        return (
            all(sum(point) == 1 for point in family.support.points)
            and len(family.support.points) == family.support.cardinality
        )
    bounds = family.support.bounds
    determined = 1 - sum(family.variables[:-1])
    return (
        bounds is not None and len(family.variables) > 1 and all(sp.expand(end - determined) == 0 for end in bounds[-1])
    )


ZERO_AT_ZERO = frozenset("relu leaky_relu elu selu celu gelu silu tanh softsign identity".split())
"""Activations with a(0) = 0."""


def inputs_vanish(design: Design, latent: Conditional) -> bool:
    """Whether x = 0 is possible, or a limit of data where x is continuous, and the encoder is then shown nothing but zeros."""
    shows_more = bool(latent.inputs.covariates or latent.block.given)
    if latent.inputs.kind not in ("identity", "counts", "log1p") or shows_more:
        return False
    return all(_has_zero(observed) for observed in design.decoder)


def _has_zero(observed: Conditional) -> bool:
    """Whether 0 is in the support, or in the closure of a continuous one."""
    support = family_of(observed.block).support
    if observed.block.length is not None:
        return False
    if support.is_discrete:
        return any(all(value == 0 for value in point) for point in support.points)
    ends = support.bounds or ()  # an end that depends on an earlier variable tells nothing
    return bool(ends) and all((low <= 0) == sp.true and (high >= 0) == sp.true for low, high in ends)


def puts_out_zero(head: Head) -> bool:
    """Whether the head's network certainly puts out 0 where its inputs are 0."""
    source = head.source
    if not isinstance(source, Map) or source.bias or source.batch_norm is not None or head.bounds is not None:
        return False
    return source.kind == "affine" or (source.kind == "mlp" and source.activation in ZERO_AT_ZERO)


def is_not_at_zero(head: Head, value: sp.Expr) -> bool:
    """Whether the head is certainly not `value` when its network puts out 0."""
    link = OUTPUT if head.link is None else head.link
    if link.has(SOFTMAX) or link.free_symbols != {OUTPUT}:
        return False
    return separates_numbers(link.xreplace({OUTPUT: sp.Integer(0)}), value)


def _is_invalid_at_zero(latent: Conditional) -> bool:
    """Whether some parameter is certainly not valid when all maps without a bias put out 0."""
    plain = [h for h in latent.heads if puts_out_zero(h) and h.link in (None, OUTPUT)]
    values: dict[sp.Basic, sp.Basic] = {h.symbol: sp.Integer(0) for h in plain}
    if any(h.symbol.is_positive for h in plain):
        return True
    family = family_of(latent.block)
    known = {n: sp.sympify(e).xreplace(values) for n, e in zip(family.natural_parameters, latent.natural, strict=True)}
    if any(value.has(sp.zoo, sp.nan, sp.oo) for value in known.values()):
        return True
    return any(relation.xreplace(known) == sp.false for relation in family.natural_domain)


def unreachable(design: Design, prior: str, step: Mapping[str, Any]) -> None:
    """With f constant the posterior is the prior; require that the encoder certainly cannot be it."""
    latent = latent_of(design, step["latent"])
    if inputs_vanish(design, latent) and _is_invalid_at_zero(latent):
        return  # whatever the prior is: where x is 0 the network puts out 0
    require(prior == "declared", "only a declared prior can be out of reach")
    block = prior_block(design, latent.block.name)
    require(block is not None, "no prior is declared")
    assert block is not None
    family = family_of(latent.block)
    if block.precision is not None and not block.precision.is_diagonal():
        alone = len(family.variables) == 1 and runs_over_all_reals(family)
        require(alone, "the prior is not shown to couple coordinates that q does not")
        return
    term = prior_term(design, latent)
    require(term is not None and not (term.free_symbols - set(family.variables)), "the prior is not known exactly")
    assert term is not None
    c = combination(term, family.statistics, family.variables)
    if c is None:
        points = [{v: formula(x, {}) for v, x in zip(family.variables, point, strict=True)} for point in step["points"]]
        active = [(latent, family.variables, family, 0)]
        require(all(in_support(point, active) for point in points), "a point is not in the support")
        require(separates(term, family.statistics, points), "the prior is not shown to be outside the encoder family")
        return
    require(is_one_to_one(latent), "several parameters stand for one encoder distribution")
    for head, value in head_values(latent, c[1:]).items():
        if isinstance(head.source, Constant):
            if head.source.value is not None and separates_numbers(head.source.value, value):
                return
        elif out_of_range(head, value) or (
            puts_out_zero(head) and inputs_vanish(design, latent) and is_not_at_zero(head, value)
        ):
            return
    raise Rejected("the encoder may reach the prior")


def separates_numbers(a: sp.Expr, b: sp.Expr) -> bool:
    """Whether two exact numbers certainly differ."""
    if not (a.is_number and b.is_number):
        return False
    try:
        return not (enclose(a, {}) - enclose(b, {})).contains(0)
    except (ValueError, NotImplementedError):
        return False
