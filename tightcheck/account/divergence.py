"""Why a joint is no density: where it diverges, and how fast."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING

from tightcheck.account.case import Case
from tightcheck.design import Conditional
from tightcheck.family import Family
from tightcheck.kernel.classes import all_entries, family_of
from tightcheck.kernel.joint_lemma import MOST_CASES
from tightcheck.verdict import Divergence

if TYPE_CHECKING:
    from tightcheck.kernel.joint_numbers import Number


def divergence(case: Case, latent: str, observed: Sequence[Conditional]) -> tuple[Divergence, ...]:
    """For one draw of each block, direction and rate; none where they are not known."""
    from tightcheck.kernel.joint_sides import owned

    z = owned(family_of(case.latent_named(latent).block), latent)
    told: dict[Divergence, None] = {}
    for block in observed:
        name = block.block.name
        if block.block.length is not None:
            continue
        x = owned(family_of(block.block), name)
        moving = {(e[1] + 1, e[3] + 1) for e in all_entries(case.design) if (e[0], e[2]) == (name, latent)}
        places = {(i + 1, k + 1) for i in range(len(x.statistics)) for k in range(len(z.statistics))}
        for direction, rate in _witnesses(x, z, frozenset(places - moving)):
            for family, own in ((x, name), (z, latent)):
                direction, rate = (t.replace(f"u_{own}", own).replace(family.name, own) for t in (direction, rate))
            told[Divergence(name, latent, direction, rate)] = None
    return tuple(told)


@cache
def _witnesses(x: Family, z: Family, zero: frozenset[tuple[int, int]]) -> tuple[tuple[str, str], ...]:
    """Direction and rate for each entry that vanishes in every density: the simplest case in which it does not."""
    from tightcheck.kernel.joint_cases import forced
    from tightcheck.kernel.joint_explore import TooMany
    from tightcheck.kernel.joint_numbers import TooLong, Unreached, letter

    try:
        known = forced(x, z, MOST_CASES, zero)
    except (TooMany, TooLong, Unreached):
        return ()
    told = [(path, why) for path, why in known.refuted if why.count("; ") == 1]
    found: dict[tuple[str, str], None] = {}
    for i, k in sorted(known.entries):
        there = [(path, why) for path, why in told if path.get(letter(f"w{i}_{k}"))]
        if there:
            _, why = min(there, key=lambda pair: _by_size(pair[0]))
            direction, _, rate = why.partition("; ")
            found[direction, rate] = None
    return tuple(found)


def _by_size(case: Mapping[Number, int]) -> tuple[int, tuple[int, ...]]:
    """Cases in which less is not zero come first; then those with negative numbers."""
    signs = tuple(case.values())
    return sum(1 for sign in signs if sign), signs
