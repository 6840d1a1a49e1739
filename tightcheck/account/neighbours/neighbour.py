"""A neighbour of a design, and the ways in which its encoder is changed."""

from __future__ import annotations

from dataclasses import dataclass, replace

from tightcheck.design import Conditional, Constant, Design, Head, Map, Place
from tightcheck.kernel.classes import family_of
from tightcheck.parametrise import find


@dataclass(frozen=True)
class Neighbour:
    """A design that differs in one thing, or in two that only help together; these only if the result is tight."""

    change: str
    kind: str
    place: Place
    design: Design
    is_worth_tight: bool = False


def with_latent(design: Design, latent: Conditional, changed: Conditional) -> Design:
    """The design with another conditional for one latent block."""
    return replace(design, encoder=tuple(changed if c is latent else c for c in design.encoder))


def with_heads(design: Design, latent: Conditional, heads: tuple[Head, ...]) -> Design:
    """The design with other heads of one latent block."""
    return with_latent(design, latent, replace(latent, heads=heads))


def with_family(
    latent: Conditional, family: str, names: tuple[str, ...], constants: tuple[str, ...], **shape: object
) -> Conditional:
    """The latent block with another family, whose parameters are put out by the block's map, or learned constants."""
    source = next((h.source for h in latent.heads if isinstance(h.source, Map)), Map("affine"))
    block = replace(latent.block, family=family, fixed={}, **{"dimension": None, **shape})  # type: ignore[arg-type]
    way = find(family_of(block), names)
    assert way is not None
    learned = Constant(None, "per_coordinate", latent.place)
    heads = tuple(
        Head(symbol, learned if name in constants else source, place=latent.place)
        for name in way.parameters
        for symbol in way.symbols_of(name)
    )
    return replace(latent, block=block, heads=heads, natural=tuple(way.natural))


def named(heads: list[Head]) -> str:
    """The heads' parameters in words."""
    return " and ".join(head.symbol.name for head in heads)
