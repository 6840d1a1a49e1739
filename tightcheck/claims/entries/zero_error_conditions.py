"""The two conditions for a zero approximation error are neither necessary nor sufficient."""

from __future__ import annotations

from fractions import Fraction

from tightcheck.claims.claim import Claim, Status
from tightcheck.claims.logarithms import divergence, least_divergence, log


def check() -> tuple[str, ...]:
    """Two decoders of one bit x by two bits z: the dependent one is the best and not tight, the constant one is tight."""
    best = log(Fraction(1, 2))  # data fair; p(x=1|z) = 9/10 where z_1 = z_2, else 1/10
    constant = Fraction(1, 2) * log(Fraction(3, 5)) + Fraction(1, 2) * log(Fraction(2, 5))  # p(x=1|z) = 3/5
    lower, upper = least_divergence([9 / 20, 1 / 20, 1 / 20, 9 / 20])
    error = float(best - constant)
    assert 0 < error < lower
    uniform = divergence((Fraction(1, 4),) * 4, (Fraction(9, 20), Fraction(1, 20), Fraction(1, 20), Fraction(9, 20)))
    assert uniform == log(Fraction(5, 3))
    return (
        f"the constant decoder is tight and maximises the ELBO of the class, and its error (4) is {error:.5f} nats",
        f"the maximum-likelihood decoder alone has error 0 and a gap between {lower:.4f} and {upper:.4f} nats",
    )


CLAIM = Claim(
    order=2,
    title="two conditions for a zero error",
    where="section 2, after equation (4)",
    says=(
        "For the error (4) to become zero two conditions need to be satisfied: (theta, phi) is optimal for "
        "the ELBO, and the ELBO is tight there."
    ),
    status=Status.FALSE,
    because=(
        "They are not necessary: (4) compares likelihoods, so it is zero at theta* whatever the encoder is; a"
        " class with one decoder has error zero and any gap. They are not sufficient either: an ELBO optimum "
        "that is tight satisfies L_B = L(theta), and L_B exceeds L(theta*) minus the gap at theta*, but not "
        "L(theta*). What is true: if some maximum-likelihood decoder is consistent with the encoder class, "
        "every ELBO optimum is tight and has error zero; and the error is at most the least gap over the "
        "maximum-likelihood decoders."
    ),
    check=check,
    counterexample=(
        "x in {0,1} fair, z in {-1,1}^2 uniform, factorised q, two decoders: p(x=1|z) = 9/10 or 1/10 as z_1 "
        "z_2 = 1 or -1 (likelihood log 1/2, the best), and p(x=1) = 3/5 (likelihood (log 6/25)/2, tight). The"
        " gap of the first is more than 0.5 nats, so the ELBO's optimum is the second: tight, with error (4) "
        "equal to -log 2 - (log 6/25)/2 = 0.0204 nats."
    ),
)
