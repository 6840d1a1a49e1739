"""A single model of a design, exactly, that is not consistent: outside C1 or C2, or against a lemma."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sympy as sp

from tightcheck.design import OUTPUT, SOFTMAX, Conditional, Constant, Design, Head, Map
from tightcheck.expression import CoordinateSum, Softmax
from tightcheck.family import Family
from tightcheck.kernel.activations import nested
from tightcheck.kernel.classes import LIPSCHITZ_ACTIVATIONS, family_of, function_class, own_coordinate
from tightcheck.kernel.constants import decoder_constants, separates_numbers
from tightcheck.kernel.defined import is_defined
from tightcheck.kernel.domination import degree, outweighs
from tightcheck.kernel.integrability import stays_in_domain
from tightcheck.kernel.member import solved
from tightcheck.kernel.model import (
    Coordinate,
    at_parameters,
    coordinates,
    formula,
    in_support,
    is_about_itself,
    is_explicit,
    multiplicity,
    temperature,
    total_log_partition,
)
from tightcheck.kernel.outweighed import is_outweighed_at_ends
from tightcheck.kernel.partitions import effective_kind
from tightcheck.kernel.rejected import require
from tightcheck.kernel.side import INJECTIVE, Side
from tightcheck.kernel.slices import combined, prior_block, prior_in_span, prior_term, runs_over_all_reals
from tightcheck.kernel.valid import stays_positive
from tightcheck.kernel.zero import Entries, observed_of
from tightcheck.span import combination, is_zero, normal_form, separates

LONGEST = 40
"""How many operations a log-partition may have to be written out as a combination of statistics."""


def nonmember(design: Design, prior: str, step: Mapping[str, Any], zero: Entries) -> None:
    """A model of the design that is not consistent, by ball arithmetic at exact points."""
    if step["condition"] == "prior":
        require(prior == "free", "the prior is not free")
        require(not any(e.block.given for e in design.encoder), "blocks given others may span every function together")
        require(
            not all(family_of(e.block).spans_all_functions for e in design.encoder)
            or sum(e.block.copies for e in design.encoder) > 1,
            "psi spans every function",
        )
        return
    active = coordinates(design, step["latents"])
    observed = observed_of(design, step["observed"])
    _is_alone(design, observed)
    alone = observed.block.copies == 1 or is_about_itself(active[0][0], observed)
    require(alone or step["condition"] == "C1", "the expression picks a coordinate")
    names = {symbol.name: symbol for _, variables, _, _ in active for symbol in variables}
    eta = model_natural(observed, step, active, names)
    basis = [
        s.xreplace(dict(zip(family.variables, variables, strict=True)))
        for _, variables, family, _ in active
        for s in family.statistics
    ]
    variables = list(names.values())
    if step["condition"] == "zero":
        require(
            prior == "declared" or some_prior_integrates(design, observed, active, eta),
            "the joint is not shown to integrate",
        )
        i = int(step["component"])
        first = active[0]
        every = len(active) == 1 and first[2].spans_all_functions
        coefficients = (0, *solve(eta[i], first)) if every else combination(eta[i], basis, variables)
        require(coefficients is not None, "f is not shown to be in span(psi, 1)")
        assert coefficients is not None
        live = [k for k in range(len(first[2].statistics)) if (observed.block.name, i, first[0].block.name, k) in zero]
        require(any(separates_numbers(coefficients[1 + k], sp.Integer(0)) for k in live), "f obeys the lemmas")
        return
    points = [{names[n]: formula(v, {}) for n, v in point.items()} for point in step["points"]]
    require(all(in_support(point, active) for point in points), "a point is not in the support")
    if step["condition"] == "C1":
        require(
            prior == "declared" or some_prior_integrates(design, observed, active, eta),
            "the joint is not shown to integrate",
        )
        target = eta[int(step["component"])]
    else:
        require(step["condition"] == "C2" and prior == "declared", "C2 is no condition on this prior")
        explicit = is_explicit(observed)
        decoder_constants(design, observed.block.name, also_copies=not explicit and observed.block.copies > 1)
        copies = multiplicity(active[0][0], observed)
        target = prior_of(design, active) - copies * total_log_partition(observed, eta) / temperature(design)
    require(separates(target, basis, points), "the points do not separate the function from the span")


def _is_alone(design: Design, observed: Conditional) -> None:
    """Require that no other block has a parameter of this block's expressions, which may have to be another number there."""
    others = [o for o in design.decoder if o.block.name != observed.block.name]
    parameters = [
        {s.name for o in blocks for h in o.heads if isinstance(h.source, Map) for s in h.source.parameters}
        for blocks in ([observed], others)
    ]
    require(not parameters[0] & parameters[1], "another block has the same parameter")


def solve(function: sp.Expr, coordinate: Coordinate) -> tuple[sp.Expr, ...]:
    """The coefficients of the statistics in a function of one coordinate whose statistics span all of them."""
    _, variables, family, _ = coordinate
    plain = function.xreplace(dict(zip(variables, family.variables, strict=True)))
    return solved(plain, family)


def some_prior_integrates(
    design: Design, observed: Conditional, active: Sequence[Coordinate], eta: Sequence[sp.Expr]
) -> bool:
    """Whether for some c exp(<c, psi> + A(f)) h' certainly integrates over the active coordinates.

    A finite space; or f bounded inside the natural domain; or A(f) grows so slowly that psi outweighs it; or f Lipschitz in z:
    then A(f) is bounded on a bounded space, and on the line grows at most like z^2 when A does, which a negative coefficient
    of z^2 outweighs. Other blocks must be able
    to stay constant, and so must other copies that share a softmax; else they may move alike: n A(f) does what A(f) does.
    """
    if all(family_of(latent.block).support.is_finite for latent in design.encoder):
        return True
    shares = any(head.link is not None and head.link.has(SOFTMAX) for head in observed.heads)
    decoder_constants(design, observed.block.name, also_copies=shares and observed.block.copies > 1)
    if all(family.support.is_finite for _, _, family, _ in active):
        return True
    if _stays_inside(family_of(observed.block), eta):
        return True
    if _is_absorbed(observed, active, eta) or _is_continuous(observed, active, eta):
        return True
    if _is_outweighed(observed, active, eta) or _is_outweighed_at_ends(design, observed, active, eta):
        return True
    maps = [h.source for h in observed.heads if isinstance(h.source, Map)]
    lipschitz = all(m.kind == "affine" or (m.kind == "mlp" and m.activation in LIPSCHITZ_ACTIVATIONS) for m in maps)
    direct = all(
        function_class(observed, i).kind in ("constant", "affine", "mlp") for i in range(len(observed.natural))
    )
    slow = all(degree(entry, _variables(active)) in (0, 1) for entry in eta)
    if not ((lipschitz and direct and observed.inputs.kind == "identity") or slow):
        return False
    kind = effective_kind(design, observed, frozenset())
    closed = family_of(observed.block).has_full_domain  # A is bounded on bounded sets
    bounded = closed and _is_compact(family_of(observed.block))  # and so is nu: A grows like f
    tame = bounded or kind in ("finite", "quadratic", "quadratic_form")
    return all(
        family.support.is_finite or (closed and _is_compact(family)) or (tame and _has_squares(family))
        for _, _, family, _ in active
    )


def _is_outweighed(observed: Conditional, active: Sequence[Coordinate], eta: Sequence[sp.Expr]) -> bool:
    """Whether A(f) grows so slowly that the statistics of each coordinate can outweigh it."""
    found = degree(total_log_partition(observed, eta), _variables(active))
    return found is not None and all(outweighs(family, found) for _, _, family, _ in active)


def _is_outweighed_at_ends(
    design: Design, observed: Conditional, active: Sequence[Coordinate], eta: Sequence[sp.Expr]
) -> bool:
    """Whether z is one number, and its statistics outweigh A(f) of all copies that move with it at the ends of its range."""
    ((latent, variables, family, _), *others) = active
    stated = total_log_partition(observed, eta)
    if others or len(variables) > 1 or stated.count_ops() > LONGEST:
        return False
    energy = multiplicity(latent, observed) * stated / temperature(design)
    return is_outweighed_at_ends(family, energy.xreplace(dict(zip(variables, family.variables, strict=True))))


def _variables(active: Sequence[Coordinate]) -> list[sp.Symbol]:
    return [v for _, variables, _, _ in active for v in variables]


def _stays_inside(family: Family, eta: Sequence[sp.Expr]) -> bool:
    """Whether f stays in a compact part of the natural domain: polynomials in hyperbolic tangents where the domain has no
    boundary, constants elsewhere. A(f) is then bounded."""
    if len(eta) != len(family.natural_parameters):
        return False
    forms = [normal_form(entry) for entry in eta]
    moving = {e for e, form in zip(family.natural_parameters, forms, strict=True) if form.free_symbols}
    is_free = not any(relation.free_symbols & moving for relation in family.natural_domain)
    tangents = {t: sp.Dummy() for form in forms for t in form.atoms(sp.tanh)}
    reduced = [form.xreplace(tangents) for form in forms]
    dummies = set(tangents.values())
    polynomial = all(bool(r.is_polynomial(*dummies)) and r.free_symbols <= dummies for r in reduced)
    return is_free and bool(moving) and polynomial


def _is_absorbed(observed: Conditional, active: Sequence[Coordinate], eta: Sequence[sp.Expr]) -> bool:
    """Whether A(f), less what is nowhere positive, is in span(psi, 1): c can be any point of Omega_psi less what it adds."""
    stated = total_log_partition(observed, eta)
    if stated.count_ops() > LONGEST:  # what a network bends is in no span, and is long to write out
        return False
    terms = sp.Add.make_args(normal_form(stated))
    energy = sp.Add(*(term for term in terms if not term.is_nonpositive))
    if len(active) == 1:
        _, variables, family, _ = active[0]
        return combined(energy.xreplace(dict(zip(variables, family.variables, strict=True))), family) is not None
    basis = [s.xreplace(dict(zip(f.variables, v, strict=True))) for _, v, f, _ in active for s in f.statistics]
    return combination(energy, basis, _variables(active)) is not None


def _is_continuous(observed: Conditional, active: Sequence[Coordinate], eta: Sequence[sp.Expr]) -> bool:
    """Whether f is made of sums, products, whole powers, exp, tanh, sin and cos, on compact spaces, and A is finite
    everywhere: A(f) is then bounded."""
    everywhere = (sp.exp, sp.tanh, sp.sin, sp.cos)
    parts = {part for entry in eta for part in sp.preorder_traversal(entry)}
    return (
        family_of(observed.block).has_full_domain
        and all(
            part.is_Symbol
            or part.is_number
            or part.is_Add
            or part.is_Mul
            or isinstance(part, everywhere)
            or (part.is_Pow and part.exp.is_Integer and bool(part.exp.is_positive))
            for part in parts
        )
        and all(family.support.is_finite or _is_compact(family) for _, _, family, _ in active)
    )


def _is_compact(family: Family) -> bool:
    """Whether the support is bounded."""
    bounds = family.support.bounds
    return family.support.chart is not None or (
        bounds is not None and all(sp.sympify(e).is_finite for pair in bounds for e in pair)
    )


def _has_squares(family: Family) -> bool:
    """Whether the space is R^d, h' is 1 and the sum of the squares is in the span of psi."""
    norm = combination(sum(v**2 for v in family.variables), family.statistics, family.variables)
    return runs_over_all_reals(family) and norm is not None and family.log_base_measure == 0


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


def prior_of(design: Design, active: Sequence[Coordinate]) -> sp.Expr:
    """P = log p - log h' of the active coordinates (the others frozen), up to span(psi, 1)."""
    total = sp.Integer(0)
    for latent, variables, family, copy in active:
        block = prior_block(design, latent.block.name)
        require(block is not None, "no prior is declared")
        assert block is not None
        if block.precision is not None:
            require(
                family.name == "gaussian" and block.family == "full_gaussian",
                "a coupled prior is looked at for Gaussians",
            )
            row = [(v, c) for other, v, _, c in active if other.block.name == latent.block.name]
            total -= sum(block.precision[copy, c] * variables[0] * v[0] for v, c in row) / 2
        elif block.components is None and prior_in_span(design, latent) is None:
            term = prior_term(design, latent)
            require(term is not None, "the prior is not known")
            assert term is not None
            total += term.xreplace(dict(zip(family.variables, variables, strict=True)))
    return total
