"""Probabilistic PCA: a rotation of z that keeps p(x) and makes the posterior's coordinates independent.

x = W z + b + noise of constant covariance S, prior N(m, L^-1) with L diagonal. Let Q be orthogonal and diagonalise
L^-1/2 W' S^-1 W L^-1/2 (real symmetric), and put V = W L^-1/2 Q L^1/2, a = b + (W - V) m. Then

    V L^-1 V' = W L^-1/2 Q Q' L^-1/2 W' = W L^-1 W'  and  V m + a = W m + b,  so p(x) = N(W m + b, S + W L^-1 W') stays;
    V' S^-1 V = L^1/2 Q' (L^-1/2 W' S^-1 W L^-1/2) Q L^1/2   is diagonal, and so is the posterior's precision

(divided by beta for a tempered posterior, which changes nothing). The affine class holds V and a.
"""

from __future__ import annotations

import sympy as sp

from tightcheck.account.gaussian_laws import has_gaussian_prior, is_gaussian
from tightcheck.design import Conditional, Constant, Design, Map
from tightcheck.kernel.classes import family_of, function_class
from tightcheck.kernel.heads import contains
from tightcheck.kernel.model import encoder_side
from tightcheck.kernel.slices import prior_block


def makes_diagonal(design: Design) -> bool:
    """Whether the rotated model is in the design and its posterior in the encoder's class (Rejected: not shown)."""
    if len(design.encoder) != 1 or design.covariates or not all(_is_linear(observed) for observed in design.decoder):
        return False
    latent = design.encoder[0]
    block = prior_block(design, latent.block.name)
    is_independent = block is not None and (block.precision is None or block.precision.is_diagonal())
    if not is_independent or not has_gaussian_prior(design, latent) or not _has_own_variances(latent):
        return False
    for observed in design.decoder:
        x = family_of(observed.block).variables
        mean = sp.Symbol("c_0", real=True) + sum(
            (sp.Symbol(f"F_{i}", real=True) * v for i, v in enumerate(x)), sp.Integer(0)
        )
        size = sum(o.block.copies * (o.block.dimension or 1) for o in design.decoder)
        used = size if len(design.decoder) == 1 else None
        eta = (mean, sp.Symbol("c_1", negative=True))
        contains(latent, eta, encoder_side(latent, observed), min(size, latent.block.copies), used)
    return True


def _is_linear(observed: Conditional) -> bool:
    """A Gaussian block with every affine mean of z and a covariance that does not depend on z."""
    family = family_of(observed.block)
    if not is_gaussian(family) or observed.inputs.kind != "identity":
        return False
    for i, statistic in enumerate(family.statistics):
        functions = function_class(observed, i)
        is_mean = sp.total_degree(statistic, *family.variables) == 1
        if functions.kind != ("affine" if is_mean else "constant"):
            return False
    return all(head.source.bias and head.bounds is None for head in observed.heads if isinstance(head.source, Map))


def _has_own_variances(latent: Conditional) -> bool:
    """A Gaussian encoder whose coordinates are independent, each with a variance of its own."""
    family = family_of(latent.block)
    v = family.variables
    if len(v) != 1 or family.statistics != (v[0], v[0] ** 2) or not is_gaussian(family) or latent.block.given:
        return False
    constants = [head.source for head in latent.heads if isinstance(head.source, Constant)]
    own = all(source.value is None and source.sharing == "per_coordinate" for source in constants)
    shared = latent.block.copies == 1 and all(
        source.value is None and source.sharing != "fixed" for source in constants
    )
    return (own or shared) and all(head.bounds is None for head in latent.heads)
