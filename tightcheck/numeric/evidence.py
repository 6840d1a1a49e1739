"""log p(x) and posterior means, summed over a measure in blocks, with the error of the sum."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from tightcheck.numeric.measure import REACH, LogSum, Measure, box
from tightcheck.numeric.memory import keep_freed_memory
from tightcheck.numeric.model import Model

GRIDS = {1: (240, 360), 2: (60, 80), 3: (32, 44)}
"""Nodes along each axis for each number of real latent variables: the check's and the estimate's."""
LOOK = {1: 241, 2: 41, 3: 21}
"""Nodes along each axis while the posterior is looked for."""
MOVES = 12
STEPS = 60


@dataclass(frozen=True)
class Evidence:
    """log p(x) (*designs, data), posterior means of psi (*designs, data, K_z), and a bound or estimate of the error.

    `error` is of log p(x): a rounding bound for enumeration, the change to a finer grid for quadrature.
    """

    log_evidence: Tensor
    posterior_statistics: Tensor
    error: Tensor


def evidence(model: Model, x: Tensor, measure: Measure) -> Evidence:
    """The sum over the measure, in blocks; x is (data, V_x).

    A sum of non-negative terms loses a relative (count + n) 2^-53 at most; the exponents lose |exponent| n 2^-53.
    """
    keep_freed_memory()
    total, largest = LogSum(), x.new_zeros(())
    products = model.products(model.observed.statistics(x))
    for z, log_weights in measure.blocks():
        f = model.decoder(z)
        terms = model.state_terms(z, f)
        largest = torch.maximum(largest, _finite(terms).abs().max())
        added = terms if measure.nodes is None else terms + log_weights
        total.add(products(z, f, added), model.latent.statistics(z))
    base = model.observed.log_base_measure(x)
    rounding = (
        torch.finfo(x.dtype).eps
        / 2
        * (
            measure.block
            + measure.count / measure.block
            + model.observed.size * (1 + largest + _finite(total.value).abs())
        )
    )
    return Evidence(total.value + base, total.means, rounding)


def _finite(values: Tensor) -> Tensor:
    """The values, 0 where they are infinite."""
    return values.masked_fill(torch.isinf(values), 0.0)


def posterior_measure(model: Model, x: Tensor, count: int) -> Measure:
    """A grid of `count` nodes along each axis that follows one posterior, x being (V_x).

    It starts wide and moves to the mean and the axes of the mass it sees until these settle; a cell's own size is added to the
    spread, so that a narrow posterior is approached step by step.
    """
    size = model.latent.free_variables
    one = torch.eye(size, dtype=x.dtype, device=x.device)
    centre, axes = x.new_zeros(size), 4.0 * one
    for _ in range(MOVES):
        measure = box(model.latent, centre, axes, LOOK[size])
        ((z, log_weights),) = Measure(measure.side, measure.nodes, measure.log_weights, measure.count).blocks()
        share = torch.softmax((model.log_scores(x[None], z)[..., 0, :] + log_weights).nan_to_num(nan=-torch.inf), -1)
        u = torch.linspace(-REACH, REACH, LOOK[size], dtype=x.dtype, device=x.device)
        t = torch.cartesian_prod(*[u] * size).reshape(-1, size)
        mean = share @ t
        spread = (share[:, None] * (t - mean)).T @ (t - mean) + one * (u[1] - u[0]) ** 2 / 4
        centre, moved = centre + axes @ mean, axes @ torch.linalg.cholesky(spread)
        settled = float(mean.abs().max()) < 0.1 and float((spread - one).abs().max()) < 0.3
        axes = moved
        if settled:
            break
    return box(model.latent, centre, axes, count)


def evidence_by_quadrature(model: Model, x: Tensor) -> Evidence:
    """log p(x) for continuous latents of at most three real variables; the error is the change to the finer grid."""
    coarse, fine = grid_sizes(model)
    rows = []
    for point in x:
        sums = [evidence(model, point[None], posterior_measure(model, point, count)) for count in (coarse, fine)]
        rows.append((sums[1], (sums[1].log_evidence - sums[0].log_evidence).abs() + sums[1].error))
    return Evidence(
        torch.cat([found.log_evidence for found, _ in rows], -1),
        torch.cat([found.posterior_statistics for found, _ in rows], -2),
        torch.cat([error for _, error in rows], -1),
    )


def grid_sizes(model: Model) -> tuple[int, int]:
    """Nodes along each axis, of the estimate and of the check. Raises ValueError for more than three real variables."""
    size = model.latent.free_variables
    if size not in GRIDS:
        raise ValueError(f"quadrature is for at most {max(GRIDS)} real latent variables, not {size}.")
    return GRIDS[size]


def laplace(model: Model, x: Tensor) -> tuple[Tensor, Tensor]:
    """The mode of log p(x, z) + log-Jacobian in t and a root of its negative inverse Hessian: (d), (d, d).

    Newton with a damped, positive Hessian from several starts; the best mode is taken.
    """
    size = model.latent.free_variables

    def height(t: Tensor) -> Tensor:
        z, log_jacobian = model.latent.to_support(t)
        value: Tensor = model.log_scores(x[None], z[None])[..., 0, 0] + log_jacobian
        return value

    slope = torch.func.grad(height)
    bend = torch.func.jacrev(slope)
    found = []
    for start in (0.0, 1.0, -1.0):
        t = x.new_full((size,), start)
        for _ in range(STEPS):
            curvature = _positive(-bend(t))
            step = torch.linalg.solve(curvature, slope(t))
            length = 1.0
            while not height(t + length * step) >= height(t) and length > 1e-9:
                length /= 2
            t = t + length * step
            if float((length * step).abs().max()) < 1e-10:
                break
        found.append((float(height(t)), t))
    _, mode = max(found, key=lambda each: each[0])
    return mode, torch.linalg.inv(torch.linalg.cholesky(_positive(-bend(mode)))).mT


def _positive(matrix: Tensor) -> Tensor:
    """The symmetric matrix with eigenvalues made positive."""
    values, vectors = torch.linalg.eigh((matrix + matrix.mT) / 2)
    positive: Tensor = (vectors * values.abs().clamp(min=1e-3)) @ vectors.mT
    return positive
