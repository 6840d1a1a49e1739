"""The best factorised encoder of a finite model and its gap, in floating point: a size, never a verdict."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.optimize import minimize


def best_factorised_gap(posterior: Sequence[float], bits: int, starts: int = 8) -> float:
    """min over factorised q on {0,1}^bits of KL(q || posterior), codes in lexicographic order, in nats."""
    target = np.log(np.asarray(posterior, dtype=float))
    codes = np.array([[(i >> (bits - 1 - j)) & 1 for j in range(bits)] for i in range(2**bits)])
    random = np.random.default_rng(0)

    def divergence(logits: np.ndarray) -> float:
        log_q = (codes * logits - np.logaddexp(0.0, logits)).sum(axis=1)
        return float(np.exp(log_q) @ (log_q - target))

    return min(minimize(divergence, random.normal(size=bits), tol=1e-14).fun for _ in range(starts))
