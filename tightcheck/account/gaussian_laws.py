"""When p(x) is Gaussian in all of S, and models of D whose p(x) is not."""

from __future__ import annotations

import sympy as sp

from tightcheck.account.constant_blocks import SMOOTH_LINKS, others_are_valid
from tightcheck.account.moving import different_values, holds_bounded, models
from tightcheck.decide import Decision
from tightcheck.design import OUTPUT, Conditional, Design, Map
from tightcheck.family import Family
from tightcheck.kernel.classes import all_entries, family_of
from tightcheck.kernel.model import is_explicit
from tightcheck.kernel.slices import prior_block, prior_family

BOUNDED_LINKS = (1 / (1 + sp.exp(-OUTPUT)), sp.tanh(OUTPUT))


def is_gaussian(family: Family) -> bool:
    """A density exp(quadratic) on all of R^d."""
    bounds = family.support.bounds
    if family.support.is_discrete or bounds is None or any(pair != (-sp.oo, sp.oo) for pair in bounds):
        return False
    terms = (*family.statistics, sp.expand(family.log_base_measure))
    return all(t.is_polynomial(*family.variables) and sp.total_degree(t, *family.variables) <= 2 for t in terms)


def has_gaussian_prior(design: Design, latent: Conditional) -> bool:
    """Whether the declared prior of the block is Gaussian, fixed or learned."""
    block = prior_block(design, latent.block.name)
    if block is None or block.family is None or block.log_density is not None or block.given:
        return False
    return is_gaussian(prior_family(block.family, latent.block.dimension)) and is_gaussian(family_of(latent.block))


def is_gaussian_in(design: Design, decision: Decision, observed: Conditional) -> bool:
    """Whether the block's marginal law is Gaussian in all of S: f affine in Gaussian latents, covariance constant."""
    blocks = [observed] if decision.prior == "declared" else list(design.decoder)
    if decision.prior not in ("declared", "implied") or design.covariates or not is_gaussian(family_of(observed.block)):
        return False
    latents = {latent.block.name: latent for latent in design.encoder}
    for block in blocks:
        family = family_of(block.block)
        for name, i, z, k in all_entries(design) - decision.zero:
            if name != block.block.name:
                continue
            latent, own = latents[z], family_of(latents[z].block)
            is_linear = (
                is_gaussian(family) and is_gaussian(own) and sp.total_degree(own.statistics[k], *own.variables) == 1
            )
            if not is_linear or sp.total_degree(family.statistics[i], *family.variables) != 1 or latent.block.given:
                return False
            if decision.prior == "declared" and not has_gaussian_prior(design, latent):
                return False
    return True


def has_bounded_mean(observed: Conditional) -> bool:
    """Whether the mean can be a bounded function of z that moves, with constant covariance."""
    if observed.inputs.kind != "identity" or is_explicit(observed):
        return False
    means = [h for h in observed.heads if h.symbol.name.startswith("mean") and isinstance(h.source, Map)]
    others = [h for h in observed.heads if h not in means and isinstance(h.source, Map)]
    if not means or any(isinstance(h.source, Map) and not h.source.bias for h in others):
        return False
    head = means[0]
    assert isinstance(head.source, Map)
    if head.bounds is not None or head.link not in SMOOTH_LINKS:
        return False
    is_affine = head.source.kind == "affine" and head.source.bias and head.link in BOUNDED_LINKS
    return is_affine or holds_bounded(head.source)


def moving_variance(design: Design, observed: Conditional) -> bool:
    """Whether the variance of a Gaussian coordinate can move while its mean is 0."""
    if len(observed.natural) != 2 or not others_are_valid(design, observed, "declared"):
        return False
    return any(
        eta[0] == 0 and len(different_values(eta[1:], active)) > 1
        for latent in design.encoder
        for eta, active in models(design, observed, [(latent.block.name, 0)], ("{0}", "{0} + 1"))
    )
