"""The span residual: how far log p(x, z) - log h'(z) is from a combination of 1 and psi(z), at points z of any kind.

KL is second order near the family and can be 1e-12 while this is not small; least squares over scattered points shows
it to first order, in any dimension and without an integral (see the criterion C1 and C2).
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from tightcheck.numeric.model import Model

ZERO, NOT_ZERO = 1e-8, 1e-6
"""Relative residuals below the first are rounding, those above the second are not."""


@dataclass(frozen=True)
class Fit:
    """Least squares of targets (rows, targets) on (1, columns): coefficients, residuals, R^2 of every target.

    `relative` is the largest residual over the target's spread (at least a thousandth of its size): (targets).
    """

    coefficients: Tensor
    residuals: Tensor
    r_squared: Tensor
    relative: Tensor

    @property
    def is_zero(self) -> bool | None:
        """Whether every residual is rounding; None where that cannot be told."""
        worst = float(self.relative.max())
        return True if worst < ZERO else False if worst > NOT_ZERO else None


def least_squares(columns: Tensor, targets: Tensor, has_constant: bool = True) -> Fit:
    """Fit of targets (rows, t) on columns (rows, k) with a constant; redundant columns are dropped."""
    ones = columns.new_ones(len(columns), 1)
    basis = torch.cat([ones, columns], 1) if has_constant else columns
    scale = basis.abs().amax(0).clamp(min=1e-300)
    solution = _minimum_norm(basis / scale, targets)
    fitted = basis / scale @ solution
    residuals = targets - fitted
    spread = ((targets - targets.mean(0)) ** 2).sum(0)
    r_squared = torch.where(spread > 0, 1 - (residuals**2).sum(0) / spread.clamp(min=1e-300), torch.ones_like(spread))
    size = (targets - targets.mean(0)).abs().amax(0) + 1e-3 * (1 + targets.abs().amax(0))
    relative = residuals.abs().amax(0) / size
    return Fit(solution / scale[:, None], residuals, r_squared, relative)


def _minimum_norm(basis: Tensor, targets: Tensor) -> Tensor:
    """On the CPU: on a GPU PyTorch has the method for columns of full rank alone."""
    solved = torch.linalg.lstsq(basis.cpu(), targets.cpu(), driver="gelsd", rcond=1e-12)
    solution: Tensor = solved.solution.to(targets.device)
    return solution


@dataclass(frozen=True)
class SpanResidual:
    """For every x: the fit of log p(x, z) - log h'(z) on psi; for every output f_i of the decoder: its own (C1)."""

    joint: Fit
    outputs: Fit


def span_residual(model: Model, x: Tensor, z: Tensor) -> SpanResidual:
    """Both fits at the points z (states, V_z), for x (data, V_x)."""
    psi = model.latent.statistics(z)
    targets = (model.log_scores(x, z) - model.latent.log_base_measure(z)).T
    return SpanResidual(least_squares(psi, targets), least_squares(psi, model.decoder(z)))
