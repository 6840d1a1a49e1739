"""Whether a number, or a formula for every value of its symbols, can be a parameter of a conditional."""

from __future__ import annotations

from collections.abc import Sequence

import sympy as sp

from tightcheck.design import OUTPUT, SOFTMAX, Conditional, Constant, Head, Map
from tightcheck.kernel.classes import family_of, own_coordinate
from tightcheck.kernel.defined import is_defined, is_defined_for_all
from tightcheck.kernel.integrability import holds_on
from tightcheck.kernel.model import Coordinate
from tightcheck.once import once

OUTPUTS = tuple(map(sp.Rational, ("0", "1/2", "1/4", "1", "-1", "2", "-3", "7", "-20", "50")))
"""What a map may put out, tried one after another."""


@once
def is_valid(conditional: Conditional, head: Head, value: sp.Expr) -> bool:
    """Whether the head can certainly have this value, the others being what they may: it is positive where it must be, the
    natural parameters it is part of are real, and every condition on them holds."""
    if not value.is_real or (head.symbol.is_positive and not value.is_positive):
        return False
    family = family_of(conditional.block)
    natural = dict(zip(family.natural_parameters, map(sp.sympify, conditional.natural), strict=True))
    known = {eta: entry.xreplace({head.symbol: value}) for eta, entry in natural.items()}
    moved = {eta for eta, entry in natural.items() if entry.has(head.symbol)}
    conditions = [c for c in family.natural_domain if c.free_symbols & moved]
    return all(is_defined_for_all(known[eta]) for eta in moved) and all(holds_on(c, known, ()) for c in conditions)


def value_at(conditional: Conditional, head: Head, output: sp.Expr) -> sp.Expr:
    """The head where its map puts out this number: its link, clipped. A share of several is 1 / (2 + |output|), and what else
    the link mentions is 1/2."""
    link = OUTPUT if head.link is None else head.link
    alone = conditional.block.copies * (conditional.block.dimension or 1) == 1
    share = sp.Integer(1) if alone else 1 / (2 + abs(output))
    others = {s: sp.Rational(1, 2) for s in link.free_symbols - {OUTPUT, SOFTMAX}}
    value = link.xreplace({**others, OUTPUT: output, SOFTMAX: share})
    return value if head.bounds is None else sp.Max(head.bounds[0], sp.Min(head.bounds[1], value))


def has_constants(conditional: Conditional) -> bool:
    """Whether every map behind a link or within bounds certainly has a constant that is a valid parameter. A map alone is taken
    to put out what is valid."""
    linked = [
        h for h in conditional.heads if isinstance(h.source, Map) and (h.bounds is not None or h.link is not None)
    ]
    return all(any(is_valid(conditional, h, value_at(conditional, h, t)) for t in OUTPUTS) for h in linked)


def positive_formulas(conditional: Conditional) -> list[sp.Expr]:
    """What the positive parameters that are written out are, in the other side's variables and free parameters. The natural
    parameters may not tell their signs: a scale and its negative have the same."""
    written = [h for h in conditional.heads if isinstance(h.source, Map) and h.source.kind == "expression"]
    linked = {
        h: (OUTPUT if h.link is None else h.link).xreplace({OUTPUT: own_coordinate(conditional, h)})
        for h in written
        if h.symbol.is_positive
    }
    return [
        value if h.bounds is None else sp.Max(h.bounds[0], sp.Min(h.bounds[1], value)) for h, value in linked.items()
    ]


def written_formulas(conditional: Conditional) -> list[sp.Expr]:
    """What the maps that are written out put out, before their links: exp(log(z)) is z, and log(z) has no value at -1."""
    written = [h for h in conditional.heads if isinstance(h.source, Map) and h.source.kind == "expression"]
    return [own_coordinate(conditional, h) for h in written]


def stays_positive(value: sp.Expr, active: Sequence[Coordinate]) -> bool:
    """Whether the value is certainly positive at every draw of positive mass, and almost every other: its logarithm is real."""
    return is_defined(sp.log(value), active)


def has_valid_constants(conditional: Conditional) -> bool:
    """Whether no parameter that is fixed at a number is out of its domain."""
    fixed = {
        h.symbol: h.source.value
        for h in conditional.heads
        if isinstance(h.source, Constant) and h.source.value is not None
    }
    family = family_of(conditional.block)
    natural = dict(
        zip(family.natural_parameters, (sp.sympify(e).xreplace(fixed) for e in conditional.natural), strict=True)
    )
    numbers = {eta: value for eta, value in natural.items() if value.is_number}
    known = [c for c in family.natural_domain if c.free_symbols <= set(numbers)]
    signs = all(bool(value.is_positive) for symbol, value in fixed.items() if symbol.is_positive)
    return signs and all(holds_on(c, numbers, ()) for c in known)
