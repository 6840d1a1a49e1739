"""Example 3: counts allow a tight VAE."""

from __future__ import annotations

from fractions import Fraction

from tightcheck.claims.claim import Claim, Status


def check() -> tuple[str, ...]:
    """Three words and one bit: log p(word|z) is affine in z, the log-odds are linear in the counts."""
    p = {0: (Fraction(1, 3), Fraction(1, 3), Fraction(1, 3)), 1: (Fraction(1, 6), Fraction(1, 3), Fraction(1, 2))}
    for x in ((1, 0, 0), (2, 1, 3), (0, 0, 4)):
        odds = Fraction(1)
        expected = Fraction(1, 2) ** x[0] * Fraction(3, 2) ** x[2]
        for k, count in enumerate(x):
            odds *= (p[1][k] / p[0][k]) ** count
        assert odds == expected
    return ("posterior odds (1/2)^x1 (3/2)^x3 for word probabilities (1,1,1)/3 and (1,2,3)/6, exactly",)


CLAIM = Claim(
    order=8.3,
    title="Example 3: counts",
    where="section 3.1, last paragraph of Example 3",
    says=(
        "With counts, g(x) = W x + b can form a tight VAE; the coupling between x and z in log p(z|x,l) is linear in x."
    ),
    status=Status.HYPOTHESIS,
    because=(
        "The coupling is linear in x for every decoder: it is <x, log probabilities(z)>. That it is also "
        "linear in z, so that a factorised q is exact, needs the log-probabilities to be affine in z. Such "
        "decoders exist (blocks of words of constant total probability that follow one bit each), so the "
        "class is restricted and not impossible: the proposed encoder reaches a larger set than frequencies "
        "do, and not every linear decoder."
    ),
    check=check,
    proof="finite_designs.bits_restricted",
)
