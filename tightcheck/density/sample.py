"""A W with a density and as many entries different from 0 as may be: it shows that no more zeros are forced."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from random import Random

from tightcheck.density.one_weight import with_defaults
from tightcheck.density.problem import Problem
from tightcheck.kernel.joint_density import end_conditions, transposed
from tightcheck.kernel.joint_numbers import Unreached
from tightcheck.kernel.joint_signs import Exact

SIZES = tuple(Fraction(p, q) for p, q in ((1, 8), (1, 3), (1, 1), (3, 1)))
MARGINS = tuple(Fraction(p, q) for p, q in ((1, 3), (1, 1), (3, 1), (20, 1)))
TRIES = 400
STEPS = 1500


def density_with(
    problem: Problem,
    left: Mapping[tuple[int, int], frozenset[int]],
    test: Callable[[Mapping[str, Fraction]], bool | None],
) -> bool:
    """Whether a density was found in which every entry that may be different from 0, by the signs left to it, is.

    A walk changes one entry at a time and keeps what is necessary at the ends.
    """
    random = Random(0)
    ways = {
        entry.symbol.name: sorted(left[place] - {0}) or [0]
        for entry, place in zip(problem.entries, problem.places, strict=True)
    }
    names = list(ways)
    sizes = {e.symbol.name: SIZES if e.is_interaction else MARGINS for e in problem.entries}
    weights = {name: random.choice(ways[name]) * random.choice(sizes[name]) for name in names}
    best, tests = _kept(problem, weights), 0
    for _ in range(STEPS):
        name = random.choice(names)
        changed = {**weights, name: random.choice(ways[name]) * random.choice(sizes[name])}
        kept = _kept(problem, changed)
        if kept < best:
            continue
        weights, best = changed, kept
        if best == len(_conditions(problem, weights)):
            tests += 1
            if test(weights):
                return True
            if tests > TRIES:
                return False
    return False


def _conditions(problem: Problem, weights: Mapping[str, Fraction]) -> list[Callable[[Exact], bool]]:
    matrix = problem.numbers(weights)
    across = transposed(matrix)
    xs, zs = (tuple(map(with_defaults, side)) for side in (problem.xs, problem.zs))
    return [
        *(end_conditions(xs, zs[0], matrix) if len(zs) == 1 else ()),
        *(end_conditions(zs, xs[0], across) if len(xs) == 1 else ()),
    ]


def _kept(problem: Problem, weights: Mapping[str, Fraction]) -> int:
    """How many of the necessary conditions hold."""
    return sum(_holds(condition) for condition in _conditions(problem, weights))


def _holds(condition: Callable[[Exact], bool]) -> bool:
    try:
        return condition(Exact())
    except Unreached:
        return False
