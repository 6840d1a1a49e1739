"""The gap log p(x) - ELBO(x) of one model, split into the parts that the criterion names.

    gap = family + prior + amortisation

family        the smallest KL(q || p(z | x)) when the prior is replaced by the conjugate one, prop. to h' exp(<c, psi> + A(f)):
              what f outside span(psi, 1) costs (C1)
prior         what the model's own prior adds to the smallest KL (C2); below 0 where it makes up for f
amortisation  KL of the encoder's q less the smallest one (C3)

c is the weighted least-squares fit of log p - log h' - A(f) on psi under the prior.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from tightcheck.numeric.best import Problem, best_encoder
from tightcheck.numeric.evidence import evidence
from tightcheck.numeric.measure import Measure
from tightcheck.numeric.model import Function, Model
from tightcheck.numeric.pairs import pair_bound

RANDOM_STARTS = 3


@dataclass(frozen=True)
class Gap:
    """All in nats, one number for each data point: log p(x), the best ELBO and its encoder, and the parts of the gap.

    `error` bounds what rounding and the sum over z leave in log p(x) and in the KL of the q found. The smallest KL is
    between `lower` (proved) and `best`.
    """

    log_evidence: Tensor
    best: Tensor
    eta: Tensor
    lower: Tensor
    family: Tensor
    prior: Tensor
    amortisation: Tensor | None
    error: Tensor

    @property
    def best_elbo(self) -> Tensor:
        """The largest ELBO of any q in the encoder's family."""
        return self.log_evidence - self.best

    @property
    def elbo(self) -> Tensor | None:
        """The ELBO of the encoder that was given."""
        return None if self.amortisation is None else self.best_elbo - self.amortisation


def gap(model: Model, x: Tensor, measure: Measure, encoder: Function | None = None, seed: int = 0) -> Gap:
    """The gap of one model (no batch of designs) at x (data, V_x); `encoder` maps x to natural parameters (data, K_z)."""
    found = evidence(model, x, measure)
    starts = _starts(model, x, measure, seed)

    def declared(z: Tensor) -> Tensor:
        return model.log_scores(x, z)

    best = best_encoder(model.latent, measure, declared, starts)
    nu, c = model.observed.statistics(x), conjugate(model, measure)

    def conjugated(z: Tensor) -> Tensor:
        psi = model.latent.statistics(z)
        return nu @ model.decoder(z).mT + psi @ c + model.latent.log_base_measure(z)

    family = best_encoder(model.latent, measure, conjugated, [*starts, best.eta]).kl
    amortisation = None
    if encoder is not None:
        amortisation = Problem(model.latent, measure, declared, len(x)).kl(encoder(x)) - best.kl
    return Gap(
        found.log_evidence,
        best.kl,
        best.eta,
        pair_bound(model, x, measure),
        family,
        best.kl - family,
        amortisation,
        found.error + torch.finfo(x.dtype).eps * (1 + found.log_evidence.abs()) * 8,
    )


def _starts(model: Model, x: Tensor, measure: Measure, seed: int) -> list[Tensor]:
    """Natural parameters to start from: the prior's, and random ones on a finite latent space."""
    size, data = model.latent.size, len(x)
    centre = _inside(model, measure)
    starts = [centre.expand(data, size)]
    generator = torch.Generator().manual_seed(seed)
    for _ in range(RANDOM_STARTS if model.latent.count is not None else 0):
        noise = torch.randn(data, size, generator=generator, dtype=x.dtype, device="cpu").to(x.device)
        starts.append(centre + 2 * noise)
    return starts


def _inside(model: Model, measure: Measure) -> Tensor:
    """The prior's fit where these are natural parameters, else any."""
    fitted = _regressed(model, measure, lambda z, f: model.log_prior(z) - model.latent.log_base_measure(z))
    return fitted if bool(model.latent.in_domain(fitted)) else model.latent.inside.to(fitted)


def conjugate(model: Model, measure: Measure) -> Tensor:
    """c: the fit of log p - log h' - A(f) on psi under the prior."""
    return _regressed(model, measure, lambda z, f: model.state_terms(z, f) - model.latent.log_base_measure(z))


def _regressed(model: Model, measure: Measure, target: Callable[[Tensor, Tensor], Tensor]) -> Tensor:
    """Coefficients of the target on psi by least squares weighted with the prior, summed in blocks."""
    size = model.latent.size + 1
    gram, moments = torch.zeros(()), torch.zeros(())
    for z, log_weights in measure.blocks():
        f = model.decoder(z)
        weights = torch.exp(model.log_prior(z) + log_weights).nan_to_num()
        rows = torch.cat([torch.ones_like(z[:, :1]), model.latent.statistics(z)], 1)
        weighted = rows * weights[:, None]
        gram, moments = gram.to(z) + weighted.T @ rows, moments.to(z) + weighted.T @ target(z, f)
    scale = torch.diagonal(gram).clamp(min=1e-300).sqrt()
    ridge = 1e-14 * torch.eye(size, dtype=gram.dtype, device=gram.device)
    solved: Tensor = torch.linalg.solve(gram / (scale[:, None] * scale) + ridge, moments / scale) / scale
    return solved[1:]
