"""Lemmas that force entries of the interaction F to zero in every consistent model.

Each function takes the design, the step's arguments and the entries already known to be zero, checks the lemma's side
conditions on the registry's facts, and returns the entries that the lemma adds. An entry (x, i, z, k) is the coefficient
of statistic k of latent block z in natural parameter i of observed block x.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import sympy as sp

from tightcheck.design import SOFTMAX, Conditional, Design
from tightcheck.kernel.classes import (
    BOUNDED_ACTIVATIONS,
    LIPSCHITZ_ACTIVATIONS,
    FunctionClass,
    all_entries,
    family_of,
    function_class,
)
from tightcheck.kernel.heads import reduced_class
from tightcheck.kernel.rejected import require
from tightcheck.kernel.slices import Curve, curves, is_entire, prior_along, prior_in_span_on, runs_over_all_reals
from tightcheck.span import combination

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


def live_blocks(design: Design, latent: Conditional, zero: Entries) -> list[Conditional]:
    """The observed blocks that may still depend on this latent block."""
    live = {e[0] for e in all_entries(design) if e[2] == latent.block.name and e not in zero}
    return [observed for observed in design.decoder if observed.block.name in live]


def of_block(design: Design, latent: Conditional, observed: list[Conditional]) -> Entries:
    """All entries between these observed blocks and the latent block."""
    names = {conditional.block.name for conditional in observed}
    return frozenset(e for e in all_entries(design) if e[2] == latent.block.name and e[0] in names)


def effective_kind(design: Design, observed: Conditional, zero: Entries) -> str:
    """How exp A behaves in the natural parameters that may still depend on z, the others being constant."""
    family = family_of(observed.block)
    if observed.block.family == "multinomial" and observed.block.length in ("random", "depends_on_z"):
        return "log_softmax" if observed.block.length == "random" else "log_convex"
    if family.partition in ("finite", "exponential", "poles", "power", "quadratic", "quadratic_form"):
        return family.partition
    name = observed.block.name
    live = sorted({e[1] for e in all_entries(design) if e[0] == name and e not in zero})
    if len(live) == len(family.natural_parameters):
        return family.partition
    etas = [family.natural_parameters[i] for i in live]
    if not etas:
        return "finite"
    hessian = sp.hessian(family.log_partition, etas)
    if not hessian.free_symbols & set(etas):
        return "quadratic_form"
    return _power_kind(family.log_partition, etas[0], family.natural_domain) if len(etas) == 1 else family.partition


def _power_kind(log_partition: sp.Expr, eta: sp.Symbol, domain: tuple[sp.Basic, ...]) -> str:
    """ "power" where A = -r log(l(eta)) + affine in eta with r > 0 on the domain, else "log_convex"."""
    inside = {}
    for relation in domain:
        if isinstance(relation, sp.StrictGreaterThan) and relation.lhs.is_Symbol and relation.lhs != eta:
            inside[relation.lhs] = relation.rhs + sp.Symbol(f"{relation.lhs}_above", positive=True)
    logarithms = []
    for term in sp.Add.make_args(sp.expand(log_partition, log=False)):
        factors = [f for f in sp.Mul.make_args(term) if isinstance(f, sp.log) and f.has(eta)]
        if not term.has(eta) or sp.diff(term, eta, 2) == 0:
            continue
        if len(factors) != 1 or (term / factors[0]).has(eta) or sp.diff(factors[0].args[0], eta, 2) != 0:
            return "log_convex"
        logarithms.append(term / factors[0])
    power = sp.simplify(-sp.Add(*logarithms).xreplace(inside))
    return "power" if logarithms and power.is_positive and _one_logarithm(log_partition, eta) else "log_convex"


def _one_logarithm(log_partition: sp.Expr, eta: sp.Symbol) -> bool:
    """Whether all logarithms that contain eta have the same argument."""
    return len({f.args[0] for f in log_partition.atoms(sp.log) if f.has(eta)}) == 1


def slices_of(design: Design, latent: Conditional) -> tuple[Curve, ...]:
    """The slices of the latent family; every lemma below needs the prior's term in the span on each of them."""
    pieces = curves(family_of(latent.block))
    require(bool(pieces), f"the family {latent.block.family} states no slices")
    require(
        all(prior_in_span_on(design, latent, piece) for piece in pieces),
        f"log p - log h' is not shown to be in span(psi, 1) along {latent.block.name}",
    )
    return pieces


def convexity(design: Design, step: Mapping[str, Any], zero: Entries) -> Entries:
    """Three collinear values of psi and a prior in the span: A is strictly convex, so F vanishes in that direction."""
    latent = latent_of(design, step["latent"])
    for piece in slices_of(design, latent):
        require(
            piece.cardinality in ("continuum", "countable") or int(piece.cardinality) >= 3, "a slice has two points"
        )
        moving = [s for s in piece.statistics if s.has(piece.parameter)]
        require(
            all(combination(s, moving[:1], [piece.parameter]) is not None for s in moving[1:]),
            "the statistics do not run along a line on a slice",
        )
        require(
            piece.reaches_infinity or sp.diff(moving[0], piece.parameter, 2) == 0,
            "a slice is not shown to take three values",
        )
    return of_block(design, latent, list(design.decoder))


def polynomial_slices(design: Design, latent: Conditional) -> tuple[tuple[Curve, ...], bool]:
    """Slices along which psi and the prior's term are polynomials, and whether that term is also in the span."""
    pieces = curves(family_of(latent.block))
    require(bool(pieces), f"the family {latent.block.family} states no slices")
    require(all(p.is_polynomial and p.reaches_infinity for p in pieces), "psi is not polynomial along the slices")
    in_span = all(prior_in_span_on(design, latent, p) for p in pieces)
    for piece in pieces:
        term = prior_along(design, latent, piece)
        known = in_span or (term is not None and bool(term.is_polynomial(piece.parameter)))
        require(known, f"log p - log h' is not shown to be polynomial along {latent.block.name}")
    return pieces, in_span


def entire_slices(design: Design, latent: Conditional) -> tuple[Curve, ...]:
    """Slices along which psi and the prior's term are entire functions."""
    pieces = curves(family_of(latent.block))
    require(bool(pieces), f"the family {latent.block.family} states no slices")
    require(all(p.is_entire for p in pieces), "psi is not entire along the slices")
    for piece in pieces:
        term = prior_along(design, latent, piece)
        known = prior_in_span_on(design, latent, piece) or (term is not None and is_entire(term, piece.parameter))
        require(known, f"log p - log h' is not shown to be entire along {latent.block.name}")
    return pieces


GROWTH_KINDS = frozenset(
    (
        "finite",
        "exponential",
        "poles",
        "power",
        "quadratic",
        "quadratic_form",
        "quadratic_over_linear",
        "log_softmax",
        "bessel",
    )
)


def growth(design: Design, step: Mapping[str, Any], zero: Entries) -> Entries:
    """Polynomial slices: as u grows, log-coefficients of one sign and positive decaying terms leave only quadratics."""
    latent = latent_of(design, step["latent"])
    pieces, in_span = polynomial_slices(design, latent)
    live = live_blocks(design, latent, zero)
    kinds = {observed.block.name: effective_kind(design, observed, zero) for observed in live}
    require(
        set(kinds.values()) <= GROWTH_KINDS, f"growth is not known for {sorted(set(kinds.values()) - GROWTH_KINDS)}"
    )
    smooth = [o for o in live if kinds[o.block.name] not in ("quadratic", "quadratic_form", "quadratic_over_linear")]
    new = set(of_block(design, latent, smooth))
    high = _high_degree(pieces) if in_span else frozenset()
    for observed in live:
        for entry in of_block(design, latent, [observed]):
            is_precision = kinds[observed.block.name] == "quadratic_over_linear" and entry[1] == 1
            is_high = kinds[observed.block.name].startswith("quadratic") and entry[3] in high
            if observed not in smooth and (is_precision or is_high):
                new.add(entry)
    return frozenset(new)


def _high_degree(pieces: tuple[Curve, ...]) -> frozenset[int]:
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


def entire(design: Design, step: Mapping[str, Any], zero: Entries) -> Entries:
    """Entire slices and entire exp A_i: each exp A_i(f_i(u)) is entire without zeros (Borel, Picard: f_i is constant)."""
    latent = latent_of(design, step["latent"])
    entire_slices(design, latent)
    live = live_blocks(design, latent, zero)
    kinds = {observed.block.name: effective_kind(design, observed, zero) for observed in live}
    zero_free = {"exponential", "quadratic", "quadratic_form"}
    for observed in live:
        full = family_of(observed.block).has_full_domain or kinds[observed.block.name] in zero_free | {"log_softmax"}
        require(full, f"exp A of {observed.block.name} is not entire")
    constant = [o for o in live if kinds[o.block.name] in ("finite", "zeros", "log_softmax")]
    require(bool(constant), "no block is forced to be constant")
    return of_block(design, latent, constant)


def poles(design: Design, step: Mapping[str, Any], zero: Entries) -> Entries:
    """Entire slices, A_i = -r log(1 - e^(eta + c)): residues of one sign, so 1 - e^(f + c) has no zeros (Picard)."""
    latent = latent_of(design, step["latent"])
    entire_slices(design, latent)
    live = live_blocks(design, latent, zero)
    kinds = {observed.block.name: effective_kind(design, observed, zero) for observed in live}
    require(set(kinds.values()) <= {"poles", "exponential", "quadratic", "quadratic_form"}, "another block may cancel")
    return of_block(design, latent, [o for o in live if kinds[o.block.name] == "poles"])


def column(design: Design, step: Mapping[str, Any], zero: Entries) -> Entries:
    """An encoder's natural parameter k that is the same for every x: column k of F is zero, since g = F' nu + c."""
    latent, k = latent_of(design, step["latent"]), int(step["statistic"])
    require(function_class(latent, k).kind == "constant", f"natural parameter {k} of {latent.block.name} depends on x")
    return frozenset(e for e in all_entries(design) if e[2] == latent.block.name and e[3] == k)


SCALE_FREE = frozenset(("frequencies", "tfidf"))


def frequencies(design: Design, step: Mapping[str, Any], zero: Entries) -> Entries:
    """The encoder sees x / sum(x): x and 2 x get the same posterior, so F' nu(x) = F' nu(2 x) for all x, and F = 0."""
    latent = latent_of(design, step["latent"])
    require(latent.inputs.kind in SCALE_FREE, "the encoder sees more than relative frequencies")
    require(not latent.inputs.covariates, "the encoder also sees covariates")
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
    reduced = reduced_class(latent, k, _dead_columns(design, latent, zero))
    require(_is_lipschitz(reduced), "the encoder's map is not shown to be Lipschitz")
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


def _dead_columns(design: Design, latent: Conditional, zero: Entries) -> frozenset[int]:
    """The encoder's natural parameters that are constant in every consistent model."""
    live = {e[3] for e in all_entries(design) if e[2] == latent.block.name and e not in zero}
    return frozenset(range(len(family_of(latent.block).statistics))) - live


def _is_lipschitz(functions: FunctionClass) -> bool:
    """Whether every function of the class is Lipschitz in the inputs."""
    source = functions.source
    if functions.kind == "affine":
        return True
    return functions.kind == "mlp" and source is not None and source.activation in LIPSCHITZ_ACTIVATIONS


def line(design: Design, step: Mapping[str, Any], zero: Entries) -> Entries:
    """x_i runs over all reals and q must be proper for every x: the leading quadratic coefficient cannot move with x_i."""
    latent, observed = latent_of(design, step["latent"]), observed_of(design, step["observed"])
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
    high = frozenset(k for k in _high_degree(pieces) if _even(pieces, k))
    return frozenset(e for e in of_block(design, latent, [observed]) if e[3] in high)


def _is_at_most_quadratic(latent: Conditional, piece: Curve) -> bool:
    """Whether log h' is a polynomial of degree at most 2 along the slice: then no positive coefficient of u^2 integrates."""
    family = family_of(latent.block)
    along = dict(zip(family.variables, piece.point, strict=True))
    base = sp.sympify(family.log_base_measure).xreplace(along)
    return bool(base.is_polynomial(piece.parameter)) and sp.degree(base, piece.parameter) <= 2


def _even(pieces: tuple[Curve, ...], k: int) -> bool:
    """Whether statistic k has degree 2 along the slices on which it moves."""
    return any(sp.degree(p.statistics[k], p.parameter) == 2 for p in pieces if p.statistics[k].has(p.parameter))


def lipschitz(design: Design, step: Mapping[str, Any], zero: Entries) -> Entries:
    """A Lipschitz decoder network in z grows at most linearly and stays bounded near finite ends of the support.

    Statistics that grow faster at one end, each at a rate of its own, have no part in f.
    """
    latent, observed, i = (
        latent_of(design, step["latent"]),
        observed_of(design, step["observed"]),
        int(step["component"]),
    )
    functions = function_class(observed, i)
    require(
        _is_lipschitz(functions) and observed.inputs.kind == "identity",
        "the decoder's map is not shown to be Lipschitz in z",
    )
    family = family_of(latent.block)
    require(len(family.variables) == 1 and family.support.bounds is not None, "z is not a number")
    assert family.support.bounds is not None
    too_fast = not_lipschitz(family.statistics, family.variables[0], family.support.bounds[0])
    return frozenset((observed.block.name, i, latent.block.name, k) for k in too_fast)


def not_lipschitz(statistics: tuple[sp.Expr, ...], z: sp.Symbol, bounds: tuple[sp.Expr, sp.Expr]) -> frozenset[int]:
    """The statistics whose growth at an end of (lower, upper) excludes them, by the table of rates below."""
    lower, upper = bounds
    at_zero = [k for k, s in enumerate(statistics) if lower == 0 and s in (sp.log(z), sp.log(z) ** 2, 1 / z)]
    at_one = [k for k, s in enumerate(statistics) if upper == 1 and s == sp.log(1 - z)]
    at_infinity = [k for k, s in enumerate(statistics) if upper == sp.oo and s == z**2 and not z.is_integer]
    return frozenset(at_zero + at_one + at_infinity)


def affine_inputs(design: Design, step: Mapping[str, Any], zero: Entries) -> Entries:
    """f = a z + b and f in span(psi, 1): a statistic that no function of the span affine in z contains has no part in f."""
    latent, observed, i = (
        latent_of(design, step["latent"]),
        observed_of(design, step["observed"]),
        int(step["component"]),
    )
    require(function_class(observed, i).kind == "affine" and observed.inputs.kind == "identity", "f is not affine in z")
    family = family_of(latent.block)
    new = []
    for k, statistic in enumerate(family.statistics):
        others = [s for j, s in enumerate(family.statistics) if j != k]
        if separated(statistic, [*others, *family.variables], family):
            new.append((observed.block.name, i, latent.block.name, k))
    return frozenset(new)


def separated(target: sp.Expr, basis: list[sp.Expr], family: Any) -> bool:
    """Whether `target` is outside the span of a maximal independent part of `basis` and 1, by exact points of the support."""
    from tightcheck.span import separating_points

    independent: list[sp.Expr] = []
    for b in basis:
        if combination(b, independent, family.variables) is None:
            independent.append(b)
    points = [dict(zip(family.variables, point, strict=True)) for point in family.support.points]
    return separating_points(target, independent, points) is not None


def bounded(design: Design, step: Mapping[str, Any], zero: Entries) -> Entries:
    """Bounded activations or a bounded link keep f bounded; no non-constant polynomial is, on an unbounded slice."""
    latent, observed, i = (
        latent_of(design, step["latent"]),
        observed_of(design, step["observed"]),
        int(step["component"]),
    )
    functions = reduced_class(observed, i, _dead_rows(design, observed, zero))
    require(_is_bounded(functions), "f is not shown to be bounded")
    pieces = curves(family_of(latent.block))
    unbounded = all(p.is_polynomial and p.reaches_infinity and sp.oo in (p.upper, -p.lower) for p in pieces)
    require(bool(pieces) and unbounded, "psi is not polynomial on unbounded slices")
    return frozenset(e for e in of_block(design, latent, [observed]) if e[1] == i)


def _dead_rows(design: Design, observed: Conditional, zero: Entries) -> frozenset[int]:
    """The decoder's natural parameters that are constant in every consistent model."""
    live = {e[1] for e in all_entries(design) if e[0] == observed.block.name and e not in zero}
    return frozenset(range(len(observed.natural))) - live


def bounded_encoder(design: Design, step: Mapping[str, Any], zero: Entries) -> Entries:
    """An encoder output kept bounded by its activations or link; g = F' nu + c runs to infinity with nu unless F = 0."""
    latent, observed, k = (
        latent_of(design, step["latent"]),
        observed_of(design, step["observed"]),
        int(step["statistic"]),
    )
    require(
        _is_bounded(reduced_class(latent, k, _dead_columns(design, latent, zero))),
        "the encoder's output is not shown to be bounded",
    )
    _unbounded_slices(observed)
    return frozenset(e for e in of_block(design, latent, [observed]) if e[3] == k)


def _unbounded_slices(observed: Conditional) -> tuple[Curve, ...]:
    """The slices of an observed family, along which nu must be polynomial without bound."""
    if observed.block.length in ("random", "depends_on_z"):
        n = sp.Symbol("n", integer=True, positive=True)  # the text with one word n times
        return (Curve(n, (), (n,), "countable", sp.Integer(1), sp.oo),)
    pieces = curves(family_of(observed.block))
    unbounded = all(p.is_polynomial and p.reaches_infinity and sp.oo in (p.upper, -p.lower) for p in pieces)
    require(bool(pieces) and unbounded, "nu is not polynomial on unbounded slices")
    return pieces


def lipschitz_encoder(design: Design, step: Mapping[str, Any], zero: Entries) -> Entries:
    """A Lipschitz encoder network shown x grows at most like x: a statistic of degree 2 in x has no part in g."""
    latent, observed, k = (
        latent_of(design, step["latent"]),
        observed_of(design, step["observed"]),
        int(step["statistic"]),
    )
    require(
        _is_lipschitz(reduced_class(latent, k, _dead_columns(design, latent, zero))),
        "the encoder's map is not shown to be Lipschitz",
    )
    require(latent.inputs.kind in ("identity", "counts", "standardize"), "the encoder is not shown x itself")
    pieces = _unbounded_slices(observed)
    rows = frozenset(i for i in _high_degree(pieces) if _even(pieces, i))
    return frozenset(e for e in of_block(design, latent, [observed]) if e[3] == k and e[1] in rows)


def convex_link(design: Design, step: Mapping[str, Any], zero: Entries) -> Entries:
    """softplus or exp of a piecewise affine network is affine along no ray on which the network moves: F = 0."""
    latent, observed, k = (
        latent_of(design, step["latent"]),
        observed_of(design, step["observed"]),
        int(step["statistic"]),
    )
    functions = reduced_class(latent, k, _dead_columns(design, latent, zero))
    source, formula = functions.source, functions.formula
    require(
        functions.kind == "linked" and source is not None and formula is not None, "the encoder's output has no link"
    )
    assert source is not None and formula is not None
    piecewise = source.kind == "affine" or (
        source.kind == "mlp" and source.activation in ("relu", "leaky_relu", "identity")
    )
    require(piecewise, "the encoder's network is not piecewise affine")
    require(latent.inputs.kind in ("identity", "counts", "standardize"), "the encoder is not shown x itself")
    outputs = [s for s in formula.free_symbols if s.name.startswith("output_")]
    require(len(outputs) == 1, "the link mixes outputs")
    t = sp.Dummy()
    affine = sp.expand(formula.xreplace({sp.log(1 + sp.exp(outputs[0])): t, sp.exp(outputs[0]): t}))
    require(
        affine.has(t) and not affine.has(outputs[0], SOFTMAX) and sp.diff(affine, t, 2) == 0,
        "the link is not softplus or exp",
    )
    pieces = _unbounded_slices(observed)
    linear = all(sp.degree(s, p.parameter) == 1 for p in pieces for s in p.statistics if s.has(p.parameter))
    require(linear, "nu is not affine along the slices")
    return frozenset(e for e in of_block(design, latent, [observed]) if e[3] == k)


def exponential_slices(design: Design, step: Mapping[str, Any], zero: Entries) -> Entries:
    """psi in span(u, e^u, e^-u): a Poisson rate is a multiple of e^(wu), w in {0, 1, -1}; a Gaussian's mean is constant."""
    latent = latent_of(design, step["latent"])
    pieces = slices_of(design, latent)
    live = live_blocks(design, latent, zero)
    kinds = {observed.block.name: effective_kind(design, observed, zero) for observed in live}
    require(set(kinds.values()) <= {"exponential", "quadratic", "quadratic_form"}, "another kind of block moves")
    require(len(pieces) == 1 and pieces[0].cardinality == "continuum", "there is not one slice")
    u, statistics = pieces[0].parameter, pieces[0].statistics
    require(all(s in (u, sp.exp(u), sp.exp(-u)) for s in statistics), "psi is not among u, exp(u), exp(-u)")
    has_exponential = any(s != u for s in statistics)
    new = set()
    for entry in of_block(design, latent, live):
        is_linear = statistics[entry[3]] == u
        if kinds[entry[0]] != "exponential" or not is_linear or not has_exponential:
            new.add(entry)
    return frozenset(new)


def _is_bounded(functions: FunctionClass) -> bool:
    """A network with a hidden layer of bounded activations, or an affine function of tanh or the sigmoid of one output."""
    source, formula = functions.source, functions.formula
    if functions.kind == "mlp":
        return source is not None and bool(source.hidden) and source.activation in BOUNDED_ACTIVATIONS
    if (
        functions.kind != "linked"
        or formula is None
        or len(outputs := [s for s in formula.free_symbols if s.name.startswith("output_")]) != 1
    ):
        return False
    o, t = outputs[0], sp.Dummy()
    affine = sp.expand(formula.xreplace({sp.tanh(o): t, 1 / (1 + sp.exp(-o)): t}))
    return not affine.has(o, SOFTMAX) and affine.has(t) and sp.diff(affine, t, 2) == 0


ZERO_LEMMAS: Mapping[str, Callable[[Design, Mapping[str, Any], Entries], Entries]] = {
    "column": column,
    "frequencies": frequencies,
    "convexity": convexity,
    "growth": growth,
    "entire": entire,
    "poles": poles,
    "line": line,
    "sublinear": sublinear,
    "lipschitz": lipschitz,
    "affine_inputs": affine_inputs,
    "bounded": bounded,
    "bounded_encoder": bounded_encoder,
    "lipschitz_encoder": lipschitz_encoder,
    "convex_link": convex_link,
    "exponential_slices": exponential_slices,
}
