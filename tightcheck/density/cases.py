"""The cases of a pair, once for all pairs that look the same to a joint."""

from __future__ import annotations

from contextlib import suppress

from tightcheck.density.problem import Problem
from tightcheck.kernel.joint_cases import TREE_SIZE, cases, necessary, necessary_together, signature
from tightcheck.kernel.joint_gaussian import quadratic_of
from tightcheck.kernel.joint_numbers import TooLong
from tightcheck.kernel.joint_signs import TooMany, Tree

MOST_WORK = 25_000
"""Products of terms until a formula is given up: two thirds of those that have one take less than a tenth of this."""
MOST_TOGETHER = 100
"""The leaves of a tree of all necessary conditions at once."""

Key = tuple[tuple[tuple[str, bool], ...], tuple[tuple[str, bool], ...]]
"""The two sides of a problem: signatures, and whether a factor is quadratic in its own variables, since its witnesses are
lines there."""


KNOWN: dict[Key, Tree | None] = {}
"""Cases by the signatures of the two sides; None where there are too many."""

NECESSARY: dict[Key, tuple[Tree, ...]] = {}
"""What is necessary, by the same signatures."""


def _key(problem: Problem) -> Key:
    left, right = (
        tuple((signature(f), quadratic_of(f) is not None) for f in side) for side in (problem.xs, problem.zs)
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
