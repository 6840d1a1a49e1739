"""C2 for Gaussian latents that the prior couples: P - A(Wz) has the precision Lambda + W'SW, which must be diagonal. One observed
number for each pair of coupled coordinates undoes one entry of Lambda: its row has two entries of the same size, of the same
sign where Lambda_jk < 0.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from typing import Any

import sympy as sp

from tightcheck.design import Design
from tightcheck.expression import to_text
from tightcheck.kernel.classes import family_of, function_class
from tightcheck.kernel.gaussian_member import prior_precision
from tightcheck.kernel.rejected import Rejected
from tightcheck.kernel.zero import Entries
from tightcheck.rules.member import constant_value

CONDITION = "exists"


def propose(design: Design, prior: str, zero: Entries) -> Iterator[dict[str, Any]]:
    """One model for each observed block of numbers whose log-partition is quadratic in its first natural parameter."""
    if prior != "declared" or len(design.encoder) != 1:
        return
    (latent,) = design.encoder
    try:
        precision = prior_precision(design, latent)
    except Rejected:
        return
    for observed in design.decoder:
        family = family_of(observed.block)
        constants = [constant_value(observed, i) for i in range(len(observed.natural))]
        if len(family.variables) != 1 or function_class(observed, 0).kind == "constant" or None in constants[1:]:
            continue
        known = dict(zip(family.natural_parameters[1:], constants[1:], strict=True))
        curvature = sp.simplify(sp.diff(family.log_partition, family.natural_parameters[0], 2).xreplace(known))
        if not curvature.is_number:
            continue
        yield {
            "lemma": "gaussian_member",
            "latent": latent.block.name,
            "observed": observed.block.name,
            "row": 0,
            "W": [[to_text(entry) for entry in row] for row in _rows(precision, curvature)],
            "f0": ["0", *(to_text(sp.sympify(c)) for c in constants[1:])],
        }


def _rows(precision: sp.ImmutableMatrix, curvature: sp.Expr) -> list[list[sp.Expr]]:
    """A row for each coupled pair."""
    size, rows = precision.rows, []
    for j, k in combinations(range(size), 2):
        coupling = precision[j, k]
        if coupling != 0:
            weight = sp.sqrt(abs(coupling) / curvature)
            rows.append(
                [weight if i == j else -sp.sign(coupling) * weight if i == k else sp.Integer(0) for i in range(size)]
            )
    return rows
