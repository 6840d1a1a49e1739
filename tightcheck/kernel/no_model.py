"""Designs without any consistent model, whatever F is: the prior itself cannot satisfy C2, or there is only one model."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sympy as sp

from tightcheck.design import OUTPUT, SOFTMAX, Block, Conditional, Design, Head, Map
from tightcheck.kernel.classes import family_of
from tightcheck.kernel.counterexample import nonmember
from tightcheck.kernel.dependence import moves_as_written
from tightcheck.kernel.rejected import require
from tightcheck.kernel.slices import family_of_prior, is_entire, prior_block, prior_term
from tightcheck.kernel.zero import latent_of
from tightcheck.span import separating_points


def prior_support(design: Design, prior: str, step: Mapping[str, Any]) -> None:
    """{p > 0} and {h' > 0} differ by more than a null set: the posterior is never in the encoder family."""
    require(prior == "declared", "the prior is not declared")
    latent = latent_of(design, step["latent"])
    block = prior_block(design, latent.block.name)
    require(
        block is not None and block.family is not None and block.precision is None, "the prior is no registry family"
    )
    assert block is not None and block.family is not None
    require(
        latent.block.dimension is None and latent.block.length is None and not block.given, "only numbers are looked at"
    )
    mine, other = family_of(latent.block), family_of_prior(block, latent)
    require(len(mine.variables) == len(other.variables) == 1, "only numbers are looked at")
    if mine.support.is_discrete != other.support.is_discrete:
        return
    ends, others = mine.support.bounds, other.support.bounds
    require(ends is not None and others is not None, "the supports are not intervals")
    assert ends is not None and others is not None
    numbers = [sp.sympify(e) for pair in (*ends, *others) for e in pair]
    require(all(not e.free_symbols for e in numbers), "the ends of the supports are not known")
    pairs = zip((e for pair in ends for e in pair), (e for pair in others for e in pair), strict=True)
    require(any((sp.sympify(a) - b).is_zero is False for a, b in pairs), "the supports are not shown to differ")


def prior_kink(design: Design, prior: str, step: Mapping[str, Any]) -> None:
    """log p has a kink |z - a| inside the support, psi, h' and A(f) with f in span(psi, 1) are analytic there: C2 fails."""
    require(prior == "declared", "the prior is not declared")
    latent = latent_of(design, step["latent"])
    family = family_of(latent.block)
    term = prior_term(design, latent)
    require(term is not None and len(family.variables) == 1, "the prior is not known")
    assert term is not None
    z = family.variables[0]
    smooth = all(is_entire(t, z) for t in (*family.statistics, sp.sympify(family.log_base_measure)))
    require(smooth and not family.support.is_discrete, "psi is not shown to be analytic")
    open_domains = all(family_of(o.block).has_full_domain or _is_open(o) for o in design.decoder)
    require(open_domains, "A is not shown to be analytic wherever it is finite")
    kinks = [a for a in sp.expand(term).atoms(sp.Abs) if a.has(z)]
    require(len(kinks) == 1, "the prior has not one kink")
    dummy = sp.Dummy()
    slope = sp.diff(sp.expand(term).xreplace({kinks[0]: dummy}), dummy)
    rest = sp.expand(term).xreplace({kinks[0]: sp.Integer(0)})
    require(slope.is_nonzero is True and not slope.has(z, dummy) and is_entire(rest, z), "the kink is not alone")
    inner = kinks[0].args[0]
    require(sp.diff(inner, z).is_number and sp.diff(inner, z) != 0, "the kink is not at one point")
    place = sp.solve(inner, z)
    low, high = (family.support.bounds or ((None, None),))[0]
    inside = (low, high) == (-sp.oo, sp.oo) or (len(place) == 1 and bool(low < place[0]) and bool(place[0] < high))
    require(inside, "the kink is not inside the support")


def _is_open(observed: Conditional) -> bool:
    """Whether the natural domain is stated by strict inequalities only."""
    return all(
        isinstance(r, (sp.StrictLessThan, sp.StrictGreaterThan)) for r in family_of(observed.block).natural_domain
    )


def never_constant(design: Design, prior: str, step: Mapping[str, Any]) -> None:
    """Some observed block depends on z in every model: one fixed expression, or means that sum to a function of z."""
    names = {latent.block.name for latent in design.encoder}
    for observed in design.decoder:
        for head in observed.heads:
            if not isinstance(head.source, Map):
                continue
            if head.link is not None and head.link.has(SOFTMAX) and observed.block.dimension is None:
                total = sp.cancel(head.link / SOFTMAX)  # the softmax sums to one over the copies
                mentioned = {s.name for s in total.free_symbols}
                exponent = total.args[0] if isinstance(total, sp.exp) else total
                if mentioned <= names and exponent.is_Symbol and head.bounds is None:
                    return
            if _must_move(design, observed, head):
                return
            if head.source.kind == "expression" and not head.source.parameters and _certainly_moves(design, observed):
                return
    require(False, "some model may be constant in z")


def _must_move(design: Design, observed: Conditional, head: Head) -> bool:
    """A positive parameter w'z or 1/(w'z) without a bias: w = 0 gives none, and z_1, z_2, ..., 1 are linearly independent."""
    source = head.source
    assert isinstance(source, Map)
    plain = observed.inputs.kind == "identity" and not observed.inputs.covariates and head.bounds is None
    through_zero = (
        source.kind == "affine"
        and not source.bias
        and head.link in (None, OUTPUT, 1 / OUTPUT)
        and source.batch_norm is None
    )
    return bool(
        plain and through_zero and head.symbol.is_positive and all(_are_independent(e.block) for e in design.encoder)
    )


def _are_independent(block: Block) -> bool:
    """Whether the variables of a draw and 1 are linearly independent on the support, by exact points."""
    family = family_of(block)
    points = [dict(zip(family.variables, point, strict=True)) for point in family.support.points]
    each = (separating_points(v, family.variables[:k], points) for k, v in enumerate(family.variables))
    return all(found is not None for found in each)


def _certainly_moves(design: Design, observed: Conditional) -> bool:
    """Whether a natural parameter written out without parameters takes two different values."""
    return any(moves_as_written(design, observed, i) for i in range(len(observed.natural)))


def single(design: Design, prior: str, step: Mapping[str, Any]) -> None:
    """The design is one model, and that one is not consistent."""
    is_c1 = step["step"]["condition"] == "C1"
    require(prior == "declared" or (prior == "implied" and is_c1), "the prior is not declared")
    for conditional in design.decoder:
        for head in conditional.heads:
            source = head.source
            if isinstance(source, Map):
                require(source.kind == "expression" and not source.parameters, "the decoder has free parameters")
            else:
                known = source.value is not None and source.sharing == "fixed"
                require(known, "the decoder has a free constant")
        free = any(c.value is None for c in dict(conditional.block.fixed).values())
        require(not free, "the decoder has a free constant")
    for block in design.prior.blocks if not is_c1 else ():
        known = block.components is None and all(c.value is not None for c in block.parameters.values())
        require(known, "the prior has free parameters")
    require(step["step"]["condition"] in ("C1", "C2"), "only C1 and C2 are looked at")
    nonmember(design, "declared", step["step"], frozenset())  # C1 says nothing of the prior
