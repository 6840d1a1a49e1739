"""C2 where x takes finitely many values: p(z) is a finite mixture of the p(z|x), all of them members of the encoder's family."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sympy as sp

from tightcheck.design import Conditional, Design
from tightcheck.kernel.asymptotics import order
from tightcheck.kernel.classes import family_of
from tightcheck.kernel.conjugation import slices_of
from tightcheck.kernel.rejected import require
from tightcheck.kernel.slices import Curve, ends, prior_in_span_on
from tightcheck.kernel.zero import Entries, latent_of, of_block
from tightcheck.span import combination


def finite_data(design: Design, step: Mapping[str, Any], zero: Entries) -> Entries:
    """Towards an end of each slice every combination of psi that moves tends to infinity: no p(z|x) differs from p(z)."""
    latent = latent_of(design, step["latent"])
    require(all(map(is_finite, design.decoder)), "x takes infinitely many values")
    pieces, family = slices_of(design, latent), family_of(latent.block)
    by_polynomials = all(piece.is_polynomial and piece.reaches_infinity for piece in pieces)
    diverging = {curve for curve, end in ends(family) if all_diverge(curve, *end)}
    in_span = all(prior_in_span_on(design, latent, curve) for curve in diverging)
    everywhere = bool(diverging) and in_span and (len(family.variables) == 1 or set(pieces) <= diverging)
    require(by_polynomials or everywhere, "some combination of psi may stay bounded along a slice")
    return of_block(design, latent, list(design.decoder))


def is_finite(observed: Conditional) -> bool:
    """Whether the block takes finitely many values."""
    return observed.block.length not in ("random", "depends_on_z") and family_of(observed.block).support.is_finite


def all_diverge(curve: Curve, end: sp.Expr, side: int) -> bool:
    """Whether every combination of the statistics is constant along the curve or tends to infinity towards its end: of
    independent ones each does, no two of them equally fast."""
    u = curve.parameter
    basis: list[sp.Expr] = []
    for statistic in curve.statistics:
        if combination(statistic, basis, [u]) is None:
            basis.append(statistic)
    orders = [order(statistic, u, end, side) for statistic in basis]
    known = [found for found in orders if found is not None and found.key > (0, 0) and found.ways]
    return len(known) == len(orders) and len({found.key for found in known}) == len(known)
