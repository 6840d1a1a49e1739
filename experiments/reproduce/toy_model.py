"""Four Gaussians in the plane under a code of two bits: every quantity of Section 4.1 by quadrature, in nats."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Array: TypeAlias = NDArray[np.float64]

CODES = ((0, 0), (0, 1), (1, 0), (1, 1))
"""The binary code z_b of the component z = 1..4."""

LOG_PRIOR = -math.log(4)
CORNERS = np.array([[0.02, 0.02], [0.02, 0.98], [0.98, 0.02], [0.98, 0.98]])
"""Near the four deterministic q(z|x): a factorised fit can have a local optimum at each."""

REACH = 5.0
"""The grid ends this many sigma beyond the centres: a Gaussian has 6e-7 of its mass further out."""


@dataclass(frozen=True)
class Mixture:
    """p(z) = 1/4 and p(x|z) = N(x | mu(z), sigma^2 I); `centres` is (4, 2)."""

    centres: Array
    sigma: float

    def log_joint(self, points: Array) -> Array:
        """log p(x, z) at points (n, 2), as (n, 4)."""
        distance = ((points[:, None] - self.centres[None]) ** 2).sum(-1)
        return np.asarray(LOG_PRIOR - distance / (2 * self.sigma**2) - np.log(2 * np.pi * self.sigma**2))

    def log_density(self, points: Array) -> Array:
        """log p(x), (n,)."""
        return log_sum(self.log_joint(points))

    def posterior(self, points: Array) -> Array:
        """p(z|x), (n, 4)."""
        joint = self.log_joint(points)
        return np.asarray(np.exp(joint - log_sum(joint)[:, None]))

    def scaled(self, factor: float) -> Mixture:
        """The mixture of factor * x, whose centres have mean zero: log-likelihoods fall by 2 log(factor)."""
        return Mixture(factor * (self.centres - self.centres.mean(0)), factor * self.sigma)


@dataclass(frozen=True)
class Grid:
    """Points and the mass that the data give each: E f(x) = sum of mass * f, spectrally accurate for smooth f."""

    points: Array
    mass: Array
    shape: tuple[int, int]

    def mean(self, values: Array) -> float:
        """The expectation of values (n,) under the data."""
        return float(self.mass @ values)


def grid(mixture: Mixture, size: int) -> Grid:
    """The trapezoidal rule on size x size points around the mixture, weighted by its density."""
    axes = window(mixture, size)
    points = np.stack(np.meshgrid(*axes, indexing="ij"), -1).reshape(-1, 2)
    cell = np.prod([axis[1] - axis[0] for axis in axes])
    return Grid(points, np.exp(mixture.log_density(points)) * cell, (size, size))


def window(mixture: Mixture, size: int) -> list[Array]:
    """The grid's two axes."""
    low, high = mixture.centres.min(0), mixture.centres.max(0)
    margin = REACH * mixture.sigma
    return [np.linspace(low[axis] - margin, high[axis] + margin, size) for axis in (0, 1)]


def log_sum(values: Array) -> Array:
    """log sum exp over the last axis."""
    top = values.max(-1, keepdims=True)
    return np.asarray((top + np.log(np.exp(values - top).sum(-1, keepdims=True)))[..., 0])


def joint_code(bits: Array) -> Array:
    """The factorised q(z) over the four codes from the bits' probabilities (n, 2), as (n, 4)."""
    first, second = bits[:, 0], bits[:, 1]
    return np.stack([(1 - first) * (1 - second), (1 - first) * second, first * (1 - second), first * second], -1)


def bound(log_joint: Array, bits: Array) -> Array:
    """The ELBO of each point, (n,): E_q log p(x, z) + H(q)."""
    q = joint_code(bits)
    return np.asarray((q * (log_joint - np.log(np.maximum(q, 1e-300)))).sum(-1))


def sweep(log_joint: Array, bits: Array, sweeps: int) -> Array:
    """Coordinate ascent of the ELBO in q (mean field), point by point."""
    first, second = bits[:, 0], bits[:, 1]
    for _ in range(sweeps):
        ratio = log_joint[:, 2:] - log_joint[:, :2]
        first = sigmoid((1 - second) * ratio[:, 0] + second * ratio[:, 1])
        ratio = log_joint[:, 1::2] - log_joint[:, ::2]
        second = sigmoid((1 - first) * ratio[:, 0] + first * ratio[:, 1])
    return np.stack([first, second], -1)


def best_factorised(log_joint: Array, *starts: Array, sweeps: int = 40) -> Array:
    """The best factorised q(z|x) of each point, as the bits' probabilities (n, 2): mean field from every start."""
    count = len(log_joint)
    found = [sweep(log_joint, np.broadcast_to(start, (count, 2)), sweeps) for start in (*CORNERS, *starts)]
    values = np.stack([bound(log_joint, bits) for bits in found])
    return np.asarray(np.stack(found)[values.argmax(0), np.arange(count)])


def sigmoid(values: Array) -> Array:
    """1 / (1 + exp(-t)) without overflow."""
    return np.asarray(0.5 * (1 + np.tanh(values / 2)))


@dataclass(frozen=True)
class Figures:
    """The four numbers of Section 4.1, in nats per point, and the decoder that joint training ends at."""

    log_likelihood: float
    bound_pretrained: float
    bound_joint: float
    log_likelihood_joint: float
    decoder: Mixture

    def values(self) -> tuple[float, float, float, float]:
        """In the order of the text."""
        return self.log_likelihood, self.bound_pretrained, self.bound_joint, self.log_likelihood_joint


def best_factorised_training(truth: Mixture, size: int = 48, rounds: int = 400) -> Figures:
    """Section 4.1 with an encoder that is the best factorised q(z|x) at every x, no network in between.

    Joint training alternates the decoder's optimal centres E[q(z|x) x] / E[q(z|x)] with the encoder's mean field.
    """
    data = grid(truth, size)
    log_joint = truth.log_joint(data.points)
    bits = best_factorised(log_joint)
    pretrained = data.mean(bound(log_joint, bits))
    decoder, last = truth, -np.inf
    for number in range(rounds):
        weight = joint_code(bits) * data.mass[:, None]
        decoder = Mixture((weight.T @ data.points) / weight.sum(0)[:, None], truth.sigma)
        log_joint = decoder.log_joint(data.points)
        if number % 20:
            bits = sweep(log_joint, bits, 3)
            continue
        bits = best_factorised(log_joint, bits)
        value = data.mean(bound(log_joint, bits))
        if value - last < 1e-6:
            break
        last = value
    return Figures(
        data.mean(truth.log_density(data.points)),
        pretrained,
        data.mean(bound(log_joint, bits)),
        data.mean(decoder.log_density(data.points)),
        decoder,
    )
