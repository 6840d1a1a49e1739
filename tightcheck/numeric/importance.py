"""log p(x) where no sum over z is possible: a lower bound by importance sampling, an upper one on simulated data.

Importance sampling from r: E log (1/K) sum w_k <= log p(x), w = p(x, z) / r(z). Its reliability is said by the effective
sample size and by the Pareto shape k of the largest weights (Vehtari, Simpson, Gelman, Yao and Gabry: below 0.7 is reliable).
Annealing both ways (Grosse, Ancha and Roy 2016): for x simulated from the model with its z, the reverse chain that starts at
that z gives E log (1/K) sum of 1/w from below 1/p(x), an upper bound of log p(x).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from tightcheck.numeric.evidence import laplace
from tightcheck.numeric.model import Function, Model

RELIABLE, FEWEST = 0.7, 100


@dataclass(frozen=True)
class Lower:
    """A lower bound in expectation of log p(x) (data), its standard error, effective sample sizes and Pareto k."""

    bound: Tensor
    standard_error: Tensor
    effective_size: Tensor
    pareto_k: Tensor

    @property
    def is_reliable(self) -> Tensor:
        """Where the largest weights have a tail that averages, and enough weights count."""
        return (self.pareto_k < RELIABLE) & (self.effective_size > FEWEST)


def importance_bound(model: Model, x: Tensor, draws: int, generator: torch.Generator, widen: float = 1.3) -> Lower:
    """K = `draws` samples for each x from a Student-t around the posterior's mode, in the reals behind the support."""
    rows = [_log_weights(model, point, draws, generator, widen) for point in x]
    log_weights = torch.stack(rows)
    total = torch.logsumexp(log_weights, -1)
    shares = torch.exp(log_weights - total[:, None])
    size = 1 / (shares**2).sum(-1)
    return Lower(
        total - math.log(draws), torch.sqrt((1 / size - 1 / draws).clamp(min=0)), size, pareto_shape(log_weights)
    )


def pareto_shape(log_weights: Tensor) -> Tensor:
    """k-hat of each row of log-weights (data, draws), by ArviZ; 0 where the tail that it fits is within a factor of 2.

    Such weights are bounded. The estimator is not made for them: it gives numbers above 10.
    """
    from arviz_stats.base import array_stats  # type: ignore[attr-defined]

    draws = log_weights.shape[-1]
    tail = min(draws // 5, int(3 * math.sqrt(draws)))
    largest = log_weights.topk(tail, -1).values
    shapes = [float(array_stats.psislw(row.cpu().numpy())[1]) for row in log_weights]  # type: ignore[no-untyped-call]
    is_bounded = largest[..., 0] - largest[..., -1] < math.log(2)
    return torch.where(is_bounded, torch.zeros_like(largest[..., 0]), torch.tensor(shapes).to(log_weights))


FREEDOM = 5.0


def _log_weights(model: Model, x: Tensor, draws: int, generator: torch.Generator, widen: float) -> Tensor:
    """log p(x, z) + log-Jacobian - log r(t) for t from the Student-t with 5 degrees of freedom."""
    centre, scale = laplace(model, x)
    size = len(centre)
    normal = torch.randn(draws, size, generator=generator, dtype=x.dtype)
    square = (torch.randn(draws, int(FREEDOM), generator=generator, dtype=x.dtype) ** 2).sum(-1) / FREEDOM
    standard = (normal / square[:, None].sqrt()).to(x.device)
    t = centre + widen * standard @ scale.T
    z, log_jacobian = model.latent.to_support(t)
    log_r = (
        math.lgamma((FREEDOM + size) / 2)
        - math.lgamma(FREEDOM / 2)
        - size / 2 * math.log(FREEDOM * math.pi)
        - (FREEDOM + size) / 2 * torch.log1p((standard**2).sum(-1) / FREEDOM)
        - torch.linalg.slogdet(widen * scale)[1]
    )
    log_p = model.log_scores(x[None], z)[..., 0, :] + model.observed.log_base_measure(x)
    log_weights: Tensor = log_p + log_jacobian - log_r
    return log_weights


@dataclass(frozen=True)
class Sandwich:
    """Bounds in expectation of log p(x) for simulated x, (data): forward annealing below, reverse annealing above."""

    lower: Tensor
    upper: Tensor


def bidirectional(
    model: Model, x: Tensor, z: Tensor, generator: torch.Generator, chains: int = 16, temperatures: int = 200
) -> Sandwich:
    """Annealing from N(0, I) in the reals behind the support to the joint, for x (data, V_x) with the z they came from.

    (x, z) must be simulated from the model: only then does the reverse chain start at an exact draw of the posterior.
    """
    steps = torch.linspace(0.0, 1.0, temperatures + 1, dtype=x.dtype) ** 2

    def log_target(t: Tensor) -> Tensor:  # (chains, data, d)
        point, log_jacobian = model.latent.to_support(t)
        return model.log_joint(x, point) + log_jacobian

    def log_start(t: Tensor) -> Tensor:
        return -(t**2).sum(-1) / 2 - t.shape[-1] / 2 * math.log(2 * math.pi)

    start = torch.randn(chains, len(x), model.latent.free_variables, generator=generator, dtype=x.dtype).to(x.device)
    forward = _annealed(start, steps, log_start, log_target, generator)
    end = from_support(model, z).expand(chains, *z.shape[:-1], -1)
    backward = -_annealed(end, steps.flip(0), log_start, log_target, generator)
    return Sandwich(torch.logsumexp(forward, 0) - math.log(chains), -(torch.logsumexp(-backward, 0) - math.log(chains)))


def from_support(model: Model, z: Tensor) -> Tensor:
    """The t with to_support(t) = z, by Newton in each real variable (the map is increasing in each)."""
    t = torch.zeros(*z.shape[:-1], model.latent.free_variables, dtype=z.dtype, device=z.device)
    if model.latent.free_variables != model.latent.variables:
        raise ValueError("the support is curved; its points have no coordinates of their own.")
    if bool(torch.equal(model.latent.to_support(z)[0], z)):
        return z
    low, high = torch.full_like(t, -60.0), torch.full_like(t, 60.0)
    for _ in range(120):
        middle = (low + high) / 2
        above = model.latent.to_support(middle)[0] > z
        low, high = torch.where(above, low, middle), torch.where(above, middle, high)
    return (low + high) / 2


def _annealed(
    t: Tensor, steps: Tensor, log_start: Function, log_target: Function, generator: torch.Generator
) -> Tensor:
    """log of the annealing weight, with one Hamiltonian move (ten leapfrog steps) at every temperature."""
    log_weight = torch.zeros(t.shape[:-1], dtype=t.dtype, device=t.device)
    size = torch.full(t.shape[:-1], 0.1, dtype=t.dtype, device=t.device)
    for before, after in zip(steps[:-1].tolist(), steps[1:].tolist(), strict=True):
        log_weight = log_weight + (after - before) * (log_target(t) - log_start(t))

        def energy(s: Tensor, share: float = after) -> Tensor:
            value: Tensor = -(1 - share) * log_start(s) - share * log_target(s)
            return value

        t, size = _hamiltonian(t, energy, size, generator)
    return log_weight


def _hamiltonian(t: Tensor, energy: Function, size: Tensor, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """One accepted or refused trajectory for every chain; step sizes are moved towards two acceptances in three.

    The adapted size depends on the past alone and each move leaves its own distribution unchanged.
    """
    slope = torch.func.grad(lambda s: energy(s).sum())
    momentum = torch.randn(t.shape, generator=generator, dtype=t.dtype).to(t.device)
    h = size[..., None]
    position, p = t, momentum - h / 2 * slope(t)
    for k in range(10):
        position = position + h * p
        p = p - (h if k < 9 else h / 2) * slope(position)
    difference = energy(t) + (momentum**2).sum(-1) / 2 - energy(position) - (p**2).sum(-1) / 2
    uniform = torch.rand(difference.shape, generator=generator, dtype=t.dtype).to(t.device)
    accepted = torch.log(uniform) < difference.nan_to_num(nan=-torch.inf)
    grown = torch.where(accepted, size * 1.02, size * 0.96)
    return torch.where(accepted[..., None], position, t), grown
