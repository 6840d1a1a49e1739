"""Equation (20)."""

from __future__ import annotations

from fractions import Fraction
from itertools import product

from tightcheck.claims.claim import Claim, Status


def check() -> tuple[str, ...]:
    """Sum over z of (19) against the product of hyperbolic cosines, with e replaced by 2."""
    W, u, v = ((1, -1), (2, 0), (0, 3)), (1, -2, 0), (2, -1)

    def cosh(t: int) -> Fraction:
        return (Fraction(2) ** t + Fraction(2) ** -t) / 2

    for x in product((-1, 1), repeat=3):
        columns = [sum(x[i] * W[i][j] for i in range(3)) + v[j] for j in range(2)]
        outside = Fraction(2) ** sum(a * b for a, b in zip(u, x, strict=True))
        total = sum(
            outside * Fraction(2) ** sum(c * z for c, z in zip(columns, code, strict=True))
            for code in product((-1, 1), repeat=2)
        )
        assert total == 4 * outside * cosh(columns[0]) * cosh(columns[1])
    return ("the sum over z equals 2^m e^<u,x> prod_j cosh(<w_j, x> + v_j) at all 8 x, exactly",)


CLAIM = Claim(
    order=7.1,
    title="Example 2: the marginal (20)",
    where="section 3.1, Example 2, equation (20)",
    says=(
        "p(x) = (2^m / c) e^<u,x> prod_j cosh(<w_j, x> + v_j); correlations come from the second term, each "
        "factor is a function of one direction."
    ),
    status=Status.HOLDS,
    because=(
        "Each z_j sums to 2 cosh of its coefficient. Without the second term the coordinates are independent;"
        " the gradient of each factor is a multiple of w_j."
    ),
    check=check,
)
