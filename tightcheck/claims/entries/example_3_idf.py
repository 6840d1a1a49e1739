"""Example 3: inverse document frequencies are irrelevant."""

from __future__ import annotations

import math

from tightcheck.claims.claim import Claim, Status


def check() -> tuple[str, ...]:
    """A word that is in every document has idf log 1 = 0."""
    assert math.log(10 / 10) == 0
    assert math.log(10 / 9) != 0
    return ("idf = log(documents / documents with the word) is 0 for a word that is in all of them",)


CLAIM = Claim(
    order=8.2,
    title="Example 3: idf",
    where="section 3.1, after equation (22)",
    says=(
        "The inverse document frequency is not relevant since it can be learned by the first linear transform"
        " of the encoder."
    ),
    status=Status.HYPOTHESIS,
    because=(
        "A diagonal scaling is absorbed by the first layer when no weight is zero. With idf = log(N / N_k) "
        "the weight of a word that occurs in every document is zero, and the encoder never sees that word. "
        "Smoothed variants have no zero."
    ),
    check=check,
    counterexample="N = N_k = 10: idf = log 1 = 0.",
)
