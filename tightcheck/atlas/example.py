"""One W of the set in which x and z depend on each other, to draw: found by trying simple numbers, entry by entry."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from functools import cache
from itertools import product

import sympy as sp

from tightcheck.atlas.facts import Pair
from tightcheck.density import JointDensity
from tightcheck.family import Family
from tightcheck.kernel.joint_numbers import Unreached
from tightcheck.kernel.joint_sides import with_defaults
from tightcheck.kernel.joint_support import inside

TRIED = tuple(Fraction(*ratio) for ratio in ((1, 1), (-1, 1), (1, 2), (-1, 2), (1, 4), (-1, 4)))
"""Values of an entry of the interaction, in this order."""
ROUNDS = 2
"""An entry may have room only after another has moved."""
SIMPLE = (sp.Integer(1), sp.Integer(2), sp.Rational(1, 2), sp.Integer(3), sp.Integer(5))


def example(found: Pair) -> dict[str, Fraction] | None:
    """Margins inside their domains and as many entries of the interaction as fit; None where nothing is decided."""
    density = found.density
    weights = _independent(found)
    if weights is None or density.holds(weights) is not True:
        return None
    for _ in range(ROUNDS):
        for entry in density.entries:
            if entry.is_interaction and not weights.get(entry.symbol.name):
                weights |= _with_room(density, weights, entry.symbol.name)
    return weights


def transposed(found: Pair, other: Pair, weights: Mapping[str, Fraction]) -> dict[str, Fraction]:
    """The same W for the exchanged pair."""
    names = {(entry.row, entry.column): entry.symbol.name for entry in found.density.entries}
    own = {entry.symbol.name: names[entry.column, entry.row] for entry in other.density.entries}
    return {name: weights[old] for name, old in own.items() if old in weights}


def _with_room(density: JointDensity, weights: Mapping[str, Fraction], name: str) -> dict[str, Fraction]:
    """The first value of the entry with which the joint is a density."""
    for value in TRIED:
        if density.holds({**weights, name: value}) is True:
            return {name: value}
    return {}


def _independent(found: Pair) -> dict[str, Fraction] | None:
    """Margins of independent x and z; the margins of W come in the order of the statistics, group by group."""
    weights: dict[str, Fraction] = {}
    form = found.density.form
    for part, is_row in ((form.observed[0], True), (form.latent[0], False)):
        natural = inner_point(part.family)
        if natural is None:
            return None
        order = [part.family.natural_parameters.index(eta) for group in part.groups for eta in group.natural]
        names = [e.symbol.name for e in found.density.entries if (e.column if is_row else e.row) == 0]
        if len(names) != len(order):
            return None
        weights |= {name: natural[k] for name, k in zip(names, order, strict=True)}
    return weights


@cache
def inner_point(family: Family) -> tuple[Fraction, ...] | None:
    """Natural parameters inside the domain, at simple values of a customary parametrisation, as rationals nearby."""
    for way in family.parametrisations:
        for values in product(SIMPLE, repeat=min(len(way.symbols), 2)):
            known = {
                symbol: values[k % 2] if symbol.is_positive else sp.Integer(0) for k, symbol in enumerate(way.symbols)
            }
            natural = [eta.subs(known) for eta in way.natural]
            if not all(eta.is_number and eta.is_finite and eta.is_real for eta in natural):
                continue
            near = [Fraction(float(eta)).limit_denominator(12) for eta in natural]
            at = {s: sp.Rational(value) for s, value in zip(family.natural_parameters, near, strict=True)}
            if all(condition.subs(at) == sp.true for condition in family.natural_domain):
                return tuple(near)
    try:
        return inside(with_defaults(family))
    except Unreached:
        return None
