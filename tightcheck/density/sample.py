"""A W with a density and as many entries different from 0 as may be: it shows that no more zeros are forced."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from random import Random

from tightcheck.density.problem import Problem

SIZES = tuple(Fraction(p, q) for p, q in ((1, 8), (1, 3), (1, 1), (3, 1), (20, 1)))
TRIES = 400


def density_with(
    problem: Problem,
    left: Mapping[tuple[int, int], frozenset[int]],
    test: Callable[[Mapping[str, Fraction]], bool | None],
) -> bool:
    """Whether a density was found in which every entry that may be different from 0, by the signs left to it, is."""
    random = Random(0)
    ways = {
        entry.symbol.name: sorted(left[place] - {0}) or [0]
        for entry, place in zip(problem.entries, problem.places, strict=True)
    }
    draws = ({name: random.choice(signs) * random.choice(SIZES) for name, signs in ways.items()} for _ in range(TRIES))
    return any(test(weights) for weights in draws)
