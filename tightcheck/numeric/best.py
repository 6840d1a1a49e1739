"""The best encoder distribution for each x alone: min over eta of KL(q_eta || p(z | x)), without amortisation.

Under q the natural gradient of the ELBO is zero where eta = Cov_q(psi)^-1 Cov_q(psi, log p(x, z) - log h'(z)): the
weighted least-squares fit of the log-joint on psi reproduces eta. Each step goes towards that fit, shortened until the
KL falls. For a posterior inside the family the fit is exact, so one step ends at KL = 0 from anywhere.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

from tightcheck.numeric.measure import LogSum, Measure
from tightcheck.numeric.side import Side

Scores = Callable[[Tensor], Tensor]
"""z (b, V) -> log p(x, z) up to a function of x, (data, b)."""
MOST_CACHED = 2**24
"""How many scores are kept between steps; beyond, they are computed again."""
STEPS = 400
HALVINGS = 25


@dataclass(frozen=True)
class Best:
    """For each data point: eta (data, K), the KL in nats (data), how far from stationary it is, and a lower bound.

    `kl` is the exact KL of the q found, so the smallest KL is at most that. `decrement` is half the squared length of the
    natural gradient: what one more step could still win to first order. `lower` is proved: 0, or a pair's bound.
    """

    eta: Tensor
    kl: Tensor
    decrement: Tensor
    lower: Tensor


class Problem:
    """The sums that a step needs, over all points of a measure."""

    def __init__(self, encoder: Side, measure: Measure, scores: Scores, data: int) -> None:
        self.encoder, self.measure, self.scores = encoder, measure, scores
        self.cache: list[tuple[Tensor, ...]] | None = [] if measure.count * data <= MOST_CACHED else None
        self.log_evidence = self._log_evidence()

    def blocks(self) -> Iterator[tuple[Tensor, ...]]:
        """psi (b, K), log h' + log-weight (b), scores (data, b), block by block."""
        if self.cache:
            yield from self.cache
            return
        for z, log_weights in self.measure.blocks():
            block = (
                self.encoder.statistics(z),
                self.encoder.log_base_measure(z) + log_weights,
                self.scores(z) + log_weights,
            )
            if self.cache is not None:
                self.cache.append(block)
            yield block

    def _log_evidence(self) -> Tensor:
        total = LogSum()
        for _, _, scores in self.blocks():
            total.add(scores)
        return total.value

    def kl(self, eta: Tensor) -> Tensor:
        """KL(q || p(z | x)): (data)."""
        return self._moments(eta, with_rows=False)[0]

    def step(self, eta: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """KL, the least-squares fit (data, K), and the decrement (data)."""
        kl, mean, second, cross = self._moments(eta, with_rows=True)
        covariance = second - mean[..., :, None] * mean[..., None, :]
        gradient = cross  # of the ELBO in eta: Cov_q(psi, L - log q)
        change = _solve(covariance, gradient)
        return kl, eta + change, (gradient * change).sum(-1) / 2

    def _moments(self, eta: Tensor, with_rows: bool) -> tuple[Tensor, ...]:
        """KL, E psi, E psi psi', Cov(psi, L - log q) under q, which is normalised over the measure itself."""
        normaliser = LogSum()
        for psi, base, _ in self.blocks():
            normaliser.add(eta @ psi.T + base)
        log_normaliser = normaliser.value
        size = eta.shape[-1]
        sums: list[Tensor] = []
        for psi, base, scores in self.blocks():
            log_q = eta @ psi.T + base - log_normaliser[:, None]
            q = torch.exp(log_q)
            left = torch.where(q > 0, scores - log_q, torch.zeros_like(scores)) - self.log_evidence[:, None]
            weighted = q * left
            parts = [weighted.sum(-1)]
            if with_rows:
                products = (psi[:, :, None] * psi[:, None, :]).flatten(1)
                parts += [q @ psi, q @ products, weighted @ psi]
            sums = parts if not sums else [a + b for a, b in zip(sums, parts, strict=True)]
        kl = -sums[0]
        if not with_rows:
            return (kl,)
        mean, second, cross = sums[1], sums[2].unflatten(-1, (size, size)), sums[3]
        return kl, mean, second, cross + kl[:, None] * mean


def _solve(covariance: Tensor, gradient: Tensor) -> Tensor:
    """covariance^-1 gradient with the scale of each statistic taken out and a ridge at rounding level."""
    scale = torch.diagonal(covariance, dim1=-2, dim2=-1).clamp(min=1e-30).sqrt()
    correlation = covariance / (scale[..., :, None] * scale[..., None, :])
    ridge = 1e-13 * torch.eye(len(scale[0]), dtype=scale.dtype, device=scale.device)
    solved: Tensor = torch.linalg.solve(correlation + ridge, (gradient / scale)[..., None])[..., 0]
    return solved / scale


def best_encoder(encoder: Side, measure: Measure, scores: Scores, starts: list[Tensor]) -> Best:
    """The smallest KL found from all starts, each (data, K); scores are (data, b) for points (b, V)."""
    problem = Problem(encoder, measure, scores, len(starts[0]))
    found = [_descended(problem, start) for start in starts]
    kl = torch.stack([f[1] for f in found])
    first = kl.nan_to_num(nan=torch.inf).argmin(0)
    rows = torch.arange(kl.shape[1], device=kl.device)
    eta, decrement = torch.stack([f[0] for f in found])[first, rows], torch.stack([f[2] for f in found])[first, rows]
    return Best(eta, kl[first, rows].clamp(min=0.0), decrement, torch.zeros_like(kl[0]))


def _descended(problem: Problem, eta: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Steps towards the fit until nothing is won; every data point has its own step length."""
    for _ in range(STEPS):
        kl, fit, decrement = problem.step(eta)
        length = torch.ones_like(kl)
        for _ in range(HALVINGS):
            candidate = eta + length[:, None] * (fit - eta)
            inside = problem.encoder.in_domain(candidate)
            fell = inside & (problem.kl(candidate) <= kl)
            if bool(fell.all()):
                break
            length = torch.where(fell, length, length / 2)
        candidate = torch.where(fell[:, None], candidate, eta)
        done = (decrement < 1e-15) | ~fell
        eta = candidate
        if bool(done.all()):
            break
    kl, _, decrement = problem.step(eta)
    return eta, kl, decrement
