"""Members for encoders that see differences only, or have no bias. Two observed copies move in opposite ways with one latent
coordinate: g* = F'(nu(x_a) - nu(x_b)) + c is the same for x and x + t 1, and the second copy's A undoes the first one's in c.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import sympy as sp

from tightcheck.design import Design, Map
from tightcheck.expression import to_text
from tightcheck.kernel.classes import family_of, function_class
from tightcheck.kernel.model import is_explicit
from tightcheck.kernel.zero import Entries
from tightcheck.rules.member import constant_value

CONDITION = "exists"


def propose(design: Design, prior: str, zero: Entries) -> Iterator[dict[str, Any]]:
    """Latents of two values, in designs whose encoders need it."""
    for latent in design.encoder:
        family = family_of(latent.block)
        differences = latent.inputs.kind in ("softmax", "layer_norm")
        centred = any(isinstance(h.source, Map) and not h.source.bias for h in latent.heads)
        if not (differences or centred) or family.support.cardinality != 2:
            continue
        low, high = (
            family.statistics[0].xreplace(dict(zip(family.variables, p, strict=True))) for p in family.support.points
        )
        for observed in design.decoder:
            if is_explicit(observed) or observed.block.copies < 2 or function_class(observed, 0).kind == "constant":
                continue
            others = [constant_value(observed, i) or sp.Integer(0) for i in range(1, len(observed.natural))]
            yield {
                "lemma": "contrast_member",
                "latent": latent.block.name,
                "observed": observed.block.name,
                "F": [["1"], *(["0"] for _ in others)],
                "f0": ["0", *map(to_text, others)],
                "f1": [to_text(low + high), *map(to_text, others)],
                "c": ["0"],
            }
