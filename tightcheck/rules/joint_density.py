"""C4, for every prior: the joint of one x and one z must be a density, with x integrated out exactly. Where no sign of an entry
leaves one, the entry is zero.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tightcheck.design import Design
from tightcheck.kernel.zero import Entries

CONDITION = "C4"


def propose(design: Design, prior: str, zero: Entries) -> Iterator[dict[str, Any]]:
    """The lemma for each pair of blocks."""
    for observed in design.decoder:
        for latent in design.encoder:
            yield {"lemma": "joint", "latent": latent.block.name, "observed": observed.block.name}
