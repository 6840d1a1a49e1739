"""The optimal factorised encoder is at best mean field."""

from __future__ import annotations

import math

from tightcheck.claims.claim import Claim, Status


def check() -> tuple[str, ...]:
    """At the best factorised q of (1, 5, 5, 9)/20 each factor is the exponential of the expected log."""
    logs = [[math.log(1 / 20), math.log(5 / 20)], [math.log(5 / 20), math.log(9 / 20)]]
    a = 0.7
    for _ in range(500):
        odds = sum(w * (logs[1][z] - logs[0][z]) for z, w in enumerate((1 - a, a)))
        a = 1 / (1 + math.exp(-odds))
    value = sum(
        p * q * (math.log(p * q) - logs[i][j]) for i, p in enumerate((1 - a, a)) for j, q in enumerate((1 - a, a))
    )
    assert abs(value - 0.0210196) < 1e-6
    return (f"the symmetric mean-field fixed point a = {a:.6f} attains the least KL, {value:.7f} nats",)


CLAIM = Claim(
    order=5,
    title="mean field",
    where="section 3, the paragraph on conditionally independent encoders",
    says=(
        "Optimising the ELBO in q minimises KL(q || p(z|x)); the optimum is at best the mean-field "
        "approximation, when the amortisation gap is eliminated."
    ),
    status=Status.HOLDS,
    because=(
        "L does not depend on q, so by (1b) the best factorised q is argmin KL(q || p(z|x)), the mean-field "
        "problem for each x. Its stationary points are the fixed points of coordinate ascent; there may be "
        "several, and 'the' approximation means a global one."
    ),
    check=check,
)
