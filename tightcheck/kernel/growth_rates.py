"""Which statistics outgrow a bound towards the ends of slices, and so have no part in a function that obeys it."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import sympy as sp

from tightcheck.family import Family
from tightcheck.kernel.asymptotics import bound, order
from tightcheck.kernel.slices import Curve, ends

End = tuple[sp.Expr, int]
Key = tuple[int, int]


def faster(family: Family, live: set[int], limit_of: Callable[[Curve, End], Key | None]) -> set[int]:
    """The live statistics with no part in a function that is O(t^a (log t)^b) with (a, b) = limit_of towards the ends of slices:
    towards one of them the statistic alone is the fastest of those left, and faster than that."""
    found: set[int] = set()
    changed = True
    while changed:
        changed = False
        for curve, end in ends(family):
            limit = limit_of(curve, end)
            k = None if limit is None else _fastest(curve, end, frozenset(live - found), max(limit, (0, 0)))
            if k is not None:
                found.add(k)
                changed = True
    return found


@cache
def _fastest(curve: Curve, end: End, live: frozenset[int], limit: Key) -> int | None:
    """The one of the live statistics that is faster than all others and than the limit, if that is known."""
    keys = {k: bound(curve.statistics[k], curve.parameter, *end) for k in live}
    known = {k: key for k, key in keys.items() if key is not None}
    if len(known) != len(live) or not known:
        return None
    k = max(known, key=lambda j: known[j])
    alone = all(key < known[k] for j, key in known.items() if j != k)
    exact = order(curve.statistics[k], curve.parameter, *end)
    certain = exact is not None and exact.key == known[k] and exact.coefficient is not None
    return k if alone and certain and known[k] > limit else None


def reach(curve: Curve, end: End) -> Key | None:
    """How fast z itself grows along the slice: a Lipschitz function of z grows no faster."""
    keys = [bound(p, curve.parameter, *end) for p in curve.point]
    known = [key for key in keys if key is not None]
    return max(known, default=(0, 0)) if len(known) == len(keys) else None
