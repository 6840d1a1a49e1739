"""Interactions that only take away: products of statistics of one sign, each with a coefficient that makes it at most 0.

With u_i = s_i (nu_i - nu_i0) >= 0 and v_k = t_k (psi_k - psi_k0) >= 0, s_i and t_k signs, the interaction is
sum_ik w_ik s_i t_k u_i v_k beside terms of the margins. Where all w_ik s_i t_k <= 0, p is at most a multiple of independent x
and z with these margins. Lemma `joint`, (u).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from tightcheck.family import Family
from tightcheck.kernel.joint_exact import Exact
from tightcheck.kernel.joint_margins import have_margins
from tightcheck.kernel.joint_numbers import ONE, ZERO, Number, Unreached
from tightcheck.kernel.joint_support import largest_of
from tightcheck.kernel.joint_weights import Side, Weights


@dataclass(frozen=True)
class Bound:
    """A statistic that is never below (way 1) or above (way -1) its value at `end`."""

    way: int
    end: Number


@cache
def bounds_of(family: Family) -> tuple[tuple[Bound, ...], ...]:
    """For each statistic its bounds, from none to two."""
    size = len(family.natural_parameters)
    found = []
    for place in range(size):
        own = []
        for way in (1, -1):
            direction = [(-ONE if way > 0 else ONE) if k == place else ZERO for k in range(size)]
            try:
                support = largest_of((family,), direction)
            except Unreached:
                support = None
            if support is not None:
                own.append(Bound(way, -support if way > 0 else support))
        found.append(tuple(own))
    return tuple(found)


def only_takes_away(xs: Side, zs: Side, weights: Weights) -> bool:
    """Whether W, in rationals, gives a density for this reason; False says nothing."""
    ties = [(i, k) for i, row in enumerate(weights) for k, w in enumerate(row) if i and k and w.terms]
    ways_x, ways_z = _ways(xs, {i for i, _ in ties}), _ways(zs, {k for _, k in ties})
    if ways_x is None or ways_z is None:
        return False
    signs = Exact()
    rows, columns = [row[0] for row in weights], list(weights[0])
    for i, k in ties:
        if signs.sign(weights[i][k]) * ways_x[i].way * ways_z[k].way > 0:
            return False
        rows[i] = rows[i] + weights[i][k] * ways_z[k].end
        columns[k] = columns[k] + weights[i][k] * ways_x[i].end
    return have_margins(xs, rows, Exact()) and have_margins(zs, columns, Exact())


def _ways(side: Side, places: set[int]) -> dict[int, Bound] | None:
    """The first bound of each statistic that is tied; None where one has none."""
    bounds = [own for family in side for own in bounds_of(family)]
    return {i: bounds[i - 1][0] for i in places} if all(bounds[i - 1] for i in places) else None


__all__ = ["Bound", "bounds_of", "only_takes_away"]
