"""Decoders whose natural parameters are affine in z, or are put out without a link."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import sympy as sp

from tightcheck.account.neighbours.neighbour import Neighbour
from tightcheck.design import OUTPUT, Conditional, Constant, Design, Head, Inputs, Map, Prior
from tightcheck.joint.show import text
from tightcheck.kernel.classes import family_of
from tightcheck.parametrise import find
from tightcheck.span import combination


def affine(design: Design) -> Iterator[Neighbour]:
    """A decoder whose natural parameters are affine in z, under the declared and under the implied prior."""
    bent = [observed for observed in design.decoder if _is_bent(observed)]
    straight = {observed.block.name: _affine(observed) for observed in bent}
    if not bent or not all(straight.values()):
        return
    place = next(h.source.place for h in bent[-1].heads if isinstance(h.source, Map))
    decoder = tuple(straight.get(observed.block.name) or observed for observed in design.decoder)
    words, changed = "make the decoder's natural parameters affine in z", replace(design, decoder=decoder)
    if any(_stops(observed, straight[observed.block.name]) for observed in bent):
        words += ": the mean, with a learned variance that does not depend on z"
    yield Neighbour(words, "decoder", place, changed)
    if design.prior.kind != "implied":
        tied = replace(changed, prior=Prior("implied", place=design.prior.place))
        yield Neighbour(f"{words} and tie the prior to it", "decoder", place, tied, is_worth_tight=True)


def _is_bent(observed: Conditional) -> bool:
    """Whether the block moves with z, and not by an affine map without a link; texts of random length never do."""
    moving = [h for h in observed.heads if isinstance(h.source, Map)]
    is_plain = all(isinstance(h.source, Map) and h.source.kind == "affine" and h.link is None for h in moving)
    return bool(moving) and not is_plain and observed.block.length != "random"


def _affine(observed: Conditional) -> Conditional | None:
    """The block with affine maps: a Gaussian's mean with a learned variance, else the natural parameters (all of R^n)."""
    family = family_of(observed.block)
    inputs = Inputs("identity", place=observed.inputs.place)
    if family.partition.startswith("quadratic") and family.natural_domain:
        return replace(observed, heads=tuple(map(_of_affine_mean, observed.heads)), inputs=inputs)
    way = find(family, ("natural",))
    if family.natural_domain or way is None:
        return None
    heads = tuple(Head(s, Map("affine"), place=observed.place) for s in way.symbols)
    return replace(observed, heads=heads, natural=tuple(way.natural), inputs=inputs)


def _stops(observed: Conditional, straight: Conditional | None) -> bool:
    """Whether what moves with z is a constant in the straight block."""
    assert straight is not None
    moving = [isinstance(head.source, Map) for head in observed.heads]
    still = [isinstance(head.source, Constant) for head in straight.heads]
    return len(moving) == len(still) and any(before and after for before, after in zip(moving, still, strict=True))


def _of_affine_mean(head: Head) -> Head:
    if not isinstance(head.source, Map):
        return head
    if head.symbol.name.startswith("mean") and not head.symbol.is_positive:
        return replace(head, source=Map("affine", place=head.place), link=None, bounds=None)
    return replace(head, source=Constant(None, "shared", head.place), link=None)


def of_statistics(design: Design) -> Iterator[Neighbour]:
    """Affine decoders shown the statistics of z where z itself is none: the cosine and sine of an angle."""
    families = [family_of(latent.block) for latent in design.encoder]
    hidden = [
        family
        for family in families
        if any(combination(v, family.statistics, family.variables) is None for v in family.variables)
    ]
    plain = [o for o in design.decoder if o.inputs.kind == "identity" and not o.inputs.covariates and _is_plain(o)]
    if not hidden or any(family.spans_all_functions for family in hidden) or not plain:
        return
    decoder = tuple(
        replace(o, inputs=replace(o.inputs, kind="statistics")) if o in plain else o for o in design.decoder
    )
    variable = hidden[0].variables[0]
    statistics = [text(s.subs(variable, sp.Symbol("z"))) for s in hidden[0].statistics]
    words = f"show the decoder the statistics of z ({', '.join(statistics)}), `input: statistics`"
    place, changed = plain[0].inputs.place, replace(design, decoder=decoder)
    yield Neighbour(words, "decoder", place if place.file else plain[0].place, changed)
    if design.prior.kind != "implied":
        tied = replace(changed, prior=Prior("implied", place=design.prior.place))
        yield Neighbour(f"{words}, and tie the prior to it", "decoder", plain[0].place, tied, is_worth_tight=True)


def _is_plain(observed: Conditional) -> bool:
    """Whether what moves with z is put out by affine maps without a link."""
    moving = [h for h in observed.heads if isinstance(h.source, Map)]
    return bool(moving) and all(isinstance(h.source, Map) and h.source.kind == "affine" for h in moving)


def natural_link(design: Design) -> Iterator[Neighbour]:
    """The decoder's natural parameters put out by its network itself, under the implied prior."""
    beside = {symbol.name for symbol in beside_output(design)}
    has_many = any(len(observed.natural) > 1 for observed in design.decoder)
    if not beside or not beside <= set(design.covariates) or has_many:
        return
    decoder = tuple(linked for observed in design.decoder if (linked := _without_link(observed)) is not None)
    if len(decoder) == len(design.decoder):
        words = "let the decoder's network put out the natural parameter, without a link, and tie the prior to it"
        changed = replace(design, decoder=decoder, prior=Prior("implied", place=design.prior.place))
        yield Neighbour(words, "decoder", design.decoder[0].heads[0].place, changed)


def beside_output(design: Design) -> set[sp.Symbol]:
    """What the decoder's links take beside their own output: a softmax, or covariates."""
    links = [h.link for observed in design.decoder for h in observed.heads if h.link is not None]
    return {symbol for link in links for symbol in link.free_symbols - {OUTPUT}}


def _without_link(observed: Conditional) -> Conditional | None:
    way = find(family_of(observed.block), ("natural",))
    source = next((h.source for h in observed.heads if isinstance(h.source, Map)), None)
    if way is None or source is None or family_of(observed.block).natural_domain:
        return None
    heads = tuple(Head(s, source, place=observed.place) for s in way.symbols)
    return replace(observed, heads=heads, natural=tuple(way.natural))
