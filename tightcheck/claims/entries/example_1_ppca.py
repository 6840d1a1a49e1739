"""Linear Gaussian VAEs are tight and match probabilistic PCA."""

from __future__ import annotations

import sympy as sp

from tightcheck.claims.claim import Claim, Status


def check() -> tuple[str, ...]:
    """The posterior covariance (I + W'W)^-1 is diagonal iff W'W is."""
    W = sp.Matrix([[1, 1], [0, 1]])
    assert not (sp.eye(2) + W.T * W).inv().is_diagonal()
    orthogonal = sp.Matrix([[1, 1], [1, -1]])
    assert (sp.eye(2) + orthogonal.T * orthogonal).inv().is_diagonal()
    return ("W = ((1,1),(0,1)): posterior covariance not diagonal; W = ((1,1),(1,-1)): diagonal",)


CLAIM = Claim(
    order=6.3,
    title="linear VAEs and probabilistic PCA",
    where="section 3.1, Example 1, last sentence; section 3.2, on Lucas et al.",
    says=(
        "Linear Gaussian encoder-decoder pairs are tight and match the pPCA model (Dai et al., Lucas et al., Lemma 1)."
    ),
    status=Status.HYPOTHESIS,
    because=(
        "With a full-covariance encoder every linear decoder is tight. With the diagonal one of Example 1 the"
        " posterior precision I + W'W / sigma^2 must be diagonal, so the class is restricted. It is lossless:"
        " for every W there is a rotation R with (WR)'(WR) diagonal and the same p(x). So the ELBO optimum "
        "attains the pPCA likelihood, which is Lucas et al.'s Lemma 1; tightness at every decoder is not what"
        " it says."
    ),
    check=check,
    counterexample="W = ((1,1),(0,1)), sigma = 1, N(0, I) prior.",
    proof="gaussian_designs.diagonal_restricted",
)
