"""S = D: every model of the design is consistent. Each condition is checked for the whole class at once."""

from __future__ import annotations

from collections.abc import Sequence

import sympy as sp

from tightcheck.design import Conditional, Constant, Design, Map
from tightcheck.expression import CoordinateSum
from tightcheck.family import Family
from tightcheck.kernel.classes import (
    REPRESENTATIVE,
    all_entries,
    expression_of,
    family_of,
    function_class,
    own_coordinate,
    substituted,
    varying_heads,
)
from tightcheck.kernel.constants import constants_reachable
from tightcheck.kernel.heads import contains
from tightcheck.kernel.model import encoder_side, statistics_of, total_log_partition
from tightcheck.kernel.partitions import effective_kind
from tightcheck.kernel.rejected import Rejected, require
from tightcheck.kernel.slices import (
    combined,
    on_support,
    prior_block,
    prior_in_span,
    prior_term,
    runs_over_all_reals,
)
from tightcheck.span import combination, is_zero


def spans_everything(design: Design) -> bool:
    """Whether the latent space is one coordinate whose statistics span every function: one Bernoulli, one categorical."""
    blocks = design.encoder
    return len(blocks) == 1 and blocks[0].block.copies == 1 and family_of(blocks[0].block).spans_all_functions


def depends_on(design: Design, observed: Conditional) -> bool:
    """Whether the block's natural parameters are computed from z at all."""
    return any(entry[0] == observed.block.name for entry in all_entries(design))


def tight(design: Design, prior: str) -> None:
    """Require that every model of the design is consistent."""
    require(not any(h.bounds for c in (*design.decoder, *design.encoder) for h in c.heads), "outputs are bounded")
    moving = [observed for observed in design.decoder if depends_on(design, observed)]
    require(not any(c.block.given for c in design.encoder), "blocks given others are looked at one model at a time")
    require(
        not any(block.given for block in design.prior.blocks),
        "a prior given another block is looked at one model at a time",
    )
    for latent in design.encoder:
        no_sharing(latent)
        _covariates_shown(design, latent)
    if not moving:
        _independent_for_all(design, prior)
        return
    if spans_everything(design):
        is_positive = prior != "declared" or charges_every_point(design, design.encoder[0])
        require(is_positive, "the prior is not shown to be positive on the support, and zero elsewhere")
    else:
        require(prior in ("declared", "implied"), "a free prior need not satisfy C2")
        for observed in moving:
            in_span_for_all(design, observed)
        if prior == "declared":
            conjugate_for_all(design, moving)
    for latent in design.encoder:
        reaches_all(design, prior, latent, moving)


def charges_every_point(design: Design, latent: Conditional) -> bool:
    """Whether the declared prior certainly charges every point of a finite support, and no other."""
    block, term = prior_block(design, latent.block.name), prior_term(design, latent)
    if block is None or (block.family is None and block.log_density is None):
        return block is not None  # a density of which nothing is stated but that it is positive
    if term is None or block.log_density is None:
        return term is not None
    family = family_of(latent.block)
    values = [term.xreplace(dict(zip(family.variables, point, strict=True))) for point in family.support.points]
    return all(bool(value.is_real) and bool(value.is_finite) for value in values)


def no_sharing(latent: Conditional) -> None:
    """Require that no constant of the encoder is shared by coordinates that may need different ones."""
    shared = [
        h
        for h in latent.heads
        if isinstance(h.source, Constant) and h.source.sharing != "per_coordinate" and h.source.value is None
    ]
    require(not shared or latent.block.copies == 1, "coordinates share a constant and may need different ones")


def _covariates_shown(design: Design, latent: Conditional) -> None:
    """Require that covariates are shown to an unrestricted encoder: c may depend on them in any way."""
    used = set(design.covariates)
    maps = [h.source for h in latent.heads if isinstance(h.source, Map)]
    constants = [h.source for h in latent.heads if isinstance(h.source, Constant)]
    free = all(m.kind == "unrestricted" for m in maps) and not constants
    require(not used or (used <= set(latent.inputs.covariates) and free), "the exact encoder depends on covariates")


def _independent_for_all(design: Design, prior: str) -> None:
    """The decoder ignores z: every prior of the class must be in the encoder's class."""
    for latent in design.encoder:
        require(prior == "declared", "an undeclared prior need not be in the encoder's class")
        c = prior_in_span(design, latent)
        require(
            c is not None and not any(value.free_symbols for value in c[1:]),
            "not every prior is shown to be in the encoder's class",
        )
        constants_reachable(design, prior, latent)


def in_span_for_all(design: Design, observed: Conditional) -> None:
    """C1 for the whole class: affine in inputs that are in span(psi, 1), or an expression that is."""
    if observed.block.length == "random":
        _written_probabilities(design, observed)
        return
    for i in range(len(observed.natural)):
        functions = function_class(observed, i)
        if functions.kind == "constant":
            continue
        if len(design.encoder) == 1 and is_formula(observed, i, design.encoder[0]):
            _expression_in_span(design, observed, i)
            continue
        require(functions.kind == "affine", f"{observed.block.name}: the class is not affine")
        require(observed.inputs.kind in ("identity", "statistics"), "the decoder's inputs are not the variables")
        for latent in design.encoder:
            family = family_of(latent.block)
            if observed.inputs.kind == "identity":
                holds = all(combination(v, family.statistics, family.variables) is not None for v in family.variables)
                require(holds or family.spans_all_functions, f"{latent.block.name} itself is not in span(psi, 1)")


def _written_probabilities(design: Design, observed: Conditional) -> None:
    """log p is in the span for every word: the probabilities are written out, and add up to 1."""
    plain = all(h.symbol.name.startswith("probs") and h.link is None and h.bounds is None for h in observed.heads)
    written = all(isinstance(h.source, Map) and h.source.kind == "expression" for h in observed.heads)
    require(plain and written and len(design.encoder) == 1, "log softmax is not affine")
    latent = design.encoder[0]
    family = family_of(latent.block)
    values = [_in_variables(observed, own_coordinate(observed, head), latent) for head in observed.heads]
    require(is_zero(on_support(sp.Add(*values) - 1, family)), "the probabilities are not shown to add up to 1")
    inside = all(combination(sp.log(value), family.statistics, family.variables) is not None for value in values)
    require(inside, "the logarithms of the probabilities are not shown to be in span(psi, 1)")


def _expression_in_span(design: Design, observed: Conditional, i: int) -> tuple[sp.Expr, ...]:
    """An expression in one latent coordinate, in the span for every value of its parameters."""
    require(len(design.encoder) == 1, "an expression is looked at with one latent block")
    latent = design.encoder[0]
    family = family_of(latent.block)
    one_to_one = latent.block.copies in (1, observed.block.copies)
    require(one_to_one, "the expression's coordinates do not match")
    coefficients = combination(in_variables(observed, i, latent), family.statistics, family.variables)
    require(coefficients is not None, "the expression is not shown to be in span(psi, 1)")
    assert coefficients is not None
    return coefficients


def in_variables(observed: Conditional, i: int, latent: Conditional) -> sp.Expr:
    """The expression of natural parameter i in the latent family's variables and free parameters."""
    expression = expression_of(observed, i) if function_class(observed, i).kind == "expression" else sp.Integer(0)
    if function_class(observed, i).kind != "expression":
        return _through_origin(observed, i, latent)
    return _in_variables(observed, expression, latent)


def _in_variables(observed: Conditional, expression: sp.Expr, latent: Conditional) -> sp.Expr:
    """An expression of the decoder in the latent family's variables."""
    require(not expression.has(CoordinateSum), "sums over coordinates are not looked at")
    family = family_of(latent.block)
    name, single = latent.block.name, len(family.variables) == 1
    coordinates = {
        f"{name}[{j}]": variable
        for j, variable in enumerate(family.variables)
        if not single or latent.block.copies == 1
    }
    if single:
        coordinates[name] = family.variables[0]
    known = {symbol: coordinates[symbol.name] for symbol in expression.free_symbols if symbol.name in coordinates}
    free = {s for h in observed.heads if isinstance(h.source, Map) for s in h.source.parameters}
    free |= {h.symbol for h in observed.heads if isinstance(h.source, Constant)}
    free |= {s.symbol for s in family_of(observed.block).fixed}
    require(expression.free_symbols <= free | set(known), "the expression mentions other coordinates or covariates")
    return expression.xreplace(known)


def is_formula(observed: Conditional, i: int, latent: Conditional) -> bool:
    """Whether natural parameter i is written out: an expression map, or one weight times one positive number z."""
    functions = function_class(observed, i)
    if functions.kind == "expression":
        return True
    source, family = functions.source, family_of(latent.block)
    through_origin = (
        functions.kind in ("linked", "affine") and source is not None and source.kind == "affine" and not source.bias
    )
    is_number = len(family.variables) == 1 and bool(family.variables[0].is_positive) and latent.block.copies == 1
    plain = observed.inputs.kind == "identity" and not observed.inputs.covariates
    heads = varying_heads(observed, i)
    return bool(
        through_origin
        and is_number
        and plain
        and len(heads) == 1
        and heads[0].link is None
        and heads[0].symbol.is_positive
    )


def _through_origin(observed: Conditional, i: int, latent: Conditional) -> sp.Expr:
    """natural(w z) with a weight w > 0: an affine map without bias whose output is the positive parameter itself."""
    require(is_formula(observed, i, latent), "the class is not written out")
    (head,) = varying_heads(observed, i)
    weight = sp.Symbol(f"weight:{head.symbol.name}", positive=True)
    return substituted(observed, i).xreplace({head.symbol: weight * family_of(latent.block).variables[0]})


def conjugate_for_all(design: Design, moving: list[Conditional]) -> None:
    """C2 for the whole class: P in the span, and every A(f) in the span."""
    for latent in design.encoder:
        _prior_in_span(design, latent)
    _energy_in_span(design, moving)


def integrates_for_some(design: Design) -> bool:
    """Whether every f of a design that is tight has an implied prior: finite latents, or A(f) = <a, psi> + a_0, with which
    h' exp(<c, psi> + A(f)) integrates where c + a is a natural parameter."""
    if all(family_of(latent.block).support.is_finite for latent in design.encoder):
        return True
    try:
        _energy_in_span(design, [observed for observed in design.decoder if depends_on(design, observed)])
    except Rejected:
        return False
    return True


def _energy_in_span(design: Design, moving: list[Conditional]) -> None:
    """A(f) in span(psi, 1) for the whole class."""
    latent = design.encoder[0]
    if any(is_formula(o, i, latent) for o in moving for i in range(len(o.natural))):
        require(len(design.encoder) == 1, "a formula is looked at with one latent block")
        family, left = family_of(latent.block), []
        for observed in moving:
            formulas = [is_formula(observed, i, latent) for i in range(len(observed.natural))]
            constants = [function_class(observed, i).kind == "constant" for i in range(len(observed.natural))]
            require(all(f or c for f, c in zip(formulas, constants, strict=True)), "expressions and networks are mixed")
            eta = [in_variables(observed, i, latent) if f else substituted(observed, i) for i, f in enumerate(formulas)]
            value = on_bits(total_log_partition(observed, eta), family)
            if combined(value, family) is None:
                written = all(function_class(observed, i).kind != "linked" for i in range(len(observed.natural)))
                require(written and latent.block.copies == 1, "A(f) is not shown to be in span(psi, 1)")
                left.append(observed.block.copies * _with_own_constants(observed, value, family))
        together = len(left) > 1 and combined(sp.Add(*left), family) is not None
        require(together or not left, "A(f) is not shown to be in span(psi, 1)")
        return
    require(
        all(effective_kind(design, o, frozenset()) in ("quadratic", "quadratic_form") for o in moving),
        "A is not quadratic",
    )
    require(all(o.inputs.kind == "identity" for o in moving), "f is not shown to be affine in z")
    require(
        len(design.encoder) == 1 and design.encoder[0].block.copies == 1,
        "products of coordinates are not in span(psi, 1)",
    )
    family = family_of(design.encoder[0].block)
    products = [_square_of_bit(family, a) if a == b else a * b for a in family.variables for b in family.variables]
    spanned = all(combination(p, family.statistics, family.variables) is not None for p in products)
    require(spanned, "products of coordinates are not in span(psi, 1)")


def _with_own_constants(observed: Conditional, value: sp.Expr, family: Family) -> sp.Expr:
    """The same with names of this block for all that is neither z nor a formula's parameter: two blocks have a variance each."""
    parameters = {p for h in observed.heads if isinstance(h.source, Map) for p in h.source.parameters}
    own = value.free_symbols - parameters - set(family.variables)
    return value.xreplace({s: sp.Symbol(f"{s.name}:{observed.block.name}", **s.assumptions0) for s in own})


def on_bits(value: sp.Expr, family: Family) -> sp.Expr:
    """The same function where it looks at bits: v0 + z (v1 - v0) in each of them."""
    for variable, bounds in zip(family.variables, family.support.bounds or (), strict=False):
        if family.support.is_discrete and tuple(bounds) == (0, 1) and value.has(variable):
            at_0, at_1 = (value.xreplace({variable: sp.Integer(bit)}) for bit in (0, 1))
            value = at_0 + variable * (at_1 - at_0)
    return value


def _square_of_bit(family: Family, variable: sp.Symbol) -> sp.Expr:
    """x^2, which is x for a bit."""
    bounds = dict(zip(family.variables, family.support.bounds or (), strict=False))
    return variable if family.support.is_discrete and bounds.get(variable) == (0, 1) else variable**2


def _prior_in_span(design: Design, latent: Conditional) -> None:
    """Every declared prior of the block is in the encoder family."""
    block = prior_block(design, latent.block.name)
    require(block is not None, "no prior is declared")
    assert block is not None
    if block.precision is not None and not block.precision.is_diagonal():
        constants_reachable(design, "declared", latent)
        return
    term = prior_term(design, latent, alike=False)
    require(term is not None, "the prior is not known")
    assert term is not None
    family = family_of(latent.block)
    require(
        combination(term, family.statistics, family.variables) is not None,
        "the prior is not shown to be in the encoder family",
    )


def reaches_all(design: Design, prior: str, latent: Conditional, moving: list[Conditional]) -> None:
    """C3 for the whole class: every g* = F' nu + c, with F free where the decoder can move it, is in the encoder's class."""
    family = family_of(latent.block)
    everything = spans_everything(design)
    live = frozenset(range(len(family.statistics))) if everything else live_columns(design, latent, moving)
    nu = sum(_count(o) for o in moving)
    is_cut = (latent.block.dimension or 0) > REPRESENTATIVE  # then there are more columns than are looked at
    is_linear = {family.statistics[k] for k in live} <= set(family.variables)
    in_full = latent.block.dimension if is_linear else _statistics_in_full(latent, family.statistics)
    columns = in_full if is_cut and in_full else len(live)
    rank = min(nu, columns * latent.block.copies)
    centred = odd_columns(design, prior, latent, moving)
    for observed in moving:
        g = []
        for k in range(len(family.statistics)):
            c = sp.Integer(0) if k in centred else sp.Symbol(f"c_{k}", real=True)
            moved = sum((sp.Symbol(f"F_{i}_{k}", real=True) * t for i, t in moving_statistics(observed)), sp.Integer(0))
            g.append(c + moved if everything or k in live else c)
        contains(latent, g, encoder_side(latent, observed), rank, nu if len(moving) == 1 else None)


def odd_columns(design: Design, prior: str, latent: Conditional, moving: list[Conditional]) -> frozenset[int]:
    """The statistics that are odd in z where P and every A(f) are even and the design has no constants in f: there c is 0."""
    family = family_of(latent.block)
    coefficients = prior_in_span(design, latent) if prior == "declared" and len(design.encoder) == 1 else None
    if coefficients is None or not runs_over_all_reals(family) or not all(map(_is_odd, moving)):
        return frozenset()
    turned = {v: -v for v in family.variables}
    odd = {k for k, t in enumerate(family.statistics) if is_zero(t.xreplace(turned) + t)}
    even = {k for k, t in enumerate(family.statistics) if is_zero(t.xreplace(turned) - t)}
    is_split = len(odd) + len(even) == len(family.statistics)
    return frozenset(odd) if is_split and all(is_zero(coefficients[1 + k]) for k in odd) else frozenset()


def _is_odd(observed: Conditional) -> bool:
    """Whether f(-z) = -f(z) in the natural parameters that move, and A is the same for both: affine maps of z without a bias."""
    heads = [head for head in observed.heads if isinstance(head.source, Map)]
    through_zero = observed.inputs.kind == "identity" and not observed.inputs.covariates
    for head in heads:
        source = head.source
        assert isinstance(source, Map)
        plain = head.link is None and head.bounds is None and source.batch_norm is None
        through_zero = through_zero and plain and source.kind == "affine" and not source.bias
    if not through_zero or observed.block.length is not None:
        return False
    turned = {head.symbol: -head.symbol for head in heads}
    eta = [substituted(observed, i) for i in range(len(observed.natural))]
    other = [entry.xreplace(turned) for entry in eta]
    signs = all(is_zero(a - b) or is_zero(a + b) for a, b in zip(eta, other, strict=True))
    try:
        return signs and is_zero(total_log_partition(observed, eta) - total_log_partition(observed, other))
    except Rejected:
        return False


def _count(observed: Conditional) -> int:
    """How many statistics of the block move, in its own dimension: the rank is at most that."""
    if observed.block.dimension is None:
        return len(moving_statistics(observed)) * observed.block.copies
    return _statistics_in_full(observed, statistics_of(observed)) * observed.block.copies


def _statistics_in_full(conditional: Conditional, looked_at: Sequence[sp.Expr]) -> int:
    """A vector has at most so many statistics in its own dimension."""
    dimension, edges = conditional.block.dimension or 0, conditional.block.edges
    more = len(looked_at) - min(dimension, REPRESENTATIVE)  # |x|^2, products along edges, or all products
    if edges is not None:
        return dimension + len(edges)
    return dimension + max(more, 0) if more <= 1 else dimension * (dimension + 1)


def moving_statistics(observed: Conditional) -> list[tuple[int, sp.Expr]]:
    """The statistics whose natural parameters depend on z; all counts of a multinomial of random length."""
    statistics = statistics_of(observed)
    if len(statistics) != len(observed.natural):
        return list(enumerate(statistics))
    return [(i, t) for i, t in enumerate(statistics) if varying_heads(observed, i)]


def live_columns(design: Design, latent: Conditional, moving: list[Conditional]) -> frozenset[int]:
    """The statistics that some f of the (affine or explicit) class moves along."""
    family = family_of(latent.block)
    live = set()
    for observed in moving:
        for i in range(len(observed.natural)):
            functions = function_class(observed, i)
            if functions.kind == "constant":
                continue
            if is_formula(observed, i, latent):
                coefficients = combination(in_variables(observed, i, latent), family.statistics, family.variables)
                live |= {k for k, value in enumerate((coefficients or (0,) * 9)[1:]) if value != 0}
            elif functions.kind == "affine" and observed.inputs.kind == "identity":
                for v in family.variables:
                    coefficients = combination(v, family.statistics, family.variables)
                    live |= {k for k, value in enumerate(coefficients[1:]) if value != 0} if coefficients else set()
            else:
                live |= set(range(len(family.statistics)))
    return frozenset(live)
