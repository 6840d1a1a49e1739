"""Example 3 as an exponential family: the linear decoder is no RBM."""

from __future__ import annotations

from fractions import Fraction
from itertools import product

from tightcheck.claims.claim import Claim, Status


def check() -> tuple[str, ...]:
    """Two words, logits (log 3 (z_1 + z_2), 0): the posterior of a one-word document has an interaction."""
    p = {z: Fraction(3) ** (z[0] + z[1]) / (Fraction(3) ** (z[0] + z[1]) + 1) for z in product((0, 1), repeat=2)}
    ratio = p[0, 0] * p[1, 1] / (p[0, 1] * p[1, 0])
    assert ratio == Fraction(4, 5)
    owned = {z: Fraction(1 + z[0], 4) for z in p}
    assert owned[0, 0] * owned[1, 1] == owned[0, 1] * owned[1, 0]
    return ("a document of word 1 alone has posterior odds ratio 4/5 instead of 1; a word with one parent has 1",)


CLAIM = Claim(
    order=8,
    title="Example 3: a linear decoder is an RBM",
    where="section 3.1, equations (21)-(23); section 4.3 'the VAE model is equivalent to an RBM'",
    says=(
        "With a linear decoder the joint of the text VAE (21) has the form (23), the posterior is linear in "
        "the counts, and the model is equivalent to an RBM."
    ),
    status=Status.FALSE,
    because=(
        "In (21) A(f(z)) is multiplied by l, so with nu(x,l) = x the natural parameter is f - A(f), the log-"
        "probabilities of the words, and not the logits f. These must be affine in z (C1). For linear logits "
        "W z + a that is: log sum_k exp(a_k + w_k z) is affine on the cube, 2^m - 1 - m equations, which "
        "generic W violate. (23) with independent bits as the prior has p(l|z) depending on z, against the "
        "assumption that the length is independent of the topic. Consistent all the same are decoders in "
        "which blocks of words of constant total probability each follow one bit."
    ),
    check=check,
    counterexample=(
        "Two words, two bits, p(word 1|z) = 3^(z1+z2) / (3^(z1+z2) + 1): at the document of one word 1 the "
        "posterior is proportional to 1/2, 3/4, 3/4, 9/10, odds ratio 4/5."
    ),
    proof="side_conditions.log_softmax_interacts",
)
