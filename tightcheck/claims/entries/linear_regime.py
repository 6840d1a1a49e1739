"""Equation (17): tight VAEs are generalised linear models."""

from __future__ import annotations

import sympy as sp

from tightcheck.claims.claim import Claim, Status


def check() -> tuple[str, ...]:
    """The posterior of an RBM in exact weights: its log-odds are affine in x."""
    x1, x2 = sp.symbols("x1 x2")
    log_odds = sp.log(3) * (2 * x1 - x2) + sp.log(5)
    joint = {z: 3 ** (z * (2 * x1 - x2)) * 5**z * 7 ** (x1 * x2) for z in (0, 1)}
    difference = sp.expand_log(sp.log(joint[1]), force=True) - sp.expand_log(sp.log(joint[0]), force=True)
    assert sp.simplify(difference - log_odds) == 0
    return ("log p(z=1|x) / p(z=0|x) = log 3 (2 x1 - x2) + log 5, affine in x although p(x) has an interaction",)


CLAIM = Claim(
    order=3.4,
    title="the linear regime",
    where="section 3, equation (17)",
    says="A tight VAE has g(x) = W' nu_e(x), f(z) = W psi_e(z): both conditionals are generalised linear models.",
    status=Status.HOLDS,
    because=(
        "criterion.exact_encoder_is_unique, theorem_1.f_is_affine and g_is_affine, for minimal statistics. "
        "The networks need not be linear: they must represent these maps through their parametrisation, which"
        " makes the head of a Gaussian mean rational and that of a log-variance logarithmic in x wherever V "
        "is not 0. The converse is not said and not true: not every W integrates."
    ),
    check=check,
    proof="criterion.exact_encoder_is_unique",
)
