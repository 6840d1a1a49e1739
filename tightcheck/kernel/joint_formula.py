"""From the cases of a pair to a formula: cases with the same answer are joined, empty ones join any."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from tightcheck.kernel.joint_explore import CONTRADICTION, Leaf, Tree
from tightcheck.kernel.joint_numbers import Number


@dataclass(frozen=True)
class Condition:
    """The sign of a number is one of these."""

    number: Number
    signs: frozenset[int]


@dataclass(frozen=True)
class All:
    """Every part holds."""

    parts: tuple[Formula, ...]


@dataclass(frozen=True)
class Any:
    """One of the parts holds."""

    parts: tuple[Formula, ...]


Formula: TypeAlias = "Condition | All | Any | bool | None"
"""None stands for an empty case: whatever is convenient."""


def joined(tree: Tree) -> Formula:
    """The cases that are True, as a formula."""
    if isinstance(tree, Leaf):
        return None if tree.why == CONTRADICTION else bool(tree.answer)
    below = {sign: joined(subtree) for sign, subtree in tree.cases}
    groups: dict[Formula, set[int]] = {}
    for sign, formula in below.items():
        if formula is not None:
            groups.setdefault(formula, set()).add(sign)
    if not groups:
        return None
    free = {sign for sign, formula in below.items() if formula is None}
    if len(groups) == 1:
        return next(iter(groups))
    largest = max(groups, key=lambda formula: (0 in groups[formula], formula is not False, len(groups[formula])))
    groups[largest] |= free
    parts = [_all((Condition(tree.number, frozenset(signs)), f)) for f, signs in groups.items() if f is not False]
    return _any(tuple(parts))


def _all(parts: tuple[Formula, ...]) -> Formula:
    flat: list[Formula] = []
    for part in parts:
        if part is False:
            return False
        if part is not True:
            flat += part.parts if isinstance(part, All) else [part]
    return True if not flat else flat[0] if len(flat) == 1 else All(tuple(flat))


def _any(parts: tuple[Formula, ...]) -> Formula:
    if not parts:
        return False
    return parts[0] if len(parts) == 1 else _common(parts)


def _common(parts: tuple[Formula, ...]) -> Formula:
    """What all parts share is written once."""
    lists = [part.parts if isinstance(part, All) else (part,) for part in parts]
    shared = [item for item in lists[0] if all(item in other for other in lists[1:])]
    rest = tuple(_all(tuple(item for item in items if item not in shared)) for items in lists)
    if not shared:
        return Any(parts)
    return _all((*shared, True if True in rest else Any(rest)))


__all__ = ["All", "Any", "Condition", "Formula", "joined"]
