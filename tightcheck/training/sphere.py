"""The von Mises-Fisher law with draws that are differentiable in the direction and in the concentration."""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import Tensor
from torch.distributions import Distribution, constraints

from tightcheck.numeric.special import legendre, log_scaled_bessel_i

NODES = 128


class VonMisesFisher(Distribution):
    """Density exp(k <m, x>) / Z on the unit sphere of R^n, against the surface measure; directions m (..., n), k (...).

    A draw is w m + sqrt(1 - w^2) t with t uniform among the unit vectors orthogonal to m; w is drawn by rejection (Wood
    1994) and differentiated through its distribution function: dw/dk = -(dF/dk) / (dF/dw).
    """

    arg_constraints: dict[str, constraints.Constraint] = {}  # noqa: RUF012
    has_rsample = True

    def __init__(self, direction: Tensor, concentration: Tensor) -> None:
        self.direction, self.concentration = direction, concentration
        self.dimension = direction.shape[-1]
        super().__init__(concentration.shape, direction.shape[-1:], validate_args=False)

    def log_prob(self, value: Tensor) -> Tensor:
        """log Z = n/2 log(2 pi) + log(I_v(k) / k^v), v = n/2 - 1."""
        half = self.dimension / 2
        log_partition = half * math.log(2 * math.pi) + log_scaled_bessel_i(half - 1, self.concentration**2)
        return self.concentration * (value * self.direction).sum(-1) - log_partition

    def rsample(self, sample_shape: Any = ()) -> Tensor:
        """(*sample_shape, ..., n)."""
        shape = torch.Size(sample_shape)
        concentration = self.concentration.expand(*shape, *self.concentration.shape)
        direction = self.direction.expand(*shape, *self.direction.shape)
        with torch.no_grad():
            angle = torch.acos(_cosine(concentration, self.dimension))
        if self.concentration.requires_grad:
            angle = _with_slope(angle, concentration, self.dimension)
        noise = torch.randn_like(direction)
        tangent = noise - (noise * direction).sum(-1, keepdim=True) * direction
        tangent = tangent / tangent.norm(dim=-1, keepdim=True)
        drawn: Tensor = torch.cos(angle)[..., None] * direction + torch.sin(angle)[..., None] * tangent
        return drawn

    def sample(self, sample_shape: Any = ()) -> Tensor:
        """The same, without a gradient."""
        with torch.no_grad():
            return self.rsample(sample_shape)


def _cosine(concentration: Tensor, dimension: int) -> Tensor:
    """w = <m, x> by Wood's rejection: every entry is proposed again until it is accepted."""
    n = dimension - 1
    b = n / (2 * concentration + torch.sqrt(4 * concentration**2 + n**2))
    x = (1 - b) / (1 + b)
    c = concentration * x + n * torch.log1p(-(x**2))
    proposal = torch.distributions.Beta(n / 2, n / 2)
    result = torch.empty_like(concentration)
    is_open = torch.ones_like(concentration, dtype=torch.bool)
    while bool(is_open.any()):
        z = proposal.sample(concentration.shape).to(concentration)
        w = (1 - (1 + b) * z) / (1 - (1 - b) * z)
        log_ratio = concentration * w + n * torch.log1p(-x * w) - c
        accepted = is_open & (log_ratio >= torch.log(torch.rand_like(w)))
        result = torch.where(accepted, w, result)
        is_open = is_open & ~accepted
    return result.clamp(-1, 1)


def _with_slope(angle: Tensor, concentration: Tensor, dimension: int) -> Tensor:
    """The angle, with the derivative that keeps its distribution function F(angle; k) where it is."""

    def log_density(t: Tensor, k: Tensor) -> Tensor:
        return k * (torch.cos(t) - 1) + (dimension - 2) * torch.log(torch.sin(t).clamp(min=1e-30))

    node, weight = legendre(NODES, angle)
    fixed, k = angle.clamp(1e-6, math.pi - 1e-6), concentration[..., None]
    mass_below = fixed * (weight * log_density(fixed[..., None] * node, k).exp()).sum(-1)
    mass = math.pi * (weight * log_density(math.pi * node, k).exp()).sum(-1)
    share = mass_below / mass
    density = log_density(fixed, concentration).exp() / mass
    return angle - (share - share.detach()) / density.detach().clamp(min=1e-30)
