"""C3, lossy features. If the encoder sees x only through x / sum(x), then x and 2 x get the same posterior:
F' nu(x) = F' nu(2 x) for every x, hence F = 0 (the paper's Example 3).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tightcheck.design import Design
from tightcheck.kernel.encoder_maps import SCALE_FREE
from tightcheck.kernel.zero import Entries

CONDITION = "C3"


def propose(design: Design, prior: str, zero: Entries) -> Iterator[dict[str, Any]]:
    """One step for each latent block whose encoder sees relative frequencies."""
    for latent in design.encoder:
        if latent.inputs.kind in SCALE_FREE:
            yield {"lemma": "frequencies", "latent": latent.block.name}
