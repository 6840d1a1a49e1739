"""Entries of F that C3 removes: g* = F' nu + c must be in the encoder's class, and a natural parameter for every x."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import sympy as sp

from tightcheck.design import SOFTMAX, Conditional, Design, Map
from tightcheck.kernel.alike import alike, shows_inputs_only
from tightcheck.kernel.asymptotics import order
from tightcheck.kernel.bent_links import bent_encoder
from tightcheck.kernel.bounded_inputs import keeps_bounded, without_unbounded
from tightcheck.kernel.classes import (
    LIPSCHITZ_ACTIVATIONS,
    PIECEWISE_AFFINE,
    all_entries,
    family_of,
    is_output,
    varying_heads,
)
from tightcheck.kernel.defined import is_analytic
from tightcheck.kernel.growth_rates import faster, reach
from tightcheck.kernel.links import is_exponential, settled_along
from tightcheck.kernel.model import encoder_side
from tightcheck.kernel.parametrised import reduced_class
from tightcheck.kernel.rejected import require
from tightcheck.kernel.slices import Curve, curves, on_support, runs_over_all_reals
from tightcheck.kernel.zero import (
    Entries,
    dead_columns,
    has_square,
    high_degree,
    is_bounded,
    is_lipschitz,
    latent_of,
    of_block,
    pair_of,
    separated,
    unbounded_slices,
)


def column(design: Design, step: Mapping[str, Any], zero: Entries) -> Entries:
    """An encoder's natural parameter k that is the same for every x: column k of F is zero, since g = F' nu + c."""
    latent, k = latent_of(design, step["latent"]), int(step["statistic"])
    stated = reduced_class(latent, k, dead_columns(design, latent, zero))
    require(stated.kind == "constant", f"natural parameter {k} of {latent.block.name} depends on x")
    return frozenset(e for e in all_entries(design) if e[2] == latent.block.name and e[3] == k)


SCALE_FREE = frozenset(("frequencies", "tfidf"))


def frequencies(design: Design, step: Mapping[str, Any], zero: Entries) -> Entries:
    """The encoder sees x / sum(x): x and 2 x get the same posterior, so F' nu(x) = F' nu(2 x) for all x, and F = 0."""
    latent = latent_of(design, step["latent"])
    require(latent.inputs.kind in SCALE_FREE, "the encoder sees more than relative frequencies")
    require(shows_inputs_only(latent), "the encoder is shown x beside its inputs")
    scaled = []
    for observed in design.decoder:
        family, variable = family_of(observed.block), family_of(observed.block).variables
        random_length = observed.block.family == "multinomial" and observed.block.length in ("random", "depends_on_z")
        counts = (
            len(variable) == 1
            and family.statistics == variable
            and variable[0].is_integer
            and not family.support.is_finite
        )
        positive = len(variable) == 1 and family.statistics == variable and family.support.bounds == ((0, sp.oo),)
        if random_length or counts or positive:
            scaled.append(observed)
    require(len(design.decoder) == 1 and bool(scaled), "x and 2 x are not both possible")
    return of_block(design, latent, scaled)


def sublinear(design: Design, step: Mapping[str, Any], zero: Entries) -> Entries:
    """Features log(1 + x) through a Lipschitz network grow like log x; g = F' x + c with F != 0 grows like x."""
    latent, k = latent_of(design, step["latent"]), int(step["statistic"])
    require(latent.inputs.kind == "log1p", "the features are not log(1 + x)")
    reduced = reduced_class(latent, k, dead_columns(design, latent, zero))
    require(is_lipschitz(reduced), "the encoder's map is not shown to be Lipschitz")
    unbounded = []
    for observed in design.decoder:
        family = family_of(observed.block)
        bounds = family.support.bounds
        upward = (
            family.statistics == family.variables and bounds is not None and all(high == sp.oo for _, high in bounds)
        )
        if upward or (observed.block.family == "multinomial" and observed.block.length in ("random", "depends_on_z")):
            unbounded.append(observed)
    return frozenset(e for e in of_block(design, latent, unbounded) if e[3] == k)


def line(design: Design, step: Mapping[str, Any], zero: Entries) -> Entries:
    """x_i runs over all reals and q must be proper for every x: the leading quadratic coefficient cannot move with x_i."""
    latent, observed = pair_of(design, step)
    family = family_of(observed.block)
    rows = {
        e[1] for e in all_entries(design) if e[0] == observed.block.name and e[2] == latent.block.name and e not in zero
    }
    require(all(family.statistics[i] in family.variables for i in rows), "nu is not x itself")
    require(runs_over_all_reals(family), "x does not run over all reals")
    pieces = curves(family_of(latent.block))
    is_line = all(
        p.is_polynomial and p.cardinality == "continuum" and (p.lower, p.upper) == (-sp.oo, sp.oo) for p in pieces
    )
    require(bool(pieces) and is_line, "psi is not polynomial along whole lines")
    require(all(_is_at_most_quadratic(latent, p) for p in pieces), "h' may outweigh every quadratic")
    high = frozenset(k for k in high_degree(pieces) if has_square(pieces, k))
    return frozenset(e for e in of_block(design, latent, [observed]) if e[3] in high)


def _is_at_most_quadratic(latent: Conditional, piece: Curve) -> bool:
    """Whether log h' is a polynomial of degree at most 2 along the slice: then no positive coefficient of u^2 integrates."""
    family = family_of(latent.block)
    along = dict(zip(family.variables, piece.point, strict=True))
    base = sp.sympify(family.log_base_measure).xreplace(along)
    return bool(base.is_polynomial(piece.parameter)) and sp.degree(base, piece.parameter) <= 2


def bounded_encoder(design: Design, step: Mapping[str, Any], zero: Entries) -> Entries:
    """An encoder output kept bounded by its activations or link; g = F' nu + c runs to infinity with nu unless F = 0."""
    (latent, observed), k = pair_of(design, step), int(step["statistic"])
    functions = reduced_class(latent, k, dead_columns(design, latent, zero))
    bounded = is_bounded(functions) or keeps_bounded(latent, k, functions, design.decoder)
    require(bounded, "the encoder's output is not shown to be bounded")
    column_k = frozenset(e for e in of_block(design, latent, [observed]) if e[3] == k)
    if observed.block.length in ("random", "depends_on_z"):
        return column_k
    return without_unbounded(observed, column_k, 1, zero)


def lipschitz_encoder(design: Design, step: Mapping[str, Any], zero: Entries) -> Entries:
    """A Lipschitz encoder network shown x grows at most like x: a statistic that is faster at an end has no part in g."""
    (latent, observed), k = pair_of(design, step), int(step["statistic"])
    require(
        is_lipschitz(reduced_class(latent, k, dead_columns(design, latent, zero))),
        "the encoder's map is not shown to be Lipschitz",
    )
    require(latent.inputs.kind in ("identity", "counts", "standardize"), "the encoder is not shown x itself")
    require(observed.block.length not in ("random", "depends_on_z"), "the length is random")
    live = {e[1] for e in of_block(design, latent, [observed]) - zero if e[3] == k}
    rows = faster(family_of(observed.block), live, reach)
    return frozenset(e for e in of_block(design, latent, [observed]) if e[3] == k and e[1] in rows)


def convex_link(design: Design, step: Mapping[str, Any], zero: Entries) -> Entries:
    """softplus or exp of a piecewise affine network is affine along no ray on which the network moves: F = 0."""
    (latent, observed), k = pair_of(design, step), int(step["statistic"])
    functions = reduced_class(latent, k, dead_columns(design, latent, zero))
    source, formula = functions.source, functions.formula
    require(
        functions.kind == "linked" and source is not None and formula is not None, "the encoder's output has no link"
    )
    require(not functions.foreign, "the link mentions more than the network's output")
    assert source is not None and formula is not None
    piecewise = source.kind == "affine" or (
        source.kind == "mlp" and source.activation in ("relu", "leaky_relu", "identity")
    )
    require(piecewise, "the encoder's network is not piecewise affine")
    require(latent.inputs.kind in ("identity", "counts", "standardize"), "the encoder is not shown x itself")
    outputs = [s for s in formula.free_symbols if is_output(s)]
    require(len(outputs) == 1, "the link mixes outputs")
    t = sp.Dummy()
    affine = sp.expand(formula.xreplace({sp.log(1 + sp.exp(outputs[0])): t, sp.exp(outputs[0]): t}))
    require(
        affine.has(t) and not affine.has(outputs[0], SOFTMAX) and sp.diff(affine, t, 2) == 0,
        "the link is not softplus or exp",
    )
    pieces = unbounded_slices(observed)
    linear = all(sp.degree(s, p.parameter) == 1 for p in pieces for s in p.statistics if s.has(p.parameter))
    require(linear, "nu is not affine along the slices")
    return frozenset(e for e in of_block(design, latent, [observed]) if e[3] == k)


def exponential_encoder(design: Design, step: Mapping[str, Any], zero: Entries) -> Entries:
    """g_k a sum of powers of exp(o), or of negative powers of softplus(o), o the output of a network of x: towards an end it is
    bounded or grows exponentially, and statistics of x that grow do neither."""
    (latent, observed), k = pair_of(design, step), int(step["statistic"])
    functions = reduced_class(latent, k, dead_columns(design, latent, zero))
    heads = varying_heads(latent, k)
    require(functions.kind == "linked" and functions.formula is not None, "the encoder's output has no link")
    assert functions.formula is not None
    require(
        len(heads) == 1 and heads[0].bounds is None and not functions.foreign, "several heads are linked, or clipped"
    )
    source = heads[0].source
    settles = isinstance(source, Map) and (
        source.kind == "affine" or (source.kind == "mlp" and source.activation in LIPSCHITZ_ACTIVATIONS)
    )
    require(
        settles and latent.inputs.kind in ("identity", "counts", "standardize"), "the output is not shown to settle"
    )
    require(observed.block.length not in ("random", "depends_on_z"), "the length is random")
    require(is_exponential(functions.formula), "the link is no exponential")
    live = {e[1] for e in of_block(design, latent, [observed]) - zero if e[3] == k}
    rows = faster(family_of(observed.block), live, settled_along)
    return frozenset(e for e in of_block(design, latent, [observed]) if e[3] == k and e[1] in rows)


def narrow(design: Design, step: Mapping[str, Any], zero: Entries) -> Entries:
    """One unit in the first layer: a sigma(w'x + b) + c is affine along a whole line only where it is constant."""
    (latent, observed), k = pair_of(design, step), int(step["statistic"])
    functions = reduced_class(latent, k, dead_columns(design, latent, zero))
    source = functions.source
    require(functions.kind == "mlp" and source is not None, "g is no network's output")
    assert source is not None
    single = source.hidden == (1,) and source.activation in LIPSCHITZ_ACTIVATIONS
    stopped = source.hidden[:1] == (1,) and source.activation == "relu"
    require(single or stopped, "the network is not too narrow")
    require(latent.inputs.kind in ("identity", "standardize"), "the encoder is not shown x itself")
    family, pieces = family_of(observed.block), unbounded_slices(observed)
    require(runs_over_all_reals(family) and len(family.variables) == 1, "x does not run over all reals")
    require(all(p.point == (p.parameter,) for p in pieces), "the slices are not x itself")
    return frozenset(e for e in of_block(design, latent, [observed]) if e[3] == k)


def input_growth(design: Design, step: Mapping[str, Any], zero: Entries) -> Entries:
    """Inputs s(x_i) that grow at another rate than x_i: a piecewise affine function of them is affine in x_i along no ray."""
    (latent, observed), k = pair_of(design, step), int(step["statistic"])
    functions = reduced_class(latent, k, dead_columns(design, latent, zero))
    source = functions.source
    network = functions.kind == "mlp" and source is not None and source.activation in PIECEWISE_AFFINE
    require(functions.kind == "affine" or network, "the encoder's map is not piecewise affine")
    family = family_of(observed.block)
    rows = {e[1] for e in of_block(design, latent, [observed]) - zero}
    one = len(design.decoder) == 1 and not latent.inputs.covariates and len(family.variables) == 1
    require(one and all(family.statistics[i] in family.variables for i in rows), "nu is not x itself")
    shown = encoder_side(latent, observed).input_functions()
    require(latent.inputs.kind == "expression" and shown is not None, "the inputs are no function of each coordinate")
    assert shown is not None
    x = family.variables[0]
    ((low, high),) = family.support.bounds or ((sp.Integer(0), sp.Integer(0)),)
    for end, side in ((low, 1), (high, -1)):
        grown = [(order(sp.expand(shown[0] ** p), x, end, side), p) for p in (1, 2)] if end.is_infinite else []
        if any(o is not None and o.key != (p, 0) and o.coefficient is not None for o, p in grown):
            return frozenset(e for e in of_block(design, latent, [observed]) if e[3] == k)
    require(False, "the inputs are not shown to grow at another rate than x")
    raise AssertionError


def affine_encoder(design: Design, step: Mapping[str, Any], zero: Entries) -> Entries:
    """g affine in the inputs (on an open set: a piecewise affine network): a statistic that no function of span(nu, 1) affine in
    the inputs contains has no part in g."""
    (latent, observed), k = pair_of(design, step), int(step["statistic"])
    functions, family = reduced_class(latent, k, dead_columns(design, latent, zero)), family_of(observed.block)
    network = (
        functions.kind == "mlp" and functions.source is not None and functions.source.activation in PIECEWISE_AFFINE
    )
    shown = encoder_side(latent, observed).input_functions()
    require(shown is not None and observed.block.length is None, "the inputs are not functions known here")
    assert shown is not None
    smooth = not any(s.has(sp.Abs, sp.Max, sp.sign) for s in family.statistics)
    smooth = smooth and (
        latent.inputs.kind != "expression" or all(map(is_analytic, shown))
    )  # sqrt(x^2 + 2 x + 1) bends
    analytic = not family.support.is_discrete and smooth
    require(functions.kind == "affine" or (network and analytic), "g is not affine in the inputs")
    inputs = [on_support(function, family) for function in shown]
    new = []
    for entry in (e for e in of_block(design, latent, [observed]) - zero if e[3] == k):
        others = [s for i, s in enumerate(family.statistics) if i != entry[1]]
        if separated(family.statistics[entry[1]], [*others, *inputs], family):
            new.append(entry)
    return frozenset(new)


ENCODER_LEMMAS: Mapping[str, Callable[[Design, Mapping[str, Any], Entries], Entries]] = {
    "column": column,
    "frequencies": frequencies,
    "alike": alike,
    "line": line,
    "sublinear": sublinear,
    "bounded_encoder": bounded_encoder,
    "lipschitz_encoder": lipschitz_encoder,
    "convex_link": convex_link,
    "exponential_encoder": exponential_encoder,
    "bent_encoder": bent_encoder,
    "narrow": narrow,
    "affine_encoder": affine_encoder,
    "input_growth": input_growth,
}
"""What g* = F' nu + c leaves within the encoder's class and domain."""
