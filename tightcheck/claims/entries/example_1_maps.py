"""Example 1: the degenerate networks."""

from __future__ import annotations

import sympy as sp

from tightcheck.claims.claim import Claim, Status


def check() -> tuple[str, ...]:
    """Complete the squares of (18) with V = 0."""
    x, z, W, a, b, v = sp.symbols("x z W a b v", real=True)
    c = sp.Symbol("c", negative=True)
    joint = -(x**2) / (2 * v) + x * (W * z + a) + b * z + c * z**2
    decoder = joint + (x - v * (W * z + a)) ** 2 / (2 * v)
    encoder = joint + (z + (W * x + b) / (2 * c)) ** 2 / (2 * (-1 / (2 * c)))
    assert not sp.expand(decoder).has(x)
    assert not sp.expand(encoder).has(z)
    return ("mean sigma^2 (W z + a) of x given z; mean -(W x + b)/(2c), variance -1/(2c) of z given x",)


CLAIM = Claim(
    order=6.2,
    title="Example 1: the networks",
    where="section 3.1, Example 1, last lines",
    says="mu_d(z) = sigma_d^2 (W z + a), sigma_e^2 = -1/(2c), mu_e(x) = -(W'x + b)/(2c).",
    status=Status.HOLDS,
    because=(
        "Completing the squares of (18) with V = 0. The statistics (z, z^2) and x are minimal, so these maps "
        "are the only ones."
    ),
    check=check,
    proof="criterion.exact_encoder_is_unique",
)
