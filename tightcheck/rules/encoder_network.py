"""C3, features that grow too slowly. A Lipschitz network shown log(1 + x) grows at most like log x; g* = F' x + c with
F != 0 grows like x. Counts without end therefore leave F = 0.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tightcheck.design import Design
from tightcheck.kernel.zero import Entries

CONDITION = "C3"


def propose(design: Design, prior: str, zero: Entries) -> Iterator[dict[str, Any]]:
    """One step for each natural parameter of an encoder that is shown log(1 + x)."""
    for latent in design.encoder:
        if latent.inputs.kind == "log1p":
            for k in range(len(latent.natural)):
                yield {"lemma": "sublinear", "latent": latent.block.name, "statistic": k}
