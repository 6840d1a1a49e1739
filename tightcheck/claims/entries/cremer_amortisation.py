"""Deeper encoders are useful only far from the consistent set."""

from __future__ import annotations

import math

from tightcheck.claims.claim import Claim, Status


def logit(p: float) -> float:
    """log p / (1 - p)."""
    return math.log(p / (1 - p))


def check() -> tuple[str, ...]:
    """Mean-field logits of two bits with interaction t: their distance from affine in x vanishes with t, at order t."""

    def field(x: int, y: int, t: float) -> float:
        a = b = 0.0
        for _ in range(200):
            a, b = math.tanh(x + t * b), math.tanh(y + t * a)
        return math.atanh(a)

    bends = [abs(field(1, 1, t) - field(1, 0, t) - field(0, 1, t) + field(0, 0, t)) for t in (0.1, 0.01, 0.001)]
    assert bends[0] > bends[1] > bends[2] > 0
    assert bends[2] < 0.01 * bends[0] * 1.2
    return tuple(
        f"interaction {t}: the best logits bend by {bend:.2e}"
        for t, bend in zip((0.1, 0.01, 0.001), bends, strict=True)
    )


CLAIM = Claim(
    order=9.2,
    title="deeper encoders near the consistent set",
    where="section 3.2, end of the paragraph on Cremer et al.",
    says=(
        "Increasing the complexity of the encoder network to reduce the amortisation gap is only useful for "
        "models far from the consistent set."
    ),
    status=Status.HYPOTHESIS,
    because=(
        "At a consistent model an affine encoder of nu(x) is exact, so depth is useless there. On finite "
        "spaces the best natural parameters depend continuously on the model as long as the best q is unique "
        "and interior, so what depth can gain tends to zero with the distance to the consistent set. It is "
        "not zero at a positive distance: already an interaction of 1/1000 between two bits bends the best "
        "logits. And it assumes an encoder that is shown nu(x): with frequencies or log-counts depth is "
        "needed at consistent models too."
    ),
    check=check,
)
