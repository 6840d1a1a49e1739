"""The cases of a pair, once for all pairs that look the same to a joint."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress

from tightcheck.density.problem import Problem, name_of
from tightcheck.kernel.joint_cases import TREE_SIZE, cases, necessary, necessary_together, signature
from tightcheck.kernel.joint_explore import Leaf, TooMany, Tree, leaves
from tightcheck.kernel.joint_gaussian import quadratic_of
from tightcheck.kernel.joint_numbers import Number, TooLong, letter

MOST_WORK = 25_000
"""Products of terms until a formula is given up: two thirds of those that have one take less than a tenth of this."""
MOST_TOGETHER = 100
"""The leaves of a tree of all necessary conditions at once."""

Key = tuple[tuple[tuple[str, str, bool], ...], tuple[tuple[str, str, bool], ...]]
"""The two sides of a problem: signatures; names, by which hidden maxima are called; and whether a factor is quadratic in its own
variables, since its witnesses are lines there."""


KNOWN: dict[Key, Tree | None] = {}
"""Cases by the signatures of the two sides; None where there are too many."""

NECESSARY: dict[Key, tuple[Tree, ...]] = {}
"""What is necessary, by the same signatures."""


def _key(problem: Problem) -> Key:
    left, right = (
        tuple((signature(f), f.name, quadratic_of(f) is not None) for f in side) for side in (problem.xs, problem.zs)
    )
    return left, right


def tree_of(problem: Problem) -> Tree | None:
    """The cases of all signs that matter; None where there are too many to write down."""
    key = _key(problem)
    if key not in KNOWN:
        try:
            KNOWN[key] = cases(problem.xs, problem.zs, TREE_SIZE, work=MOST_WORK)
        except (TooMany, TooLong):
            KNOWN[key] = None
    return KNOWN[key]


def necessary_trees_of(problem: Problem) -> tuple[Tree, ...]:
    """What is necessary, condition by condition: neither side leaves the other's domain towards an end."""
    key = _key(problem)
    if key not in NECESSARY:
        trees = necessary(problem.xs, problem.zs, TREE_SIZE)
        with suppress(TooMany, TooLong):
            trees = (*trees, necessary_together(problem.xs, problem.zs, MOST_TOGETHER))
        NECESSARY[key] = trees
    return NECESSARY[key]


def refutations(
    tree: Tree, zero: frozenset[tuple[int, int]]
) -> Iterator[tuple[tuple[int, int], dict[Number, int], Leaf]]:
    """For each entry that is zero in every density: the simplest case in which it is not, and where the joint diverges."""
    refuted = [(dict(path), leaf) for path, leaf in leaves(tree) if leaf.answer is False and leaf.why.count("; ") == 1]
    for place in sorted(zero):
        own = letter(name_of(*place))
        there = [(path, leaf) for path, leaf in refuted if path.get(own)]
        if there:
            yield place, *min(there, key=lambda pair: sum(1 for sign in pair[0].values() if sign))
