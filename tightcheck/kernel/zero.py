"""What the lemmas share that force entries of the interaction F to zero in every consistent model.

Such a lemma takes the design, the step's arguments and the entries already known to be zero, checks its side conditions
on the registry's facts, and returns the entries that it adds. An entry (x, i, z, k) is the coefficient of statistic k of
latent block z in natural parameter i of observed block x.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sympy as sp

from tightcheck.design import SOFTMAX, Conditional, Design
from tightcheck.family import Family
from tightcheck.kernel.classes import (
    BOUNDED_ACTIVATIONS,
    LIPSCHITZ_ACTIVATIONS,
    FunctionClass,
    all_entries,
    family_of,
    is_output,
)
from tightcheck.kernel.rejected import require
from tightcheck.kernel.slices import Curve, curves
from tightcheck.span import combination, separating_points

Entry = tuple[str, int, str, int]


Entries = frozenset[Entry]


def latent_of(design: Design, name: object) -> Conditional:
    """The latent conditional with this name."""
    found = [conditional for conditional in design.encoder if conditional.block.name == name]
    require(len(found) == 1, f"there is no latent block {name!r}")
    return found[0]


def observed_of(design: Design, name: object) -> Conditional:
    """The observed conditional with this name."""
    found = [conditional for conditional in design.decoder if conditional.block.name == name]
    require(len(found) == 1, f"there is no observed block {name!r}")
    return found[0]


def pair_of(design: Design, step: Mapping[str, Any]) -> tuple[Conditional, Conditional]:
    """The latent and the observed conditional that a step names."""
    return latent_of(design, step["latent"]), observed_of(design, step["observed"])


def live_blocks(design: Design, latent: Conditional, zero: Entries) -> list[Conditional]:
    """The observed blocks that may still depend on this latent block."""
    live = {e[0] for e in all_entries(design) if e[2] == latent.block.name and e not in zero}
    return [observed for observed in design.decoder if observed.block.name in live]


def dead_columns(design: Design, latent: Conditional, zero: Entries) -> frozenset[int]:
    """The encoder's natural parameters that are constant in every consistent model."""
    live = {e[3] for e in all_entries(design) if e[2] == latent.block.name and e not in zero}
    return frozenset(range(len(family_of(latent.block).statistics))) - live


def of_block(design: Design, latent: Conditional, observed: list[Conditional]) -> Entries:
    """All entries between these observed blocks and the latent block."""
    names = {conditional.block.name for conditional in observed}
    return frozenset(e for e in all_entries(design) if e[2] == latent.block.name and e[0] in names)


def high_degree(pieces: tuple[Curve, ...]) -> frozenset[int]:
    """Statistics of more than half the largest degree: sum c f^2 has degree 2 deg f, which span(psi, 1) must hold."""
    count = len(pieces[0].statistics)
    degrees = [
        max(sp.degree(p.statistics[k], p.parameter) if p.statistics[k].has(p.parameter) else 0 for p in pieces)
        for k in range(count)
    ]
    per_piece = all(sp.degree(s, p.parameter) in (0, 1, 2) for p in pieces for s in p.statistics if s.has(p.parameter))
    return (
        frozenset(k for k in range(count) if degrees[k] == max(degrees) == 2 or max(degrees) == 1)
        if per_piece
        else frozenset()
    )


def has_square(pieces: tuple[Curve, ...], k: int) -> bool:
    """Whether statistic k has degree 2 along the slices on which it moves."""
    return any(sp.degree(p.statistics[k], p.parameter) == 2 for p in pieces if p.statistics[k].has(p.parameter))


def unbounded_slices(observed: Conditional) -> tuple[Curve, ...]:
    """The slices of an observed family, along which nu must be polynomial without bound."""
    if observed.block.length in ("random", "depends_on_z"):
        n = sp.Symbol("n", integer=True, positive=True)  # the text with one word n times
        return (Curve(n, (), (n,), "countable", sp.Integer(1), sp.oo),)
    pieces = curves(family_of(observed.block))
    unbounded = all(p.is_polynomial and p.reaches_infinity and sp.oo in (p.upper, -p.lower) for p in pieces)
    require(bool(pieces) and unbounded, "nu is not polynomial on unbounded slices")
    return pieces


def separated(target: sp.Expr, basis: list[sp.Expr], family: Family) -> bool:
    """Whether `target` is outside the span of a maximal independent part of `basis` and 1, by exact points of the support."""
    independent: list[sp.Expr] = []
    for b in basis:
        if combination(b, independent, family.variables) is None:
            independent.append(b)
    points = [dict(zip(family.variables, point, strict=True)) for point in family.support.points]
    return separating_points(target, independent, points) is not None


def is_lipschitz(functions: FunctionClass) -> bool:
    """Whether every function of the class is Lipschitz in the inputs, also behind softplus, tanh or sigmoid of one output."""
    source, formula = functions.source, functions.formula
    slow_map = source is not None and (
        source.kind == "affine" or (source.kind == "mlp" and source.activation in LIPSCHITZ_ACTIVATIONS)
    )
    if functions.kind in ("affine", "mlp"):
        return slow_map
    if functions.kind != "linked" or formula is None or functions.foreign:
        return False
    outputs = [s for s in formula.free_symbols if is_output(s)]
    if len(outputs) != 1:
        return False
    o, t = outputs[0], sp.Dummy()
    slow = {sp.log(1 + sp.exp(o)): t, sp.tanh(o): t, 1 / (1 + sp.exp(-o)): t}
    affine = sp.expand(formula.xreplace(slow))
    slopes = [sp.diff(affine, symbol) for symbol in (o, t)]
    return slow_map and not affine.has(SOFTMAX) and all(bool(slope.is_number) for slope in slopes)


def is_bounded(functions: FunctionClass) -> bool:
    """A network with a hidden layer of bounded activations, or an affine function of tanh or the sigmoid of one output."""
    source, formula = functions.source, functions.formula
    if functions.kind == "mlp":
        return source is not None and bool(source.hidden) and source.activation in BOUNDED_ACTIVATIONS
    if (
        functions.kind != "linked"
        or formula is None
        or functions.foreign
        or len(outputs := [s for s in formula.free_symbols if is_output(s)]) != 1
    ):
        return False
    o, t = outputs[0], sp.Dummy()
    affine = sp.expand(formula.xreplace({sp.tanh(o): t, 1 / (1 + sp.exp(-o)): t}))
    return not affine.has(o, SOFTMAX) and affine.has(t) and sp.diff(affine, t, 2) == 0
