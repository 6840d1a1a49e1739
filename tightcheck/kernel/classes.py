"""Which functions a natural parameter can be: the class that a conditional's map, links and constants leave it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Literal

import sympy as sp

from tightcheck import registry
from tightcheck.design import OUTPUT, SOFTMAX, Block, Conditional, Constant, Design, Head, Map
from tightcheck.family import Family
from tightcheck.once import once
from tightcheck.span import normal_form

REPRESENTATIVE = 3
"""Vector families are looked at in this dimension, or their own where it is smaller: their facts are uniform beyond it."""

PLAIN_ACTIVATIONS = frozenset(
    "relu leaky_relu elu selu celu gelu silu swish mish softplus tanh sigmoid hardtanh relu6 softsign".split()
)
LAYER_NORMALISED = frozenset(f"layer-normalised {word}" for word in (*PLAIN_ACTIVATIONS - {"swish"}, "identity"))
"""A layer's n >= 2 numbers t become N(t) = (t - mean) / sqrt(variance + eps), eps > 0, before or after a: a smooth map of bounded
slopes into a ball of radius sqrt(n). Two units ±t alone become ±t / sqrt(t^2 + eps), which is bounded and moves."""
LIPSCHITZ_ACTIVATIONS = PLAIN_ACTIVATIONS | LAYER_NORMALISED
BOUNDED_ACTIVATIONS = frozenset("tanh sigmoid hardtanh relu6 softsign".split()) | LAYER_NORMALISED
PIECEWISE_AFFINE = frozenset(("relu", "leaky_relu", "identity"))
IDENTITY_PAIRS = frozenset("relu leaky_relu softplus gelu silu swish".split())
"""a(t) and a(-t) combine to a non-zero multiple of t, so a width of 2 r holds every affine map of rank r."""


@dataclass(frozen=True)
class FunctionClass:
    """The functions that one natural parameter runs through, as a class.

    constant      no dependence on the other side; `value` exactly, or None where it is learned
    affine, mlp, unrestricted    a non-zero multiple, plus a constant, of the map's outputs, all of which are free
    expression    `formula`, in the other side's variables and free parameters
    linked        a non-affine function of the outputs: `formula` in the heads' outputs; None where an expression is clipped.
                  `foreign` is what it mentions beside outputs and learned constants: the other side, covariates
    """

    kind: Literal["constant", "affine", "mlp", "unrestricted", "expression", "linked"]
    source: Map | None = None
    value: sp.Expr | None = None
    formula: sp.Expr | None = None
    foreign: frozenset[sp.Symbol] = frozenset()


@cache
def _family(
    name: str, dimension: int | None, edges: tuple[tuple[int, int], ...] | None, fixed: tuple[tuple[str, sp.Expr], ...]
) -> Family:
    choices = {} if edges is None else {"edges": edges}
    return registry.load(name, dimension=dimension, fixed=dict(fixed), **choices)


def family_of(block: Block) -> Family:
    """The block's family at its representative dimension, with the fixed parameters that the design gives exactly."""
    dimension = block.dimension if block.dimension is None else min(block.dimension, REPRESENTATIVE)
    known = tuple(sorted((n, c.value) for n, c in dict(block.fixed).items() if c.value is not None))
    if isinstance(block.length, int):
        known = (*known, ("length", block.length))
    edges = (
        None
        if block.edges is None
        else registry.representative_edges(block.dimension or 0, block.edges, REPRESENTATIVE)
    )
    return _family(block.family, dimension, edges, known)


def substituted(conditional: Conditional, k: int) -> sp.Expr:
    """natural[k] with exactly known constants and expressions put in; learned constants and map outputs stay symbols."""
    known = {
        head.symbol: head.source.value
        for head in conditional.heads
        if isinstance(head.source, Constant) and head.source.value is not None
    }
    return sp.sympify(conditional.natural[k]).xreplace(known)


def varying_heads(conditional: Conditional, k: int) -> tuple[Head, ...]:
    """The heads in natural[k] that are computed by a map."""
    symbols = substituted(conditional, k).free_symbols
    return tuple(h for h in conditional.heads if isinstance(h.source, Map) and h.symbol in symbols)


def output_symbol(head: Head) -> sp.Symbol:
    """The map's own output for this head, under a name that no block, covariate or parameter can have."""
    return sp.Symbol(f"output:{head.symbol.name}", real=True)


def is_output(symbol: sp.Symbol) -> bool:
    """Whether the symbol is a map's own output."""
    return bool(symbol.name.startswith("output:"))


def linked_value(head: Head, conditional: Conditional) -> sp.Expr:
    """The head as a function of its map's outputs. A softmax over one draw's components is exp up to a common factor."""
    link = OUTPUT if head.link is None else head.link
    if conditional.block.dimension is not None:
        link = link.xreplace({SOFTMAX: sp.exp(OUTPUT)})
    return link.xreplace({OUTPUT: output_symbol(head)})


@once
def function_class(conditional: Conditional, k: int) -> FunctionClass:
    """The class of natural[k]."""
    natural = substituted(conditional, k)
    heads = varying_heads(conditional, k)
    if not heads:
        return FunctionClass("constant", value=None if natural.free_symbols else natural)
    first = heads[0].source
    assert isinstance(first, Map)
    if all(isinstance(h.source, Map) and h.source.kind == "expression" for h in heads):
        if any(h.bounds is not None for h in heads):
            return FunctionClass("linked", first)  # the expression clipped is another function
        return FunctionClass("expression", first, formula=expression_of(conditional, k))
    composed = normal_form(natural.xreplace({head.symbol: linked_value(head, conditional) for head in heads}))
    outputs = {output_symbol(head) for head in heads}
    slopes = [sp.diff(composed, output) for output in outputs]
    others = {SOFTMAX, *(s for s in composed.free_symbols - outputs if not _is_learned(conditional, s))}
    is_affine = (
        all(slope != 0 and not slope.free_symbols & outputs for slope in slopes) and not composed.free_symbols & others
    )
    if is_affine and all(head.bounds is None for head in heads) and len({head.source for head in heads}) == 1:
        return FunctionClass(first.kind, first)
    if all(is_onto(h, conditional) and isinstance(h.source, Map) and h.source.kind == "unrestricted" for h in heads):
        return FunctionClass("unrestricted", first)
    return FunctionClass("linked", first, formula=composed, foreign=foreign_symbols(conditional, composed))


def foreign_symbols(conditional: Conditional, formula: sp.Expr) -> frozenset[sp.Symbol]:
    """What a link's formula mentions that is no output, no learned constant and no fixed parameter of the family."""
    fixed = {parameter.symbol for parameter in family_of(conditional.block).fixed}
    return frozenset(
        s for s in formula.free_symbols - fixed - {SOFTMAX} if not is_output(s) and not _is_learned(conditional, s)
    )


def _is_learned(conditional: Conditional, symbol: sp.Symbol) -> bool:
    """Whether the symbol is a constant head's."""
    return any(head.symbol == symbol and isinstance(head.source, Constant) for head in conditional.heads)


def is_onto(head: Head, conditional: Conditional) -> bool:
    """Whether the link reaches every value of its parameter's own domain.

    A parameter without a link is taken as the map puts it out, wherever that is valid. exp and softplus reach all positive
    numbers, the sigmoid all probabilities, a softmax over one draw's components all positive probability vectors.
    """
    o, name = OUTPUT, head.symbol.name
    onto: list[sp.Expr | None] = [None, o]
    is_probability = name.startswith("probs") or name == "prob"
    if head.symbol.is_positive and not is_probability:
        onto += [sp.exp(o), sp.log(1 + sp.exp(o))]
    if is_probability and conditional.block.dimension is None:
        onto.append(1 / (1 + sp.exp(-o)))
    if is_probability and conditional.block.dimension is not None:
        onto.append(SOFTMAX)
    return head.bounds is None and head.link in onto


def expression_of(conditional: Conditional, k: int) -> sp.Expr:
    """natural[k] of expression maps, in the other side's variables and in free parameters."""
    natural = substituted(conditional, k)
    outputs = {
        head.symbol: (OUTPUT if head.link is None else head.link).xreplace({OUTPUT: own_coordinate(conditional, head)})
        for head in conditional.heads
        if isinstance(head.source, Map) and head.source.kind == "expression" and head.source.expression is not None
    }
    return natural.xreplace(outputs)


def own_coordinate(conditional: Conditional, head: Head) -> sp.Expr:
    """The head's expression; component k of a vector family's draw is about coordinate k: `z` is z[k - 1] there. The
    entries of a matrix are counted row by row, its lower triangle."""
    assert isinstance(head.source, Map) and head.source.expression is not None
    expression, (parameter, _, index) = head.source.expression, head.symbol.name.rpartition("_")
    if conditional.block.dimension is None or not index.isdecimal():
        return expression
    alike = [h for h in conditional.heads if h.symbol.name.rpartition("_")[0] == parameter]
    component = alike.index(head) + 1
    plain = {s for s in expression.free_symbols if "[" not in s.name}
    plain -= {*head.source.parameters, *(s for s in plain if s.name in conditional.inputs.covariates)}
    return expression.xreplace({s: sp.Symbol(f"{s.name}[{component - 1}]", **s.assumptions0) for s in plain})


def entries(design: Design, observed: Conditional, latent: Conditional) -> frozenset[tuple[str, int, str, int]]:
    """The places of the interaction block F between two blocks: (observed, natural parameter, latent, statistic)."""
    rows = range(len(observed.natural))
    columns = range(len(family_of(latent.block).statistics))
    return frozenset((observed.block.name, i, latent.block.name, k) for i in rows for k in columns)


@once
def all_entries(design: Design) -> frozenset[tuple[str, int, str, int]]:
    """Every place where the decoder may depend on z; a natural parameter that is constant has none."""
    return frozenset(
        entry
        for observed in design.decoder
        for latent in design.encoder
        for entry in entries(design, observed, latent)
        if varying_heads(observed, entry[1])
    )
