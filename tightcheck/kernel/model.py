"""Single models of a design, exactly: one that is consistent and dependent (a member), one that is not consistent."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import sympy as sp

from tightcheck.design import OUTPUT, SOFTMAX, Conditional, Constant, Design, Head, Map, PriorBlock
from tightcheck.expression import ExpressionError, parse_printed
from tightcheck.family import Family
from tightcheck.kernel.activations import nested
from tightcheck.kernel.classes import LIPSCHITZ_ACTIVATIONS, REPRESENTATIVE, family_of, function_class, is_onto
from tightcheck.kernel.heads import INJECTIVE, Side, contains, head_values, out_of_range
from tightcheck.kernel.integrability import in_domain, integrates
from tightcheck.kernel.rejected import Rejected, require
from tightcheck.kernel.slices import prior_block, prior_in_span, prior_term, runs_over_all_reals
from tightcheck.kernel.zero import Entries, effective_kind, latent_of, observed_of
from tightcheck.span import combination, is_zero, separates


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
    return sp.sympify(family.log_partition.xreplace(known)).doit()


def encoder_side(latent: Conditional, observed: Conditional) -> Side:
    """What the encoder of a latent block is shown of one observed coordinate."""
    inputs = latent.inputs
    family = family_of(observed.block)
    kind = inputs.kind
    if kind in ("frequencies", "tfidf") and isinstance(observed.block.length, int):
        kind = "identity"  # x / l with one fixed l > 0
    if observed.block.length in ("random", "depends_on_z"):
        family = replace(family, support=replace(family.support, cardinality="countable", bounds=None))
    return Side(family.variables, family, kind, inputs.expression, observed.block.name)


def decoder_side(observed: Conditional, latent: Conditional) -> Side:
    """What the decoder of an observed block is shown of one latent coordinate."""
    family = family_of(latent.block)
    return Side(family.variables, family, observed.inputs.kind, observed.inputs.expression, latent.block.name)


def constants_reachable(design: Design, prior: str, latent: Conditional) -> None:
    """Require that with f constant the posterior of this block, which is its prior, is in the encoder's class."""
    family = family_of(latent.block)
    if prior != "declared":  # c can be chosen: any constant that the encoder reaches
        maps = [head.source for head in latent.heads if isinstance(head.source, Map)]
        require(
            all(source.kind != "expression" for source in maps) and valid_at_zero(latent),
            "the encoder is not shown to contain a constant",
        )
        return
    block = prior_block(design, latent.block.name)
    require(block is not None, f"no prior is declared for {latent.block.name}")
    assert block is not None
    require(not block.given, "a prior given another block is not looked at")
    unknown = any(c.value is None and c.sharing == "fixed" for c in block.parameters.values())
    shared = latent.block.copies > 1 and any(_is_shared(h) for h in latent.heads)
    require(
        not (shared and (unknown or block.precision is not None)),
        "coordinates share a constant and their priors may differ",
    )
    if block.precision is not None and not block.precision.is_diagonal():
        is_full = all(
            combination(a * b, family.statistics, family.variables) is not None
            for a in family.variables
            for b in family.variables
        )
        require(is_full and latent.block.copies == 1, "the prior couples coordinates and the encoder does not")
        held = any(h.bounds or (isinstance(h.source, Constant) and h.source.sharing == "fixed") for h in latent.heads)
        require(not held, "the encoder's covariance is not free")
        for head in latent.heads:
            if isinstance(head.source, Map):
                reached = head.source.bias and head.source.kind != "expression" and is_onto(head, latent)
                require(reached, f"{head.symbol} is not shown to reach the prior")
        return
    c = prior_in_span(design, latent)
    require(c is not None, f"log p - log h' of {latent.block.name} is not shown to be in span(psi, 1)")
    assert c is not None
    eta = c[1:]
    free = {symbol for value in eta for symbol in value.free_symbols}
    side = Side((), family, "identity")
    if not free:
        require(in_domain(family, eta), "the prior is not shown to be a density")
        contains(latent, eta, side, 1, 1)
        return
    per_coordinate = any(c.value is None and c.sharing == "per_coordinate" for c in block.parameters.values())
    require(not (shared and per_coordinate and unknown), "coordinates share a constant and their priors may differ")
    for head in latent.heads:  # a learned prior can be chosen: every constant head must then be free or agree
        is_fixed = isinstance(head.source, Constant) and head.source.sharing == "fixed"
        require(not is_fixed and head.bounds is None, f"{head.symbol} is not shown to reach the learned prior")
        require(not isinstance(head.source, Map) or head.source.bias, "the encoder has no bias")
        require(
            not isinstance(head.source, Map) or head.source.kind != "expression",
            "the encoder is an explicit expression",
        )
        require(isinstance(head.source, Constant) or is_onto(head, latent), "the link is not known to be onto")


def _is_one_prior(design: Design, prior: str, latent: Conditional) -> bool:
    """Whether all coordinates of the block can have the same prior."""
    block = prior_block(design, latent.block.name)
    if prior != "declared" or block is None:
        return prior != "declared"
    return block.precision is None and not any(
        c.value is None and c.sharing == "fixed" for c in block.parameters.values()
    )


def _is_shared(head: Head) -> bool:
    """Whether the head is one learned constant for all coordinates."""
    return isinstance(head.source, Constant) and head.source.value is None and head.source.sharing == "shared"


def decoder_constants(design: Design, moving: str | None = None, also_copies: bool = True) -> None:
    """Require that every observed block can be constant in z; of the `moving` block only its other copies, if any."""
    for observed in design.decoder:
        if observed.block.name == moving and not also_copies:
            continue
        for head in observed.heads:
            if isinstance(head.source, Map):
                require(
                    head.source.kind != "expression", "an explicit expression is not shown to contain the constants"
                )
                mentioned = {symbol.name for symbol in head.link.free_symbols} if head.link is not None else set()
                names = {latent.block.name for latent in design.encoder}
                require(not {name.partition("[")[0] for name in mentioned} & names, "the link itself mentions z")
                biased = head.source.bias or valid_at_zero(observed) or inputs_sum_to_one(design, observed)
                require(biased, "without a bias the constants are not shown to be in the class")
                require(head.source.batch_norm != "train", "batch normalisation in training mode couples examples")


def valid_at_zero(observed: Conditional) -> bool:
    """Whether an output of 0 (all weights 0) of every map without a bias gives valid parameters."""
    if all(not isinstance(head.source, Map) or head.source.bias for head in observed.heads):
        return True
    values: dict[sp.Basic, sp.Basic] = {}
    for head in observed.heads:
        if isinstance(head.source, Map) and not head.source.bias:
            link = OUTPUT if head.link is None else head.link
            values[head.symbol] = link.xreplace({OUTPUT: sp.Integer(0), SOFTMAX: sp.Dummy(positive=True)})
    positive = all(bool(value.is_positive) for symbol, value in values.items() if symbol.is_positive)
    natural = [sp.sympify(entry).xreplace(values) for entry in observed.natural]
    return positive and (observed.block.length == "random" or in_domain(family_of(observed.block), natural))


def inputs_sum_to_one(design: Design, observed: Conditional) -> bool:
    """Whether the inputs of a latent draw always sum to 1 (a simplex, one-hot classes, a softmax): equal weights then
    put out a constant."""
    if observed.inputs.kind == "softmax":
        return len(design.encoder) == 1
    if observed.inputs.kind != "identity" or len(design.encoder) != 1 or design.encoder[0].block.copies != 1:
        return False
    family = family_of(design.encoder[0].block)
    if family.support.is_finite:
        return (
            all(sum(point) == 1 for point in family.support.points)
            and len(family.support.points) == family.support.cardinality
        )
    bounds = family.support.bounds
    determined = 1 - sum(family.variables[:-1])
    return (
        bounds is not None and len(family.variables) > 1 and all(sp.expand(end - determined) == 0 for end in bounds[-1])
    )


def is_explicit(observed: Conditional) -> bool:
    """Whether the block's map is an expression, the same for all its copies."""
    return any(isinstance(h.source, Map) and h.source.kind == "expression" for h in observed.heads)


def multiplicity(latent: Conditional, observed: Conditional) -> int:
    """How many observed copies move with one latent copy: an expression moves all of them, or each its own."""
    if not is_explicit(observed):
        return 1
    require(latent.block.copies in (1, observed.block.copies), "the expression's coordinates do not match")
    return observed.block.copies if latent.block.copies == 1 else 1


def moving_mode(latent: Conditional, observed: Conditional, step: Mapping[str, Any]) -> str:
    """Which copies move; an expression leaves no choice."""
    mode = step.get("mode", "one")
    require(mode in ("one", "spread", "together", "components"), f"{mode!r} is no way to move the copies")
    if is_explicit(observed):
        mode = "together" if multiplicity(latent, observed) > 1 or latent.block.copies == 1 else "spread"
    return str(mode)


def member(design: Design, prior: str, step: Mapping[str, Any]) -> None:
    """A consistent model in which x and z are dependent: f = F psi + f0 of one latent coordinate, for one observed one.

    `mode`: "one" latent copy moves one observed copy; "spread", every latent copy moves an observed copy of its own, all
    in the same way; "together", one latent copy moves every observed copy in the same way; "components", every component of
    one Gaussian vector moves an observed copy of its own, as the first does. What does not move is constant.
    """
    latent, observed = latent_of(design, step["latent"]), observed_of(design, step["observed"])
    fz, fx = family_of(latent.block), family_of(observed.block)
    beta = temperature(design)
    F = [[formula(entry, {}) for entry in row] for row in step["F"]]
    f0 = [formula(entry, {}) for entry in step["f0"]]
    nu = statistics_of(observed)
    require(len(F) == len(f0) == len(nu) and all(len(row) == len(fz.statistics) for row in F), "F has the wrong shape")
    require(
        all(entry.is_number and entry.is_finite and entry.is_real for row in [*F, f0] for entry in row),
        "F is not a matrix of numbers",
    )
    require(any(entry != 0 for row in F for entry in row), "F is zero: x and z are independent")
    eta = [
        sum((w * t for w, t in zip(row, fz.statistics, strict=True)), start) for row, start in zip(F, f0, strict=True)
    ]
    require(observed.block.length == "random" or in_domain(fx, eta), "f is not shown to stay in the natural domain")
    mode = moving_mode(latent, observed, step)
    spread = mode == "spread"
    rank = latent.block.copies if spread else 1
    if mode == "components":
        require(
            fz.name in ("isotropic_gaussian", "full_gaussian") and latent.block.copies == 1,
            "the components are not alike",
        )
        require(all(not (e.free_symbols & set(fz.variables[1:])) for e in eta), "f mixes components")
        require(prior != "implied", "components are looked at under a declared prior")
        rank = int(latent.block.dimension or len(fz.variables))
        require(observed.block.copies >= rank, "there are fewer observed numbers than components")
    require(
        not spread or observed.block.copies >= latent.block.copies, "there are fewer observed than latent coordinates"
    )
    moving = min(sum(map(any, F)), sum(map(any, zip(*F, strict=True))))  # at least the rank of F
    decoder_contains(observed, eta, decoder_side(observed, latent), rank * moving, step.get("parameters", {}))
    idle = 0 if mode == "together" else observed.block.copies - rank
    decoder_constants(design, observed.block.name, also_copies=idle > 0)
    multiple = observed.block.copies if mode == "together" else 1
    each = fz.variables if mode == "components" else fz.variables[:1]
    energy = (
        -sum(total_log_partition(observed, [e.xreplace({fz.variables[0]: v}) for e in eta]) for v in each)
        * multiple
        / beta
    )
    c = conjugate(design, prior, latent, observed, eta, energy, F, step, beta / multiple)
    g = [sum((F[i][k] * t for i, t in enumerate(nu)), sp.Integer(0)) / beta + c[k] for k in range(len(fz.statistics))]
    used = observed.block.copies if mode == "together" else 1
    is_tied = spread and any(map(_is_shared, latent.heads))
    require(
        not is_tied or _is_one_prior(design, prior, latent), "coordinates share a constant and their priors may differ"
    )
    contains(latent, g, encoder_side(latent, observed), rank * moving, used)
    for other in design.encoder:
        if other.block.name != latent.block.name or (latent.block.copies > 1 and not spread):
            constants_reachable(design, prior, other)
    if latent.block.copies > 1 and not spread:
        idle_copies_agree(design, prior, latent, g)


def parents_reachable(design: Design, latent: Conditional, block: PriorBlock) -> None:
    """Where p(z) is given y, q(z|x) must be as well, and q(y|x), a function of x of its own, must be in its class."""
    if not block.given:
        return
    require(set(block.given) <= set(latent.block.given), "the prior is given a block and the encoder is not")
    for conditional in (latent, *(latent_of(design, name) for name in block.given)):
        for head in conditional.heads:
            free = isinstance(head.source, Map) and head.source.kind == "unrestricted" and is_onto(head, conditional)
            require(free, f"{head.symbol} is not shown to reach a posterior given another block")
        require(conditional.inputs.kind in INJECTIVE, "the inputs do not determine x")


def idle_copies_agree(design: Design, prior: str, latent: Conditional, g: Sequence[sp.Expr]) -> None:
    """Require that constants shared by all coordinates fit the one that moves and those that keep the prior."""
    shared = [head for head in latent.heads if _is_shared(head)]
    if not shared:
        return
    if prior != "declared":
        return  # the others' c can be chosen to agree
    c = prior_in_span(design, latent)
    require(c is not None, "the prior of the idle coordinates is not known")
    assert c is not None
    moved, idle = head_values(latent, g), head_values(latent, c[1:])
    require(all(is_zero(moved[h] - idle[h]) for h in shared), "coordinates share a constant and need different ones")


def statistics_of(conditional: Conditional) -> tuple[sp.Expr, ...]:
    """nu of one observed copy: a multinomial of random length shows all its counts, none of them redundant."""
    family = family_of(conditional.block)
    return family.variables if conditional.block.length == "random" else family.statistics


def decoder_contains(
    observed: Conditional, eta: Sequence[sp.Expr], side: Side, rank: int, parameters: Mapping[str, Any]
) -> None:
    """Require that the decoder's class holds eta; expression maps are compared at the stated parameters."""
    if observed.block.length == "random":
        require(_sums_to_one(eta, side), "the probabilities do not sum to one")
        eta = [value - eta[-1] for value in eta[:-1]]
    classes = [function_class(observed, i) for i in range(len(observed.natural))]
    if any(c.kind == "expression" for c in classes):
        for value, c in zip(eta, classes, strict=True):
            require(c.kind in ("expression", "constant"), "expressions and networks are mixed")
            if c.kind == "constant":
                require(c.value is None or is_zero(c.value - value), "a constant differs")
                continue
            assert c.formula is not None
            stated = at_parameters(c.formula, observed, parameters, side)
            require(is_zero(stated - value), "the expression at these parameters is another function")
        return
    contains(observed, eta, side, rank, 1)


def _sums_to_one(eta: Sequence[sp.Expr], side: Side) -> bool:
    """Whether sum_k exp(eta_k) = 1 at every point of a finite support."""
    return all(
        is_zero(sum(sp.exp(e.xreplace(dict(zip(side.variables, point, strict=True)))) for e in eta) - 1)
        for point in side.family.support.points
    )


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


def conjugate(
    design: Design,
    prior: str,
    latent: Conditional,
    observed: Conditional,
    eta: Sequence[sp.Expr],
    energy: sp.Expr,
    F: Sequence[Sequence[sp.Expr]],
    step: Mapping[str, Any],
    beta: sp.Expr,
) -> tuple[sp.Expr, ...]:
    """C2 (and C4 for an implied prior): the encoder's constants c, or Rejected."""
    fz = family_of(latent.block)
    if prior == "declared":
        block = prior_block(design, latent.block.name)
        require(block is not None, "no prior is declared")
        assert block is not None
        parents_reachable(design, latent, block)
        if block.precision is not None and not block.precision.is_diagonal():
            constants_reachable(design, prior, latent)  # the block's own statistics hold all products
            term: sp.Expr | None = sp.Integer(0)
        else:
            term = prior_term(design, latent)
        require(term is not None, "the prior is not known")
        assert term is not None
        return _solve(term + energy, fz)
    c = tuple(formula(entry, {}) for entry in step["c"])
    require(len(c) == len(fz.statistics) and all(value.is_number for value in c), "c is no vector of numbers")
    proper = integrates(fz, family_of(observed.block), total_log_partition(observed, eta), eta, F, c, 1 / beta)
    require(proper, "the joint is not shown to integrate")
    return c


def _solve(target: sp.Expr, family: Family) -> tuple[sp.Expr, ...]:
    """c with target = c_0 + <c, psi> on the support."""
    if family.spans_all_functions:
        at = [dict(zip(family.variables, point, strict=True)) for point in family.support.points]
        matrix = sp.Matrix([[1, *(s.xreplace(p) for s in family.statistics)] for p in at])
        solution = matrix.LUsolve(sp.Matrix([target.xreplace(p) for p in at]))
        return tuple(solution)[1:]
    coefficients = combination(target, family.statistics, family.variables)
    require(coefficients is not None, "log p - log h' - A(f) is not shown to be in span(psi, 1)")
    assert coefficients is not None
    return coefficients[1:]


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
            prior == "declared" or some_prior_integrates(design, observed, active),
            "the joint is not shown to integrate",
        )
        i = int(step["component"])
        coefficients = combination(eta[i], basis, variables)
        require(coefficients is not None, "f is not shown to be in span(psi, 1)")
        assert coefficients is not None
        first = active[0]
        live = [k for k in range(len(first[2].statistics)) if (observed.block.name, i, first[0].block.name, k) in zero]
        require(
            any(coefficients[1 + k].is_number and not is_zero(coefficients[1 + k]) for k in live), "f obeys the lemmas"
        )
        return
    points = [{names[n]: formula(v, {}) for n, v in point.items()} for point in step["points"]]
    require(all(in_support(point, active) for point in points), "a point is not in the support")
    if step["condition"] == "C1":
        require(
            prior == "declared" or some_prior_integrates(design, observed, active),
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


def some_prior_integrates(design: Design, observed: Conditional, active: Sequence[Coordinate]) -> bool:
    """Whether for some c exp(<c, psi> + A(f)) h' certainly integrates over the active coordinates.

    A finite space; or f Lipschitz in z: then A(f) is bounded on a bounded space, and on the line grows at most like z^2
    when A does, which a negative coefficient of z^2 outweighs. What does not move must be able to stay constant.
    """
    if all(family_of(latent.block).support.is_finite for latent in design.encoder):
        return True
    decoder_constants(design, observed.block.name, also_copies=observed.block.copies > 1 and not is_explicit(observed))
    if all(family.support.is_finite for _, _, family, _ in active):
        return True
    maps = [h.source for h in observed.heads if isinstance(h.source, Map)]
    lipschitz = all(m.kind == "affine" or (m.kind == "mlp" and m.activation in LIPSCHITZ_ACTIVATIONS) for m in maps)
    direct = all(
        function_class(observed, i).kind in ("constant", "affine", "mlp") for i in range(len(observed.natural))
    )
    linked = any(h.link is not None for h in observed.heads)
    if not (lipschitz and direct) or observed.inputs.kind != "identity" or linked:
        return False
    kind = effective_kind(design, observed, frozenset())
    closed = family_of(observed.block).has_full_domain  # A is bounded on bounded sets
    bounded = closed and _is_compact(family_of(observed.block))  # and so is nu: A grows like f
    tame = bounded or kind in ("finite", "quadratic", "quadratic_form")
    return all(
        family.support.is_finite or (closed and _is_compact(family)) or (tame and _has_squares(family))
        for _, _, family, _ in active
    )


def _is_compact(family: Family) -> bool:
    """Whether the support is bounded."""
    bounds = family.support.bounds
    return family.support.chart is not None or (
        bounds is not None and all(sp.sympify(e).is_finite for pair in bounds for e in pair)
    )


def _has_squares(family: Family) -> bool:
    """Whether the space is R^d, h' is 1 and psi holds every square."""
    squares = all(combination(v**2, family.statistics, family.variables) is not None for v in family.variables)
    return runs_over_all_reals(family) and squares and family.log_base_measure == 0


def model_natural(
    observed: Conditional, step: Mapping[str, Any], active: Sequence[Coordinate], names: Mapping[str, sp.Symbol]
) -> list[sp.Expr]:
    """The natural parameters of one observed copy in the stated model, checked to be in the design's class."""
    require(
        all(k.batch_norm != "train" for k in (h.source for h in observed.heads) if isinstance(k, Map)),
        "batch normalisation in training mode",
    )
    stated = dict(step["outputs"])
    values: dict[sp.Basic, sp.Basic] = {}
    for head in observed.heads:
        inner = formula(stated.get(head.symbol.name, "0"), names)
        if isinstance(head.source, Constant):
            value = head.source.value if head.source.sharing == "fixed" else inner
            require(value is not None, f"{head.symbol} is fixed at values that are not written out")
            assert value is not None
            require(value.is_number, f"{head.symbol} has no value")
        else:
            value = head_value(observed, head, inner, step, active, names)
        require(not head.symbol.is_positive or bool(value.is_positive), f"{head.symbol} is not shown to be positive")
        values[head.symbol] = value
    if observed.block.length == "random":
        return _log_softmax(observed, values, active)
    eta = [sp.sympify(entry).xreplace(values) for entry in observed.natural]
    require(in_domain(family_of(observed.block), eta), "f is not shown to stay in the natural domain")
    return eta


def _log_softmax(
    observed: Conditional, values: Mapping[sp.Basic, sp.Basic], active: Sequence[Coordinate]
) -> list[sp.Expr]:
    """log softmax of the outputs: the stated heads' values, all other words' logits 0."""
    logits = [sp.sympify(values[head.symbol]) for head in observed.heads]
    others = int(observed.block.dimension or 0) - len(logits)
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
        side = Side(active[0][1], active[0][2], "identity", name=active[0][0].block.name)
        require(len(active) == 1, "an expression is looked at in one coordinate")
        stated = at_parameters(source.expression, observed, step.get("parameters", {}), side)
        require(_is_defined(stated, side.family), "the expression is not shown to have a value for almost every z")
        return link.xreplace({OUTPUT: stated})
    if source.kind == "unrestricted":
        require(observed.inputs.kind in INJECTIVE, "the inputs do not determine z")
    else:
        functions = [f for _, variables, family, _ in active for f in variables]
        if observed.inputs.kind == "one_hot" and all(family.support.is_finite for _, _, family, _ in active):
            require(source.bias and inner.free_symbols <= set(names.values()), "unknown names or no bias")
        else:
            require(observed.inputs.kind == "identity", "only the identity input is looked at")
            coefficients = combination(inner, functions, list(names.values()))
            require(coefficients is not None, "the inner function is not affine")
            assert coefficients is not None
            require(source.bias or is_zero(coefficients[0]), "without a bias the inner function has a constant")
    output = nested(source, inner) if source.kind == "mlp" and inner.free_symbols else inner
    return link.xreplace({OUTPUT: output})


def _is_defined(expression: sp.Expr, family: Family) -> bool:
    """Whether what is under a logarithm or a root is nowhere negative: by its signs, or linear and so at both ends."""
    inner = [f.args[0] for f in expression.atoms(sp.log)]
    inner += [f.base for f in expression.atoms(sp.Pow) if not f.exp.is_integer and f.base != sp.E]
    return all(bool(e.is_nonnegative) or _is_nonnegative_at_ends(e, family) for e in inner)


def _is_nonnegative_at_ends(expression: sp.Expr, family: Family) -> bool:
    """Whether a linear function of a number z is nonnegative at both ends of the support."""
    if (
        len(family.variables) != 1
        or family.support.bounds is None
        or not expression.free_symbols <= set(family.variables)
    ):
        return False
    (z,), (ends,) = family.variables, family.support.bounds
    if not expression.is_polynomial(z) or sp.degree(expression, z) > 1:
        return False
    return all(bool(sp.limit(expression, z, end) >= 0) for end in map(sp.sympify, ends))


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


def prior_of(design: Design, active: Sequence[Coordinate]) -> sp.Expr:
    """P = log p - log h' of the active coordinates (the others frozen), up to span(psi, 1)."""
    total = sp.Integer(0)
    for latent, variables, family, copy in active:
        block = prior_block(design, latent.block.name)
        require(block is not None, "no prior is declared")
        assert block is not None
        if block.precision is not None:
            require(
                family.name == "gaussian" and block.family == "gaussian", "a coupled prior is looked at for Gaussians"
            )
            row = [(v, c) for other, v, _, c in active if other.block.name == latent.block.name]
            total -= sum(block.precision[copy, c] * variables[0] * v[0] for v, c in row) / 2
        elif prior_in_span(design, latent) is None:
            term = prior_term(design, latent)
            require(term is not None, "the prior is not known")
            assert term is not None
            total += term.xreplace(dict(zip(family.variables, variables, strict=True)))
    return total


def unreachable(design: Design, prior: str, step: Mapping[str, Any]) -> None:
    """With f constant the posterior is the prior; require that the encoder certainly cannot be it."""
    latent = latent_of(design, step["latent"])
    require(prior == "declared", "only a declared prior can be out of reach")
    block = prior_block(design, latent.block.name)
    require(block is not None, "no prior is declared")
    assert block is not None
    family = family_of(latent.block)
    if block.precision is not None and not block.precision.is_diagonal():
        alone = len(family.variables) == 1 and runs_over_all_reals(family)
        require(alone, "the prior is not shown to couple coordinates that q does not")
        return
    term = prior_term(design, latent)
    require(term is not None and not (term.free_symbols - set(family.variables)), "the prior is not known exactly")
    assert term is not None
    c = combination(term, family.statistics, family.variables)
    if c is None:
        points = [{v: formula(x, {}) for v, x in zip(family.variables, point, strict=True)} for point in step["points"]]
        active = [(latent, family.variables, family, 0)]
        require(all(in_support(point, active) for point in points), "a point is not in the support")
        require(separates(term, family.statistics, points), "the prior is not shown to be outside the encoder family")
        return
    for head, value in head_values(latent, c[1:]).items():
        if isinstance(head.source, Constant):
            if head.source.value is not None and separates_numbers(head.source.value, value):
                return
        elif out_of_range(head, value):
            return
    raise Rejected("the encoder may reach the prior")


def separates_numbers(a: sp.Expr, b: sp.Expr) -> bool:
    """Whether two exact numbers certainly differ."""
    from tightcheck.span import enclose

    if not (a.is_number and b.is_number):
        return False
    try:
        return not (enclose(a, {}) - enclose(b, {})).contains(0)
    except (ValueError, NotImplementedError):
        return False
