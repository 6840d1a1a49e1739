"""Other declared priors."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import sympy as sp

from tightcheck.account.neighbours.neighbour import Neighbour
from tightcheck.design import Conditional, Constant, Design, PriorBlock
from tightcheck.kernel.classes import family_of


def uncoupled(design: Design) -> Iterator[Neighbour]:
    """Independent coordinates under the prior, where it couples them and the encoder does not."""
    coupled = [block for block in design.prior.blocks if _is_coupled(block)]
    if coupled:
        blocks = tuple(_uncoupled(block) if block in coupled else block for block in design.prior.blocks)
        changed = replace(design, prior=replace(design.prior, blocks=blocks))
        yield Neighbour("take a prior with independent coordinates", "prior", coupled[0].place, changed)


def _is_coupled(block: PriorBlock) -> bool:
    return block.precision is not None and not block.precision.is_diagonal()


def _uncoupled(block: PriorBlock) -> PriorBlock:
    assert block.precision is not None
    return replace(block, precision=sp.ImmutableMatrix(sp.diag(*block.precision.diagonal())))


def of_encoder_family(design: Design) -> Iterator[Neighbour]:
    """A learned prior of the encoder's own family, where the declared one is of another."""
    if design.prior.kind != "declared":
        return
    blocks = {block.block: block for block in design.prior.blocks}
    other = [c for c in design.encoder if c.block.name in blocks and _may_have_own(c, blocks[c.block.name])]
    if other:
        blocks |= {latent.block.name: _own(latent, blocks[latent.block.name]) for latent in other}
        names = " and ".join(dict.fromkeys(latent.block.family for latent in other))
        changed = replace(design, prior=replace(design.prior, blocks=tuple(blocks.values())))
        yield Neighbour(f"learn a prior of the encoder's family ({names})", "prior", design.prior.place, changed)


def _may_have_own(latent: Conditional, block: PriorBlock) -> bool:
    is_plain = latent.block.dimension is None and not latent.block.fixed
    return is_plain and not block.given and block.precision is None and latent.block.family != block.family


def _own(latent: Conditional, block: PriorBlock) -> PriorBlock:
    way = family_of(latent.block).parametrisations[0]
    parameters = {s.name: Constant(None, "per_coordinate", block.place) for s in way.symbols}
    return PriorBlock(block.block, latent.block.family, parameters, tuple(way.natural), place=block.place)
