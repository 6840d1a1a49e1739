"""The divergence in (1b) vanishes only on the consistent set."""

from __future__ import annotations

from fractions import Fraction

from tightcheck.claims.claim import Claim, Status
from tightcheck.claims.logarithms import ZERO, divergence


def check() -> tuple[str, ...]:
    """KL is 0 for equal distributions and positive otherwise, here in exact logarithms."""
    p = (Fraction(1, 2), Fraction(1, 3), Fraction(1, 6))
    assert divergence(p, p) == ZERO
    assert float(divergence((Fraction(1, 2), Fraction(1, 6), Fraction(1, 3)), p)) > 0
    return ("KL(p || p) is exactly 0, KL(q || p) > 0 for a q that is not p",)


CLAIM = Claim(
    order=2.1,
    title="tight only on the consistent set",
    where="section 2, after equation (2)",
    says="The KL divergence in (1b) can vanish only if p_theta is in the consistent set.",
    status=Status.HOLDS,
    because=(
        "KL is non-negative and 0 only for equal distributions, so its expectation vanishes iff q = p(z|x) "
        "for almost every x of the data. For data that do not charge all of X the posterior is matched on "
        "their support only, and more models are tight than (2) counts: constant border pixels of images are "
        "the common case."
    ),
    check=check,
)
