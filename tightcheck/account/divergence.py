"""Why a joint is no density: where it diverges, and how fast."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from tightcheck.account.case import Case
from tightcheck.design import Conditional
from tightcheck.family import Family
from tightcheck.kernel.classes import all_entries, family_of
from tightcheck.kernel.joint_cases import cases, forced_zero
from tightcheck.kernel.joint_lemma import MOST_CASES
from tightcheck.kernel.joint_numbers import TooLong, Unreached, letter
from tightcheck.kernel.joint_signs import TooMany, leaves


def divergence(case: Case, latent: str, observed: Sequence[Conditional]) -> str:
    """For one draw of each block a sentence with direction and rate; empty where none is known."""
    from tightcheck.density.problem import owned  # few reports need it

    z = owned(family_of(case.latent_named(latent).block), latent)
    told = []
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
            told.append(
                f"Without this one draw of {name} and one of {latent} diverge; direction: {direction}; rate: {rate}."
            )
    return " ".join(dict.fromkeys(told))


@cache
def _witnesses(x: Family, z: Family, zero: frozenset[tuple[int, int]]) -> tuple[tuple[str, str], ...]:
    """Direction and rate for each entry that vanishes in every density: the simplest case in which it does not."""
    try:
        tree = cases((x,), (z,), MOST_CASES, zero)
    except (TooMany, TooLong, Unreached):
        return ()
    refuted = [
        (dict(path), leaf.why) for path, leaf in leaves(tree) if leaf.answer is False and leaf.why.count("; ") == 1
    ]
    found: dict[tuple[str, str], None] = {}
    for i, k in sorted(forced_zero(tree, len(x.statistics) + 1, len(z.statistics) + 1) - zero):
        there = [(path, why) for path, why in refuted if path.get(letter(f"w{i}_{k}"))]
        if there:
            _, why = min(there, key=lambda pair: sum(1 for sign in pair[0].values() if sign))
            direction, _, rate = why.partition("; ")
            found[direction, rate] = None
    return tuple(found)
