"""What the natural domains alone forbid: unbounded statistics on one side against half-spaces on the other.

If p(x, z) is consistent, g(x) = F' nu(x) + c stays in the closed convex set cl Omega_psi for almost every x, hence
F'd is a direction of recession of cl Omega_psi for every direction of recession d of the closed convex hull of nu(X).
The same holds with the sides exchanged. These conditions are necessary; they do not make the joint integrable.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import sympy as sp

from tightcheck.joint.form import Form, Interaction
from tightcheck.joint.kinds import has_known_covariance
from tightcheck.joint.parts import Group, Part
from tightcheck.kernel.asymptotics import Order, order

Sign = Literal["= 0", "<= 0", ">= 0"]


def signs(form: Form) -> dict[str, Sign]:
    """The entrywise signs that the two domains force on blocks of W, by name; absent where they force none."""
    found = {i.weight.name: _ways(form, i.row, i.column) for i in form.interactions if i.row and i.column}
    return {name: _sign(ways) for name, ways in found.items() if ways}


def _ways(form: Form, row: Group, column: Group) -> set[int]:
    """The ways 1, -1 in which entries may leave 0, if any is forbidden; both stand for neither."""
    allowed: set[int] = set()
    for group, other in ((row, column), (column, row)):
        rays = set(_rays(_part(form, group), group))
        allowed |= {-ray * face for ray in rays for face in _faces(_part(form, other), other)}
        if rays == {1, -1} and _is_pointed(_part(form, other), other):
            allowed |= rays
    return allowed


def _sign(ways: set[int]) -> Sign:
    """The sign of entries that may only move in the given ways."""
    if len(ways) == 2:
        return "= 0"
    return ">= 0" if ways == {1} else "<= 0"


def _rays(part: Part, group: Group) -> Iterator[int]:
    """The ways +1, -1 in which each of these statistics alone grows without bound, all others being of lower order."""
    if part.length is not None:
        yield 1
    elif has_known_covariance(part):
        yield from (1, -1)
    elif part.is_scalar and group.statistics and part.family.support.bounds is not None:
        yield from _rays_of_number(part, group)


def _rays_of_number(part: Part, group: Group) -> Iterator[int]:
    """The ends of the interval at which this statistic dominates."""
    assert part.family.support.bounds is not None
    (variable,), (statistic,) = part.family.variables, group.statistics
    others = [other.statistics[0] for other in part.groups if other != group]
    lower, upper = part.family.support.bounds[0]
    for end, side in ((lower, 1), (upper, -1)):
        found = _order(statistic, variable, end, side)
        known = [_order(other, variable, end, side) for other in others]
        if found and found.ways and all(other and other.key < found.key for other in known):
            yield found.ways[0]


def _order(statistic: sp.Expr, variable: sp.Symbol, end: sp.Expr, side: int) -> Order | None:
    """How a statistic grows at an end of the support, for powers and logarithms; None for anything else."""
    if statistic.has(sp.loggamma, sp.gamma, sp.factorial) or end.free_symbols or statistic.free_symbols - {variable}:
        return None
    return order(statistic, variable, end, side)


def _faces(part: Part, group: Group) -> set[int]:
    """s for every condition s eta < constant that the domain puts on each of these natural parameters alone."""
    return set.intersection(
        *({face for c in part.natural_domain for face in _face(c, eta, part)} for eta in group.natural)
    )


def _face(condition: sp.Basic, eta: sp.Symbol, part: Part) -> Iterator[int]:
    if isinstance(condition, (sp.StrictLessThan, sp.LessThan, sp.StrictGreaterThan, sp.GreaterThan)):
        excess = condition.lts - condition.gts
        slope = sp.diff(excess, eta)
        if slope.is_number and not slope.is_zero and excess.free_symbols & set(part.natural) == {eta}:
            yield 1 if slope > 0 else -1


def _is_pointed(part: Part, group: Group) -> bool:
    """Whether no line of these natural parameters stays in the domain: the negative definite matrices."""
    return part.family.name == "full_gaussian" and any(
        s.as_poly(*part.family.variables).total_degree() == 2 for s in group.statistics
    )


def _part(form: Form, group: Group) -> Part:
    return next(part for part in form.parts if part.name == group.block)


def lives(interaction: Interaction, signs_of: dict[str, Sign]) -> bool:
    """Whether the domains leave this block of W anything but 0."""
    return signs_of.get(interaction.weight.name) != "= 0"
