"""C4, the line lemma. If x_i runs over all reals and nu_i = x_i, then F' e_i x_i + ... must stay in the encoder's natural
domain for every x_i in both directions: a coefficient with a sign (of z^2 in a Gaussian) cannot move with x_i.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tightcheck.design import Design
from tightcheck.kernel.zero import Entries

CONDITION = "C4"


def propose(design: Design, prior: str, zero: Entries) -> Iterator[dict[str, Any]]:
    """One step for each pair of blocks."""
    for observed in design.decoder:
        for latent in design.encoder:
            yield {"lemma": "line", "latent": latent.block.name, "observed": observed.block.name}
