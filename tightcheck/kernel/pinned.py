"""Encoders whose Gaussian variance is a fixed number: C2 fixes the precision lambda + sum sigma^2 w^2 of every coordinate."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sympy as sp

from tightcheck.design import Conditional, Design
from tightcheck.kernel.classes import all_entries, family_of, function_class
from tightcheck.kernel.rejected import require
from tightcheck.kernel.slices import prior_block, prior_in_span
from tightcheck.kernel.zero import Entries, column, effective_kind, latent_of, live_blocks, of_block


def _leading(design: Design, latent: Conditional, zero: Entries) -> tuple[sp.Expr, sp.Expr]:
    """The coefficients of z^2 in the encoder's exponent (fixed) and in the prior's, both exact numbers."""
    family = family_of(latent.block)
    require(family.name == "gaussian", "the encoder is no Gaussian with independent coordinates")
    live = live_blocks(design, latent, zero)
    require(
        all(effective_kind(design, o, zero) in ("quadratic", "quadratic_form") for o in live),
        "a decoder block is no Gaussian with constant variance",
    )
    require(all(e in zero or e[3] == 0 for e in all_entries(design) if e[2] == latent.block.name), "f is not shown to be affine in z")
    encoder = function_class(latent, 1)
    require(encoder.kind == "constant" and encoder.value is not None, "the encoder's variance is not a fixed number")
    block = prior_block(design, latent.block.name)
    require(block is not None and (block.precision is None or block.precision.is_diagonal()), "the prior couples coordinates")
    prior = prior_in_span(design, latent)
    require(prior is not None and not prior[2].free_symbols, "the prior's variance is not a fixed number")
    assert prior is not None and encoder.value is not None
    return encoder.value, prior[2]


def pinned_equal(design: Design, step: Mapping[str, Any], zero: Entries) -> Entries:
    """Encoder variance equal to the prior's: sum sigma^2 w^2 = 0, so W = 0."""
    latent = latent_of(design, step["latent"])
    encoder, prior = _leading(design, latent, zero)
    require(bool(sp.nsimplify(encoder - prior) == 0), "the variances are not shown to be equal")
    return of_block(design, latent, list(design.decoder))


def pinned_impossible(design: Design, prior: str, step: Mapping[str, Any]) -> None:
    """Encoder variance larger than the prior's: lambda + sum sigma^2 w^2 is never that small."""
    require(prior == "declared", "the prior is not declared")
    latent = latent_of(design, step["latent"])
    require(latent.block.family == "gaussian", "the encoder is no Gaussian with independent coordinates")
    zero = column(design, {"latent": latent.block.name, "statistic": 1}, frozenset())
    encoder, leading = _leading(design, latent, zero)
    require(bool(encoder > leading), "the encoder's variance is not larger than the prior's")
