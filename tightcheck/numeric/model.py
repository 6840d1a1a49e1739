"""One latent variable model in numbers: p(x, z) = p(z) h(x) exp(<nu(x), f(z)> - A(f(z)))."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from tightcheck.numeric.side import Side

Function = Callable[[Tensor], Tensor]
Products = Callable[[Tensor, Tensor, Tensor], Tensor]


@dataclass(frozen=True)
class Affine:
    """The decoder f(z) = b + z W, with weights (*designs, V_z, K_x) and offset (*designs, K_x)."""

    weights: Tensor
    offset: Tensor

    def __call__(self, z: Tensor) -> Tensor:
        """(..., V_z) -> (*designs, ..., K_x); a batch of designs takes rows (states, V_z)."""
        if self.offset.ndim == 1 and z.ndim == 2:
            return torch.addmm(self.offset, z, self.weights)
        return z @ self.weights + (self.offset if self.offset.ndim == 1 else self.offset[..., None, :])

    def products(self, nu: Tensor) -> Products:
        """<nu, f(z)> + t for every pair, as a function of z, f(z) and t: <nu, b> + <W nu, z> + t."""
        constant, slopes = self.offset @ nu.mT, nu @ self.weights.mT
        return lambda z, f, t: _product_plus(t, slopes, z).add_(constant[..., None])


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

    def products(self, nu: Tensor) -> Products:
        """<nu, f(z)> + t for every pair, as a function of z (states, V_z), f(z) and t (*designs, states).

        It gives (*designs, data, states). An affine decoder needs <nu, b> and W nu once, and no product over the
        statistics for each z.
        """
        if isinstance(self.decoder, Affine):
            return self.decoder.products(nu)
        return lambda z, f, t: _product_plus(t, nu, f)

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


def _product_plus(t: Tensor, left: Tensor, right: Tensor) -> Tensor:
    """t + left right' with t (*designs, states) in every row; one pass where there is no batch of designs."""
    if left.ndim == right.ndim == 2 and t.ndim == 1:
        return torch.addmm(t, left, right.mT)
    return torch.matmul(left, right.mT).add_(t[..., None, :])
