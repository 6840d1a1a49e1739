"""Models of a design in which the natural parameters of an observed block move with z."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import product

import sympy as sp

from tightcheck.account.constant_blocks import others_are_valid
from tightcheck.design import OUTPUT, SOFTMAX, Conditional, Constant, Design, Head, Map
from tightcheck.expression import to_text
from tightcheck.kernel.classes import BOUNDED_ACTIVATIONS, LIPSCHITZ_ACTIVATIONS, family_of
from tightcheck.kernel.model import Coordinate, coordinates
from tightcheck.kernel.rejected import Rejected
from tightcheck.kernel.stated_model import model_natural
from tightcheck.kernel.zero import latent_of, observed_of
from tightcheck.once import once
from tightcheck.span import enclose

Natural = list[sp.Expr]
PARAMETERS = ("1", "2", "1/2", "0", "-1")
"""Tried for the parameters of written formulas."""
SHAPES = ("{0}", "{0} + 1", "1 / (1 + exp({0}))")
"""Tried as what a map puts out."""


def moving(design: Design, prior: str, observed: Conditional, latent: Conditional | None = None) -> Natural | None:
    """Natural parameters of one copy that move with one latent coordinate in a model of the design (None: not found).

    Under an implied prior the latent is finite or f is bounded and the other blocks are constant: the joint integrates.
    """
    if not others_are_valid(design, observed, prior):
        return None
    known = _at_known_values(design, observed)
    if _has_unknown(known):
        return None
    for candidate in design.encoder if latent is None else (latent,):
        is_infinite = not family_of(candidate.block).support.is_finite
        if is_topics(known, candidate):
            return _topics(known, candidate)
        found = _moving_within(design, observed.block.name, candidate.block.name) if is_infinite else None
        if found is None and not (is_infinite and prior == "implied"):
            found = _moved(design, *_of_first_input(known, candidate), candidate)
        if found is not None:
            return found
    return None


@once
def _moving_within(design: Design, observed: str, latent: str) -> Natural | None:
    """Those of a model in which f is bounded, a function of tanh of one coordinate."""
    bounded = _with_bounded_maps(_at_known_values(design, observed_of(design, observed)))
    return None if bounded is None else _moved(design, bounded, ("{0}", "tanh({0})"), latent_of(design, latent))


def _moved(design: Design, shown: Conditional, shapes: Sequence[str], latent: Conditional) -> Natural | None:
    """The first natural parameters of these shapes that take two values."""
    for eta, active in models(design, shown, [(latent.block.name, 0)], shapes):
        if len(different_values(eta, active)) > 1:
            return eta
    return None


def _at_known_values(design: Design, observed: Conditional) -> Conditional:
    """The block with its family's learned parameters at 1, where they may be, and covariates of links at a value."""
    known = {parameter.symbol.name: parameter for parameter in family_of(observed.block).fixed}
    ones: dict[str, Constant] = {}
    for name, constant in observed.block.fixed.items():
        is_free = constant.value is None and constant.sharing != "fixed" and name in known
        if is_free and known[name].admits(sp.Integer(1)):
            ones[name] = replace(constant, value=sp.Integer(1), sharing="fixed")
    values = {known[name].symbol: sp.Integer(1) for name in ones}
    natural = tuple(sp.sympify(entry).xreplace(values) for entry in observed.natural)
    heads = tuple(_at_covariates(design, head) for head in observed.heads)
    block = replace(observed.block, fixed={**observed.block.fixed, **ones})
    return replace(observed, block=block, natural=natural, heads=heads)


def _at_covariates(design: Design, head: Head) -> Head:
    """The head's link at 1/2 for the covariates of a probability, else at 1."""
    if head.link is None or head.link.has(SOFTMAX):
        return head
    value = sp.Rational(1, 2) if head.symbol.name.startswith("prob") else sp.Integer(1)
    at = {s: value for s in head.link.free_symbols if s.name in design.covariates}
    return replace(head, link=head.link.xreplace(at))


def is_topics(observed: Conditional, latent: Conditional) -> bool:
    """Whether a text's probabilities are mixtures of topics, whose shares are a latent draw of a simplex or the softmax of z: the
    map is affine, and its columns are any positive probability vectors."""
    plain = all(
        isinstance(h.source, Map) and h.source.kind == "affine" and h.link in (None, OUTPUT) and h.bounds is None
        for h in observed.heads
    )
    probabilities = plain and all(h.symbol.name.startswith("probs") for h in observed.heads)
    is_draw = latent.block.copies == 1 and latent.block.family == "dirichlet" and observed.inputs.kind == "identity"
    is_shares = (
        latent.block.copies > 1 and observed.inputs.kind == "softmax" and len(family_of(latent.block).variables) == 1
    )
    is_alone = not observed.inputs.covariates and observed.block.copies == 1 and (observed.block.dimension or 0) >= 2
    return probabilities and is_alone and observed.block.length is not None and (is_draw or is_shares)


def _topics(observed: Conditional, latent: Conditional) -> Natural:
    """The first word has probability (1 + s) / (V + 1) where the first topic's share is s, the others what is left, alike."""
    words, z = observed.block.dimension or 2, family_of(latent.block).variables[0]
    share = z if latent.block.copies == 1 else sp.exp(z) / (sp.exp(z) + latent.block.copies - 1)
    first = (1 + share) / (words + 1)
    rest = (1 - first) / (words - 1)
    return [sp.log(first), *[sp.log(rest)] * (len(observed.natural) - 1)]


def _has_unknown(observed: Conditional) -> bool:
    """Whether the natural parameters hold a learned parameter of the family: then no value of theirs is a number."""
    symbols = {head.symbol for head in observed.heads}
    return any(eta.free_symbols - symbols for eta in observed.natural)


def models(
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
    """The block and shapes of one coordinate; where it is shown statistics or shares, an affine decoder that takes only its first
    input: the first statistic, or the first share of a softmax of z.

    The other coordinates of z being 0, that share is exp(z) / (exp(z) + n - 1).
    """
    if observed.inputs.kind not in ("statistics", "softmax"):
        return observed, SHAPES
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
            if not holds_bounded(head.source):
                return None
            head = replace(head, source=replace(head.source, kind="unrestricted", hidden=()))
        heads.append(head)
    return replace(observed, heads=tuple(heads)) if observed.inputs.kind == "identity" else None


def holds_bounded(source: Map) -> bool:
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
