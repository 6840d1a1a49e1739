"""A geometry that gives the paper's four figures, which it does not state: a random search over centres and one scale.

Multiplying x by a factor c lowers every figure by 2 log c. So the scale is solved for, that the log-likelihood be the
paper's, and the search is over the shape of the four centres in units of sigma, for the three differences to it.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from tightcheck.experiments.reproduce.toy_model import (
    Figures,
    Mixture,
    best_factorised,
    best_factorised_training,
    bound,
    grid,
)

PAPER = (-3.65, -3.74, -3.70, -3.68)
"""Log-likelihood, ELBO after pre-training, ELBO and log-likelihood after joint training (Section 4.1)."""

TOLERANCE = 0.002
"""Of the best factorised encoder; what is left to 0.005 is for the network."""

SEED = 2
DECIMALS = 3


def shapes(seed: int) -> Callable[[], Mixture]:
    """Draws mixtures with sigma = 1 whose centres are Gaussian around zero, at a random spread."""
    generator = np.random.default_rng(seed)
    return lambda: Mixture(generator.normal(size=(4, 2)) * generator.uniform(1.2, 3.0), 1.0)


def loss_of_encoder(shape: Mixture, size: int = 32) -> float:
    """log-likelihood minus the ELBO of the best factorised encoder: cheap, and nine shapes in ten fail it."""
    data = grid(shape, size)
    log_joint = shape.log_joint(data.points)
    return data.mean(shape.log_density(data.points) - bound(log_joint, best_factorised(log_joint, sweeps=20)))


def to_likelihood(shape: Mixture) -> Mixture:
    """The shape at the paper's log-likelihood, in the decimals that are recorded."""
    data = grid(shape, 128)
    mixture = shape.scaled(float(np.exp((data.mean(shape.log_density(data.points)) - PAPER[0]) / 2)))
    return Mixture(mixture.centres.round(DECIMALS), round(mixture.sigma, DECIMALS))


def distance(figures: Figures) -> float:
    """The largest deviation from the paper's three other figures, all relative to the log-likelihood."""
    own, paper = np.array(figures.values()), np.array(PAPER)
    return float(np.abs((own - own[0]) - (paper - paper[0])).max())


def find(seed: int = SEED, report: Callable[[int, float], None] = lambda draws, distance: None) -> Mixture:
    """The first shape of the seed's sequence that is within the tolerance, at the paper's scale."""
    draw = shapes(seed)
    wanted, best, draws = PAPER[0] - PAPER[1], np.inf, 0
    while best > TOLERANCE:
        shape, draws = draw(), draws + 1
        if abs(loss_of_encoder(shape) - wanted) > 2 * TOLERANCE:
            continue
        found = distance(best_factorised_training(shape, size=40))
        if found < best:
            best, chosen = found, shape
            report(draws, best)
    return to_likelihood(chosen)
