"""C3, a model that the encoder's network cannot follow. g* = F' nu + c is out of its reach if the decoder is constant and the
prior is no encoder distribution; if the features are the same for x and x + t 1; if a network without biases puts out 0 at
x = 0 and c is something else; if a constant of g* is out of its head's range; or if the first layer is narrower than the rank
of F.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any

from tightcheck.design import Conditional, Constant, Design, Map
from tightcheck.expression import to_text
from tightcheck.kernel.model import temperature
from tightcheck.kernel.slices import prior_term
from tightcheck.kernel.zero import Entries
from tightcheck.rules.member import candidates, proper_constants
from tightcheck.rules.prior_reach import witness

CONDITION = "C3"
MOST_OF_A_PAIR = 12


def propose(design: Design, prior: str, zero: Entries) -> Iterator[dict[str, Any]]:
    """Every reason for every latent block, where its inputs or its maps suggest it."""
    for latent in design.encoder:
        base = {"lemma": "out_of_reach", "latent": latent.block.name}
        if prior == "declared":
            yield {**base, "reason": "constant", "points": witness(design, latent)}
        for observed in design.decoder:
            pair = {**base, "observed": observed.block.name}
            if any(isinstance(h.source, Map) and h.source.hidden for h in latent.heads):
                yield {**pair, "reason": "rank"}
            if latent.inputs.kind in ("softmax", "layer_norm"):
                yield from islice(_models(design, prior, latent, observed, pair, "shift"), MOST_OF_A_PAIR)
            if any(isinstance(h.source, Constant) or h.bounds or h.link is not None for h in latent.heads):
                yield from islice(_models(design, prior, latent, observed, pair, "range"), MOST_OF_A_PAIR)
            if any(isinstance(h.source, Map) and not h.source.bias for h in latent.heads):
                yield from islice(_models(design, prior, latent, observed, pair, "origin"), MOST_OF_A_PAIR)


def _models(
    design: Design, prior: str, latent: Conditional, observed: Conditional, pair: dict[str, Any], reason: str
) -> Iterator[dict[str, Any]]:
    """Small models in which one latent coordinate moves one observed one."""
    term = prior_term(design, latent) if prior == "declared" and reason != "shift" else None
    for F, f0, parameters in candidates(latent, observed, frozenset(), term):
        beta = temperature(design)
        for c in proper_constants(latent, observed, F, f0, "one", False, beta) if prior == "implied" else ((),):
            yield {
                **pair,
                "reason": reason,
                "F": [[to_text(entry) for entry in row] for row in F],
                "f0": [to_text(entry) for entry in f0],
                "parameters": {name: str(value) for name, value in parameters.items()},
                "c": [to_text(value) for value in c],
            }
