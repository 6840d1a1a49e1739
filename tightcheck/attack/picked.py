"""Latent blocks whose parameters another block's value picks: q(y | x) q(z | x, y), as in semi-supervised models.

For finite y such a q is exp of a function in the span of psi(y), 1[y = k] and 1[y = k] psi(z), in which the constant of each k
is fixed: with eta_k the parameters of q(z | x, k), log q(k | x) - log h'(k) = <eta, psi(k)> - B(eta) and the part of z is
normalised by -B_z(eta_k). A posterior is of this form if its log-joint is in that span for almost every x, and
constant_k + B_z(eta_k), the log-mass of k, is in the span of 1 and psi(y).
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from tightcheck.attack.refusal import NotDrawn
from tightcheck.design import Block, Design
from tightcheck.numeric.residual import Fit, least_squares
from tightcheck.numeric.side import Side
from tightcheck.numeric.torch_family import TorchFamily
from tightcheck.training.features import indicator, joint_values

MOST_VALUES = 16
"""Joint values of the blocks that pick."""


@dataclass(frozen=True)
class Posterior:
    """The fit of the log-joint; natural parameters of each block, (data, K), of a picked one (values, data, K).

    `marginal` is the fit of the picking blocks' log-mass, None where no block is picked.
    """

    joint: Fit
    parts: tuple[tuple[TorchFamily, int], ...]
    eta: list[Tensor]
    marginal: Fit | None = None

    @property
    def is_in_domain(self) -> bool:
        """Whether every block's parameters are natural parameters."""
        return all(bool(Side([part]).in_domain(eta).all()) for part, eta in zip(self.parts, self.eta, strict=True))


@dataclass(frozen=True)
class Picking:
    """Which latent blocks pick, which are picked, and every joint value (values, V) of those that pick."""

    side: Side
    blocks: tuple[Block, ...]
    picking: tuple[int, ...]
    picked: tuple[int, ...]
    values: dict[str, Tensor]

    @property
    def count(self) -> int:
        """How many joint values there are; 1 without a picking block."""
        return len(next(iter(self.values.values()))) if self.values else 1

    @property
    def is_free(self) -> bool:
        """Whether 1 and psi(y) span every function of y."""
        sizes = [self.side.parts[k][0].size * self.side.parts[k][1] for k in self.picking]
        return 1 + sum(sizes) >= self.count

    def basis(self, z: Tensor) -> Tensor:
        """psi of the blocks that stand alone, then 1[y = k] without the last, then 1[y = k] psi(z): (points, functions)."""
        psi = self._statistics(z)
        alone = [psi[k] for k in range(len(self.blocks)) if k not in (*self.picking, *self.picked)]
        if not self.picked:
            return torch.cat([psi[k] for k in range(len(self.blocks))], -1)
        is_value = self.indicator(z)
        moved = torch.cat([psi[k] for k in self.picked], -1)
        each = (is_value[..., :, None] * moved[..., None, :]).flatten(-2)
        return torch.cat([*alone, is_value[..., :-1], each], -1)

    def indicator(self, z: Tensor) -> Tensor:
        """Which joint value it is: (points, values)."""
        pieces = dict(
            zip((b.name for b in self.blocks), (part.flatten(-2) for _, part in self.side.split(z)), strict=True)
        )
        return indicator(tuple(self.blocks[k] for k in self.picking), pieces)

    def posterior(self, z: Tensor, targets: Tensor) -> Posterior:
        """The fit of log p(x, z) - log h'(z), (points, data), and the parameters that it gives."""
        fit = least_squares(self.basis(z), targets)
        rows = fit.coefficients[1:].T
        if not self.picked:
            return Posterior(fit, self.side.parts, list(rows.split([f.size * n for f, n in self.side.parts], -1)))
        sizes = [f.size * copies for f, copies in self.side.parts]
        alone = [k for k in range(len(self.blocks)) if k not in (*self.picking, *self.picked)]
        width = sum(sizes[k] for k in self.picked)
        *own, constants, moved = rows.split([*(sizes[k] for k in alone), self.count - 1, self.count * width], -1)
        eta: dict[int, Tensor] = dict(zip(alone, own, strict=True))
        each = moved.unflatten(-1, (self.count, width)).movedim(1, 0).split([sizes[k] for k in self.picked], -1)
        eta |= dict(zip(self.picked, each, strict=True))
        log_mass = torch.cat([constants, torch.zeros_like(constants[:, :1])], -1).T
        for k in self.picked:
            log_mass = log_mass + Side([self.side.parts[k]]).log_partition(eta[k])
        chosen = Side([self.side.parts[k] for k in self.picking])
        points = torch.cat([self.values[self.blocks[k].name] for k in self.picking], -1)
        marginal = least_squares(chosen.statistics(points), log_mass.nan_to_num(posinf=0.0))
        eta |= dict(
            zip(self.picking, marginal.coefficients[1:].T.split([sizes[k] for k in self.picking], -1), strict=True)
        )
        return Posterior(fit, self.side.parts, [eta[k] for k in range(len(self.blocks))], marginal)

    def _statistics(self, z: Tensor) -> list[Tensor]:
        return [family.statistics(piece).flatten(-2) for (family, _), piece in self.side.split(z)]


def picking(design: Design, side: Side) -> Picking:
    """How the latent blocks pick each other. Raises NotDrawn for chains, and for values that are too many."""
    blocks = design.latent
    picked = tuple(k for k, block in enumerate(blocks) if block.given)
    names = {blocks[k].given for k in picked}
    if len(names) > 1:
        raise NotDrawn("latent blocks that are given different blocks are not drawn")
    chosen = [k for k, block in enumerate(blocks) if names and block.name in next(iter(names))]
    if any(blocks[k].given for k in chosen) or len(chosen) < len(next(iter(names), ())):
        raise NotDrawn("a latent block that is given another one, itself given a third, is not drawn")
    values = joint_values(tuple(blocks[k] for k in chosen), MOST_VALUES) if chosen else {}
    if values is None:
        raise NotDrawn(f"the block {blocks[chosen[0]].name} has too many values to be told apart in numbers")
    return Picking(side, blocks, tuple(chosen), picked, values)
