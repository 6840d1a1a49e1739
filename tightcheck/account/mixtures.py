"""What mixing over z does to the law of an observed block: facts from which p(x) tells whether f moves.

Convexity. If a mixture of members with the same fixed parameters is a member, then the integral of exp <nu(x), Y> is 1
for every x, Y = f(z) - eta_0 under a finite measure. It is strictly convex along three collinear values of nu unless Y
is 0 in that direction; where the slices of the family hold such lines, f is constant.
Identifiability. Sums of r exponentials of one statistic have at most r - 1 zeros; finite mixtures of Gaussians are
identifiable (Yakowitz and Spragins 1968).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import combinations, product

import sympy as sp

from tightcheck.decide import Decision
from tightcheck.design import OUTPUT, SOFTMAX, Conditional, Constant, Design, Head, Map
from tightcheck.expression import CoordinateSum, to_text
from tightcheck.family import Family
from tightcheck.kernel.classes import BOUNDED_ACTIVATIONS, LIPSCHITZ_ACTIVATIONS, all_entries, family_of, function_class
from tightcheck.kernel.constants import decoder_constants
from tightcheck.kernel.counterexample import model_natural
from tightcheck.kernel.model import Coordinate, coordinates, is_explicit
from tightcheck.kernel.rejected import Rejected
from tightcheck.kernel.slices import curves, prior_block, prior_family, prior_in_span
from tightcheck.span import combination, enclose

Natural = list[sp.Expr]
PARAMETERS = ("1", "2", "1/2", "0", "-1")
MOST_VALUES = 64
SMOOTH_LINKS = (None, OUTPUT, 1 / (1 + sp.exp(-OUTPUT)), sp.tanh(OUTPUT), sp.log(1 + sp.exp(OUTPUT)))
BOUNDED_LINKS = (1 / (1 + sp.exp(-OUTPUT)), sp.tanh(OUTPUT))


def moving(design: Design, prior: str, observed: Conditional, latent: Conditional | None = None) -> Natural | None:
    """Natural parameters of one copy that move with one latent coordinate in a model of the design (None: not found).

    Under an implied prior the latent is finite or f is bounded and the other blocks are constant: the joint integrates.
    """
    if _has_unknown(observed) or not others_are_valid(design, observed, prior):
        return None
    for candidate in design.encoder if latent is None else (latent,):
        shown = observed
        shapes: tuple[str, ...] = ("{0}", "{0} + 1")
        if prior == "implied" and not family_of(candidate.block).support.is_finite:
            bounded = _with_bounded_maps(observed)
            if bounded is None:
                continue
            shown, shapes = bounded, ("{0}", "tanh({0})")
        elif observed.inputs.kind in ("statistics", "softmax"):
            shown, shapes = _of_first_input(observed, candidate)
        for eta, active in _models(design, shown, [(candidate.block.name, 0)], shapes):
            if len(different_values(eta, active)) > 1:
                return eta
    return None


def _has_unknown(observed: Conditional) -> bool:
    """Whether the natural parameters hold a learned parameter of the family: then no value of theirs is a number."""
    symbols = {head.symbol for head in observed.heads}
    return any(eta.free_symbols - symbols for eta in observed.natural)


def _models(
    design: Design, observed: Conditional, chosen: Sequence[tuple[str, int]], shapes: Iterable[str]
) -> Iterator[tuple[Natural, list[Coordinate]]]:
    """The models in which one head's map puts out one of the shapes, the other heads being idle."""
    active = coordinates(design, chosen)
    names = {symbol.name: symbol for _, variables, _, _ in active for symbol in variables}
    firsts = [variables[0].name for _, variables, _, _ in active]
    heads = [head for head in observed.heads if isinstance(head.source, Map)]
    parameters = sorted({s.name for head in heads if isinstance(head.source, Map) for s in head.source.parameters})
    for values in product(PARAMETERS, repeat=len(parameters)):
        for shape, head in product(shapes, heads):
            outputs = {h.symbol.name: _idle(h) for h in observed.heads} | {
                head.symbol.name: shape.format(" + ".join(firsts))
            }
            step = {"outputs": outputs, "parameters": dict(zip(parameters, values, strict=True))}
            try:
                yield model_natural(_one_softmax(design, observed), step, active, names), active
            except Rejected:
                continue


def _idle(head: Head) -> str:
    """A harmless constant: 1 where the parameter itself is positive, else 0."""
    return "1" if head.symbol.is_positive and (isinstance(head.source, Constant) or head.link is None) else "0"


def _one_softmax(design: Design, observed: Conditional) -> Conditional:
    """A softmax over n >= 3 copies with outputs t, t, 0, ..., 0: each of two gets exp(t) / (2 exp(t) + n - 2).

    Covariates in the link take the value 1.
    """
    n = observed.block.copies
    if observed.block.dimension is not None or n < 3:
        return observed
    share = sp.exp(OUTPUT) / (2 * sp.exp(OUTPUT) + n - 2)
    heads = []
    for head in observed.heads:
        if head.link is not None and head.link.has(SOFTMAX):
            ones = {s: sp.Integer(1) for s in head.link.free_symbols if s.name in design.covariates}
            head = replace(head, link=head.link.xreplace({SOFTMAX: share, **ones}))
        heads.append(head)
    return replace(observed, heads=tuple(heads))


def _of_first_input(observed: Conditional, latent: Conditional) -> tuple[Conditional, tuple[str, ...]]:
    """An affine decoder that takes only its first input: the first statistic, or the first share of a softmax of z.

    The other coordinates of z being 0, that share is exp(z) / (exp(z) + n - 1).
    """
    family = family_of(latent.block)
    is_affine = all(h.source.kind == "affine" for h in observed.heads if isinstance(h.source, Map))
    if not is_affine or len(family.variables) != 1:
        return observed, ()
    shape = f"exp({{0}}) / (exp({{0}}) + {latent.block.copies - 1})"
    if observed.inputs.kind == "statistics":
        shape = to_text(family.statistics[0].xreplace({family.variables[0]: sp.Symbol("z0", real=True)}))
    elif latent.block.copies < 2:
        return observed, ()
    heads = tuple(
        replace(h, source=replace(h.source, kind="unrestricted", bias=True)) if isinstance(h.source, Map) else h
        for h in observed.heads
    )
    return replace(observed, heads=heads, inputs=replace(observed.inputs, kind="identity")), (shape,)


def _with_bounded_maps(observed: Conditional) -> Conditional | None:
    """The block with maps that may put out tanh of z, if every map holds bounded functions that move."""
    heads = []
    for head in observed.heads:
        if isinstance(head.source, Map):
            if not _holds_bounded(head.source):
                return None
            head = replace(head, source=replace(head.source, kind="unrestricted", hidden=()))
        heads.append(head)
    return replace(observed, heads=tuple(heads)) if observed.inputs.kind == "identity" else None


def _holds_bounded(source: Map) -> bool:
    """Whether the map holds a bounded function that moves: |a(t) - a(t - 1)| is at most a's Lipschitz constant."""
    if source.kind == "unrestricted":
        return source.batch_norm is None
    if source.kind != "mlp" or not source.bias or source.batch_norm is not None or not source.hidden:
        return False
    return source.activation in BOUNDED_ACTIVATIONS or (
        source.activation in LIPSCHITZ_ACTIVATIONS and source.hidden[0] >= 2
    )


def different_values(eta: Natural, active: Sequence[Coordinate]) -> list[list[object]]:
    """Values of eta at exact points of the active coordinates, of which any two certainly differ."""
    found: list[list[object]] = []
    for parts in product(*(family.support.points for _, _, family, _ in active)):
        point = {
            v: c
            for (_, variables, _, _), part in zip(active, parts, strict=True)
            for v, c in zip(variables, part, strict=True)
        }
        try:
            value: list[object] = [enclose(sp.sympify(e), point) for e in eta]
        except (ValueError, NotImplementedError, ZeroDivisionError):
            continue
        if all(_differ(value, other) for other in found):
            found.append(value)
    return found


def _differ(a: Sequence[object], b: Sequence[object]) -> bool:
    """Whether the balls of some component are apart."""
    return any(x.is_finite() and y.is_finite() and not x.overlaps(y) for x, y in zip(a, b, strict=True))  # type: ignore[attr-defined]


def has_constants(design: Design, observed: Conditional) -> bool:
    """Whether the block can be constant in z."""
    try:
        decoder_constants(replace(design, decoder=(observed,)))
    except Rejected:
        return False
    return True


def others_are_valid(design: Design, observed: Conditional, prior: str) -> bool:
    """Whether the other blocks have a model: one that is constant, or under a declared prior any."""
    others = [other for other in design.decoder if other is not observed]
    return all(has_constants(design, other) or (prior == "declared" and is_always_natural(other)) for other in others)


def is_always_natural(observed: Conditional) -> bool:
    """Whether every map gives natural parameters: all of R^n is natural, expressions are polynomials."""
    sources = [head.source for head in observed.heads if isinstance(head.source, Map)]
    formulas = [source.expression for source in sources if source.expression is not None]
    return family_of(observed.block).has_full_domain and all(formula.is_polynomial() for formula in formulas)


def others_stay(design: Design, observed: Conditional) -> bool:
    """Whether one copy of the block can move while its other copies and all other blocks are constant."""
    if is_explicit(observed):
        return observed.block.copies == 1 and all(
            has_constants(design, other) for other in design.decoder if other is not observed
        )
    return not has_softmax(observed) and all(has_constants(design, other) for other in design.decoder)


def has_softmax(observed: Conditional) -> bool:
    """Whether a softmax over the copies ties their parameters together."""
    return observed.block.dimension is None and any(h.link is not None and h.link.has(SOFTMAX) for h in observed.heads)


def has_every_constant(observed: Conditional) -> bool:
    """Whether constant decoders reach every p(x) of one draw that mixing reaches: an interval, or the whole simplex."""
    is_two_valued = family_of(observed.block).support.cardinality == 2
    for head in observed.heads:
        source = head.source
        if not isinstance(source, Map) or head.bounds is not None or source.batch_norm is not None:
            return False
        if source.kind == "expression":
            if not (is_two_valued and head.link is None and len(observed.heads) == 1 and _has_free_origin(source)):
                return False
        elif not source.bias or (
            head.link not in SMOOTH_LINKS if is_two_valued else head.link not in (None, OUTPUT, SOFTMAX)
        ):
            return False
    return True


def _has_free_origin(source: Map) -> bool:
    """Whether the expression is b + (what vanishes when all other parameters are 0)."""
    assert source.expression is not None
    for b in source.parameters:
        rest = sp.expand(source.expression - b)
        if not rest.has(b) and rest.xreplace({s: sp.Integer(0) for s in source.parameters}) == 0:
            return True
    return False


def _fixed_constants(observed: Conditional) -> bool:
    """Whether everything that is not computed from z is fixed, so that S and D share it."""
    heads = [head.source for head in observed.heads if isinstance(head.source, Constant)]
    return all(c.value is not None or c.sharing == "fixed" for c in (*heads, *observed.block.fixed.values()))


def leaves_family(observed: Conditional) -> bool:
    """Whether a mixture of one coordinate's laws is of the family only if f is constant (convexity)."""
    family, length = family_of(observed.block), observed.block.length
    if not _fixed_constants(observed) or length == 1 or length == "depends_on_z":
        return False
    is_moving = [
        length == "random" or function_class(observed, i).kind != "constant" for i in range(len(observed.natural))
    ]
    pieces = curves(family)
    for piece in pieces:
        moved = [s for s, moves in zip(piece.statistics, is_moving, strict=False) if moves and s.has(piece.parameter)]
        is_line = all(combination(s, moved[:1], [piece.parameter]) is not None for s in moved[1:])
        has_three = piece.reaches_infinity or (
            int(piece.cardinality) >= 3 and all(sp.diff(s, piece.parameter, 2) == 0 for s in moved)
        )
        if not (is_line and has_three):
            return False
    return bool(pieces)


def copies_move_together(design: Design, observed: Conditional, latent: Conditional | None = None) -> bool:
    """Whether copies (two under a softmax, else all) can have the same parameters, a function of z: dependent."""
    constants = (*(h.source for h in observed.heads), *observed.block.fixed.values())
    if observed.block.copies < 2 or any(
        isinstance(c, Constant) and c.value is None and c.sharing == "fixed" for c in constants
    ):
        return False
    return not is_explicit(observed) or all(
        candidate.block.copies == 1 for candidate in ((latent,) if latent else design.encoder)
    )


def number_of_values(design: Design, live: set[str]) -> int | None:
    """How many values the live latent blocks take together; None for many or infinitely many."""
    count = 1
    for latent in design.encoder:
        if latent.block.name in live:
            is_whole = family_of(latent.block).spans_all_functions or latent.block.dimension in (None, 1, 2, 3)
            if not is_whole or latent.block.length is not None:
                return None
            cardinality = family_of(latent.block).support.cardinality
            if (
                not isinstance(cardinality, int)
                or latent.block.copies > 10
                or (latent.block.dimension or 0) > MOST_VALUES
            ):
                return None
            values = (
                (latent.block.dimension or cardinality) if family_of(latent.block).spans_all_functions else cardinality
            )
            count *= max(values, cardinality) ** latent.block.copies
    return count if count <= MOST_VALUES else None


def is_gaussian(family: Family) -> bool:
    """A density exp(quadratic) on all of R^d."""
    bounds = family.support.bounds
    if family.support.is_discrete or bounds is None or any(pair != (-sp.oo, sp.oo) for pair in bounds):
        return False
    terms = (*family.statistics, sp.expand(family.log_base_measure))
    return all(t.is_polynomial(*family.variables) and sp.total_degree(t, *family.variables) <= 2 for t in terms)


def has_gaussian_prior(design: Design, latent: Conditional) -> bool:
    """Whether the declared prior of the block is Gaussian, fixed or learned."""
    block = prior_block(design, latent.block.name)
    if block is None or block.family is None or block.log_density is not None or block.given:
        return False
    return is_gaussian(prior_family(block.family, latent.block.dimension)) and is_gaussian(family_of(latent.block))


def is_gaussian_in(design: Design, decision: Decision, observed: Conditional) -> bool:
    """Whether the block's marginal law is Gaussian in all of S: f affine in Gaussian latents, covariance constant."""
    blocks = [observed] if decision.prior == "declared" else list(design.decoder)
    if decision.prior not in ("declared", "implied") or design.covariates or not is_gaussian(family_of(observed.block)):
        return False
    latents = {latent.block.name: latent for latent in design.encoder}
    for block in blocks:
        family = family_of(block.block)
        for name, i, z, k in all_entries(design) - decision.zero:
            if name != block.block.name:
                continue
            latent, own = latents[z], family_of(latents[z].block)
            is_linear = (
                is_gaussian(family) and is_gaussian(own) and sp.total_degree(own.statistics[k], *own.variables) == 1
            )
            if not is_linear or sp.total_degree(family.statistics[i], *family.variables) != 1 or latent.block.given:
                return False
            if decision.prior == "declared" and not has_gaussian_prior(design, latent):
                return False
    return True


def has_bounded_mean(observed: Conditional) -> bool:
    """Whether the mean can be a bounded function of z that moves, with constant covariance."""
    if observed.inputs.kind != "identity" or is_explicit(observed):
        return False
    means = [h for h in observed.heads if h.symbol.name.startswith("mean") and isinstance(h.source, Map)]
    others = [h for h in observed.heads if h not in means and isinstance(h.source, Map)]
    if not means or any(isinstance(h.source, Map) and not h.source.bias for h in others):
        return False
    head = means[0]
    assert isinstance(head.source, Map)
    if head.bounds is not None or head.link not in SMOOTH_LINKS:
        return False
    is_affine = head.source.kind == "affine" and head.source.bias and head.link in BOUNDED_LINKS
    return is_affine or _holds_bounded(head.source)


def moving_variance(design: Design, observed: Conditional) -> bool:
    """Whether the variance of a Gaussian coordinate can move while its mean is 0."""
    if len(observed.natural) != 2 or not others_are_valid(design, observed, "declared"):
        return False
    return any(
        eta[0] == 0 and len(different_values(eta[1:], active)) > 1
        for latent in design.encoder
        for eta, active in _models(design, observed, [(latent.block.name, 0)], ("{0}", "{0} + 1"))
    )


def independent_bits(design: Design) -> bool:
    """Several two-valued latents, independent under the prior, with log p in span(psi, 1)."""
    for latent in design.encoder:
        block = prior_block(design, latent.block.name)
        is_plain = block is not None and block.precision is None and not (latent.block.given or block.given)
        if not is_plain or family_of(latent.block).support.cardinality != 2 or prior_in_span(design, latent) is None:
            return False
        density = block.log_density if block is not None else None
        if density is not None and (density.has(CoordinateSum) or any("[" in s.name for s in density.free_symbols)):
            return False
    return sum(latent.block.copies for latent in design.encoder) >= 2


def three_values(design: Design, observed: Conditional) -> bool:
    """Whether one coordinate can move alone through three values that p(x) identifies.

    Let the rest of p(x) be constant and one natural parameter t move. On S t is additive in the bits (C1), and so is
    A(t) (C2), A strictly convex: {t_11, t_00} and {t_10, t_01} have the same sum and the same sum under A, hence agree,
    and at most one bit moves t. For texts of random length A = 0, but log p and log (1 - p) are additive: the same.
    """
    if not others_stay(design, observed) or not all(_is_identifiable(other) for other in design.decoder):
        return False
    pairs = [[(latent.block.name, 0), (latent.block.name, 1)] for latent in design.encoder if latent.block.copies > 1]
    pairs += [[(a.block.name, 0), (b.block.name, 0)] for a, b in combinations(design.encoder, 2)]
    for eta, active in _models(design, observed, pairs[0], ("{0}", "{0} + 1")):
        live = [i for i, value in enumerate(eta) if value.free_symbols]
        if len(different_values(eta, active)) < 3 or not (observed.block.length == "random" or len(live) == 1):
            continue
        if observed.block.length == "random" or _tells_five(observed, live[0]):
            return True
    return False


def _is_identifiable(observed: Conditional) -> bool:
    """Whether a finite mixture of one coordinate's laws is of the family only if they agree."""
    return leaves_family(observed) or (is_gaussian(family_of(observed.block)) and observed.block.length is None)


def _tells_five(observed: Conditional, i: int) -> bool:
    """Whether statistic i takes at least five values, so that two mixtures of three and two laws differ."""
    family = family_of(observed.block)
    if family.support.cardinality == "continuum":
        return True
    if isinstance(observed.block.length, int):
        return observed.block.length >= 4
    is_own = family.statistics[i] in family.variables
    return (
        is_own
        and len(family.variables) == 1
        and (family.support.cardinality == "countable" or int(family.support.cardinality) >= 5)
    )
