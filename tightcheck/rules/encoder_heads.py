"""C3, constant outputs. The exact encoder is g* = F' nu + c; a natural parameter of the encoder that is the same for every x
leaves the column of F that belongs to its statistic zero, because the statistics nu are minimal.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tightcheck.design import Constant, Design
from tightcheck.kernel.classes import function_class
from tightcheck.kernel.zero import Entries

CONDITION = "C3"


def propose(design: Design, prior: str, zero: Entries) -> Iterator[dict[str, Any]]:
    """One step for each natural parameter of the encoder that is a constant, or may be once others are known to be."""
    for latent in design.encoder:
        has_constant = any(isinstance(head.source, Constant) for head in latent.heads)
        for k in range(len(latent.natural)):
            if has_constant or function_class(latent, k).kind == "constant":
                yield {"lemma": "column", "latent": latent.block.name, "statistic": k}
