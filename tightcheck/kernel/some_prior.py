"""Whether some implied prior of a stated model certainly integrates: A(f) is bounded, absorbed or outweighed by psi."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

import sympy as sp

from tightcheck.design import SOFTMAX, Conditional, Design, Map
from tightcheck.family import Family
from tightcheck.kernel.classes import LIPSCHITZ_ACTIVATIONS, family_of, function_class
from tightcheck.kernel.constants import decoder_constants
from tightcheck.kernel.domination import degree, outweighs
from tightcheck.kernel.model import (
    Coordinate,
    multiplicity,
    temperature,
    total_log_partition,
)
from tightcheck.kernel.outweighed import is_outweighed_at_ends
from tightcheck.kernel.partitions import effective_kind
from tightcheck.kernel.ranges import extent
from tightcheck.kernel.slices import combined, runs_over_all_reals
from tightcheck.span import combination, normal_form

LONGEST = 40
"""How many operations a log-partition may have to be written out as a combination of statistics."""


def some_prior_integrates(
    design: Design, observed: Conditional, active: Sequence[Coordinate], eta: Sequence[sp.Expr]
) -> bool:
    """Whether for some c exp(<c, psi> + A(f)) h' certainly integrates over the active coordinates.

    A finite space; or f Lipschitz in z; or f bounded inside the natural domain; or A(f) grows so slowly that psi outweighs it.
    Other blocks must be able to stay constant, and so must other copies that share a softmax; else they may move alike:
    n A(f) does what A(f) does.
    """
    if all(family_of(latent.block).support.is_finite for latent in design.encoder):
        return True
    shares = any(head.link is not None and head.link.has(SOFTMAX) for head in observed.heads)
    decoder_constants(design, observed.block.name, also_copies=shares and observed.block.copies > 1)
    return (
        all(family.support.is_finite for _, _, family, _ in active)
        or (_is_lipschitz(observed, active, eta) and _squares_outweigh(design, observed, active))
        or _stays_inside(family_of(observed.block), eta)
        or _stays_in_a_box(family_of(observed.block), eta)
        or _is_absorbed(observed, active, eta)
        or _is_continuous(observed, active, eta)
        or _is_outweighed(observed, active, eta)
        or _is_outweighed_at_ends(design, observed, active, eta)
    )


def _is_lipschitz(observed: Conditional, active: Sequence[Coordinate], eta: Sequence[sp.Expr]) -> bool:
    """Whether f grows at most like |z|: by its class, or as it is written."""
    maps = [h.source for h in observed.heads if isinstance(h.source, Map)]
    by_class = (
        observed.inputs.kind == "identity"
        and all(m.kind == "affine" or (m.kind == "mlp" and m.activation in LIPSCHITZ_ACTIVATIONS) for m in maps)
        and all(function_class(observed, i).kind in ("constant", "affine", "mlp") for i in range(len(observed.natural)))
    )
    return by_class or all(degree(entry, _variables(active)) in (0, 1) for entry in eta)


def _squares_outweigh(design: Design, observed: Conditional, active: Sequence[Coordinate]) -> bool:
    """Whether A(f) of an f that grows at most like |z| is outweighed: it is bounded on a bounded space, and on the line grows
    at most like z^2 when A does, which a negative coefficient of z^2 outweighs."""
    kind = effective_kind(design, observed, frozenset())
    closed = family_of(observed.block).has_full_domain  # A is bounded on bounded sets
    bounded = closed and _is_compact(family_of(observed.block))  # and so is nu: A grows like f
    tame = bounded or kind in ("finite", "quadratic", "quadratic_form")
    return all(
        family.support.is_finite or (closed and _is_compact(family)) or (tame and _has_squares(family))
        for _, _, family, _ in active
    )


def _is_outweighed(observed: Conditional, active: Sequence[Coordinate], eta: Sequence[sp.Expr]) -> bool:
    """Whether A(f) grows so slowly that the statistics of each coordinate can outweigh it."""
    found = degree(total_log_partition(observed, eta), _variables(active))
    return found is not None and all(outweighs(family, found) for _, _, family, _ in active)


def _is_outweighed_at_ends(
    design: Design, observed: Conditional, active: Sequence[Coordinate], eta: Sequence[sp.Expr]
) -> bool:
    """Whether z is one number, and its statistics outweigh A(f) of all copies that move with it at the ends of its range."""
    ((latent, variables, family, _), *others) = active
    stated = total_log_partition(observed, eta)
    if others or len(variables) > 1 or stated.count_ops() > LONGEST:
        return False
    energy = multiplicity(latent, observed) * stated / temperature(design)
    return is_outweighed_at_ends(family, energy.xreplace(dict(zip(variables, family.variables, strict=True))))


def _variables(active: Sequence[Coordinate]) -> list[sp.Symbol]:
    return [v for _, variables, _, _ in active for v in variables]


def _stays_inside(family: Family, eta: Sequence[sp.Expr]) -> bool:
    """Whether f stays in a compact part of the natural domain: polynomials in hyperbolic tangents where the domain has no
    boundary, constants elsewhere. A(f) is then bounded."""
    if len(eta) != len(family.natural_parameters):
        return False
    forms = [normal_form(entry) for entry in eta]
    moving = {e for e, form in zip(family.natural_parameters, forms, strict=True) if form.free_symbols}
    is_free = not any(relation.free_symbols & moving for relation in family.natural_domain)
    tangents = {t: sp.Dummy() for form in forms for t in form.atoms(sp.tanh)}
    reduced = [form.xreplace(tangents) for form in forms]
    dummies = set(tangents.values())
    polynomial = all(bool(r.is_polynomial(*dummies)) and r.free_symbols <= dummies for r in reduced)
    return is_free and bool(moving) and polynomial


def _stays_in_a_box(family: Family, eta: Sequence[sp.Expr]) -> bool:
    """Whether f stays in a box with finite ends whose corners, and so the box, are inside the natural domain, which is open at
    them and convex. A(f) is then bounded."""
    boxes = [extent(entry, {}) for entry in eta]
    if len(boxes) != len(family.natural_parameters) or not all(end.is_finite for box in boxes for end in box):
        return False
    strict = (sp.StrictLessThan, sp.StrictGreaterThan)
    corners = [dict(zip(family.natural_parameters, corner, strict=True)) for corner in product(*boxes)]
    return all(isinstance(r, strict) and r.xreplace(at) == sp.true for r in family.natural_domain for at in corners)


def _is_absorbed(observed: Conditional, active: Sequence[Coordinate], eta: Sequence[sp.Expr]) -> bool:
    """Whether A(f), less what is nowhere positive, is in span(psi, 1): c can be any point of Omega_psi less what it adds."""
    stated = total_log_partition(observed, eta)
    if stated.count_ops() > LONGEST:  # what a network bends is in no span, and is long to write out
        return False
    terms = sp.Add.make_args(normal_form(stated))
    energy = sp.Add(*(term for term in terms if not term.is_nonpositive))
    if len(active) == 1:
        _, variables, family, _ = active[0]
        return combined(energy.xreplace(dict(zip(variables, family.variables, strict=True))), family) is not None
    basis = [s.xreplace(dict(zip(f.variables, v, strict=True))) for _, v, f, _ in active for s in f.statistics]
    return combination(energy, basis, _variables(active)) is not None


def _is_continuous(observed: Conditional, active: Sequence[Coordinate], eta: Sequence[sp.Expr]) -> bool:
    """Whether f is made of sums, products, whole powers, exp, tanh, sin and cos, on compact spaces, and A is finite
    everywhere: A(f) is then bounded."""
    everywhere = (sp.exp, sp.tanh, sp.sin, sp.cos)
    parts = {part for entry in eta for part in sp.preorder_traversal(entry)}
    return (
        family_of(observed.block).has_full_domain
        and all(
            part.is_Symbol
            or part.is_number
            or part.is_Add
            or part.is_Mul
            or isinstance(part, everywhere)
            or (part.is_Pow and part.exp.is_Integer and bool(part.exp.is_positive))
            for part in parts
        )
        and all(family.support.is_finite or _is_compact(family) for _, _, family, _ in active)
    )


def _is_compact(family: Family) -> bool:
    """Whether the support is bounded."""
    bounds = family.support.bounds
    return family.support.chart is not None or (
        bounds is not None and all(sp.sympify(e).is_finite for pair in bounds for e in pair)
    )


def _has_squares(family: Family) -> bool:
    """Whether the space is R^d, h' is 1 and the sum of the squares is in the span of psi."""
    norm = combination(sum(v**2 for v in family.variables), family.statistics, family.variables)
    return runs_over_all_reals(family) and norm is not None and family.log_base_measure == 0
