"""Parameters of the encoder that do not depend on x."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from tightcheck.account.neighbours.neighbour import Neighbour, named, with_family, with_heads, with_latent
from tightcheck.design import Conditional, Constant, Design, Map


def freed(design: Design) -> Iterator[Neighbour]:
    """Parameters learned instead of fixed or shared, or computed from x instead of constant."""
    for latent in design.encoder:
        yield from _for_each_coordinate(design, latent)
        yield from _computed(design, latent)
        yield from _learned_variance(design, latent)


def _for_each_coordinate(design: Design, latent: Conditional) -> Iterator[Neighbour]:
    constants = [(h, h.source.sharing) for h in latent.heads if isinstance(h.source, Constant)]
    stiff = [head for head, sharing in constants if sharing != "per_coordinate"]
    is_fixed = any(sharing == "fixed" for _, sharing in constants)
    if stiff and (latent.block.copies > 1 or is_fixed):
        heads = tuple(
            replace(h, source=Constant(None, "per_coordinate", h.place)) if h in stiff else h for h in latent.heads
        )
        words = f"learn {named(stiff)} of {latent.block.name} for each coordinate"
        yield Neighbour(words, "encoder", stiff[0].place, with_heads(design, latent, heads))


def _computed(design: Design, latent: Conditional) -> Iterator[Neighbour]:
    maps = [h.source for h in latent.heads if isinstance(h.source, Map)]
    means = [h for h in latent.heads if isinstance(h.source, Constant) and not h.symbol.is_positive]
    if means and maps:
        heads = tuple(replace(h, source=maps[0]) if h in means else h for h in latent.heads)
        words = f"compute {named(means)} of {latent.block.name} from x"
        yield Neighbour(words, "encoder", means[0].place, with_heads(design, latent, heads))


def _learned_variance(design: Design, latent: Conditional) -> Iterator[Neighbour]:
    if latent.block.family == "gaussian_fixed_variance" and latent.block.dimension is None:
        gaussian = with_family(latent, "gaussian", ("mean", "variance"), ("variance",))
        words = f"learn the variance of {latent.block.name} instead of fixing it"
        yield Neighbour(words, "encoder", latent.block.place, with_latent(design, latent, gaussian))
