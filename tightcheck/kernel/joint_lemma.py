"""C4 for a pair of blocks, whatever the prior: entries of F that are zero in every W for which the joint (7) is a density."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from tightcheck.design import Conditional, Design
from tightcheck.family import Family
from tightcheck.kernel.classes import family_of
from tightcheck.kernel.rejected import require
from tightcheck.kernel.zero import Entries, of_block, pair_of

MOST_CASES = 400


def joint(design: Design, step: Mapping[str, Any], zero: Entries) -> Entries:
    """Entries between two blocks that vanish in every case in which one draw of each has a joint density."""
    latent, observed = pair_of(design, step)
    require(design.objective.kind != "beta", "the posterior is tempered, and the joint has another form")
    require(not any(z.block.given for z in design.encoder), "a latent block is given another one")
    fx, fz = whole_family(observed), whole_family(latent)
    live = of_block(design, latent, [observed]) - zero
    pairs = {(e[1] + 1, e[3] + 1): e for e in live}
    places = ((i + 1, k + 1) for i in range(len(fx.statistics)) for k in range(len(fz.statistics)))
    found = forced(fx, fz, frozenset(place for place in places if place not in pairs))
    return frozenset(entry for place, entry in pairs.items() if place in found)


def whole_family(conditional: Conditional) -> Family:
    """The family of one draw of the block, at its own dimension."""
    block = conditional.block
    require(block.length is None, "the length of a text is not a statistic")
    family = family_of(block)
    require(family.dimension == block.dimension, f"{block.family} is looked at in another dimension")
    return family


@cache
def forced(x: Family, z: Family, zero: frozenset[tuple[int, int]]) -> frozenset[tuple[int, int]]:
    """The entries (from 1) that are zero in every case, when these are zero."""
    from tightcheck.kernel import joint_cases
    from tightcheck.kernel.joint_explore import TooMany
    from tightcheck.kernel.joint_numbers import TooLong

    renamed = x if x is not z and not ({p.symbol for p in x.fixed} & {p.symbol for p in z.fixed}) else None
    require(renamed is not None or not x.fixed, "both families have the same fixed parameter")
    try:
        return joint_cases.forced(x, z, MOST_CASES, zero).entries
    except (TooMany, TooLong):
        return frozenset()


JOINT_LEMMAS = {"joint": joint}
__all__ = ["JOINT_LEMMAS", "joint"]
