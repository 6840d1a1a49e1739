"""From the cases to a formula: cases with the same answer are joined, empty ones join any."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import TypeAlias

import sympy as sp

from tightcheck.kernel.joint_numbers import ATOMS, Number
from tightcheck.kernel.joint_signs import CONTRADICTION, Leaf, Tree


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


def as_sympy(formula: Formula, names: Mapping[str, sp.Expr]) -> sp.Basic:
    """The formula as And / Or of relations."""
    if formula is None or isinstance(formula, bool):
        return sp.true if formula else sp.false
    if isinstance(formula, Condition):
        return _relation(expression(formula.number, names), formula.signs)
    kind = sp.And if isinstance(formula, All) else sp.Or
    return kind(*(as_sympy(part, names) for part in formula.parts), evaluate=False)


RELATIONS: Mapping[frozenset[int], Callable[[sp.Expr], sp.Basic]] = {
    frozenset({-1}): lambda e: sp.StrictLessThan(e, 0, evaluate=False),
    frozenset({-1, 0}): lambda e: sp.LessThan(e, 0, evaluate=False),
    frozenset({0}): lambda e: sp.Eq(e, 0, evaluate=False),
    frozenset({0, 1}): lambda e: sp.GreaterThan(e, 0, evaluate=False),
    frozenset({1}): lambda e: sp.StrictGreaterThan(e, 0, evaluate=False),
    frozenset({-1, 1}): lambda e: sp.Ne(e, 0, evaluate=False),
}


def _relation(number: sp.Expr, signs: frozenset[int]) -> sp.Basic:
    constant, rest = number.as_independent(*number.free_symbols, as_Add=True) if number.free_symbols else (0, number)
    factor, term = rest.as_coeff_Mul()
    if not term.is_Add and not term.is_number:  # W < 1, not -W > -1
        constant, rest = constant / factor, term
        signs = frozenset(-sign for sign in signs) if factor < 0 else signs
    relation = RELATIONS[signs](rest)
    return relation.func(rest, -constant, evaluate=False) if constant else relation


def expression(number: Number, names: Mapping[str, sp.Expr]) -> sp.Expr:
    """The number as SymPy writes it."""
    return sp.Add(
        *(
            sp.Mul(
                sp.Rational(factor.numerator, factor.denominator),
                *(sp.Pow(_atom(name, names), sp.Rational(p.numerator, p.denominator)) for name, p in monomial),
            )
            for monomial, factor in number.terms.items()
        )
    )


def _atom(name: str, names: Mapping[str, sp.Expr]) -> sp.Expr:
    atom = ATOMS[name]
    if atom.argument is None:
        return sp.pi if name == "pi" else names.get(name, _plain(_renamed(name, tuple(names.items()))))
    inner = expression(atom.argument, names)
    if atom.kind == "log":
        return sp.log(inner)
    if atom.kind == "exp":
        return sp.exp(inner)
    return 1 / inner if atom.kind == "inverse" else inner


@cache
def _plain(name: str) -> sp.Symbol:
    return sp.Symbol(name, real=True)


def _renamed(text: str, names: tuple[tuple[str, sp.Expr], ...]) -> str:
    """A hidden maximum's name with the entries' own names."""
    for old, new in sorted(names, key=lambda pair: -len(pair[0])):
        text = re.sub(rf"\b{old}\b", str(new), text)
    return text.replace("1*", "")
