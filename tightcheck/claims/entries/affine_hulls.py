"""Minimal statistics affinely span."""

from __future__ import annotations

import sympy as sp

from tightcheck.claims.claim import Claim, Status


def check() -> tuple[str, ...]:
    """Redundant counts of fixed length do not span; without the last word they do."""
    words = sp.Matrix([[2, 0, 0, 1], [0, 2, 0, 1], [0, 0, 2, 1], [1, 1, 0, 1]])
    assert words.rank() == 3
    assert words[:, [0, 1, 3]].rank() == 3
    return ("counts of two words out of three: (x, 1) has rank 3 of 4; without the last word it is full",)


CLAIM = Claim(
    order=3.1,
    title="affine hulls in the proof",
    where="section 3, first line of the proof of Theorem 1",
    says="Minimality ensures that the affine hulls of nu(X) and psi(Z) are the entire spaces.",
    status=Status.HOLDS,
    because=(
        "1, nu_1, ..., nu_n linearly independent as functions is equivalent to the vectors (nu(x), 1) "
        "spanning: minimal_statistics.v proves both directions. Softmax logits and counts of a fixed length "
        "are redundant and must be reduced first."
    ),
    check=check,
    proof="minimal_statistics.minimal_is_spanning",
)
