"""What the heads of a conditional must be for its natural parameters to be given functions, and what is left of a natural
parameter once others are constant.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import sympy as sp

from tightcheck.design import Conditional, Constant, Head, Map
from tightcheck.family import Family, Parametrisation
from tightcheck.kernel.classes import (
    FunctionClass,
    family_of,
    foreign_symbols,
    function_class,
    linked_value,
)
from tightcheck.kernel.rejected import require
from tightcheck.once import once
from tightcheck.span import is_zero, normal_form


def is_one_to_one(conditional: Conditional) -> bool:
    """Whether a natural parameter has one way to be written: there are as many parameters, or a direction, of length 1, and a
    concentration. The logits of a class may all be shifted."""
    family = family_of(conditional.block)
    return len(conditional.heads) == len(family.natural_parameters) or family.support.chart is not None


def parametrisation_of(conditional: Conditional) -> Parametrisation:
    """The way of writing the family's parameters that the heads follow."""
    symbols = {head.symbol for head in conditional.heads}
    for way in family_of(conditional.block).parametrisations:
        if set(way.symbols) == symbols:
            same = tuple(way.natural) == tuple(conditional.natural)
            require(same, f"the natural parameters of {conditional.block.name} are not those of its parametrisation")
            return way
    require(False, f"the heads of {conditional.block.name} are no parametrisation of {conditional.block.family}")
    raise AssertionError


def raw_values(conditional: Conditional, eta: Sequence[sp.Expr]) -> dict[Head, sp.Expr]:
    """What each head must be for the natural parameters to be eta, as the parametrisation writes it."""
    way, family = parametrisation_of(conditional), family_of(conditional.block)
    known = dict(zip(family.natural_parameters, eta, strict=True))
    by_symbol = dict(zip(way.symbols, way.inverse, strict=True))
    return {h: sp.sympify(by_symbol[h.symbol]).xreplace(known) for h in conditional.heads}


def of_one_number(conditional: Conditional) -> list[list[Head]]:
    """The heads that are one learned number: the components of a vector of parameters that is shared. A matrix is one parameter,
    of entries of its own."""
    way, heads = parametrisation_of(conditional), {head.symbol: head for head in conditional.heads}
    parameters = {name: way.symbols_of(name) for name in way.parameters}
    vectors = [symbols for name, symbols in parameters.items() if name == "natural" or not _are_of_matrix(symbols)]
    groups = ([heads[s] for s in symbols if _is_one_for_all(heads[s])] for symbols in vectors)
    return [group for group in groups if len(group) > 1]


def _are_of_matrix(symbols: Sequence[sp.Symbol]) -> bool:
    """Whether these are the entries of a matrix, from that of the first row and column on."""
    return any(str(symbol).endswith(("_11", "_1_1")) for symbol in symbols[:1])


def _is_one_for_all(head: Head) -> bool:
    return isinstance(head.source, Constant) and head.source.value is None and head.source.sharing == "shared"


def agree(conditional: Conditional, values: Mapping[Head, sp.Expr]) -> bool:
    """Whether heads that are one learned number need one number; of edges that are not looked at, only if it is known."""
    groups, couplings = of_one_number(conditional), _couplings(conditional)
    is_cut = len(couplings) < len(conditional.block.edges or ())
    known = all(values[h].is_number for h in couplings if is_cut and _is_one_for_all(h))
    return known and all(is_zero(values[head] - values[group[0]]) for group in groups for head in group[1:])


def _couplings(conditional: Conditional) -> list[Head]:
    """The heads of the edges of a field."""
    if conditional.block.edges is None:
        return []
    products = {
        n for n, t in zip(_names(conditional), family_of(conditional.block).statistics, strict=True) if t.is_Mul
    }
    way = parametrisation_of(conditional)
    by_natural = dict(zip(way.symbols, way.inverse, strict=True))
    return [h for h in conditional.heads if sp.sympify(by_natural[h.symbol]).free_symbols & products]


def _names(conditional: Conditional) -> tuple[sp.Symbol, ...]:
    return family_of(conditional.block).natural_parameters


def is_parametrised(conditional: Conditional, eta: Sequence[sp.Expr]) -> bool:
    """Whether the heads that eta stands for are certainly real, and positive where they must be."""
    way, family = parametrisation_of(conditional), family_of(conditional.block)
    known = dict(zip(family.natural_parameters, eta, strict=True))
    return all(bool(part.xreplace(known).is_positive) for part in partial(family, way))


def partial(family: Family, way: Parametrisation) -> list[sp.Expr]:
    """What has to be positive beyond the natural domain for a natural parameter to have parameters of this kind. Where the
    natural domain says it of what a positive one, a logarithm or a root is made of, every natural parameter has them; a
    truncated Gaussian that grows outwards has no variance."""
    limited = set().union(*(relation.free_symbols for relation in family.natural_domain))
    parts = [e for symbol, e in zip(way.symbols, way.inverse, strict=True) if symbol.is_positive]
    for e in map(sp.sympify, way.inverse):
        parts += [log.args[0] for log in e.atoms(sp.log)]
        parts += [power.base for power in e.atoms(sp.Pow) if not power.exp.is_integer and power.base != sp.E]
    return [part for part in map(sp.sympify, parts) if not (part.is_nonnegative or part.free_symbols & limited)]


def opaque(expression: sp.Expr, variables: frozenset[sp.Symbol]) -> sp.Expr:
    """The expression with every part that is free of the variables replaced by a symbol: the same function of them."""
    return _opaque(expression, variables, {})


def _opaque(expression: sp.Expr, variables: frozenset[sp.Symbol], names: dict[sp.Expr, sp.Symbol]) -> sp.Expr:
    if expression.is_Atom:
        return expression
    if not expression.free_symbols & variables:
        if expression.is_number:
            return expression
        sign = (
            {"positive": True}
            if expression.is_positive
            else {"negative": True}
            if expression.is_negative
            else {"real": True}
        )
        return names.setdefault(expression, sp.Dummy(**sign))
    if expression.is_Add or expression.is_Mul:
        still = [a for a in expression.args if not a.free_symbols & variables]
        moving = [_opaque(a, variables, names) for a in expression.args if a.free_symbols & variables]
        return expression.func(_opaque(expression.func(*still), variables, names), *moving)
    return expression.func(*(_opaque(a, variables, names) for a in expression.args))


def head_values(conditional: Conditional, eta: Sequence[sp.Expr]) -> dict[Head, sp.Expr]:
    """What each head must be for the natural parameters to be eta, in normal form."""
    return {head: normal_form(value) for head, value in raw_values(conditional, eta).items()}


@once
def reduced_class(conditional: Conditional, k: int, dead: frozenset[int]) -> FunctionClass:
    """The class of natural parameter k once those in `dead` are known to be constant.

    With the variance of a Gaussian constant, its mean over the variance is in the class of the mean's map.
    """
    stated = function_class(conditional, k)
    if stated.kind != "linked" or not is_one_to_one(conditional):
        return stated
    family = family_of(conditional.block)
    eta = family.natural_parameters[k]
    way = parametrisation_of(conditional)
    others = {e for i, e in enumerate(family.natural_parameters) if i != k and i not in dead}
    by_symbol = dict(zip(way.symbols, way.inverse, strict=True))
    moved = [h for h in conditional.heads if sp.sympify(by_symbol[h.symbol]).has(eta)]
    if len(moved) == 1 and isinstance(moved[0].source, Constant):
        inverse = sp.sympify(by_symbol[moved[0].symbol])
        slope = sp.diff(inverse, eta)
        if not slope.has(eta) and slope.is_zero is False and not inverse.free_symbols & others:
            return FunctionClass("constant")
    if len(moved) != 1 or not isinstance(moved[0].source, Map) or moved[0].bounds is not None:
        return stated
    inverse = sp.sympify(by_symbol[moved[0].symbol])
    slope = sp.diff(inverse, eta)
    if slope.has(eta) or inverse.free_symbols & others:
        return stated
    if moved[0].link is None:
        return FunctionClass(moved[0].source.kind, moved[0].source)
    linked = linked_value(moved[0], conditional)
    return FunctionClass("linked", moved[0].source, formula=linked, foreign=foreign_symbols(conditional, linked))
