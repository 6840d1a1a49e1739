"""What numbers see of one model: is the posterior in the encoder's family, does x depend on z, does the encoder reach it?"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from tightcheck.attack.draw import POINTS, Sample, temperature, widths
from tightcheck.attack.picked import Posterior, picking
from tightcheck.attack.proper import dies_away
from tightcheck.attack.reach import reached
from tightcheck.design import Design
from tightcheck.numeric.side import Side

CERTAIN = 1e-10
"""A relative span residual above this is no exact zero that rounding hides: nothing is a member beyond it."""
LARGEST = 1e6
DEPENDS = 1e-6
SMALL = 1e-2
"""Where f moves by less than this, what is not linear or quadratic in it may be below the rounding."""
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
    found = picking(design, model.latent).posterior(z, targets)
    consistent, moved = _consistent(found, targets), float((f - f[0]).abs().max())
    if consistent and DEPENDS < moved < SMALL:
        consistent = None
    if not model.is_normalised and not (dies_away(model, generator) and (not consistent or found.is_in_domain)):
        return None
    names = widths(design.decoder, model.observed)
    return Judgement(
        consistent,
        moved > DEPENDS,
        reached(design, found, model.observed, names, x) if consistent else None,
        float(found.joint.relative.max()),
        float(found.joint.r_squared.min()),
    )


def _consistent(found: Posterior, targets: Tensor) -> bool | None:
    """Whether the residuals are 0; beside values as large as LARGEST, rounding would hide one that is not."""
    fits = [found.joint] if found.marginal is None else [found.joint, found.marginal]
    if found.joint.is_zero is False or (found.joint.is_zero and fits[-1].is_zero is False):
        return False
    is_exact = all(float(fit.relative.max()) < CERTAIN for fit in fits)
    return True if is_exact and float(targets.abs().max()) < LARGEST else None


def _points(side: Side, generator: torch.Generator) -> Tensor:
    """All states of a small side, else points all over it."""
    if side.count is not None and side.count <= FEW_STATES:
        return side.states(0, side.count, torch.zeros((), dtype=torch.float64))
    return side.scatter(max(POINTS, 3 * side.size), generator)
