"""Every case of a pair: which entries of W are zero in every density. Re-checked here, searched nowhere."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cache, partial

import sympy as sp

from tightcheck.family import Family
from tightcheck.kernel.joint_curves import constants_of
from tightcheck.kernel.joint_density import is_density
from tightcheck.kernel.joint_ends import end_conditions
from tightcheck.kernel.joint_explore import MOST_WORK, Leaf, Tree, explore, leaves
from tightcheck.kernel.joint_numbers import ZERO, Number, letter
from tightcheck.kernel.joint_signs import Path
from tightcheck.kernel.joint_weights import Side, transposed

TREE_SIZE = 400
"""Pairs with more cases are described by conditions that are tested, not by a formula."""


def weight_letters(rows: int, columns: int, zero: frozenset[tuple[int, int]] = frozenset()) -> list[list[Number]]:
    """W with a letter for every entry that is not known to be zero."""
    return [
        [ZERO if (i, k) in zero or not (i or k) else letter(f"w{i}_{k}") for k in range(columns)] for i in range(rows)
    ]


def cases(
    xs: Side, zs: Side, most: int = TREE_SIZE, zero: frozenset[tuple[int, int]] = frozenset(), work: int = MOST_WORK
) -> Tree:
    """The answers in every case of the signs that matter. Raises TooMany."""
    return explore(*_questions(xs, zs, zero), most, work=work)


def _questions(xs: Side, zs: Side, zero: frozenset[tuple[int, int]]) -> tuple[Callable[[Path], bool], frozenset[str]]:
    """Whether W gives a density, W in letters; and which letters are positive."""
    rows, columns = (sum(len(f.statistics) for f in side) + 1 for side in (xs, zs))
    weights = weight_letters(rows, columns, zero)
    positive = frozenset().union(*(constants_of(family) for family in (*xs, *zs)))
    return lambda signs: is_density(xs, zs, weights, signs), positive


def necessary(xs: Side, zs: Side, most: int = TREE_SIZE) -> tuple[Tree, ...]:
    """What is necessary, one tree for each condition: towards its ends neither side leaves the other's natural domain."""
    rows, columns = (sum(len(f.statistics) for f in side) + 1 for side in (xs, zs))
    weights = weight_letters(rows, columns)
    positive = frozenset().union(*(constants_of(family) for family in (*xs, *zs)))
    found = []
    for side, others, w in ((xs, zs, weights), (zs, xs, transposed(weights))):
        if len(others) == 1:
            for condition in end_conditions(side, others[0], w):
                found.append(explore(condition, positive, most))
    return tuple(found)


def necessary_together(xs: Side, zs: Side, most: int = TREE_SIZE) -> Tree:
    """The same conditions in one tree, where one may build on another. Raises TooMany."""
    rows, columns = (sum(len(f.statistics) for f in side) + 1 for side in (xs, zs))
    weights = weight_letters(rows, columns)
    positive = frozenset().union(*(constants_of(family) for family in (*xs, *zs)))
    conditions = [
        condition
        for side, others, w in ((xs, zs, weights), (zs, xs, transposed(weights)))
        if len(others) == 1
        for condition in end_conditions(side, others[0], w)
    ]
    return explore(
        lambda signs: all(signs.once(k, partial(condition, signs)) for k, condition in enumerate(conditions)),
        positive,
        most,
    )


def signs_left(trees: tuple[Tree, ...], rows: int, columns: int) -> dict[tuple[int, int], frozenset[int]]:
    """The signs that every tree leaves to each entry of W."""
    left = {}
    for i in range(rows):
        for k in range(columns):
            if i or k:
                own = letter(f"w{i}_{k}")
                each = [
                    {s for path, leaf in leaves(tree) if leaf.answer is not False for s in [dict(path).get(own)]}
                    for tree in trees
                ]
                left[i, k] = frozenset({-1, 0, 1}).intersection(*(s for s in each if None not in s))
    return left


class NoneLeft(Exception):  # noqa: N818 (not an error: an answer)
    """No entry is 0 in every case that was reached."""


@dataclass(frozen=True)
class Forced:
    """The entries that are 0 in every case that is not refuted, and, if there are any, all refuted cases with their reasons."""

    entries: frozenset[tuple[int, int]]
    refuted: tuple[tuple[Mapping[Number, int], str], ...]


def forced(x: Family, z: Family, most: int, zero: frozenset[tuple[int, int]]) -> Forced:
    """What `forced_zero` says of all cases; the rest are not looked at once some cases leave none. Raises TooMany."""
    left = {(i + 1, k + 1) for i in range(len(x.statistics)) for k in range(len(z.statistics))} - zero
    refuted: list[tuple[Mapping[Number, int], str]] = []

    def reached(path: Path, leaf: Leaf) -> None:
        if leaf.answer is False:
            refuted.append((path.known, leaf.why))
            return
        left.intersection_update([(i, k) for i, k in left if path.known.get(letter(f"w{i}_{k}")) == 0])
        if not left:
            raise NoneLeft

    if left:
        with suppress(NoneLeft):
            explore(*_questions((x,), (z,), zero), most, reached)
    return Forced(frozenset(left), tuple(refuted))


def forced_zero(tree: Tree, rows: int, columns: int) -> frozenset[tuple[int, int]]:
    """The entries of the interaction that are 0 in every case that is not refuted."""
    alive = [dict(path) for path, leaf in leaves(tree) if leaf.answer is not False]
    return frozenset(
        (i, k)
        for i in range(1, rows)
        for k in range(1, columns)
        if all(path.get(letter(f"w{i}_{k}")) == 0 for path in alive)
    )


@cache
def signature(family: Family) -> str:
    """What the joint sees of a family, in words: families with the same one have the same cases."""
    rest = family.log_partition.as_independent(*family.natural_parameters, as_Add=True)[1]
    support, u = family.support, sp.Symbol("u")
    seen: tuple[object, ...] = (family.variables, support.bounds, family.statistics, family.log_base_measure)
    if family.law is not None:
        law = family.law
        seen = (law.bounds, *(e.xreplace({law.parameter: u}) for e in (*law.statistics, law.log_density)))
    elif len(family.variables) == 1 and support.bounds is not None:
        own = {family.variables[0]: u}
        seen = (support.bounds[0], *(e.xreplace(own) for e in (*family.statistics, family.log_base_measure)))
    kind = (support.is_discrete, support.cardinality if support.is_finite else None)
    return str(
        sp.sstr((seen, kind, family.natural_domain, rest, [(g.towards, g.log_partition) for g in family.growth]))
    )


__all__ = [
    "TREE_SIZE",
    "Forced",
    "Leaf",
    "cases",
    "forced",
    "forced_zero",
    "necessary",
    "necessary_together",
    "signature",
    "signs_left",
    "weight_letters",
]
