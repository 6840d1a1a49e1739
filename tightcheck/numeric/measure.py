"""Points of the latent space with log-weights: all states in blocks, or quadrature nodes; sums over them in flat memory.

A sum over z is `Measure.blocks`, one tensor of points after the other; what is kept between blocks is one number (or one
row) for each data point. A streamed log-sum-exp keeps the largest exponent and the sum below it.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field

import torch
from torch import Tensor

from tightcheck.numeric.side import Side

BLOCKS = {"cpu": 2**10, "cuda": 2**13}
"""How many states are held at once: a block's natural parameters stay in the cache."""
MOST_STATES = 2**20
REACH = 9.0
"""How many standard deviations a grid reaches."""


@dataclass(frozen=True)
class Measure:
    """Points z (V) and log-weights of a sum over the latent space: all states (`nodes` None), or quadrature nodes."""

    side: Side
    nodes: Tensor | None = None
    log_weights: Tensor | None = None
    block: int = BLOCKS["cpu"]
    like: Tensor = field(default_factory=lambda: torch.zeros((), dtype=torch.float64))

    @property
    def count(self) -> int:
        """How many points."""
        return len(self.nodes) if self.nodes is not None else self.side.count or 0

    def blocks(self) -> Iterator[tuple[Tensor, Tensor]]:
        """Points (b, V) and log-weights (b), at most `block` at a time."""
        for start in range(0, self.count, self.block):
            stop = min(start + self.block, self.count)
            if self.nodes is None:
                states = self.side.states(start, stop, self.like)
                yield states, states.new_zeros(len(states))
            else:
                assert self.log_weights is not None
                yield self.nodes[start:stop], self.log_weights[start:stop]


def counting(side: Side, like: Tensor) -> Measure:
    """Every state of a finite side. Raises ValueError beyond 2^20 states."""
    if side.count is None or side.count > MOST_STATES:
        raise ValueError(f"the latent space has more than 2^20 = {MOST_STATES} states.")
    return Measure(side, block=BLOCKS[like.device.type], like=like)


def box(side: Side, centre: Tensor, axes: Tensor, count: int, reach: float = REACH) -> Measure:
    """A tensor grid over centre + axes u, |u_i| <= reach, in the reals behind the support: centre (d), axes (d, d).

    The sum is the trapezoidal rule for the integral over z. It converges geometrically for integrands that are analytic and
    have died out at the ends, which the change to the support's reals makes of every family's density.
    """
    u = torch.linspace(-reach, reach, count, dtype=centre.dtype, device=centre.device)
    grid = torch.cartesian_prod(*[u] * len(centre)).reshape(-1, len(centre))
    points, log_jacobian = side.to_support(centre + grid @ axes.T)
    log_cell = len(centre) * torch.log(u[1] - u[0]) + torch.linalg.slogdet(axes)[1]
    return Measure(side, points, log_jacobian + log_cell, like=centre)


class LogSum:
    """A streamed log-sum-exp over the last axis, with weighted sums of rows beside it."""

    def __init__(self) -> None:
        self.top: Tensor | None = None
        self.total: Tensor = torch.zeros(())
        self.rows: Tensor | None = None

    def add(self, exponents: Tensor, rows: Tensor | None = None) -> None:
        """Adds exp(exponents) (..., b), and exp(exponents) @ rows (b, r)."""
        top = exponents.amax(-1)
        top = torch.where(torch.isfinite(top), top, torch.zeros_like(top))
        new = top if self.top is None else torch.maximum(self.top, top)
        weights = (
            (exponents - new[..., None]).mul_(1 / math.log(2)).exp2_()
        )  # e^a = 2^(a / log 2), several times faster
        if self.top is None:
            self.total, self.rows = weights.sum(-1), None if rows is None else weights @ rows
        else:
            shrink = torch.exp(self.top - new)
            self.total = self.total * shrink + weights.sum(-1)
            if rows is not None:
                assert self.rows is not None
                self.rows = self.rows * shrink[..., None] + weights @ rows
        self.top = new

    @property
    def value(self) -> Tensor:
        """log of the sum."""
        assert self.top is not None
        return self.top + torch.log(self.total)

    @property
    def means(self) -> Tensor:
        """The rows' means under the normalised weights."""
        assert self.rows is not None
        return self.rows / self.total[..., None]
