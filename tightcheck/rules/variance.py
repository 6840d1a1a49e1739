"""C2 and C3, an encoder whose Gaussian variance s^2 is a fixed number. With a Gaussian decoder of constant variance and a
prior of precision lambda, C2 gives 1/s^2 = lambda + sum_i w_i^2 / sigma_i^2: no dependence if s^2 is the prior's variance,
no consistent model if it is larger. One variance for all coordinates makes W'SW a multiple of the identity.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tightcheck.design import Design
from tightcheck.kernel.zero import Entries

CONDITION = "C2"


def propose(design: Design, prior: str, zero: Entries) -> Iterator[dict[str, Any]]:
    """Both lemmas for each latent block."""
    if prior == "declared":
        for latent in design.encoder:
            for lemma in ("pinned_equal", "shared_precision"):
                yield {"lemma": lemma, "latent": latent.block.name}
