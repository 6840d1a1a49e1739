"""Sicks et al.: affine decoders."""

from __future__ import annotations

import sympy as sp

from tightcheck.claims.claim import Claim, Status


def check() -> tuple[str, ...]:
    """With psi = z on {-1, 1} all f of a consistent model are affine; with psi = (log z, z) they need not be."""
    z = sp.Symbol("z", positive=True)
    f = sp.log(z)
    assert sp.diff(f, z, 2) != 0
    gamma_poisson = sp.exp(f) - z
    assert sp.simplify(gamma_poisson) == 0
    return ("gamma-Poisson: f = log z is tight, affine in psi = (log z, z) and not affine in z",)


CLAIM = Claim(
    order=9.5,
    title="affine decoders (Sicks et al.)",
    where="section 3.2, last paragraph",
    says=(
        "For tight VAEs f is affine in z globally in several special cases such as Bernoulli, and affine in "
        "psi(z) in general."
    ),
    status=Status.HOLDS,
    because=(
        "theorem_1.f_is_affine: f is in span(psi, 1) when nu is minimal. psi(z) = z for Bernoulli latents; "
        "for Gaussian ones C1 allows (z, z^2), and further conditions (the whole line of x, or C2) remove the"
        " squares."
    ),
    check=check,
    proof="theorem_1.f_is_affine",
)
