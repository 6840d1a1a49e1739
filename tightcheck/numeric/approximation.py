"""The paper's approximation error (4): the likelihood that the ELBO's optimum loses against the best decoder.

    E_pd [log p_theta*(x) - log p_theta(x)],   theta* the maximum-likelihood decoder, theta the ELBO's (with the best q per x)

Both are found by L-BFGS from several starts, so each optimum is the best one seen: a measurement, not a bound.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from tightcheck.numeric.model import Model


@dataclass(frozen=True)
class Approximation:
    """In nats: the best log-likelihood and the best ELBO seen, the likelihood at the ELBO's optimum, and (4)."""

    log_likelihood: float
    elbo: float
    log_likelihood_of_elbo: float
    best_decoder: Tensor
    elbo_decoder: Tensor

    @property
    def error(self) -> float:
        """Equation (4)."""
        return self.log_likelihood - self.log_likelihood_of_elbo

    @property
    def gap(self) -> float:
        """log p - ELBO at the ELBO's optimum."""
        return self.log_likelihood_of_elbo - self.elbo


def approximation_error(
    model_of: Callable[[Tensor], Model], x: Tensor, weights: Tensor, starts: Sequence[Tensor]
) -> Approximation:
    """For a finite latent space: data x (data, V_x) with probabilities `weights`, decoders theta from each start."""
    latent = model_of(starts[0]).latent
    assert latent.count is not None
    z = latent.states(0, latent.count, x)
    psi, base = latent.statistics(z), latent.log_base_measure(z)

    def likelihood(theta: Tensor) -> Tensor:
        model = model_of(theta)
        return weights @ (torch.logsumexp(model.log_scores(x, z), -1) + model.observed.log_base_measure(x))

    def elbo(both: Tensor) -> Tensor:
        theta, eta = both[: starts[0].numel()].view_as(starts[0]), both[starts[0].numel() :].view(len(x), -1)
        model = model_of(theta)
        log_q = eta @ psi.T + base
        log_q = log_q - torch.logsumexp(log_q, -1, keepdim=True)
        terms = torch.exp(log_q) * (model.log_scores(x, z) - log_q)
        return weights @ (terms.sum(-1) + model.observed.log_base_measure(x))

    best = [_maximum(likelihood, start) for start in starts]
    top, theta = max(best, key=lambda found: found[0])
    generator = torch.Generator().manual_seed(0)
    encoders = [
        torch.randn(len(x) * psi.shape[1], generator=generator, dtype=x.dtype).to(x) for _ in range(len(starts) + 1)
    ]
    flat = [torch.cat([start.flatten(), eta]) for start, eta in zip((*starts, theta), encoders, strict=True)]
    bound, both = max((_maximum(elbo, start) for start in flat), key=lambda found: found[0])
    decoder = both[: theta.numel()].view_as(theta)
    return Approximation(top, bound, float(likelihood(decoder)), theta, decoder)


def _maximum(function: Callable[[Tensor], Tensor], start: Tensor) -> tuple[float, Tensor]:
    """The value and the place where L-BFGS ends."""
    point = start.clone().requires_grad_()
    search = torch.optim.LBFGS(
        [point], max_iter=2000, tolerance_grad=1e-11, tolerance_change=1e-14, line_search_fn="strong_wolfe"
    )

    def closure() -> Tensor:
        search.zero_grad()
        loss = -function(point)
        loss.backward()
        return loss

    search.step(closure)
    return float(function(point.detach())), point.detach()
