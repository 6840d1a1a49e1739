"""The decoder is pulled towards f = W psi(z) + u."""

from __future__ import annotations

import sympy as sp

from tightcheck.claims.claim import Claim, Status


def check() -> tuple[str, ...]:
    """f = z_1 + z_2 is affine, and log(1 + e^f) has an interaction; (w, w), (w, -w) cancel on {-1, 1}."""
    e = sp.Symbol("e", positive=True)
    assert sp.expand((1 + e**2) * 2 - (1 + e) ** 2) == sp.expand((1 - e) ** 2)
    w = sp.Symbol("w", real=True)
    spins = [sum(sp.log(sp.cosh(w * (a + s * b))) for s in (1, -1)) for a in (-1, 1) for b in (-1, 1)]
    assert sp.simplify(spins[0] - spins[1] - spins[2] + spins[3]) == 0
    return (
        "bits: (1 + e^2w) 2 - (1 + e^w)^2 = (1 - e^w)^2, zero only for w = 0; spins: rows (w, w) and (w, -w) cancel",
    )


CLAIM = Claim(
    order=5.1,
    title="pulled towards a linear model",
    where="section 3, end of the paragraph on conditionally independent encoders",
    says=(
        "The decoder is pulled towards f = W psi(z) + u, and where psi_j(z_j) = z_j towards the linear model "
        "f = W z + u."
    ),
    status=Status.HYPOTHESIS,
    because=(
        "f = W psi + u is necessary for consistency and not sufficient. Under a declared factorised prior the"
        " target is smaller: A(f) must have no interaction either (C2). For Bernoulli pixels and independent "
        "bits that is one parent for every pixel, up to cancellations such as rows (w, w) and (w, -w); for a "
        "Gaussian prior with Bernoulli, Poisson or multinomial decoders it is f = constant. Towards the "
        "linear model as such only under the implied prior."
    ),
    check=check,
    counterexample=(
        "One Bernoulli pixel with f = z_1 + z_2 and two bits: f is linear, and the posterior has odds ratio 2"
        " (1 + e^2) / (1 + e)^2 instead of 1."
    ),
    proof="finite_designs.bits_restricted",
)
