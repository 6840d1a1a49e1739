"""What is said of single models of a design, exactly: their formulas, log-partitions, coordinates, and what networks see."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import sympy as sp

from tightcheck.design import Block, Conditional, Constant, Design, Map
from tightcheck.expression import ExpressionError, parse_printed
from tightcheck.family import Family
from tightcheck.kernel.classes import REPRESENTATIVE, family_of
from tightcheck.kernel.rejected import Rejected, require
from tightcheck.kernel.side import Side
from tightcheck.kernel.zero import latent_of


def temperature(design: Design) -> sp.Expr:
    """beta of a beta-weighted objective: C2 holds with A / beta and g* = F' nu / beta + c."""
    if design.objective.kind != "beta":
        return sp.Integer(1)
    beta = sp.sympify(design.objective.value)
    require(bool(beta.is_positive), "the weight of the KL term is no positive number")
    return beta


def formula(text: object, names: Mapping[str, sp.Expr]) -> sp.Expr:
    """A formula of the certificate."""
    try:
        return parse_printed(str(text), dict(names))
    except ExpressionError as error:
        raise Rejected(f"the formula {str(text)[:60]!r} cannot be read: {error}") from None


def statistics_of(conditional: Conditional) -> tuple[sp.Expr, ...]:
    """nu of one observed copy: a multinomial of random length shows all its counts, none of them redundant."""
    family = family_of(conditional.block)
    return family.variables if conditional.block.length == "random" else family.statistics


def total_log_partition(conditional: Conditional, eta: Sequence[sp.Expr]) -> sp.Expr:
    """A at eta; 0 for a multinomial of random length, whose parameters are logarithms of probabilities."""
    if conditional.block.length == "random":
        return sp.Integer(0)
    family = family_of(conditional.block)
    is_cut = (conditional.block.dimension or 0) > REPRESENTATIVE  # log sigma^2 has the factor d / 2
    constants = {h.symbol for h in conditional.heads if isinstance(h.source, Constant)}
    moving = [t for t, e in zip(family.statistics, eta, strict=True) if sp.sympify(e).free_symbols - constants]
    require(
        not is_cut or all(len(t.free_symbols) == 1 for t in moving),
        "A is looked at in another dimension than the design's",
    )
    known = dict(zip(family.natural_parameters, eta, strict=True))
    value = sp.sympify(family.log_partition.xreplace(known))
    return value.doit() if value.has(sp.Sum) else value


def has_list(block: Block) -> bool:
    """Whether the draws have fixed parameters of their own, a list of them: one symbol stands for several numbers."""
    return any(c.value is None and c.sharing == "fixed" for c in dict(block.fixed).values())


def encoder_side(latent: Conditional, observed: Conditional) -> Side:
    """What the encoder of a latent block is shown of one observed coordinate."""
    inputs = latent.inputs
    family = family_of(observed.block)
    kind = inputs.kind
    if kind == "frequencies" and isinstance(observed.block.length, int):
        kind = "identity"  # x / l with one fixed l > 0
    if observed.block.length in ("random", "depends_on_z"):
        family = replace(family, support=replace(family.support, cardinality="countable", bounds=None))
    return Side(family.variables, family, kind, inputs.expression, observed.block.name)


def decoder_side(observed: Conditional, latent: Conditional) -> Side:
    """What the decoder of an observed block is shown of one latent coordinate."""
    family = family_of(latent.block)
    return Side(family.variables, family, observed.inputs.kind, observed.inputs.expression, latent.block.name)


def is_explicit(observed: Conditional) -> bool:
    """Whether the block's map is an expression, the same for all its copies."""
    return any(isinstance(h.source, Map) and h.source.kind == "expression" for h in observed.heads)


def is_about_itself(latent: Conditional, observed: Conditional) -> bool:
    """Whether no expression of the block picks one of several latent coordinates, z[0], for all observed ones."""
    maps = [h.source for h in observed.heads if isinstance(h.source, Map) and h.source.expression is not None]
    named = {s.name for source in maps if source.expression is not None for s in source.expression.free_symbols}
    return latent.block.copies == 1 or not any(name.startswith(f"{latent.block.name}[") for name in named)


def multiplicity(latent: Conditional, observed: Conditional) -> int:
    """How many observed copies move with one latent copy: an expression moves all of them, or each its own."""
    if not is_explicit(observed):
        return 1
    require(is_about_itself(latent, observed), "the expression picks one of several coordinates")
    require(latent.block.copies in (1, observed.block.copies), "the expression's coordinates do not match")
    return observed.block.copies if latent.block.copies == 1 else 1


def at_parameters(expression: sp.Expr, conditional: Conditional, parameters: Mapping[str, Any], side: Side) -> sp.Expr:
    """An expression map at given parameters, in the variables of the one latent coordinate it may mention."""
    declared = {s.name for h in conditional.heads if isinstance(h.source, Map) for s in h.source.parameters}
    require(set(parameters) == declared, "the parameters are not those of the expression")
    known: dict[sp.Basic, sp.Basic] = {}
    for symbol in expression.free_symbols:
        if symbol.name in parameters:
            known[symbol] = formula(parameters[symbol.name], {})
            require(known[symbol].is_number, f"the parameter {symbol.name} is no number")
        elif any(symbol == h.symbol for h in conditional.heads):
            continue
        else:
            known[symbol] = coordinate(symbol, side.variables, side.name)
    return expression.xreplace(known)


def coordinate(symbol: sp.Symbol, variables: Sequence[sp.Symbol], name: str) -> sp.Symbol:
    """The variable that a name such as z or z[1] stands for."""
    base, _, index = symbol.name.partition("[")
    require(base == name, f"the name {symbol.name} is neither a parameter nor a coordinate")
    if not index and len(variables) == 1:
        return variables[0]
    position = int(index.rstrip("]")) if index else -1
    require(0 <= position < len(variables), f"the name {symbol.name} is neither a parameter nor a coordinate")
    return variables[position]


Coordinate = tuple[Conditional, tuple[sp.Symbol, ...], Family, int]


def coordinates(design: Design, chosen: Sequence[Sequence[Any]]) -> list[Coordinate]:
    """The latent coordinates [block, copy] of a step, each with variables of its own: z0, z1 (z0_1, ... for vectors)."""
    result: list[Coordinate] = []
    for a, (name, copy) in enumerate(chosen):
        latent = latent_of(design, name)
        family = family_of(latent.block)
        require(0 <= int(copy) < latent.block.copies, f"{name} has no copy {copy}")
        several = len(family.variables) > 1
        names = [f"z{a}_{t + 1}" if several else f"z{a}" for t in range(len(family.variables))]
        variables = tuple(sp.Symbol(n, **v.assumptions0) for n, v in zip(names, family.variables, strict=True))
        result.append((latent, variables, family, int(copy)))
    require(len({(c[0].block.name, c[3]) for c in result}) == len(result), "a coordinate is named twice")
    parents = {name for latent in design.encoder for name in latent.block.given}
    require(
        all(c[2].spans_all_functions for c in result if c[0].block.name in parents),
        "a block that others are given is looked at",
    )
    together = {c[0].block.name for c in result}
    apart = not any(together & set(c[0].block.given) for c in result)
    require(apart, "a block and one given it are not looked at together")
    return result


def in_support(point: Mapping[sp.Symbol, sp.Expr], active: Sequence[Coordinate]) -> bool:
    """Whether the point gives every active coordinate a value in the support of its family (boundaries excluded)."""
    for _, variables, family, _ in active:
        if any(v not in point for v in variables):
            return False
        value = tuple(point[v] for v in variables)
        if value in family.support.points:
            continue
        bounds = family.support.bounds
        if len(variables) != 1 or bounds is None:
            return False
        (low, high), z = bounds[0], value[0]
        inside = bool(low <= z) and bool(z <= high) if family.support.is_discrete else bool(low < z) and bool(z < high)
        if not (z.is_number and z.is_real and inside and (z.is_integer or not family.support.is_discrete)):
            return False
    return len(point) == sum(len(variables) for _, variables, _, _ in active)
