"""The natural parameters of a decoder in one model that a certificate states, checked to be in the design's class."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sympy as sp

from tightcheck.design import OUTPUT, SOFTMAX, Conditional, Constant, Head, Map
from tightcheck.expression import CoordinateSum, Softmax
from tightcheck.family import Family
from tightcheck.kernel.activations import nested
from tightcheck.kernel.classes import family_of, own_coordinate
from tightcheck.kernel.defined import is_defined
from tightcheck.kernel.integrability import stays_in_domain
from tightcheck.kernel.model import (
    Coordinate,
    at_parameters,
    formula,
)
from tightcheck.kernel.parametrised import agree
from tightcheck.kernel.rejected import require
from tightcheck.kernel.side import INJECTIVE, Side
from tightcheck.kernel.valid import stays_positive
from tightcheck.span import combination, is_zero


def model_natural(
    observed: Conditional, step: Mapping[str, Any], active: Sequence[Coordinate], names: Mapping[str, sp.Symbol]
) -> list[sp.Expr]:
    """The natural parameters of one observed copy in the stated model, checked to be in the design's class."""
    require(
        all(k.batch_norm != "train" for k in (h.source for h in observed.heads) if isinstance(k, Map)),
        "batch normalisation in training mode",
    )
    stated = dict(step["outputs"])
    inners = {head: formula(stated.get(head.symbol.name, "0"), names) for head in observed.heads}
    require(agree(observed, inners), "components share a constant and need different ones")
    values: dict[sp.Basic, sp.Basic] = {}
    for head, inner in inners.items():
        if isinstance(head.source, Constant):
            value = head.source.value if head.source.sharing == "fixed" else inner
            require(value is not None, f"{head.symbol} is fixed at values that are not written out")
            assert value is not None
            require(value.is_number, f"{head.symbol} has no value")
        else:
            value = head_value(observed, head, inner, step, active, names)
            together = {f for h, f in inners.items() if h.source == head.source and f.free_symbols}
            require(len(together) <= min(head.source.hidden, default=len(together)), "the layers hold fewer functions")
        positive = bool(value.is_positive) or stays_positive(value, active)
        require(not head.symbol.is_positive or positive, f"{head.symbol} is not shown to be positive")
        require(is_defined(value, active), f"{head.symbol} is not shown to have a value for almost every z")
        values[head.symbol] = value
    if observed.block.length == "random":
        return _log_softmax(observed, values, active)
    eta = [sp.sympify(entry).xreplace(values) for entry in observed.natural]
    places = [(v, f) for _, v, f, _ in active]
    inside = stays_in_domain(family_of(observed.block), eta, places)
    require(inside, "f is not shown to stay in the natural domain")
    require(all(is_defined(entry, active) for entry in eta), "a parameter is not shown to be valid for every z")
    return eta


def _log_softmax(
    observed: Conditional, values: Mapping[sp.Basic, sp.Basic], active: Sequence[Coordinate]
) -> list[sp.Expr]:
    """log softmax of the logits, or of the probabilities' logarithms; all other words' logits are 0."""
    others = int(observed.block.dimension or 0) - len(observed.heads)
    logits = []
    for head in observed.heads:
        is_probability = bool(head.symbol.is_positive)
        require(head.symbol.name.startswith("probs" if is_probability else "logits"), "these outputs are not looked at")
        require(not is_probability or head.link is not None or not others, "the other probabilities are not stated")
        value = sp.sympify(values[head.symbol])
        logits.append(sp.log(value) if is_probability else value)
    total = sum((sp.exp(logit) for logit in logits), sp.Integer(others))
    return [logit - sp.log(total) for logit in logits]


def head_value(
    observed: Conditional,
    head: Head,
    inner: sp.Expr,
    step: Mapping[str, Any],
    active: Sequence[Coordinate],
    names: Mapping[str, sp.Symbol],
) -> sp.Expr:
    """The head in the model: the map realises `inner` (affine: itself; mlp: activations nested around it)."""
    source = head.source
    assert isinstance(source, Map)
    require(head.bounds is None, "bounded heads are not looked at")
    link = OUTPUT if head.link is None else head.link
    if observed.block.dimension is not None:
        link = link.xreplace({SOFTMAX: sp.exp(OUTPUT)})
    require(link.free_symbols == {OUTPUT}, "this link is not looked at")
    if source.kind == "expression":
        assert source.expression is not None
        written, parameters = own_coordinate(observed, head), step.get("parameters", {})
        if len(active) == 1 and not any("[" in s.name for s in written.free_symbols):
            side = Side(active[0][1], active[0][2], "identity", name=active[0][0].block.name)
            stated = at_parameters(written, observed, parameters, side)
        else:
            stated = at_coordinates(written, observed, parameters, active)
        require(is_defined(stated, active), "the expression is not shown to have a value for almost every z")
        return link.xreplace({OUTPUT: stated})
    if source.kind == "unrestricted":
        told = observed.inputs.kind != "statistics" or all(_are_told(family) for _, _, family, _ in active)
        require(observed.inputs.kind in INJECTIVE and told, "the inputs do not determine z")
    else:
        functions = shown_functions(observed, active)
        if observed.inputs.kind == "one_hot" and all(family.support.is_finite for _, _, family, _ in active):
            require(source.bias and inner.free_symbols <= set(names.values()), "unknown names or no bias")
        else:
            require(observed.inputs.kind in ("identity", "statistics"), "these inputs are not looked at")
            coefficients = combination(inner, functions, list(names.values()))
            require(coefficients is not None, "the inner function is not affine")
            assert coefficients is not None
            require(source.bias or is_zero(coefficients[0]), "without a bias the inner function has a constant")
    output = nested(source, inner) if source.kind == "mlp" and inner.free_symbols else inner
    return link.xreplace({OUTPUT: output})


def at_coordinates(
    expression: sp.Expr, conditional: Conditional, parameters: Mapping[str, Any], active: Sequence[Coordinate]
) -> sp.Expr:
    """An expression map at given parameters that names several coordinates, all of them active: z[2] is copy 2 of numbers, or
    component 2 of one vector."""
    declared = {s.name for h in conditional.heads if isinstance(h.source, Map) for s in h.source.parameters}
    require(set(parameters) == declared, "the parameters are not those of the expression")
    require(not expression.has(CoordinateSum, Softmax), "sums over coordinates are not looked at")
    known: dict[sp.Basic, sp.Basic] = {}
    for latent, variables, _, copy in active:
        name = latent.block.name
        if len(variables) > 1:
            require(latent.block.copies == 1, "one of several vectors is named")
            known |= {sp.Symbol(f"{name}[{j}]", real=True): v for j, v in enumerate(variables)}
        else:
            known[sp.Symbol(f"{name}[{copy}]", real=True)] = variables[0]
            known |= {sp.Symbol(name, real=True): variables[0]} if latent.block.copies == 1 else {}
    for symbol in expression.free_symbols:
        if symbol.name in parameters:
            known[symbol] = formula(parameters[symbol.name], {})
            require(known[symbol].is_number, f"the parameter {symbol.name} is no number")
        elif not any(symbol == h.symbol for h in conditional.heads):
            require(symbol in known, f"the name {symbol.name} is neither a parameter nor an active coordinate")
    return expression.xreplace(known)


def _are_told(family: Family) -> bool:
    """Whether the statistics determine a draw: each variable has one that rises or falls with it alone, or sine and cosine."""

    def is_told(v: sp.Symbol) -> bool:
        own = [sp.diff(s, v) for s in family.statistics if s.free_symbols & set(family.variables) == {v}]
        is_monotone = any(bool(slope.is_positive or slope.is_negative) for slope in own)
        return is_monotone or {sp.sin(v), sp.cos(v)} <= set(family.statistics)

    return all(map(is_told, family.variables))


def shown_functions(observed: Conditional, active: Sequence[Coordinate]) -> list[sp.Expr]:
    """What the decoder is shown of the active coordinates: themselves, or their statistics."""
    if observed.inputs.kind != "statistics":
        return [v for _, variables, _, _ in active for v in variables]
    places = [(family, dict(zip(family.variables, variables, strict=True))) for _, variables, family, _ in active]
    return [statistic.xreplace(place) for family, place in places for statistic in family.statistics]
