"""No amortisation gap is necessary for tightness."""

from __future__ import annotations

from fractions import Fraction

from tightcheck.claims.claim import Claim, Status
from tightcheck.claims.logarithms import ZERO, divergence, least_divergence, total


def check() -> tuple[str, ...]:
    """One amortised q for two x: the gap is amortisation plus family, each of them non-negative."""
    posterior = {0: (Fraction(1, 4),) * 4, 1: (Fraction(9, 20), Fraction(5, 20), Fraction(5, 20), Fraction(1, 20))}
    q = (Fraction(1, 4),) * 4
    gap = total([Fraction(1, 2) * divergence(q, p) for p in posterior.values()])
    family = sum(least_divergence([float(v) for v in p])[0] for p in posterior.values()) / 2
    assert divergence(q, posterior[0]) == ZERO
    assert float(gap) > family > 0
    return (f"gap {float(gap):.5f} = amortisation {float(gap) - family:.5f} + family {family:.5f} nats",)


CLAIM = Claim(
    order=2.3,
    title="the amortisation precondition",
    where="section 2, after the two conditions",
    says=(
        "A necessary precondition for tightness is that the amortisation gap is zero: for no x is there a "
        "better q in the family."
    ),
    status=Status.HOLDS,
    because=(
        "The gap is E KL(q_phi || p(z|x)) = E[KL(q_phi || p(z|x)) - min_q KL(q || p(z|x))] + E[min_q KL(q || "
        "p(z|x))], two non-negative terms. It is for almost every x of the data, not for every x, and the "
        "minimum is over the encoder's family."
    ),
    check=check,
)
