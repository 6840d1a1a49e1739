"""Whether an implied or a free prior looks like a density: far out, in many directions, it has died away.

Finite windows lie, so the points are very far: a density on the reals is looked at up to 10^6, counts as well. A prior that
does not die away there is left out; that one does is no proof that it integrates.
"""

from __future__ import annotations

import torch
from torch import Tensor

from tightcheck.numeric.model import Model
from tightcheck.numeric.side import Side
from tightcheck.numeric.torch_family import TorchFamily

RADII = (10.0, 100.0, 1e4, 1e6)
DIRECTIONS = 64
FALLEN = 20.0


def dies_away(model: Model, generator: torch.Generator) -> bool:
    """Whether log p(z) falls at last along every direction looked at, to less than e^-20 of its largest."""
    if model.latent.count is not None or any(f.family.support.chart is not None for f, _ in model.latent.parts):
        return True
    directions = _directions(model.latent, generator)
    heights = []
    for radius in RADII:
        z, log_jacobian = _far(model.latent, radius * directions)
        heights.append(
            (model.log_prior(z) + log_jacobian).nan_to_num(nan=torch.inf, posinf=torch.inf, neginf=-torch.inf)
        )
    before, last = heights[-2:]
    highest = torch.stack(heights[:-1]).amax(0)
    return bool((torch.isneginf(last) | ((last < before) & (last < highest - FALLEN))).all())


def _directions(side: Side, generator: torch.Generator) -> Tensor:
    """The axes both ways and random directions, in as many dimensions as the side has numbers."""
    size = sum(_dimensions(family) * copies for family, copies in side.parts)
    random = torch.randn(DIRECTIONS, size, generator=generator, dtype=torch.float64)
    random = random / random.norm(dim=-1, keepdim=True)
    axes = torch.eye(size, dtype=torch.float64)
    return torch.cat([axes, -axes, random])


def _dimensions(family: TorchFamily) -> int:
    """In how many directions one can go far."""
    if family.family.support.is_finite:
        return 0
    return family.variables if family.family.support.is_discrete else family.free_variables


def _far(side: Side, t: Tensor) -> tuple[Tensor, Tensor]:
    """Points of the support far out along t, and the log-Jacobian of its continuous part.

    A real goes to t, a positive number to exp of t's cube root, a proportion to the logistic curve at most 30 from its middle,
    a count to |t|.
    """
    points, total, start = [], torch.zeros_like(t[:, 0]), 0
    for family, copies in side.parts:
        for _ in range(copies):
            size = _dimensions(family)
            piece = t[:, start : start + size]
            start += size
            if family.family.support.is_finite:
                points.append(family.points[:1].expand(len(t), -1))
            elif family.family.support.is_discrete:
                points.append(torch.floor(piece.abs()) + family.lowest)
            else:
                x, log_jacobian = family.to_support(piece if family.is_on_reals else _root(piece))
                points.append(x)
                total = total + log_jacobian
    return torch.cat(points, -1), total


def _root(t: Tensor) -> Tensor:
    """The cube root, at most 30 where the logistic curve would round to an end."""
    return (torch.sign(t) * t.abs() ** (1 / 3)).clamp(min=-30.0, max=30.0)
