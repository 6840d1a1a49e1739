"""Finite mixtures of one draw's laws that are told apart, and the models of a design that are such mixtures.

Independence. Let every combination of the statistics, other than 0, tend to infinity towards one end of the support. Then
members with different natural parameters are of different orders there, so they are linearly independent, and a finite
mixture has one set of members (Yakowitz and Spragins 1968). Gaussians of any dimension have this property.
Growth. Let one natural parameter move with a finite z, t its statistic. A mixture is the member of eta_0 times e^K(t), K
strictly convex and O(1 + |t|). If the mixture is a member, K(t) is a combination of the statistics; those that outgrow t
towards some end have no part in it, and if these are all others, K is affine in t: it is not.
"""

from __future__ import annotations

from itertools import product

import sympy as sp

from tightcheck.account.constant_blocks import others_are_valid
from tightcheck.account.gaussian_laws import is_gaussian
from tightcheck.account.mixtures import fixed_constants
from tightcheck.account.moving import Natural, different_values, models
from tightcheck.decide import Decision
from tightcheck.design import Conditional, Constant, Design
from tightcheck.kernel.asymptotics import bound
from tightcheck.kernel.classes import all_entries, family_of, function_class
from tightcheck.kernel.finite_data import all_diverge
from tightcheck.kernel.formulas import natural_at, valid_values
from tightcheck.kernel.growth_rates import faster
from tightcheck.kernel.model import is_explicit
from tightcheck.kernel.slices import ends
from tightcheck.span import enclose

MOST_POINTS = 64


def has_finite_code(design: Design) -> bool:
    """Whether z takes finitely many values."""
    return all(family_of(latent.block).support.is_finite for latent in design.encoder)


def tells_members(observed: Conditional) -> bool:
    """Whether a finite mixture of one draw's laws, with the same fixed parameters, has one set of members."""
    family = family_of(observed.block)
    known = all(c.value is not None or c.sharing == "fixed" for c in observed.block.fixed.values())
    if not known or observed.block.length is not None:
        return False
    if is_gaussian(family):
        return True
    return len(family.variables) == 1 and any(all_diverge(curve, *end) for curve, end in ends(family))


def dead_statistic(design: Design, decision: Decision, observed: Conditional) -> int | None:
    """A natural parameter that is the same for every z in all of S and takes two values in a model of D; None: not found."""
    if not (has_finite_code(design) and tells_members(observed) and others_are_valid(design, observed, decision.prior)):
        return None
    entries = {entry for entry in all_entries(design) if entry[0] == observed.block.name}
    dead = [
        i
        for i in range(len(observed.natural))
        if any(e[1] == i for e in entries) and all(e in decision.zero for e in entries if e[1] == i)
    ]
    for latent in design.encoder:
        for eta, active in models(design, observed, [(latent.block.name, 0)], ("{0}", "{0} + 1")):
            for i in dead:
                if len(different_values([eta[i]], active)) > 1:
                    return i
    return None


def leaves_by_growth(design: Design, observed: Conditional, eta: Natural) -> bool:
    """Whether a draw whose natural parameters are eta, one of them moving, is a mixture that is no member (growth)."""
    family = family_of(observed.block)
    moved = [i for i, value in enumerate(eta) if value.free_symbols]
    known = all(c.value is not None or c.sharing == "fixed" for c in observed.block.fixed.values())
    is_continuum = family.support.cardinality == "continuum" and observed.block.length is None
    if not (known and is_continuum and len(moved) == 1 and has_finite_code(design)):
        return False
    others = set(range(len(eta))) - set(moved)
    found = faster(family, others, lambda curve, end: bound(curve.statistics[moved[0]], curve.parameter, *end))
    return found == others


def tells_values(observed: Conditional, count: int) -> bool:
    """Whether mixtures of at most so many members of one draw's laws are no mixtures of more: p / h at 2 K + 1 equally spaced
    values of the one statistic is a matrix of moments of exp(eta), whose determinant is 0 for K values of eta alone."""
    family = family_of(observed.block)
    if len(family.statistics) != 1 or not fixed_constants(observed) or observed.block.length is not None:
        return False
    if family.support.cardinality == "continuum":
        return True
    is_own = family.statistics[0] in family.variables and len(family.variables) == 1
    size = family.support.cardinality
    return is_own and family.support.bounds is not None and (size == "countable" or int(size) >= 2 * count + 1)


def is_moved_from_a_fixed_law(design: Design, decision: Decision, observed: Conditional) -> bool:
    """Whether a formula has one value at some point whatever its parameters are, so that constants are this value, and in some
    model exceeds it (or falls short of it) wherever it differs: the mean of the statistic, the derivative of A, differs."""
    entries = {entry for entry in all_entries(design) if entry[0] == observed.block.name}
    is_one = len(observed.natural) == 1 and function_class(observed, 0).kind == "expression"
    constants = [h.source for h in observed.heads if isinstance(h.source, Constant)]
    if not (is_one and is_explicit(observed) and not constants and entries <= decision.zero):
        return False
    is_plain = fixed_constants(observed) and observed.block.length is None and not design.covariates
    if not (is_plain and has_finite_code(design)):
        return False
    for known in valid_values(design):
        (value,), active = natural_at(design, observed, known)
        (formula,), _ = natural_at(design, observed, {})
        places = [
            {v: c for (_, own, _, _), part in zip(active, parts, strict=True) for v, c in zip(own, part, strict=True)}
            for parts in product(*(family.support.points for _, _, family, _ in active))
        ]
        is_whole = all(len(family.support.points) == family.support.cardinality for _, _, family, _ in active)
        if not is_whole or len(places) > MOST_POINTS:
            return False
        starts = {formula.xreplace(place) for place in places if not formula.xreplace(place).free_symbols}
        if any(_is_on_one_side([value.xreplace(place) - start for place in places]) for start in starts):
            return True
    return False


def _is_on_one_side(values: list[sp.Expr]) -> bool:
    """Whether the numbers are certainly 0 or of one sign, and not all 0."""
    signs = set()
    for value in values:
        if value == 0:
            continue
        ball = enclose(value, {})
        signs.add(1 if ball > 0 else -1 if ball < 0 else 0)
    return signs in ({1}, {-1})
