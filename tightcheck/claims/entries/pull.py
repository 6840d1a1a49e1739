"""The ELBO optimiser is pulled from the likelihood optimiser."""

from __future__ import annotations

import sympy as sp

from tightcheck.claims.claim import Claim, Status


def check() -> tuple[str, ...]:
    """Probabilistic PCA: an inconsistent maximum-likelihood decoder, and a consistent one with the same p(x)."""
    W = sp.Matrix([[2, 1], [0, 1]])
    covariance = W * W.T + sp.eye(2)
    vectors = [v / v.norm() for _, _, [v] in (W.T * W).eigenvects()]
    turned = W * sp.Matrix.hstack(*vectors)
    assert not (W.T * W).is_diagonal()
    assert sp.simplify((turned.T * turned)[0, 1]) == 0
    assert sp.simplify(turned * turned.T + sp.eye(2) - covariance) == sp.zeros(2)
    return ("W = ((2,1),(0,1)) is not consistent; W times the eigenvectors of W'W is, with the same p(x)",)


CLAIM = Claim(
    order=2.2,
    title="the ELBO pulls the decoder",
    where="section 2, after equation (3); abstract; section 5",
    says=(
        "If the likelihood maximiser theta* is not in the consistent set, the KL divergence pulls the "
        "optimiser towards it, which causes an approximation error."
    ),
    status=Status.HYPOTHESIS,
    because=(
        "It holds when no maximum-likelihood decoder is consistent. Maximisers need not be unique: "
        "probabilistic PCA with a diagonal encoder has inconsistent maximisers, but rotating z makes W'W "
        "diagonal and leaves p(x) as it is, so the restricted model loses nothing (restricted, but lossless)."
        " Even then the ELBO selects: of the equivalent decoders the consistent ones."
    ),
    check=check,
    counterexample="N(0, I) prior, x = W z + noise, W = ((2,1),(0,1)): W'W has the off-diagonal entry 2.",
)
