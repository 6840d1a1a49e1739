"""Two bits: C2 is one equation, and a model that satisfies it lies between two that miss it on different sides."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import Any

import sympy as sp

from tightcheck.design import Design, Map
from tightcheck.expression import to_text
from tightcheck.kernel.between import WEIGHTS, interaction, natural_parameters, points_of
from tightcheck.kernel.classes import family_of
from tightcheck.kernel.model import is_explicit
from tightcheck.kernel.rejected import Rejected
from tightcheck.kernel.zero import Entries

CONDITION = "exists"
VALUES = (sp.Integer(1), sp.Integer(4), sp.Rational(1, 4))
BIASES = (sp.Integer(0), sp.Integer(-4), sp.Integer(2))
MOST_PARAMETERS = 3


def propose(design: Design, prior: str, zero: Entries) -> Iterator[dict[str, Any]]:
    """Pairs of models with small parameters whose interactions have different signs."""
    bits = sum(latent.block.copies for latent in design.encoder)
    plain = all(family_of(latent.block).support.cardinality == 2 for latent in design.encoder)
    if prior != "declared" or bits != 2 or not plain:
        return
    try:
        points = points_of(design)
        written = [each for observed in design.decoder for each in natural_parameters(design, observed)]
        models = list(_models(design))
        symbols = {s.name: s for _, eta in written for at in eta.values() for s in at.free_symbols}
        signed = [(sp.N(interaction(design, points, {symbols[n]: v for n, v in m.items()})), m) for m in models]
    except (Rejected, KeyError):
        return
    first = [m for value, m in signed if value.is_real and value > 1e-9]
    second = [m for value, m in signed if value.is_real and value < -1e-9]
    for one, other in product(first[:4], second[:4]):
        ends = ({name: to_text(value) for name, value in m.items()} for m in (one, other))
        yield dict(zip(("lemma", "first", "second"), ("between", *ends), strict=True))


def _models(design: Design) -> Iterator[dict[str, sp.Expr]]:
    """Values of all parameters; alike weights, or opposite ones, of an affine map."""
    names: list[str] = []
    affine: list[str] = []
    for observed in design.decoder:
        if is_explicit(observed):
            names += [p.name for h in observed.heads if isinstance(h.source, Map) for p in h.source.parameters]
        else:
            affine.append(observed.block.name)
    names = list(dict.fromkeys(names))
    if len(names) > MOST_PARAMETERS or len(affine) > 1:
        return
    for values in product(VALUES, repeat=len(names)):
        stated = dict(zip(names, values, strict=True))
        if not affine:
            yield stated
            continue
        for b, w, sign in product(BIASES, VALUES, (1, -1)):
            yield {**stated, **{f"{affine[0]}:{n}": v for n, v in zip(WEIGHTS, (b, w, sign * w), strict=True)}}
