"""Formulas as SymPy writes them, with the names of W's entries."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cache

import sympy as sp

from tightcheck.kernel.joint_formula import All, Condition, Formula
from tightcheck.kernel.joint_numbers import ATOMS, Number


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
