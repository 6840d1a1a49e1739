"""A single model of a design, exactly, that is not consistent: outside C1 or C2, or against a lemma."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sympy as sp

from tightcheck.design import Conditional, Design, Map
from tightcheck.kernel.classes import family_of
from tightcheck.kernel.constants import decoder_constants, separates_numbers
from tightcheck.kernel.member import solved
from tightcheck.kernel.model import (
    Coordinate,
    coordinates,
    formula,
    in_support,
    is_about_itself,
    is_explicit,
    multiplicity,
    temperature,
    total_log_partition,
)
from tightcheck.kernel.rejected import require
from tightcheck.kernel.slices import prior_block, prior_in_span, prior_term
from tightcheck.kernel.some_prior import some_prior_integrates
from tightcheck.kernel.stated_model import model_natural
from tightcheck.kernel.zero import Entries, observed_of
from tightcheck.span import combination, separates


def nonmember(design: Design, prior: str, step: Mapping[str, Any], zero: Entries) -> None:
    """A model of the design that is not consistent, by ball arithmetic at exact points."""
    if step["condition"] == "prior":
        _prior_is_too_free(design, prior)
        return
    active = coordinates(design, step["latents"])
    observed = observed_of(design, step["observed"])
    _is_alone(design, observed)
    alone = observed.block.copies == 1 or is_about_itself(active[0][0], observed)
    require(alone or step["condition"] == "C1", "the expression picks a coordinate")
    names = {symbol.name: symbol for _, variables, _, _ in active for symbol in variables}
    eta = model_natural(observed, step, active, names)
    if step["condition"] == "C2":
        require(prior == "declared", "C2 is no condition on this prior")
        explicit = is_explicit(observed)
        decoder_constants(design, observed.block.name, also_copies=not explicit and observed.block.copies > 1)
        copies = multiplicity(active[0][0], observed)
        target = prior_of(design, active) - copies * total_log_partition(observed, eta) / temperature(design)
    else:
        require(step["condition"] in ("C1", "zero"), "this condition is not looked at")
        exists = prior == "declared" or some_prior_integrates(design, observed, active, eta)
        require(exists, "the joint is not shown to integrate")
        target = eta[int(step["component"])]
    basis = [
        s.xreplace(dict(zip(family.variables, variables, strict=True)))
        for _, variables, family, _ in active
        for s in family.statistics
    ]
    if step["condition"] == "zero":
        row = (observed.block.name, int(step["component"]), active[0][0].block.name)
        _is_against_lemmas(target, active, basis, row, zero)
        return
    points = [{names[n]: formula(v, {}) for n, v in point.items()} for point in step["points"]]
    require(all(in_support(point, active) for point in points), "a point is not in the support")
    require(separates(target, basis, points), "the points do not separate the function from the span")


def _prior_is_too_free(design: Design, prior: str) -> None:
    """Require that a free prior may be one that is not in span(psi, 1)."""
    require(prior == "free", "the prior is not free")
    require(not any(e.block.given for e in design.encoder), "blocks given others may span every function together")
    require(
        not all(family_of(e.block).spans_all_functions for e in design.encoder)
        or sum(e.block.copies for e in design.encoder) > 1,
        "psi spans every function",
    )


def _is_against_lemmas(
    target: sp.Expr, active: Sequence[Coordinate], basis: Sequence[sp.Expr], row: tuple[str, int, str], zero: Entries
) -> None:
    """Require that f is in span(psi, 1) with a coefficient that the steps before have shown to be zero in every consistent
    model; `row` names the observed block, its natural parameter and the latent block."""
    first = active[0]
    every = len(active) == 1 and first[2].spans_all_functions
    variables = [v for _, own, _, _ in active for v in own]
    coefficients = (0, *solve(target, first)) if every else combination(target, basis, variables)
    require(coefficients is not None, "f is not shown to be in span(psi, 1)")
    assert coefficients is not None
    live = [k for k in range(len(first[2].statistics)) if (*row, k) in zero]
    require(any(separates_numbers(coefficients[1 + k], sp.Integer(0)) for k in live), "f obeys the lemmas")


def _is_alone(design: Design, observed: Conditional) -> None:
    """Require that no other block has a parameter of this block's expressions, which may have to be another number there."""
    others = [o for o in design.decoder if o.block.name != observed.block.name]
    parameters = [
        {s.name for o in blocks for h in o.heads if isinstance(h.source, Map) for s in h.source.parameters}
        for blocks in ([observed], others)
    ]
    require(not parameters[0] & parameters[1], "another block has the same parameter")


def solve(function: sp.Expr, coordinate: Coordinate) -> tuple[sp.Expr, ...]:
    """The coefficients of the statistics in a function of one coordinate whose statistics span all of them."""
    _, variables, family, _ = coordinate
    plain = function.xreplace(dict(zip(variables, family.variables, strict=True)))
    return solved(plain, family)


def prior_of(design: Design, active: Sequence[Coordinate]) -> sp.Expr:
    """P = log p - log h' of the active coordinates (the others frozen), up to span(psi, 1)."""
    total = sp.Integer(0)
    for latent, variables, family, copy in active:
        block = prior_block(design, latent.block.name)
        require(block is not None, "no prior is declared")
        assert block is not None
        if block.precision is not None:
            require(
                family.name == "gaussian" and block.family == "full_gaussian",
                "a coupled prior is looked at for Gaussians",
            )
            row = [(v, c) for other, v, _, c in active if other.block.name == latent.block.name]
            total -= sum(block.precision[copy, c] * variables[0] * v[0] for v, c in row) / 2
        elif block.components is None and prior_in_span(design, latent) is None:
            term = prior_term(design, latent)
            require(term is not None, "the prior is not known")
            assert term is not None
            total += term.xreplace(dict(zip(family.variables, variables, strict=True)))
    return total
