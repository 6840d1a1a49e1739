"""Discrete latent variables in place of the declared ones: bits, and one class."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import sympy as sp

from tightcheck.account.neighbours.decoder import beside_output
from tightcheck.account.neighbours.encoder import FORGOTTEN
from tightcheck.account.neighbours.neighbour import Neighbour
from tightcheck.design import OUTPUT, Block, Conditional, Constant, Design, Head, Inputs, Map, Prior, PriorBlock
from tightcheck.kernel.classes import family_of
from tightcheck.parametrise import find

CLASSES = 10
"""Classes of a mixture that is proposed; any number gives the same verdict."""
SIMPLE = {"finite", "exponential", "poles", "power", "quadratic", "quadratic_form", "quadratic_over_linear"}
"""Log-partitions with short values at exact points."""


def bits(design: Design) -> Iterator[Neighbour]:
    """Binary latents, each spanning all its functions, in place of continuous ones."""
    if design.prior.kind != "declared" or any(latent.block.given for latent in design.encoder):
        return
    if any(family_of(latent.block).support.is_finite for latent in design.encoder):
        return
    if not {family_of(observed.block).partition for observed in design.decoder} <= SIMPLE or beside_output(design):
        return
    encoder = tuple(map(_of_bits, design.encoder))
    prior = Prior("declared", tuple(_fair(latent.block) for latent in encoder), design.prior.place)
    words = "take binary latents: each spans all its functions"
    place = design.encoder[0].block.place
    yield Neighbour(words, "encoder", place, replace(design, encoder=encoder, prior=prior))


def _of_bits(latent: Conditional) -> Conditional:
    """As many bits as the block has coordinates, their logits put out by its map."""
    size = latent.block.copies * (latent.block.dimension or 1)
    block = Block(latent.block.name, "bernoulli", size, place=latent.block.place)
    way = find(family_of(block), ("logits",))
    assert way is not None
    source = next((h.source for h in latent.heads if isinstance(h.source, Map)), Map("affine"))
    is_lossy = latent.inputs.kind in FORGOTTEN
    inputs = replace(latent.inputs, kind="identity", expression=None) if is_lossy else latent.inputs
    head = Head(way.symbols[0], source, place=latent.place)
    return replace(latent, block=block, inputs=inputs, heads=(head,), natural=tuple(way.natural))


def _fair(block: Block) -> PriorBlock:
    """Independent bits, each 1 with probability 1/2."""
    way = find(family_of(block), ("probs",))
    assert way is not None
    half = Constant(sp.Rational(1, 2), "fixed")
    return PriorBlock(block.name, "bernoulli", {way.symbols[0].name: half}, tuple(way.natural))


def mixture(design: Design) -> Iterator[Neighbour]:
    """One categorical latent: its indicators span all functions, whatever the decoder's family is."""
    kept = next((c for c in design.encoder if _is_class(c) and not c.block.given), None)
    if design.prior.kind != "declared" or (kept is not None and len(design.encoder) == 1):
        return
    if any(c.inputs.covariates for c in (*design.encoder, *design.decoder)):
        return
    place = design.encoder[0].block.place
    name, classes = (kept or design.encoder[0]).block.name, kept.block.dimension if kept else CLASSES
    encoder, prior = _classes(Block(name, "categorical", 1, dimension=classes, place=place), _exact_inputs(design))
    dropped = [latent.block.name for latent in design.encoder if latent is not kept]
    beside = sorted({symbol.name for symbol in beside_output(design)} & set(design.covariates))
    changed = replace(
        design,
        decoder=tuple(_of_class(observed, {*dropped, *beside}) for observed in design.decoder),
        encoder=(encoder,),
        prior=Prior("declared", (prior,), design.prior.place),
        covariates=tuple(name for name in design.covariates if name not in beside),
        computed=tuple(name for name in design.computed if name not in beside),
    )
    keep, take = (
        f"drop {' and '.join(dropped)} and keep the class {name}",
        f"take one categorical latent of {classes} classes instead (any number will do)",
    )
    shown = " and ".join(observed.block.name for observed in design.decoder)
    shown = {"statistics": f"the statistics of {shown}", "counts": "the counts"}.get(encoder.inputs.kind, shown)
    words = f"{keep if kept else take}: a mixture, whose posterior is softmax of an affine map of {shown}"
    if beside:
        words += f"; its classes have distributions of x that do not name {' and '.join(beside)}"
    yield Neighbour(words, "latents", place, changed, is_worth_tight=True)


def _is_class(latent: Conditional) -> bool:
    return latent.block.family == "categorical" and latent.block.copies == 1


def _classes(block: Block, inputs: Inputs) -> tuple[Conditional, PriorBlock]:
    """q(z|x) with logits affine in the features, and a prior with learned logits."""
    way = find(family_of(block), ("logits",))
    assert way is not None
    natural = tuple(way.natural)
    parameters = {s.name: Constant(None, "per_coordinate") for s in way.symbols}
    prior = PriorBlock(block.name, "categorical", parameters, natural, dimension=block.dimension)
    return Conditional(block, inputs, tuple(Head(s, Map("affine")) for s in way.symbols), natural), prior


def _exact_inputs(design: Design) -> Inputs:
    """The features in which the exact encoder is affine: counts, x itself, or its statistics."""
    families = [family_of(observed.block) for observed in design.decoder]
    if any(family.name == "multinomial" for family in families):
        return Inputs("counts")
    is_plain = all(set(family.statistics) <= set(family.variables) for family in families)
    return Inputs("identity" if is_plain else "statistics")


def _of_class(observed: Conditional, dropped: set[str]) -> Conditional:
    """The decoder's block as a table over the classes."""
    inputs = Inputs("one_hot", place=observed.inputs.place)
    return replace(observed, inputs=inputs, heads=tuple(_of_table(head, dropped) for head in observed.heads))


def _of_table(head: Head, dropped: set[str]) -> Head:
    """The head with a number for each class; a link that names a dropped variable goes."""
    if not isinstance(head.source, Map):
        return head
    link = head.link
    if link is not None and dropped & {s.name for s in link.free_symbols}:
        link = sp.exp(OUTPUT) if head.symbol.is_positive else None
    return replace(head, source=Map("affine", place=head.source.place), link=link)
