"""C2 for Gaussian latents fixes the precision of every coordinate: Lambda + sum w w' / sigma^2 is the encoder's.

Where the encoder's variance is a fixed number, or one number for all coordinates, that leaves few W, or none.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sympy as sp

from tightcheck.design import Conditional, Constant, Design
from tightcheck.kernel.classes import all_entries, family_of, function_class
from tightcheck.kernel.encoder_maps import column
from tightcheck.kernel.partitions import effective_kind
from tightcheck.kernel.rejected import require
from tightcheck.kernel.slices import family_of_prior, prior_block, runs_over_all_reals
from tightcheck.kernel.zero import Entries, latent_of, live_blocks, of_block


def quadratic_only(design: Design, latent: Conditional, zero: Entries) -> list[Conditional]:
    """Require f affine in z and A quadratic in every block that may move with this latent; those blocks."""
    live = live_blocks(design, latent, zero)
    kinds = {effective_kind(design, o, zero) for o in live}
    require(kinds <= {"quadratic", "quadratic_form"}, "a decoder block is no Gaussian with constant variance")
    statistics = family_of(latent.block).statistics
    linear = all(e in zero or statistics[e[3]].is_Symbol for e in all_entries(design) if e[2] == latent.block.name)
    require(linear, "f is not shown to be affine in z")
    return live


def encoder_square(latent: Conditional) -> sp.Expr:
    """The coefficient of z^2 in the encoder's exponent, where it is an exact number."""
    family = family_of(latent.block)
    require(len(family.variables) == 1 and runs_over_all_reals(family), "the latents are no real numbers")
    z = family.variables[0]
    base = sp.Poly(family.log_base_measure, z).coeff_monomial(z**2) if family.log_base_measure != 0 else sp.Integer(0)
    if family.statistics == (z,):
        require(base != 0 and not base.free_symbols, "the encoder's variance is not a fixed number")
        return base
    require(family.statistics == (z, z**2) and base == 0, "the encoder is no Gaussian")
    encoder = function_class(latent, 1)
    require(encoder.kind == "constant" and encoder.value is not None, "the encoder's variance is not a fixed number")
    assert encoder.value is not None
    return encoder.value


def prior_square(design: Design, latent: Conditional) -> sp.Expr:
    """The coefficient of z^2 in the prior's exponent, the same exact number for every coordinate."""
    block = prior_block(design, latent.block.name)
    require(
        block is not None and block.precision is None and block.family is not None,
        "the prior is no product of equal Gaussians",
    )
    assert block is not None and block.family is not None
    require(not block.given, "a prior given another block is not looked at")
    prior = family_of_prior(block, latent)
    known = {}
    symbols = {s.name: s for eta in block.natural for s in sp.sympify(eta).free_symbols}
    for name, constant in block.parameters.items():
        if constant.value is not None and name in symbols:
            known[symbols[name]] = constant.value
    require(len(prior.variables) == 1 and runs_over_all_reals(prior), "the prior is not on the real line")
    z = prior.variables[0]
    exponent = sum((e * t for e, t in zip(block.natural, prior.statistics, strict=True)), prior.log_base_measure)
    exponent = sp.expand(sp.sympify(exponent).xreplace(known))
    require(bool(exponent.is_polynomial(z)) and sp.degree(exponent, z) == 2, "the prior is no Gaussian")
    square = sp.Poly(exponent, z).coeff_monomial(z**2)
    require(not square.free_symbols, "the prior's variance is not a fixed number")
    return square


def observed_count(live: list[Conditional]) -> int:
    """How many observed numbers may move."""
    return sum(o.block.copies * (o.block.dimension or 1) for o in live)


def pinned_equal(design: Design, step: Mapping[str, Any], zero: Entries) -> Entries:
    """Encoder variance equal to the prior's: sum w^2 / sigma^2 = 0, so W = 0."""
    latent = latent_of(design, step["latent"])
    quadratic_only(design, latent, zero)
    equal = sp.expand(encoder_square(latent) - prior_square(design, latent)) == 0
    require(bool(equal), "the variances are not shown to be equal")
    return of_block(design, latent, list(design.decoder))


def shared_precision(design: Design, step: Mapping[str, Any], zero: Entries) -> Entries:
    """One variance for all m coordinates, equal priors, fewer than m observed numbers: W'SW = t I has rank m or t = 0."""
    latent = latent_of(design, step["latent"])
    live = quadratic_only(design, latent, zero)
    block = prior_block(design, latent.block.name)
    known = block is not None and block.precision is None and block.family is not None
    require(known, "the prior's coordinates are not shown to be alike")
    assert block is not None
    prior = family_of_prior(block, latent)
    require(len(prior.variables) == 1 or prior.name == "isotropic_gaussian", "the prior is one of vectors")
    spreads = [c for name, c in block.parameters.items() if name != "mean"]
    alike = block.family is not None and all(c.value is not None or c.sharing == "shared" for c in spreads)
    require(alike and not block.given, "the prior's coordinates are not shown to have one variance")
    family = family_of(latent.block)
    isotropic = family.name == "isotropic_gaussian"
    constants = [h for h in latent.heads if isinstance(h.source, Constant)]
    shared = [h for h in constants if h.source.value is not None or h.source.sharing == "shared"]  # type: ignore[union-attr]
    one_variance = (
        family.name == "gaussian"
        and function_class(latent, 1).kind == "constant"
        and any(h.symbol.name != "mean" for h in shared)
    )
    require(isotropic or one_variance, "the encoder's coordinates may have variances of their own")
    size = (latent.block.dimension or 1) if isotropic else latent.block.copies
    require(not isotropic or latent.block.copies == 1, "several isotropic draws are not looked at")
    require(observed_count(live) < size, "there are as many observed as latent numbers")
    return of_block(design, latent, list(design.decoder))


def pinned_impossible(design: Design, prior: str, step: Mapping[str, Any]) -> None:
    """Fixed encoder variance above the prior's, or below it in more coordinates than there are observed numbers."""
    require(prior == "declared", "the prior is not declared")
    latent = latent_of(design, step["latent"])
    zero: Entries = frozenset()
    if len(latent.natural) > 1:
        zero = column(design, {"latent": latent.block.name, "statistic": 1}, frozenset())
    live = quadratic_only(design, latent, zero)
    difference = sp.expand(prior_square(design, latent) - encoder_square(latent))
    require(bool(difference.is_number), "the variances are not numbers")
    few = bool(difference > 0) and observed_count(live) < latent.block.copies
    require(bool(difference < 0) or few, "the encoder's variance leaves consistent models")
