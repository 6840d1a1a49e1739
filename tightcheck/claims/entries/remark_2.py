"""Remark 2: zeros of the base measure."""

from __future__ import annotations

from fractions import Fraction

from tightcheck.claims.claim import Claim, Status


def check() -> tuple[str, ...]:
    """X = {(0,0), (1,1)}: nu_1 = nu_2 there, and f = (t, -t) is as good as f = 0 for any t(z)."""
    support = ((0, 0), (1, 1))
    t = {z: Fraction(z**3) for z in (-2, -1, 0, 1, 2)}
    assert all(x[0] * t[z] - x[1] * t[z] == 0 for x in support for z in t)
    assert t[2] - 2 * t[1] + t[0] != 0
    return ("on {(0,0), (1,1)} the decoder f = (z^3, -z^3) is constant in z and not affine in z; W and -W agree there",)


CLAIM = Claim(
    order=3.3,
    title="Remark 2",
    where="section 3, Remark 2",
    says="For discrete variables positivity can be dropped: restrict to where the base measures are positive.",
    status=Status.HYPOTHESIS,
    because=(
        "The form (7) survives on the restricted sets (theorem_1_without_minimality). The restricted "
        "statistics need not be minimal, and then W is not unique and f and g need not be affine. With "
        "minimality assumed on the restricted sets, all of Theorem 1 holds."
    ),
    check=check,
    counterexample="X = {(0,0), (1,1)}, nu(x) = x: f(z) = (z^3, -z^3) gives <nu(x), f(z)> = 0 for all x and z.",
    proof="minimal_statistics.theorem_1_without_minimality",
)
