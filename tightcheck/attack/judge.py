"""What numbers see of one model: is the posterior in the encoder's family, does x depend on z, does the encoder reach it?"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from tightcheck.attack.draw import POINTS, Sample, temperature, widths
from tightcheck.attack.proper import dies_away
from tightcheck.attack.reach import reached
from tightcheck.design import Design
from tightcheck.numeric.residual import Fit, least_squares
from tightcheck.numeric.side import Side

CERTAIN = 1e-10
"""A relative span residual above this is no exact zero that rounding hides: nothing is a member beyond it."""
LARGEST = 1e6
DEPENDS = 1e-6
FEW_STATES = 512


@dataclass(frozen=True)
class Judgement:
    """`is_consistent` and `is_reached` are None where numbers cannot tell."""

    is_consistent: bool | None
    is_dependent: bool
    is_reached: bool | None
    residual: float
    r_squared: float

    @property
    def is_member(self) -> bool | None:
        """Whether the model is in S, as far as numbers see."""
        if self.is_consistent is False or (self.is_consistent and self.is_reached is False):
            return False
        return True if self.is_consistent and self.is_reached else None


def judge(design: Design, sample: Sample, generator: torch.Generator) -> Judgement | None:
    """The judgement; None where numbers overflow, or the posterior's parameters show that a prior has no integral."""
    model = sample.model
    z, x = _points(model.latent, generator), _points(model.observed, generator)
    beta = temperature(design)
    f = model.decoder(z)
    scores = (model.observed.statistics(x) @ f.mT - model.observed.log_partition(f)) / beta + model.log_prior(z)
    targets = (scores - model.latent.log_base_measure(z)).T
    if not bool(torch.isfinite(targets).all()):
        return None
    fit = least_squares(model.latent.statistics(z), targets)
    eta = fit.coefficients[1:].T
    consistent = _consistent(fit, targets)
    if not model.is_normalised and not (dies_away(model, generator) and _has_posterior(consistent, model.latent, eta)):
        return None
    names = widths(design.decoder, model.observed)
    return Judgement(
        consistent,
        float((f - f[0]).abs().max()) > DEPENDS,
        reached(design, model.latent, model.observed, names, x, eta) if consistent else None,
        float(fit.relative.max()),
        float(fit.r_squared.min()),
    )


def _has_posterior(consistent: bool | None, latent: Side, eta: Tensor) -> bool:
    """Whether the posterior's parameters, where there are any, are natural parameters."""
    return not consistent or bool(latent.in_domain(eta).all())


def _consistent(fit: Fit, targets: Tensor) -> bool | None:
    """Whether the residual is 0; beside values as large as LARGEST, rounding would hide one that is not."""
    if fit.is_zero is False:
        return False
    return True if float(fit.relative.max()) < CERTAIN and float(targets.abs().max()) < LARGEST else None


def _points(side: Side, generator: torch.Generator) -> Tensor:
    """All states of a small side, else points all over it."""
    if side.count is not None and side.count <= FEW_STATES:
        return side.states(0, side.count, torch.zeros((), dtype=torch.float64))
    return side.scatter(max(POINTS, 3 * side.size), generator)
