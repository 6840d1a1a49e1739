"""Example 1: the joint is a Gaussian."""

from __future__ import annotations

import sympy as sp

from tightcheck.claims.claim import Claim, Status


def check() -> tuple[str, ...]:
    """sigma = 1, W = 2, c = -1: both conditionals are proper Gaussians, the quadratic form of the joint is indefinite."""
    precision = sp.Matrix([[1, -2], [-2, 2]])
    assert precision[0, 0] > 0
    assert precision[1, 1] > 0
    assert precision.det() == -2
    good = sp.Matrix([[1, -2], [-2, 6]])
    assert good.is_positive_definite
    return ("W = 2, c = -1: precision ((1,-2),(-2,2)) has determinant -2; with c = -3 it is positive definite",)


CLAIM = Claim(
    order=6.1,
    title="Example 1: a multivariate Gaussian",
    where="section 3.1, Example 1, after equation (18)",
    says="With V = 0 and c < 0 the joint is a multivariate Gaussian, and so is p(x).",
    status=Status.HYPOTHESIS,
    because=(
        "V = 0 and c < 0 make both conditionals proper, not the joint. It integrates iff -2 diag(c) - sigma^2"
        " W'W is positive definite. With the declared prior N(0, I) this holds, and then W'W must be "
        "diagonal, which the paper does not say (quadratic.cross_terms; "
        "gaussian_designs.diagonal_restricted)."
    ),
    check=check,
    counterexample=(
        "n = m = 1, sigma = 1, W = 2, V = 0, c = -1: x | z is N(2 z, 1), z | x is N(x, 1/2), and exp(-x^2/2 +"
        " 2 x z - z^2) has infinite mass."
    ),
    proof="quadratic.cross_terms",
)
