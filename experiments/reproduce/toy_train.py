"""Section 4.1 as the paper trains it: an encoder network of two hidden layers of 64 ReLU units, expectations by quadrature."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn

from tightcheck.experiments.reproduce.toy_model import CODES, LOG_PRIOR, Array, Figures, Grid, Mixture, grid

UNITS = 64
GRID = 64
"""Points along each axis in training; the figures are measured on twice as many."""

PRETRAINING, JOINT = 1000, 2000
"""Steps of Adam, whose rate falls to zero along half a cosine."""

RATE = 0.005


class Encoder(nn.Module):
    """g(x), the natural parameters of the two bits: q(z_b|x) ∝ exp <g(x), z_b>."""

    def __init__(self) -> None:
        super().__init__()
        self.network = nn.Sequential(
            nn.Linear(2, UNITS), nn.ReLU(), nn.Linear(UNITS, UNITS), nn.ReLU(), nn.Linear(UNITS, 2)
        )

    def forward(self, points: Tensor) -> Tensor:
        """log q(z|x) of the four codes at points (n, 2), as (n, 4)."""
        natural: Tensor = self.network(points)
        codes = torch.tensor(CODES, dtype=points.dtype)
        return natural @ codes.T - nn.functional.softplus(natural).sum(1, keepdim=True)

    def posterior(self, points: Array) -> Array:
        """q(z|x), (n, 4)."""
        with torch.no_grad():
            return np.asarray(self(torch.as_tensor(points)).exp())


class Decoder(nn.Module):
    """p(x|z) = N(x | theta z_oh, sigma^2 I); theta starts at the ground truth."""

    def __init__(self, truth: Mixture) -> None:
        super().__init__()
        self.centres = nn.Parameter(torch.as_tensor(truth.centres).clone())
        self.sigma = truth.sigma

    def forward(self, points: Tensor) -> Tensor:
        """log p(x, z), (n, 4)."""
        distance = (points[:, None] - self.centres).square().sum(-1)
        return LOG_PRIOR - math.log(2 * math.pi * self.sigma**2) - distance / (2 * self.sigma**2)

    def mixture(self) -> Mixture:
        """The same model in NumPy."""
        return Mixture(self.centres.detach().numpy().copy(), self.sigma)


def bound(encoder: Encoder, decoder: Decoder, data: Grid) -> Tensor:
    """The ELBO in nats per point."""
    points = torch.as_tensor(data.points)
    log_q: Tensor = encoder(points)
    log_joint: Tensor = decoder(points)
    return (torch.as_tensor(data.mass) * (log_q.exp() * (log_joint - log_q)).sum(1)).sum()


def maximise(encoder: Encoder, decoder: Decoder, data: Grid, parameters: list[nn.Parameter], steps: int) -> None:
    """Adam on the parameters named, the others fixed."""
    optimiser = torch.optim.Adam(parameters, RATE)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimiser, steps)
    for _ in range(steps):
        optimiser.zero_grad()
        (-bound(encoder, decoder, data)).backward()
        optimiser.step()
        schedule.step()


@dataclass(frozen=True)
class Trained:
    """The figures, and the encoder after pre-training and after joint training."""

    figures: Figures
    pretrained: Encoder
    joint: Encoder


def train(truth: Mixture, seed: int, size: int = GRID, steps: tuple[int, int] = (PRETRAINING, JOINT)) -> Trained:
    """Pre-trains the encoder on the true decoder, then trains both."""
    torch.manual_seed(seed)
    data, fine = grid(truth, size), grid(truth, 2 * size)
    encoder, decoder = Encoder().double(), Decoder(truth)
    maximise(encoder, decoder, data, list(encoder.parameters()), steps[0])
    pretrained = Encoder().double()
    pretrained.load_state_dict(encoder.state_dict())
    with torch.no_grad():
        first = float(bound(encoder, decoder, fine))
    maximise(encoder, decoder, data, [*encoder.parameters(), decoder.centres], steps[1])
    learned = decoder.mixture()
    with torch.no_grad():
        second = float(bound(encoder, decoder, fine))
    likelihoods = [fine.mean(mixture.log_density(fine.points)) for mixture in (truth, learned)]
    return Trained(Figures(likelihoods[0], first, second, likelihoods[1], learned), pretrained, encoder)
