"""One latent variable model in numbers: p(x, z) = p(z) h(x) exp(<nu(x), f(z)> - A(f(z)))."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from tightcheck.numeric.side import Side

Function = Callable[[Tensor], Tensor]


@dataclass(frozen=True)
class Model:
    """The two sides, f and log p(z).

    `decoder` takes z (..., V_z) to natural parameters (*designs, ..., K_x); `log_prior` takes it to (*designs, ...), a
    density against the measure of the latent families' base measures. Several designs of one shape are one batch: a
    decoder with stacked weights puts their axes first. `is_normalised` says that the prior sums to 1; an implied or a
    free prior is known up to a constant, which moves log p(x) and no posterior.
    """

    latent: Side
    observed: Side
    decoder: Function
    log_prior: Function
    is_normalised: bool = True

    def log_scores(self, x: Tensor, z: Tensor) -> Tensor:
        """log p(x, z) - log h(x) for every pair: x (data, V_x), z (states, V_z) -> (*designs, data, states).

        One matrix product over the statistics of x; the log-partition is computed once for each state.
        """
        f = self.decoder(z)
        return self.observed.statistics(x) @ f.mT + self.state_terms(z, f)[..., None, :]

    def scores(self, nu: Tensor, z: Tensor) -> tuple[Tensor, Tensor]:
        """The same for statistics nu (data, K_x), in one pass for small blocks, and log p(z) - A(f(z))."""
        f = self.decoder(z)
        terms = self.state_terms(z, f)
        return torch.matmul(nu, f.mT).add_(terms[..., None, :]), terms

    def state_terms(self, z: Tensor, f: Tensor) -> Tensor:
        """log p(z) - A(f(z)): (*designs, states)."""
        return self.log_prior(z) - self.observed.log_partition(f)

    def log_likelihood(self, x: Tensor, z: Tensor) -> Tensor:
        """log p(x | z), shapes of x and z broadcast."""
        return self.observed.log_density(x, self.decoder(z))

    def log_joint(self, x: Tensor, z: Tensor) -> Tensor:
        """log p(x, z) for points x (..., V_x) and z (..., V_z) that go together."""
        return self.log_prior(z) + self.log_likelihood(x, z)

    def sample(self, count: int, generator: torch.Generator, prior: Function) -> tuple[Tensor, Tensor]:
        """`count` independent pairs (x, z); `prior` draws that many z."""
        z = prior(torch.empty(count))
        return self.observed.sample(self.decoder(z), (), generator), z
