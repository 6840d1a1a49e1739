"""Fig. 1 computed: the likelihood and F(theta) = min_q E KL(q || p_theta) of a real family with two parameters.

z is uniform on {0, 1}^2, and x counts the ones among PIXELS binary pixels that each have the logit
f(z) = OFFSET + theta_1 z_1 + theta_2 z_2. The posterior is a product over the two bits exactly where A(f(z)) has no
interaction, which is on the two axes theta_1 theta_2 = 0, A being strictly convex. The data are drawn from the model at
TRUTH, off the axes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize, minimize_scalar
from scipy.special import expit, gammaln

from tightcheck.experiments.reproduce.toy_model import CODES, Array, best_factorised, bound, joint_code, log_sum

PIXELS = 10
OFFSET = -2.0
TRUTH = np.array([2.0, 1.5])
BITS = np.array(CODES)


def log_joint(theta: Array) -> Array:
    """log p(x, z) for x = 0..PIXELS, as (PIXELS + 1, 4)."""
    x = np.arange(PIXELS + 1)
    natural = OFFSET + BITS @ theta
    choose = gammaln(PIXELS + 1) - gammaln(x + 1) - gammaln(PIXELS - x + 1)
    return np.asarray(choose[:, None] + x[:, None] * natural - PIXELS * np.logaddexp(0, natural) - np.log(4))


DATA: Array = np.exp(log_sum(log_joint(TRUTH)))


@dataclass(frozen=True)
class Pull:
    """At one theta: the log-likelihood, F, and their gradients."""

    likelihood: float
    gap: float
    likelihood_gradient: Array
    gap_gradient: Array

    @property
    def bound(self) -> float:
        """max_q ELBO = L - F."""
        return self.likelihood - self.gap

    @property
    def bound_gradient(self) -> Array:
        """Of the ELBO at its best q."""
        return self.likelihood_gradient - self.gap_gradient


def pull(theta: Array, sweeps: int = 400) -> Pull:
    """Exact up to the mean field's convergence; the gradient of F needs none of q, which is optimal (envelope theorem)."""
    joint = log_joint(theta)
    bits = best_factorised(joint, sweeps=sweeps)
    likelihood = float(DATA @ log_sum(joint))
    gap = likelihood - float(DATA @ bound(joint, bits))
    posterior = np.exp(joint - log_sum(joint)[:, None])
    residual = np.arange(PIXELS + 1)[:, None] - PIXELS * expit(OFFSET + BITS @ theta)
    gradients = [DATA @ (weight * residual) @ BITS for weight in (posterior, joint_code(bits))]
    return Pull(likelihood, gap, gradients[0], gradients[0] - gradients[1])


def _loss(theta: Array) -> tuple[float, Array]:
    here = pull(theta)
    return -here.bound, -here.bound_gradient


@dataclass(frozen=True)
class StationaryPoints:
    """Fig. 1's three points."""

    likelihood_optimum: Array
    best_consistent: Array
    bound_optimum: Array


def stationary_points() -> StationaryPoints:
    """theta*, theta' (best likelihood where theta_1 theta_2 = 0) and theta'' (best ELBO)."""
    axis = minimize_scalar(lambda value: -pull(np.array([value, 0.0])).likelihood, bounds=(0.1, 6), method="bounded")
    starts = [np.array([first, second]) for first in (1.0, 2.5) for second in (0.1, 1.0)]
    ends = [
        minimize(
            _loss,
            start,
            jac=True,
            method="BFGS",
            options={"gtol": 1e-9},
        )
        for start in starts
    ]
    best = min(ends, key=lambda end: float(end.fun))
    return StationaryPoints(TRUTH, np.array([axis.x, 0.0]), np.asarray(best.x))
