"""C4, and C1 alone, for every prior. f must stay in Omega_nu, g* in Omega_psi, and both margins of the joint must be
finite: along a slice the fastest statistic that is left decides the sign of its coefficient; two opposite signs leave
zero. Word probabilities add up to one, which leaves log softmax constant on entire and on polynomial slices.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tightcheck.design import Design
from tightcheck.kernel.zero import Entries

CONDITION = "C4"


def propose(design: Design, prior: str, zero: Entries) -> Iterator[dict[str, Any]]:
    """One step of each lemma for each pair of blocks."""
    for observed in design.decoder:
        for latent in design.encoder:
            lemma = "random_length" if observed.block.length == "random" else "rays"
            yield {"lemma": lemma, "latent": latent.block.name, "observed": observed.block.name}
