"""A trained model's gap in the parts that the criterion names: what f costs, what the prior costs, what the network costs.

Where all z can be listed; the parts and their errors are those of `tightcheck.numeric.gap`.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass

import torch
from torch import Tensor

from tightcheck.design import Block
from tightcheck.numeric import gap as exact
from tightcheck.numeric.measure import counting
from tightcheck.numeric.model import Model as Numbers
from tightcheck.numeric.side import Side as Families
from tightcheck.training.conditional import Side
from tightcheck.training.data import Data
from tightcheck.training.features import facts_of, joint_values, width_of
from tightcheck.training.model import Model, natural_of
from tightcheck.training.networks import Piece

EXAMPLES = 32
"""Examples that are split, evenly spaced among the data."""
LISTED = 2**10
"""Latent values that are summed over."""


@dataclass(frozen=True)
class Split:
    """Means over examples, in nats: gap = family + prior + amortisation; `error` is of the gap."""

    family: float
    prior: float
    amortisation: float
    error: float


def split(model: Model, data: Data, member: int = 0) -> Split | None:
    """The parts of one member's gap; None where z cannot be listed or a family is not written in scalars."""
    design = model.design
    blocks = (*design.latent, *design.observed)
    is_plain = not design.covariates and all(_is_scalar(block) and not block.given for block in blocks)
    if not is_plain or joint_values(design.latent, LISTED) is None:
        return None
    numbers = copy.deepcopy(model).double().eval().cpu()
    rows = torch.linspace(0, len(data) - 1, min(len(data), EXAMPLES)).round().long().unique()
    batch = data.to("cpu", torch.float64).batch(rows)
    arrays = [batch[block.name] for block in design.observed]
    x = torch.cat([array[0, 0] for array in arrays if isinstance(array, Tensor)], -1)
    latent, observed = (Families([(facts_of(b), b.copies) for b in side]) for side in (design.latent, design.observed))

    def decoder(z: Tensor) -> Tensor:
        return _natural(numbers.likelihood, _named(z, design.latent), member).reshape(*z.shape[:-1], -1)

    def encoder(shown: Tensor) -> Tensor:
        return _natural(numbers.posterior, _named(shown, design.observed), member)

    def log_prior(z: Tensor) -> Tensor:
        values = {name: piece for name, piece in _named(z, design.latent).items() if isinstance(piece, Tensor)}
        found: Tensor = numbers.prior(values)
        return found.expand(numbers.members, 1, -1)[member, 0].reshape(z.shape[:-1])

    with torch.no_grad():
        parts = exact.gap(Numbers(latent, observed, decoder, log_prior), x, counting(latent, x), encoder)
    assert parts.amortisation is not None
    family, prior, amortisation, error = (
        float(part.mean()) for part in (parts.family, parts.prior, parts.amortisation, parts.error)
    )
    return Split(family, prior, amortisation, error)


def _is_scalar(block: Block) -> bool:
    """Whether the block is written in scalars whose fixed parameters have values."""
    return block.dimension is None and all(constant.value is not None for constant in block.fixed.values())


def _named(points: Tensor, blocks: tuple[Block, ...]) -> dict[str, Piece]:
    """Rows (..., V) as the blocks' values with the four axes, the rows as examples."""
    pieces = points.reshape(1, 1, -1, points.shape[-1]).split([width_of(block) for block in blocks], -1)
    return {block.name: piece for block, piece in zip(blocks, pieces, strict=True)}


def _natural(sides: list[Side], values: dict[str, Piece], member: int) -> Tensor:
    """The natural parameters of every copy in a row, (rows, K)."""
    first = next(iter(values.values()))
    assert isinstance(first, Tensor)
    rows = first.shape[2]
    return torch.cat(
        [eta.expand(-1, 1, rows, -1, -1)[member, 0].flatten(1) for eta in (natural_of(s, values) for s in sides)], -1
    )
