"""Observed blocks that are given others. Where the parents are held fixed C2 says no more than the implied prior, and every
lemma on C1, C3 and C4 holds for each of their values; where the children do not depend on z, the parents meet z alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tightcheck.design import Design
from tightcheck.kernel.given import PARTS, has_given
from tightcheck.kernel.rejected import Rejected
from tightcheck.kernel.zero import Entries
from tightcheck.rules import (
    conjugation,
    decoder_map,
    encoder_heads,
    encoder_network,
    explicit,
    features,
    joint_density,
    normalisation,
    rays,
    variance,
)

CONDITION = "C1"
LEMMAS = ("given_values", "given_parents")
OTHERS = (
    encoder_heads,
    features,
    decoder_map,
    conjugation,
    normalisation,
    rays,
    encoder_network,
    variance,
    explicit,
    joint_density,
)


def propose(design: Design, prior: str, zero: Entries) -> Iterator[dict[str, Any]]:
    """What the other rules propose for the two parts of the design."""
    if not has_given(design):
        return
    for lemma in LEMMAS:
        try:
            part, its_prior = PARTS[lemma](design, prior, zero)
        except Rejected:
            continue
        for rule in OTHERS:
            for step in rule.propose(part, its_prior, zero):
                yield {"lemma": lemma, "step": step}
