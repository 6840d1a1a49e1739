"""A W with a density and as many entries different from 0 as may be: it shows that no more zeros are forced."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from random import Random

from tightcheck.density.problem import Problem
from tightcheck.kernel.joint_ends import end_conditions
from tightcheck.kernel.joint_exact import Exact
from tightcheck.kernel.joint_faces import outer_faces
from tightcheck.kernel.joint_numbers import Unreached
from tightcheck.kernel.joint_sides import with_defaults
from tightcheck.kernel.joint_weights import transposed

SIZES = tuple(Fraction(p, q) for p, q in ((1, 8), (1, 3), (1, 1), (3, 1)))
MARGINS = tuple(Fraction(p, q) for p, q in ((1, 3), (1, 1), (3, 1), (20, 1)))
SMALL = tuple(Fraction(1, q) for q in (64, 16, 5))
GUESSES = 150
TRIES = 100
STEPS = 1500


def density_with(
    problem: Problem,
    left: Mapping[tuple[int, int], frozenset[int]],
    test: Callable[[Mapping[str, Fraction]], bool | None],
) -> dict[str, Fraction] | None:
    """A density in which every entry that may be different from 0, by the signs left to it, is; None where none was found.

    A walk changes one entry at a time and keeps what is necessary at the ends.
    """
    random = Random(0)
    ways = {
        entry.symbol.name: sorted(left[place] - {0}) or [0]
        for entry, place in zip(problem.entries, problem.places, strict=True)
    }
    names = list(ways)
    sizes = {e.symbol.name: SIZES if e.is_interaction else MARGINS for e in problem.entries}
    inward = _inward(problem)
    for attempt in range(GUESSES):
        guess = {
            e.symbol.name: random.choice(ways[e.symbol.name])
            * random.choice(_likely(e.is_interaction, ways[e.symbol.name]))
            for e in problem.entries
        }
        if attempt % 2:
            guess |= {name: value * random.choice(MARGINS[1:]) for name, value in inward.items()}
        if _kept(problem, guess) == len(_conditions(problem, guess)) and test(guess):
            return guess
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
                return weights
            if tests > TRIES:
                return None
    return None


def _inward(problem: Problem) -> dict[str, Fraction]:
    """Margins that point into the cones of the natural domains: minus the sum of the normals of half-spaces."""
    normals = []
    for side in (problem.xs, problem.zs):
        sums = [Fraction(0)]
        for family in side:
            each = [[Fraction(s.rational or 0) for s in face.slopes] for face in outer_faces(family)]
            sums += [-sum(column, Fraction(0)) for column in zip(*each, strict=True)] or [Fraction(0)] * len(
                family.statistics
            )
        normals.append(sums)
    found = {}
    for entry, (i, k) in zip(problem.entries, problem.places, strict=True):
        if not entry.is_interaction and (value := normals[0][i] if i else normals[1][k]):
            found[entry.symbol.name] = value
    return found


def _likely(is_interaction: bool, ways: list[int]) -> tuple[Fraction, ...]:
    """Sizes: entries of either sign are small beside those of one, so that cones are kept."""
    if len(ways) > 1:
        return SMALL
    return SIZES[2:] if is_interaction else MARGINS[1:]


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
