"""S is too small: a smooth map takes a set of lower dimension to a set of lower dimension.

m bits z, independent under the prior, and n >= 3 m copies of x, each with one natural parameter that is an analytic,
strictly monotone function of an affine function o_i = b_i + <w_i, z> of its own; the mean mu of its statistic, as a function
of o, is not affine. So D is all of R^N, with the prior's parameters where they are learned. S lies in the zeros of an
analytic function that is not 0 on all of D: a determinant of C1 or C2, a coefficient of g*, the minors of W; the product of
three coefficients of g* where the encoder has one unit a, odd up to a constant: a sum of its values at b + w_1 + w_2 and b
less those at b + w_1 and b + w_2 is 0 only if 2 b + w_1 + w_2 = 0, or a weight is, and so with b + w_3 for b. So S is a
countable union of manifolds of dimension below N, and its image is one of sets of dimension below N.

The image of D is not: at some point no direction (db, dw, dpi) leaves p(x) unchanged to first order. Let three copies at
least move with each bit, w_ij not 0 for j = j(i) alone.

Copies of one bit. p = sum_z pi_z P_1^z P_2^z P_3^z, P_i^0 and P_i^1 independent. Functionals phi with phi(P_2^0) = 1 and
phi(P_2^1) = 0, chi with chi(P_3^0) = 0 and chi(P_3^1) = 1 take the derivative of p to pi_1 phi(dP_2^1) P_1^1 +
pi_0 chi(dP_3^0) P_1^0 = 0. So phi(dP_2^1) = 0 for all such phi, dP_2^1 is a multiple of P_2^1, of mass 0, and so is 0.
Hence dw_ij = 0 for j = j(i), dpi = 0, and db_i makes up for the mean of the other dw_ij z_j.
Copies i, i' of bit j and k of bit l. With A_i the covariance of z_j and mu_i, that of mu_i and mu_k leaves dw_il E mu'_i =
s A_i and dw_kj E mu'_k = -s A_k with one s. That of mu_i mu_i' and mu_k leaves, up to factors other than 0,
s (q_i + q_i' - 1) = 0, q_i = pi mu'_i(1) / E mu'_i. A mean that is not affine gives q_i several values: s = 0 somewhere.
"""

from __future__ import annotations

import sympy as sp

from tightcheck.decide import Decision
from tightcheck.design import OUTPUT, Conditional, Design, Map
from tightcheck.kernel.classes import family_of
from tightcheck.kernel.slices import prior_block, prior_in_span
from tightcheck.kernel.valid import is_valid
from tightcheck.span import enclose

ANALYTIC_REASONS = ("origin", "rank")
SIGMOIDS = (1 / (1 + sp.exp(-OUTPUT)), 1 - sp.exp(-sp.exp(OUTPUT)))
MONOTONE = (None, OUTPUT, sp.exp(OUTPUT), sp.log(1 + sp.exp(OUTPUT)), *SIGMOIDS)
"""Analytic links with a derivative that is nowhere 0; sigmoids take the values between 0 and 1."""


def is_smaller(design: Design, decision: Decision) -> bool:
    """Whether the image of S is of a smaller dimension than that of D."""
    is_one = len(design.encoder) == 1 and len(design.decoder) == 1 and not design.covariates
    if decision.prior != "declared" or not is_one or not _lies_in_zeros(decision):
        return False
    (latent,), (observed,) = design.encoder, design.decoder
    return _are_bits(design, latent) and _is_curved(observed) and observed.block.copies >= 3 * latent.block.copies


def _lies_in_zeros(decision: Decision) -> bool:
    """Whether a step of the certificate is a model at which an analytic function that vanishes on S is not 0."""
    return any(
        (s["lemma"] == "nonmember" and s.get("condition") in ("C1", "C2"))
        or (s["lemma"] == "out_of_reach" and s.get("reason") in ANALYTIC_REASONS)
        or s["lemma"] == "one_unit"
        for s in decision.steps
    )


def _are_bits(design: Design, latent: Conditional) -> bool:
    """Two-valued draws, independent under a prior of the encoder's family whose parameters are given or learned."""
    block = prior_block(design, latent.block.name)
    family = family_of(latent.block)
    plain = block is not None and block.family is not None and block.precision is None and not block.given
    one = len(family.variables) == 1 and family.support.cardinality == 2 and not latent.block.given
    return plain and one and prior_in_span(design, latent) is not None


def _is_curved(observed: Conditional) -> bool:
    """One natural parameter, monotone in the output of an affine map that any numbers may be; a mean that is not affine in it."""
    family, heads = family_of(observed.block), observed.heads
    if len(heads) != 1 or len(observed.natural) != 1 or observed.block.length is not None or observed.block.fixed:
        return False
    (head,), source = heads, heads[0].source
    if not isinstance(source, Map) or source.kind != "affine" or not source.bias or head.bounds is not None:
        return False
    if observed.inputs.kind != "identity" or observed.inputs.covariates or head.link not in MONOTONE:
        return False
    o = sp.Dummy(real=True)
    value = (OUTPUT if head.link is None else head.link).xreplace({OUTPUT: o})
    is_probability = head.symbol.name.startswith("prob") and head.link in SIGMOIDS
    if not (is_probability or is_valid(observed, head, value)):
        return False
    natural = sp.sympify(observed.natural[0]).xreplace({head.symbol: value})
    eta = family.natural_parameters[0]
    bend = sp.diff(sp.diff(family.log_partition, eta).xreplace({eta: natural}), o, 2)
    return any(_is_not_zero(bend, {o: sp.Integer(k)}) for k in (1, 2))


def _is_not_zero(value: sp.Expr, place: dict[sp.Symbol, sp.Expr]) -> bool:
    """Whether a ball around the value at the place is away from 0."""
    ball = enclose(value, place)
    return bool(ball > 0) or bool(ball < 0)
