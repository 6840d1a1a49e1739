"""Networks of the encoder that are too narrow to hold every affine map."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from tightcheck.account.neighbours.neighbour import Neighbour
from tightcheck.design import Block, Conditional, Design, Head, Map
from tightcheck.kernel.classes import IDENTITY_PAIRS, family_of


def wide_enough(design: Design) -> Iterator[Neighbour]:
    """An encoder network that holds every affine map: 2 r units, a(t) - a(-t) linear, with bias."""
    rows = sum(_size(observed.block) for observed in design.decoder)
    columns = sum(_size(latent.block) for latent in design.encoder)
    needed = 2 * min(rows, columns)
    poor = [
        h.source for c in design.encoder for h in c.heads if isinstance(h.source, Map) and _is_poor(h.source, needed)
    ]
    if poor:
        encoder = tuple(_widened(latent, needed) for latent in design.encoder)
        units = f"give the encoder's hidden layers {needed} ReLU units or more"
        words = units if poor[0].hidden else "give the encoder's map a bias"
        yield Neighbour(words, "encoder", poor[0].place, replace(design, encoder=encoder))


def _widened(latent: Conditional, needed: int) -> Conditional:
    return replace(latent, heads=tuple(_with_wide_map(head, needed) for head in latent.heads))


def _with_wide_map(head: Head, needed: int) -> Head:
    source = head.source
    if not isinstance(source, Map) or not _is_poor(source, needed):
        return head
    activation = source.activation if source.activation in IDENTITY_PAIRS else "relu"
    hidden = tuple(max(width, needed) for width in source.hidden)
    return replace(head, source=replace(source, hidden=hidden, activation=activation, bias=True))


def _size(block: Block) -> int:
    """How many statistics the block has in all, as far as a network's width goes."""
    return block.copies * max(block.dimension or 1, len(family_of(block).statistics))


def _is_poor(source: Map, needed: int) -> bool:
    """Whether an affine map or a network is not known to hold every affine map of the needed rank."""
    is_narrow = source.kind == "mlp" and (
        min(source.hidden, default=needed) < needed or source.activation not in IDENTITY_PAIRS
    )
    return source.kind in ("mlp", "affine") and (is_narrow or not source.bias)
