"""More expressive encoder families."""

from __future__ import annotations

from fractions import Fraction

from tightcheck.claims.claim import Claim, Status
from tightcheck.claims.verdicts import example, verdict
from tightcheck.verdict import Verdict


def check() -> tuple[str, ...]:
    """The posterior (1, 5, 5, 9)/20 is no product of bits; with psi = (z1, z2, z1 z2) every positive one is in the family."""
    p = (Fraction(1, 20), Fraction(5, 20), Fraction(5, 20), Fraction(9, 20))
    assert p[0] * p[3] != p[1] * p[2]
    assert verdict(example("sigmoid-belief-net")) is Verdict.RESTRICTED
    assert verdict(example("gaussian-mixture")) is Verdict.TIGHT
    return ("two bits with the statistic z1 z2 added are one categorical variable: all four-point posteriors",)


CLAIM = Claim(
    order=9.1,
    title="more expressive encoder families",
    where="section 3.2, on Cremer et al.",
    says=(
        "Extending psi admits tight VAEs with a more complex dependence of z on x, while g stays linear in "
        "nu(x); the link of E[z|x] becomes more expressive."
    ),
    status=Status.HOLDS,
    because=(
        "C1 and C2 are span conditions, so a larger psi keeps every consistent model and may add some; the "
        "exact encoder remains F' nu(x) + c with a larger F. One categorical in place of m bits makes every "
        "decoder consistent (finite_designs.one_draw_is_tight)."
    ),
    check=check,
    proof="finite_designs.one_draw_is_tight",
)
