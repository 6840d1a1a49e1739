"""Example 2: a tight Bernoulli VAE is an RBM."""

from __future__ import annotations

from fractions import Fraction
from itertools import product

from tightcheck.claims.claim import Claim, Status


def check() -> tuple[str, ...]:
    """An RBM with weights powers of 2 and 3: both conditionals factorise, in exact fractions."""
    W = ((1, -1), (0, 2))
    spins = tuple(product((-1, 1), repeat=2))

    def weight(x: tuple[int, ...], z: tuple[int, ...]) -> Fraction:
        return Fraction(2) ** sum(x[i] * W[i][j] * z[j] for i in range(2) for j in range(2)) * Fraction(3) ** (
            x[0] - z[1]
        )

    for x in spins:
        p = {z: weight(x, z) for z in spins}
        assert p[1, 1] * p[-1, -1] == p[1, -1] * p[-1, 1]
    for z in spins:
        p = {x: weight(x, z) for x in spins}
        assert p[1, 1] * p[-1, -1] == p[1, -1] * p[-1, 1]
    marginal = {z: sum(weight(x, z) for x in spins) for z in spins}
    assert marginal[1, 1] * marginal[-1, -1] != marginal[1, -1] * marginal[-1, 1]
    return ("an RBM on 2 + 2 spins: q(z|x) and p(x|z) factorise exactly, p(z) does not",)


CLAIM = Claim(
    order=7,
    title="Example 2: the RBM (19)",
    where="section 3.1, Example 2, equation (19)",
    says="The joint of a tight Bernoulli VAE is exp(x'Wz + u'x + v'z) / c, a restricted Boltzmann machine.",
    status=Status.HOLDS,
    because=(
        "Theorem 1 with nu(x) = x, psi(z) = z, minimal on {-1,1}^n. The converse is true when the prior may "
        "be the RBM's own, which is not factorised. With a declared factorised prior only the RBMs whose "
        "marginal p(z) factorises remain."
    ),
    check=check,
    proof="theorem_1.theorem_1",
)
