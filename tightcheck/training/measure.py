"""What a trained model is like: the gap of its ELBO, and how far its decoder is from the consistent models.

    gap             log p(x) - ELBO = KL(q(z|x) || p(z|x)), mean over examples, in nats
    span residual   root mean square of what is left of log p(x, z) - log h'(z) after regression on (1, psi(z)), in nats

The gap is a sum over all z where they are few, else a lower bound by importance sampling from the encoder. The span
residual is 0 exactly for the models whose posterior is in the encoder's family (conditions C1 and C2).
"""

from __future__ import annotations

import copy
import math
from dataclasses import dataclass

import torch
from torch import Tensor

from tightcheck.training.data import Data
from tightcheck.training.features import statistics_of
from tightcheck.training.model import Model
from tightcheck.training.networks import Piece
from tightcheck.training.objective import all_latents, seeded_draws
from tightcheck.training.priors import log_base

MOST, LEAST = 500, 16
"""Examples that are measured, evenly spaced among the data: the fewer, the more numbers each one takes."""
WORK = 2**26
"""Numbers that all examples take together: latent points times coordinates of x."""
LISTED = 2**12
"""Latent values that are summed over."""
SAMPLES = 512
"""Draws of importance sampling, and latent points of the regression, per example."""
REGRESSED = 32
"""Examples of the regression."""
AT_ONCE = 2**22
"""Numbers in the largest tensor of a block of examples."""


@dataclass(frozen=True)
class Measured:
    """One value for each member; the error is the standard error of the draws, 0 for sums over all z."""

    elbo: list[float]
    log_likelihood: list[float]
    gap: list[float]
    gap_error: list[float]
    is_exact: bool
    span_residual: list[float] | None
    span_share: list[float] | None  # 1 - R^2 of the regression


@torch.no_grad()
def measure(model: Model, data: Data, seed: int = 0) -> Measured:
    """The measures on evenly spaced examples, in double precision, by the model in evaluation mode."""
    exact = copy.deepcopy(model).double().eval()
    device = next(exact.parameters()).device
    count = len(data)
    here = data.to(device, torch.float64)
    listed = all_latents(exact, LISTED)
    points = next(iter(listed.values())).shape[1] if listed is not None else SAMPLES
    width = max(array.shape[-1] for array in data.arrays.values())
    each = points * width * model.members
    examples = min(count, max(LEAST, min(MOST, WORK // each)))
    rows = torch.linspace(0, count - 1, examples).round().long().unique()
    block = max(1, AT_ONCE // each)
    parts = []
    with seeded_draws(seed, device):
        for chosen in rows.to(device).split(block):
            batch = {k: v for k, v in here.batch(chosen).items() if not k.startswith("known ")}
            parts.append(_summed(exact, batch, listed) if listed is not None else _sampled(exact, batch))
        log_likelihood, elbo, variance = (torch.cat(part, -1) for part in zip(*parts, strict=True))
        few = min(max(4 * AT_ONCE // each, 2), REGRESSED, len(rows))
        chosen = rows[torch.linspace(0, len(rows) - 1, few).long()]
        residual, share = span_residual(exact, here.batch(chosen.to(device)), listed)
    gap = log_likelihood - elbo
    error = (variance.mean(-1) / gap.shape[-1]).sqrt()
    return Measured(
        elbo=elbo.mean(-1).tolist(),
        log_likelihood=log_likelihood.mean(-1).tolist(),
        gap=gap.mean(-1).tolist(),
        gap_error=error.tolist(),
        is_exact=listed is not None,
        span_residual=residual,
        span_share=share,
    )


def _summed(model: Model, x: dict[str, Piece], z: dict[str, Tensor]) -> tuple[Tensor, Tensor, Tensor]:
    """log p(x), ELBO and 0, (member, example), by the sum over all z."""
    log_joint = model.log_joint(x, z)
    log_q = model.log_posterior(x, z)
    elbo = (log_q.exp() * (log_joint - log_q).where(log_q > -math.inf, 0.0)).sum(1)
    return log_joint.logsumexp(1), elbo, torch.zeros_like(elbo)


def _sampled(model: Model, x: dict[str, Piece]) -> tuple[Tensor, Tensor, Tensor]:
    """A lower bound of log p(x) in the mean, the ELBO, and the variance of their difference, (member, example)."""
    drawn = model.draw(x, SAMPLES)
    log_weights = model.log_joint(x, drawn.z) - drawn.log_q
    shares = torch.softmax(log_weights, 1)
    bound = log_weights.logsumexp(1) - math.log(SAMPLES)
    elbo = log_weights.mean(1)
    variance = log_weights.var(1) / SAMPLES + ((shares - 1 / SAMPLES) ** 2).sum(1)
    return bound, elbo, variance


def span_residual(
    model: Model, x: dict[str, Piece], listed: dict[str, Tensor] | None
) -> tuple[list[float] | None, list[float] | None]:
    """The root mean square residual over latent points and examples, and its share of the variance, for each member.

    The points are all z where they are few, else draws from the encoder. None where they are too few to leave a residual.
    """
    x = {name: value for name, value in x.items() if not name.startswith("known ")}
    latent = model.design.latent
    if any(block.given for block in latent):
        return None, None
    z = listed if listed is not None else _spread(model, x)
    psi = torch.cat([statistics_of(block, z[block.name]).flatten(-2) for block in latent], -1).squeeze(2)
    basis = torch.cat([torch.ones_like(psi[..., :1]), psi], -1)  # (member, points, functions)
    if basis.shape[1] <= basis.shape[2]:
        return None, None
    log_joint = model.log_joint(x, z)
    for block in latent:
        log_joint = log_joint - log_base(block, z[block.name])
    orthonormal = torch.linalg.svd(basis, full_matrices=False)
    keep = orthonormal.S / orthonormal.S[..., :1] > 1e-10
    functions = orthonormal.U * keep.unsqueeze(-2)
    left = log_joint - functions @ (functions.mT @ log_joint)
    spread = log_joint - log_joint.mean(1, keepdim=True)
    residual = (left**2).mean((1, 2)).sqrt()
    share = (left**2).sum((1, 2)) / (spread**2).sum((1, 2)).clamp(min=1e-300)
    return residual.tolist(), share.tolist()


def _spread(model: Model, x: dict[str, Piece]) -> dict[str, Tensor]:
    """Draws of all examples' encoders together: (member, points, 1, coordinate)."""
    size = sum(
        statistics_of(block, torch.ones(1, block.copies * (block.dimension or 1))).numel()
        for block in model.design.latent
    )
    first = next(iter(x.values()))
    examples = first.shape[2] if isinstance(first, Tensor) else len(first)
    each = max(4, -(-max(SAMPLES, 4 * size) // examples))
    drawn = model.draw(x, each)
    return {name: value.flatten(1, 2).unsqueeze(2) for name, value in drawn.z.items()}
