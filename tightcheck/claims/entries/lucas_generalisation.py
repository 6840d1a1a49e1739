"""Corollary 1 as a generalisation of Lucas et al.'s Lemma 1."""

from __future__ import annotations

import sympy as sp

from tightcheck.claims.claim import Claim, Status


def check() -> tuple[str, ...]:
    """A rotation makes W'W diagonal for a Gaussian; for Bernoulli pixels the two posteriors have other odds ratios."""
    W = sp.Matrix([[3, 1], [1, 2]])
    P, D = (W.T * W).diagonalize(normalize=True)
    assert sp.simplify(P.T * P) == sp.eye(2)
    assert D.is_diagonal()
    return ("N(0, I) is invariant under rotations, and P'W'WP is diagonal; the cube has only finitely many symmetries",)


CLAIM = Claim(
    order=9,
    title="Corollary 1 generalises Lucas et al., Lemma 1",
    where="section 3.2, first paragraph",
    says=(
        "Corollary 1 generalises Lemma 1 of Lucas et al. to decoders of any exponential family with natural "
        "parameters linear in psi(z)."
    ),
    status=Status.FALSE,
    because=(
        "Lemma 1 rests on two facts about Gaussians: A(f) = |f|^2/2 is quadratic, so it is in the span of a "
        "Gaussian's full statistics, and N(0, I) is invariant under rotations, so W'W can be made diagonal. "
        "Neither holds for other families: log-partitions are no quadratics, and under a Gaussian prior "
        "Bernoulli, Poisson and multinomial decoders are consistent only when constant "
        "(gaussian_latents.growth_collapse). What generalises is the statement with the implied prior."
    ),
    check=check,
    counterexample=(
        "That of Corollary 1; and one Bernoulli pixel with logit z, z ~ N(0,1): log(1 + e^z) is no quadratic,"
        " since its third differences are not zero."
    ),
    proof="gaussian_latents.growth_collapse",
)
