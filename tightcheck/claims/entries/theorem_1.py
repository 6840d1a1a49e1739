"""Theorem 1."""

from __future__ import annotations

import sympy as sp

from tightcheck.claims.claim import Claim, Status


def check() -> tuple[str, ...]:
    """Equations (13)-(16) on a joint of 5 x and 4 z with integer logarithms: W is read off at basis points."""
    W = sp.Matrix([[2, -1, 3], [0, 4, -2], [1, 1, 5]])
    nu = sp.Matrix([[0, 0, 1], [1, 0, 1], [0, 1, 1], [1, 1, 1], [3, -2, 1]])
    psi = sp.Matrix([[0, 0, 1], [2, 1, 1], [-1, 3, 1], [1, 1, 1]])
    pairing = nu * W * psi.T  # <nu(x), f(z)> + a(z) of equation (9)
    xs, zs = [0, 1, 2], [0, 1, 2]
    dual_nu, dual_psi = nu[xs, :].inv(), psi[zs, :].inv()
    found = dual_nu * pairing[xs, zs] * dual_psi.T
    assert found == W
    assert nu * found * psi.T == pairing
    return ("W of (16), from 3 x 3 values of the joint, gives all 5 x 4 of them, and is the matrix it was made from",)


CLAIM = Claim(
    order=3,
    title="Theorem 1",
    where="section 3, Theorem 1, equations (6)-(16)",
    says=(
        "Conditionals (6a) and (6b) in minimal representation give a joint h(x) h'(z) exp <nu_e(x), W psi_e(z)> (7)."
    ),
    status=Status.HOLDS,
    because=(
        "Machine-checked over an arbitrary field and arbitrary sets, with the uniqueness of W, the converse "
        "and the affine forms of f and g (theorem_1.v, densities.v). Minimality is not needed for the "
        "existence of W, only for its uniqueness and for f and g to be affine. With densities the equations "
        "hold for almost every (x, z), and then everywhere that the families' functions are continuous."
    ),
    check=check,
    proof="theorem_1.theorem_1",
)
