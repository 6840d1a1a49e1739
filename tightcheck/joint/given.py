"""Blocks given other blocks of the same side: one joint exponential family, if what they are given is finite.

With y finite and z given y, log q(y, z | x) = log q(y | x) + <psi(z), g_y(x)> - B(g_y(x)) + log h'(z): the last three
need the statistics 1[y] psi(z) and 1[y]. So a block that others are given has all indicators of its values, jointly
with those of the blocks that are given together with it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import reduce as fold
from itertools import product
from math import prod

import sympy as sp

from tightcheck.joint.parts import Group, Part


def with_given(parts: tuple[Part, ...]) -> tuple[Part, ...]:
    """The parts of one side, those given finite blocks with one copy of their statistics per value of these."""
    finite = {part.name for part in parts if part.points is not None}
    families = [tuple(name for name in part.block.given if name in finite) for part in parts]
    together = {name: {n for names in families if name in names for n in names[: names.index(name)]} for name in finite}
    parents = {name for names in families for name in names}
    widened = (_given_also(part, together.get(part.name, set())) for part in parts)
    return fold(_add, (_saturated(part) if part.name in parents else part for part in widened), ())


def finite_parents(part: Part, parts: Iterable[Part]) -> tuple[Part, ...]:
    """The finite blocks among the parts that this one is given."""
    return tuple(other for other in parts if other.name in part.block.given and other.points is not None)


def indicators(parents: tuple[Part, ...]) -> tuple[sp.Expr, ...]:
    """1[y = v] for every joint value v of the parents' copies; only for designs small enough to write out."""
    axes = [(copy, parent.family.support.points) for parent in parents for copy in parent.variables]
    return tuple(
        sp.Mul(
            *(
                sp.KroneckerDelta(variable, value)
                for (copy, _), point in zip(axes, choice, strict=True)
                for variable, value in zip(copy, point, strict=True)
            )
        )
        for choice in product(*(points for _, points in axes))
    )


def _given_also(part: Part, names: set[str]) -> Part:
    """The part given these blocks, too."""
    more = tuple(sorted(names - set(part.block.given)))
    return replace(part, block=replace(part.block, given=(*part.block.given, *more))) if more else part


def _saturated(part: Part) -> Part:
    """The part with the indicators of all its values but the last, unless its statistics span all functions already."""
    if part.block.copies == 1 and part.family.spans_all_functions:
        return part
    assert part.points is not None
    name = part.name
    return replace(part, groups=(Group(name, (), (), part.points - 1, f"1[{name}]", rf"\mathbf{{1}}[{name}]"),))


def _add(done: tuple[Part, ...], part: Part) -> tuple[Part, ...]:
    """Adds a part after the blocks it may be given."""
    parents = finite_parents(part, done)
    return (*done, _condition_on(part, parents) if parents else part)


def _condition_on(part: Part, parents: tuple[Part, ...]) -> Part:
    """The part with the statistics 1[y] T, one copy of T per value of y."""
    count = prod(points for parent in parents if (points := parent.points) is not None)
    names = ", ".join(parent.name for parent in parents)
    groups = tuple(
        replace(
            group,
            size=group.size * count,
            text=f"1[{names}] {group.text}",
            latex=rf"\mathbf{{1}}[{names}]\,{group.latex}",
        )
        for group in part.groups
    )
    return replace(part, groups=groups, configurations=count)
