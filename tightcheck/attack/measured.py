"""The largest gap of one model over a few x, where the sum over z can be done: finite, or up to two real variables."""

from __future__ import annotations

import torch

from tightcheck.numeric.evidence import grid_sizes, posterior_measure
from tightcheck.numeric.gap import gap
from tightcheck.numeric.measure import counting
from tightcheck.numeric.model import Model

MOST_STATES = 2**12
MOST_POINTS = 2
MOST_VARIABLES = 1


def measured_gap(model: Model, seed: int = 0) -> tuple[float, float] | None:
    """The gap in nats and its error; None where no sum over z is done."""
    generator = torch.Generator().manual_seed(seed)
    x = model.observed.scatter(MOST_POINTS, generator)
    if model.latent.count is not None and model.latent.count <= MOST_STATES:
        found = gap(model, x, counting(model.latent, x))
        return float(found.best.max()), float(found.error.max())
    if any(family.family.support.is_discrete for family, _ in model.latent.parts):
        return None
    if model.latent.free_variables > MOST_VARIABLES:
        return None
    worst = (0.0, 0.0)
    for point in x:
        gaps = [gap(model, point[None], posterior_measure(model, point, count)) for count in grid_sizes(model)]
        best = float(gaps[1].best)
        worst = max(worst, (best, abs(best - float(gaps[0].best)) + float(gaps[1].error)))
    return worst
