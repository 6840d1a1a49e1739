"""What every lemma takes for granted of a design: a certificate about one that lacks it proves nothing."""

from __future__ import annotations

from collections.abc import Sequence

import sympy as sp

from tightcheck.design import OUTPUT, SOFTMAX, Conditional, Constant, Design, Head, Map, PriorBlock
from tightcheck.kernel.classes import REPRESENTATIVE, family_of
from tightcheck.kernel.forms import well_formed_data
from tightcheck.kernel.names import names_are_apart
from tightcheck.kernel.parametrised import parametrisation_of
from tightcheck.kernel.rejected import require
from tightcheck.kernel.slices import prior_block, prior_family, prior_in_span, prior_term, prior_values
from tightcheck.once import once


@once
def well_formed(design: Design) -> None:
    """Require what every lemma takes for granted: heads that are a parametrisation, parents that are single finite draws."""
    well_formed_data(design)
    require(bool(design.decoder) and bool(design.encoder), "a side of the design is empty")
    names = [c.block.name for c in (*design.decoder, *design.encoder)]
    require(len(set(names)) == len(names), "two blocks have one name")
    require(names_are_apart(design), "a parameter has the name of another thing")
    for conditional in (*design.decoder, *design.encoder):
        parametrisation_of(conditional)
        require(conditional.block.copies >= 1, "a block has no copies")
        for head in conditional.heads:
            _well_formed_map(head.source)
            _well_formed_link(head, {*names, *design.covariates})
    for conditionals, inputs in ((design.decoder, design.encoder), (design.encoder, design.decoder)):
        for conditional in conditionals:
            _well_formed_formulas(conditional, inputs)
    for block in design.prior.blocks:
        _well_formed_prior(design, block)
    for latent in design.encoder:
        require(not has_impossible_point(design, latent), f"the prior of {latent.block.name} leaves out a point of z")
    parents = {name for latent in design.encoder for name in latent.block.given}
    for latent in design.encoder:
        is_finite = latent.block.copies == 1 and family_of(latent.block).spans_all_functions
        require(
            latent.block.name not in parents or is_finite,
            f"{latent.block.name} is given to another block and is no single finite draw",
        )


def _well_formed_map(source: Constant | Map) -> None:
    """A map is of a known kind, and has only what belongs to it."""
    if not isinstance(source, Map):
        return
    kinds = ("affine", "mlp", "unrestricted", "expression")
    words = source.kind in kinds and isinstance(source.activation, str)
    switches = isinstance(source.bias, bool) and source.batch_norm in (None, "eval")
    widths = all(isinstance(width, int) for width in source.hidden)
    require(words and switches and widths, "a map is not written as maps are")
    explicit = source.kind == "expression"
    require(
        explicit == (source.expression is not None) and (explicit or not source.parameters),
        "a map has a stray expression",
    )
    require(source.kind == "mlp" or not source.hidden, "a map has stray hidden layers")


def _well_formed_formulas(conditional: Conditional, inputs: Sequence[Conditional]) -> None:
    """What is written of the first components of a long vector is said of all: another vector has as many, and components
    that are named one by one are real numbers without a tie, as z_1 + z_2 + z_3 = 1 is one for three shares and not for four,
    nor a statistic of all of them, as |z|^2 is."""
    formulas = [h.source.expression for h in conditional.heads if isinstance(h.source, Map)]
    names = {s.name for formula in formulas if formula is not None for s in formula.free_symbols}
    for other in inputs:
        size = other.block.dimension or other.block.copies
        sizes = (conditional.block.dimension or size, size)
        is_short = max(sizes) <= REPRESENTATIVE or sizes[0] == sizes[1]
        require(is_short or other.block.name not in names, "a formula ties vectors of different lengths")
        is_cut = (other.block.dimension or 0) > REPRESENTATIVE
        is_named = any(name.startswith(f"{other.block.name}[") for name in names)
        family = family_of(other.block)
        untied = family.support.bounds or ((sp.Integer(0), sp.Integer(0)),)
        is_free = family.support.chart is None and all(ends == (-sp.oo, sp.oo) for ends in untied)
        is_free = is_free and all(len(statistic.free_symbols) < REPRESENTATIVE for statistic in family.statistics)
        require(is_free or not (is_cut and is_named), "a formula names components of a long vector that are tied")


def _well_formed_link(head: Head, known: set[str]) -> None:
    """A link is a function of the output; beside it stand blocks and covariates only."""
    link = OUTPUT if head.link is None else head.link
    foreign = {s.name.partition("[")[0] for s in link.free_symbols - {OUTPUT, SOFTMAX}} - known
    require(link.has(OUTPUT, SOFTMAX) and not foreign, f"the link of {head.symbol} is no function of an output")


def _well_formed_prior(design: Design, block: PriorBlock) -> None:
    """A mixture has a number of components and nothing else; a family's natural parameters are written in one of its ways."""
    alone = block.family is None and block.log_density is None and block.precision is None
    count = block.components
    require(count is None or (alone and type(count) is int and count >= 1), "a mixture is not written as they are")
    is_long = any(e.block.name == block.block and (e.block.dimension or 0) > REPRESENTATIVE for e in design.encoder)
    formula = block.log_density
    names_components = formula is not None and any("[" in s.name for s in formula.free_symbols)
    require(not (is_long and names_components), "a prior names components of a long vector, and may leave out others")
    names = set() if formula is None else {s.name.partition("[")[0] for s in formula.free_symbols}
    others = {*design.covariates, *(e.block.name for e in design.encoder)} - {block.block}
    require(not names & others, "a prior's formula names another block")
    is_written = _is_of_its_family(design, block)
    require(is_written, f"the natural parameters of {block.block}'s prior are not its family's")


def _is_of_its_family(design: Design, block: PriorBlock) -> bool:
    """Whether the prior's natural parameters are those of a way of writing its family, or 0 throughout."""
    if block.family is None or block.precision is not None:
        return not block.natural
    field = next((e.block for e in design.encoder if e.block.name == block.block and e.block.edges is not None), None)
    on_its_graph = field is not None and field.family == block.family
    family = family_of(field) if field and on_its_graph else prior_family(block.family, block.dimension)
    zeros = (sp.Integer(0),) * len(family.natural_parameters)
    return tuple(block.natural) in (zeros, *(tuple(way.natural) for way in family.parametrisations))


def has_impossible_point(design: Design, latent: Conditional) -> bool:
    """Whether the declared prior has an infinite natural parameter, or no real logarithm at a point of a finite support."""
    block = prior_block(design, latent.block.name)
    if design.prior.kind != "declared" or block is None:
        return False
    if block.family is not None and any(_is_no_number(value) for value in prior_values(block)):
        return True
    family, term = family_of(latent.block), prior_term(design, latent)
    points = family.support.points if family.support.is_finite and term is not None else ()
    places = [dict(zip(family.variables, point, strict=True)) for point in points]
    return term is not None and any(_is_no_number(term.xreplace(place)) for place in places)


def has_infinite_mass(design: Design, latent: Conditional) -> bool:
    """Whether the declared prior is h' exp(<c, psi>) with numbers c that are certainly outside the natural domain."""
    block = prior_block(design, latent.block.name)
    if block is None or block.log_density is None:
        return False
    family, c = family_of(latent.block), prior_in_span(design, latent)
    known = dict(zip(family.natural_parameters, (c or (0,))[1:], strict=False))
    return c is not None and any(relation.xreplace(known) == sp.false for relation in family.natural_domain)


def _is_no_number(value: sp.Expr) -> bool:
    """Whether a value is infinite, or not real."""
    return bool(value.has(sp.zoo, sp.nan, sp.oo)) or (bool(value.is_number) and not value.is_real)
