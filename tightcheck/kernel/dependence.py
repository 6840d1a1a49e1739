"""Whether some model of a design depends on z at all. Where none does, nothing collapses: every model is consistent or none."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations, product

import sympy as sp

from tightcheck.design import OUTPUT, SOFTMAX, Conditional, Design, Head, Map
from tightcheck.expression import CoordinateSum, Softmax
from tightcheck.family import Family
from tightcheck.kernel.classes import (
    BOUNDED_ACTIVATIONS,
    all_entries,
    expression_of,
    family_of,
    function_class,
)
from tightcheck.kernel.constants import inputs_sum_to_one, separates_numbers
from tightcheck.kernel.formulas import VALUES, Known, is_written, named, natural_at, valid_values
from tightcheck.kernel.integrability import holds
from tightcheck.kernel.model import Coordinate
from tightcheck.kernel.ranges import LINE, Interval, extent
from tightcheck.kernel.side import INJECTIVE
from tightcheck.kernel.slices import runs_over_all_reals
from tightcheck.kernel.valid import OUTPUTS, has_constants, is_valid, value_at
from tightcheck.kernel.zero import observed_of
from tightcheck.once import once
from tightcheck.span import separates


@once
def may_depend(design: Design) -> bool:
    """Whether some model depends on z: a network that can move within its domain, or a formula that does."""
    if not all(map(has_constants, design.decoder)):
        return False
    for name in {entry[0] for entry in all_entries(design)}:
        observed = observed_of(design, name)
        heads = [head for head in observed.heads if isinstance(head.source, Map)]
        networks = [head for head in heads if _kind(head) != "expression"]
        if networks and _inputs_move(design, observed) and any(_can_move(design, observed, head) for head in networks):
            return True
    moving = [observed_of(design, name) for name in {entry[0] for entry in all_entries(design)}]
    written = [observed for observed in moving if is_written(observed)]
    return any(_is_moved(design, observed, known) for known in valid_values(design) for observed in written)


def _kind(head: Head) -> str:
    assert isinstance(head.source, Map)
    return head.source.kind


def _inputs_move(design: Design, observed: Conditional) -> bool:
    """Whether what the network is shown of z takes two values: one coordinate alone is lost by a softmax, by the normalisation
    of a layer, and by its share of a sum."""
    inputs = observed.inputs
    if inputs.kind == "one_hot":
        return any(family_of(latent.block).support.is_discrete for latent in design.encoder)
    if inputs.kind in INJECTIVE:
        return True
    if inputs.kind == "expression" and inputs.expression is not None:
        active, names = named(design, inputs.expression.free_symbols)
        return _takes_two_values(inputs.expression.xreplace(names), active)
    return any(latent.block.copies * (latent.block.dimension or 1) > 1 for latent in design.encoder)


def _can_move(design: Design, observed: Conditional, head: Head) -> bool:
    """Whether a network's output need not be constant. An affine map on all of R^d, or one unit that is unbounded on both sides,
    puts out positive numbers only where it is constant; probabilities need an output that is bounded, or a bounded z, and so may
    links that are not defined everywhere."""
    family, source = family_of(observed.block), head.source
    assert isinstance(source, Map)
    low, high = _range_of(head)
    is_simplex = (
        observed.inputs.kind == "softmax" and not observed.inputs.covariates
    )  # positive numbers that add up to 1
    on_lines = not is_simplex and all(runs_over_all_reals(family_of(latent.block)) for latent in design.encoder)
    is_natural = head.symbol in family.natural_parameters and not _is_natural_for_all(observed, head)
    is_halved = (bool(head.symbol.is_positive) and not bool(low >= 0)) or is_natural
    is_line = source.kind == "affine" or source.activation == "identity"
    narrowest = min(source.hidden, default=1)
    is_narrow = source.activation == "leaky_relu" and narrowest == 1
    onto = source.kind != "unrestricted" and (is_line or is_narrow or not source.bias)
    if on_lines and is_halved and onto:
        return False
    is_probability = head.symbol.name.startswith("prob") and not bool(low >= 0 and high <= 1)
    is_partial = not _is_defined_throughout(OUTPUT if head.link is None else head.link)
    if is_probability or is_partial:
        levels_off = source.activation in BOUNDED_ACTIVATIONS or narrowest >= 2
        returns = source.kind == "unrestricted" or (source.bias and not is_line and levels_off)
        is_small = is_simplex or any(_is_compact(family_of(latent.block)) for latent in design.encoder)
        if not (returns or (is_small and (source.bias or not is_partial))):
            return False
    return _is_kept_valid(design, observed, head) and _link_moves(observed, head, source)


def _is_kept_valid(design: Design, observed: Conditional, head: Head) -> bool:
    """Whether the output can move while the parameter stays valid: it is whatever is put out; or on one side of a number, where
    z or a unit has an end; or near a valid value, where the network levels off or z is bounded."""
    source, families = head.source, [family_of(latent.block) for latent in design.encoder]
    assert isinstance(source, Map)
    line, ends = sp.Dummy(real=True), head.bounds or ()
    within = _within(*_range_of(head)) if all(is_valid(observed, head, end) for end in ends) else None
    whatever = [within] if within is not None else []
    whatever += [] if head.bounds else [_linked(design, head, line)]
    if any(is_valid(observed, head, value) for value in whatever):
        return True
    is_line = source.kind == "affine" or source.activation == "identity"
    bends = source.kind == "mlp" and not is_line
    levels_off = bends and (
        source.activation in BOUNDED_ACTIVATIONS or (source.bias and min(source.hidden, default=1) >= 2)
    )
    is_small = observed.inputs.kind == "softmax" or any(map(_is_compact, families))
    is_free = source.kind == "unrestricted"
    has_constants_of_its_own = source.bias or inputs_sum_to_one(design, observed)
    starts = is_free or has_constants_of_its_own or is_valid(observed, head, value_at(observed, head, sp.Integer(0)))
    if starts and (is_free or levels_off or is_small):
        return True
    has_end = not all(map(runs_over_all_reals, families)) or (bends and source.activation != "leaky_relu")
    above = [v for family in families for v in family.variables]
    sides = [t + sp.Dummy(positive=True) for t in VALUES] if source.bias and has_end else []
    sides += [] if source.bias or not all(v.is_positive for v in above) else [sp.Dummy(positive=True)]
    outputs = [sign * side for side in sides for sign in (1, -1)]
    return not head.bounds and any(is_valid(observed, head, _linked(design, head, t)) for t in outputs)


def _linked(design: Design, head: Head, output: sp.Expr) -> sp.Expr:
    """The link of a symbol; covariates that it mentions are positive, draws of z are where their family is."""
    link = OUTPUT if head.link is None else head.link
    signs = {e.block.name: all(v.is_positive for v in family_of(e.block).variables) for e in design.encoder}
    others = {
        s: sp.Dummy(positive=True) if signs.get(s.name.partition("[")[0], True) else sp.Dummy(real=True)
        for s in link.free_symbols - {OUTPUT, SOFTMAX}
    }
    return link.xreplace({**others, OUTPUT: output})


def _within(low: sp.Expr, high: sp.Expr) -> sp.Expr:
    """Any number between two ends, in a positive symbol."""
    u = sp.Dummy(positive=True)
    if low.is_finite and high.is_finite:
        return (low + high * u) / (1 + u)
    if low.is_finite or high.is_finite:
        return low + u if low.is_finite else high - u
    return sp.Dummy(real=True)


def _range_of(head: Head) -> Interval:
    """An interval that holds every value of the link, within the head's bounds; what else it mentions is positive."""
    link = OUTPUT if head.link is None else head.link
    link = link.xreplace({s: sp.Dummy(positive=True) for s in link.free_symbols - {OUTPUT, SOFTMAX}})
    low, high = extent(link, {OUTPUT: LINE, SOFTMAX: (sp.Integer(0), sp.Integer(1))})
    low = sp.Integer(0) if link.is_nonnegative else low
    return (low, high) if head.bounds is None else (sp.Max(low, head.bounds[0]), sp.Min(high, head.bounds[1]))


def _is_defined_throughout(link: sp.Expr) -> bool:
    """Whether the link is a real number for almost every output: logarithms and roots of what is never below 0."""
    inner = [part.args[0] for part in link.atoms(sp.log, sp.loggamma)]
    inner += [part.base for part in link.atoms(sp.Pow) if not part.exp.is_integer and part.base != sp.E]
    signed = all(part.is_nonnegative or bool(extent(part, {OUTPUT: LINE})[0] >= 0) for part in inner)
    return signed and not link.has(sp.atanh)


def _is_natural_for_all(observed: Conditional, head: Head) -> bool:
    """Whether every condition on this natural parameter holds whatever the map puts out."""
    link = OUTPUT if head.link is None else head.link
    conditions = [c for c in family_of(observed.block).natural_domain if c.has(head.symbol)]
    return all(holds(condition, {head.symbol: link}) for condition in conditions)


def _is_compact(family: Family) -> bool:
    """Whether the draws are certainly bounded."""
    ends = [sp.sympify(end) for pair in family.support.bounds or () for end in pair]
    return family.support.is_finite or (bool(ends) and all(bool(end.is_finite) for end in ends))


def _link_moves(observed: Conditional, head: Head, source: Map) -> bool:
    """Whether the link, clipped, certainly takes two valid values. With a bias any two outputs are possible; without one they
    come from both sides of 0, or from one, so the link has to rise or fall throughout."""
    link = OUTPUT if head.link is None else head.link
    if link.has(SOFTMAX) and observed.block.copies * (observed.block.dimension or 1) == 1:
        return False  # the softmax of one output is 1
    if not source.bias and not link.has(SOFTMAX):
        slope, middle = sp.diff(link, OUTPUT), link.xreplace({OUTPUT: sp.Integer(0)})
        inside = head.bounds is None or (bool(head.bounds[0] < middle) and bool(middle < head.bounds[1]))
        return inside and bool(slope.is_positive or slope.is_negative)
    valid: list[sp.Expr] = []
    for value in (value_at(observed, head, t) for t in OUTPUTS):
        if is_valid(observed, head, value):
            if any(separates_numbers(value, other) for other in valid):
                return True
            valid.append(value)
    return False


def _is_moved(design: Design, observed: Conditional, known: Known) -> bool:
    """Whether the block's formulas take two values, with valid values of their parameters."""
    eta, active = natural_at(design, observed, known)
    return any(_takes_two_values(entry, active) for entry in eta)


def moves_as_written(design: Design, observed: Conditional, i: int) -> bool:
    """Whether natural parameter i, written out in coordinates alone, certainly differs at two draws of them."""
    if function_class(observed, i).kind != "expression":
        return False
    written = expression_of(observed, i)
    active, names = named(design, written.free_symbols)
    return written.free_symbols <= set(names) and _takes_two_values(written.xreplace(names), active)


def _takes_two_values(entry: sp.Expr, active: Sequence[Coordinate]) -> bool:
    """Whether the entry certainly differs at two points."""
    points = list(_points(active))
    if entry.has(CoordinateSum, Softmax):
        inner = [part.args[0] for part in entry.atoms(CoordinateSum, Softmax)]
        if len(active) != 1 or len(active[0][1]) != 1 or any(part.has(CoordinateSum, Softmax) for part in inner):
            return False
        entry = _written_out(entry, active[0], points[0])
    others = {s: sp.Rational(1, 2) for s in entry.free_symbols - {s for point in points for s in point}}
    return any(separates(entry, [], [{**others, **p}, {**others, **q}]) for p, q in combinations(points, 2))


def _written_out(entry: sp.Expr, coordinate: Coordinate, others: Mapping[sp.Symbol, sp.Expr]) -> sp.Expr:
    """Sums over the coordinates and softmaxes as functions of one of them, all others at one point."""
    more = coordinate[0].block.copies - 1
    return entry.replace(CoordinateSum, lambda e: e + more * e.xreplace(others)).replace(
        Softmax, lambda e: sp.exp(e) / (sp.exp(e) + more * sp.exp(e.xreplace(others)))
    )


def _points(active: Sequence[Coordinate]) -> Iterator[dict[sp.Symbol, sp.Expr]]:
    """A few points of the space of these draws."""
    rows = [[dict(zip(vs, point, strict=True)) for point in f.support.points[:3]] for _, vs, f, _ in active]
    for place in product(*rows):
        yield {k: v for part in place for k, v in part.items()}
