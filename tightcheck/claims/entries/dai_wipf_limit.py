"""Dai and Wipf's limit."""

from __future__ import annotations

import math

from tightcheck.claims.claim import Claim, Status


def gap(noise: float) -> float:
    """The mean of KL(q || p(z|x)) over x = z + z^3 / 10, z ~ N(0,1), q Gaussian with the posterior's mode and curvature."""
    value = 0.0
    for k in range(-16, 17):
        start = k / 8
        x = start + start**3 / 10
        mode, curvature = laplace(x, start, noise)
        least, width = energy(mode, x, noise), curvature**-0.5
        grid = [mode + width * step / 10 for step in range(-60, 61)]
        log_mass = math.log(sum(math.exp(least - energy(z, x, noise)) for z in grid) * width / 10)
        density = [math.exp(-((z - mode) ** 2) * curvature / 2) / (width * math.sqrt(2 * math.pi)) for z in grid]
        divergence = sum(
            q * (math.log(q) + energy(z, x, noise) - least + log_mass) for q, z in zip(density, grid, strict=True)
        )
        value += math.exp(-(start**2) / 2) / 8 / math.sqrt(2 * math.pi) * divergence * width / 10
    return value


def energy(z: float, x: float, noise: float) -> float:
    """-log p(x, z) up to a constant."""
    return z * z / 2 + (x - z - z**3 / 10) ** 2 / (2 * noise**2)


def laplace(x: float, z: float, noise: float) -> tuple[float, float]:
    """The minimum of the energy by Newton's method, and the curvature there."""
    curvature = 1.0
    for _ in range(50):
        rest, rise = x - z - z**3 / 10, 1 + 0.3 * z**2
        curvature = 1 + (rise**2 - rest * 0.6 * z) / noise**2
        z -= (z - rest * rise / noise**2) / curvature
    return z, curvature


def check() -> tuple[str, ...]:
    """The gap goes to zero with the noise, for a decoder that stays nonlinear."""
    gaps = [gap(noise) for noise in (0.3, 0.1, 0.03)]
    assert gaps[0] > 5 * gaps[1] > 25 * gaps[2] > 0
    return tuple(f"noise {noise}: gap {value:.2e} nats" for noise, value in zip((0.3, 0.1, 0.03), gaps, strict=True))


CLAIM = Claim(
    order=9.3,
    title="Dai and Wipf's limit",
    where="section 3.2, on Dai and Wipf, Theorem 2",
    says=(
        "VAEs with general networks approach tightness without approaching linear maps; no contradiction to "
        "Theorem 1, since in the limit encoder and decoder become deterministic, which is no exponential "
        "family."
    ),
    status=Status.HOLDS,
    because=(
        "For every positive noise the nonlinear decoder is inconsistent; as the noise goes to zero the "
        "posterior becomes Gaussian at its own scale (Laplace's approximation) and the divergence vanishes. "
        "The limit joint lives on a curve and has no density, so Theorem 1 does not apply to it. The "
        "consistent set is not closed."
    ),
    check=check,
)
