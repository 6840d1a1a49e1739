"""C3, features that grow too slowly. A Lipschitz network shown log(1 + x) grows at most like log x; g* = F' x + c with
F != 0 grows like x. Counts without end therefore leave F = 0. In the same way bounded outputs leave F = 0 where nu is
unbounded, a Lipschitz network shown x leaves no statistic of degree 2, softplus or exp of a ReLU network is affine along no
ray on which the network moves, powers of exp of a network are bounded or grow exponentially, links that are no polynomials
bend, one unit is affine along no line, inputs of another growth than x are no help, and an affine map of the inputs has no
statistic that is not among them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tightcheck.design import Design
from tightcheck.kernel.zero import Entries

CONDITION = "C3"


def propose(design: Design, prior: str, zero: Entries) -> Iterator[dict[str, Any]]:
    """Steps for each natural parameter of the encoder."""
    for latent in design.encoder:
        for observed in design.decoder:
            for k in range(len(latent.natural)):
                for lemma in (
                    "bounded_encoder",
                    "lipschitz_encoder",
                    "convex_link",
                    "exponential_encoder",
                    "bent_encoder",
                    "narrow",
                    "input_growth",
                    "affine_encoder",
                ):
                    yield {"lemma": lemma, "latent": latent.block.name, "observed": observed.block.name, "statistic": k}
        if latent.inputs.kind == "log1p":
            for k in range(len(latent.natural)):
                yield {"lemma": "sublinear", "latent": latent.block.name, "statistic": k}
