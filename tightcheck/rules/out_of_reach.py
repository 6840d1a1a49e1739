"""C3, a model that the encoder's network cannot follow. g* = F' nu + c is out of its reach if the decoder is constant and the
prior is no encoder distribution; if the features are the same for x and x + t 1; if a network without biases puts out 0 at
x = 0 and c is something else; if a constant of g* is out of its head's range; or if the first layer is narrower than the rank
of F; an affine encoder is a sum over coordinates of x, and posteriors of blocks given others are not.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from typing import Any

from tightcheck.design import Conditional, Constant, Design, Map, Prior, PriorBlock
from tightcheck.expression import to_text
from tightcheck.kernel.model import temperature
from tightcheck.kernel.slices import prior_term
from tightcheck.kernel.zero import Entries
from tightcheck.rules import counterexample
from tightcheck.rules.member import candidates, proper_constants
from tightcheck.rules.prior_reach import witness

CONDITION = "C3"
MOST_OF_A_PAIR = 12


def propose(design: Design, prior: str, zero: Entries) -> Iterator[dict[str, Any]]:
    """Every reason for every latent block, where its inputs or its maps suggest it."""
    yield from _additive(design)
    yield from _given(design)
    for latent in design.encoder:
        base = {"lemma": "out_of_reach", "latent": latent.block.name}
        if prior == "declared":
            yield {**base, "reason": "constant", "points": witness(design, latent)}
        for observed in design.decoder:
            pair = {**base, "observed": observed.block.name}
            if any(isinstance(h.source, Map) and h.source.hidden == (1,) for h in latent.heads):
                yield {"lemma": "one_unit", "latent": latent.block.name, "observed": observed.block.name}
            if any(isinstance(h.source, Map) and h.source.hidden for h in latent.heads):
                yield {**pair, "reason": "rank"}
            if latent.inputs.kind in ("softmax", "layer_norm"):
                yield from islice(_models(design, prior, latent, observed, pair, "shift"), MOST_OF_A_PAIR)
            if any(isinstance(h.source, Constant) or h.bounds or h.link is not None for h in latent.heads):
                yield from islice(_models(design, prior, latent, observed, pair, "range"), MOST_OF_A_PAIR)
            if any(isinstance(h.source, Map) and not h.source.bias for h in latent.heads):
                yield from islice(_models(design, prior, latent, observed, pair, "origin"), MOST_OF_A_PAIR)


def _additive(design: Design) -> Iterator[dict[str, Any]]:
    """Blocks given others, of which an affine encoder makes sums over coordinates of x."""
    parents = {name for latent in design.encoder for name in latent.block.given}
    for latent in design.encoder:
        for observed in design.decoder:
            reasons = {"values": bool(observed.block.given), "mixture": latent.block.name in parents}
            for reason in (reason for reason, holds in reasons.items() if holds):
                pair = {"latent": latent.block.name, "observed": observed.block.name}
                yield {"lemma": "additive", "reason": reason, **pair}


def _given(design: Design) -> Iterator[dict[str, Any]]:
    """Counterexamples to C2 of the blocks that are given others, looked at for C1 of those others."""
    names = {observed.block.name for observed in design.decoder if observed.block.given}
    if not names:
        return
    members = tuple(PriorBlock(latent.block.name, None, {}, components=1) for latent in design.encoder)
    of_members = replace(design, prior=Prior("declared", members))
    for step in counterexample.propose(of_members, "declared", frozenset()):
        if step["condition"] == "C2" and step["observed"] in names:
            for moved in (name for name, output in step["outputs"].items() if "z" in output):
                yield {**step, "lemma": "given_nonmember", "shifted": moved}


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
