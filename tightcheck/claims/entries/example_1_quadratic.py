"""Example 1: V = 0 and c < 0."""

from __future__ import annotations

import sympy as sp

from tightcheck.claims.claim import Claim, Status


def check() -> tuple[str, ...]:
    """x'V + c < 0 fails at x = -c / V."""
    V, c = sp.Rational(1, 100), -5
    assert (-c / V) * V + c == 0
    return ("V = 1/100, c = -5: at x = 500 the coefficient of z^2 is 0 and the integral over z is infinite",)


CLAIM = Claim(
    order=6,
    title="Example 1: V = 0, c < 0",
    where="section 3.1, Example 1, after equation (18)",
    says="x'V + c < 0 for all x in R^n is possible only if V = 0 and c < 0.",
    status=Status.HOLDS,
    because=(
        "An affine function that is negative on all of R^n is constant: line.gaussian_V_is_zero. It uses that"
        " the data charge all of R^n. On a box such as [0,1]^n images V other than 0 is allowed, and the "
        "worst corner decides."
    ),
    check=check,
    proof="line.gaussian_V_is_zero",
)
