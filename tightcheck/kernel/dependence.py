"""Whether some model of a design depends on z at all. Where none does, nothing collapses: every model is consistent or none."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations, product

import sympy as sp

from tightcheck.design import Conditional, Design, Head, Map
from tightcheck.expression import CoordinateSum, Softmax
from tightcheck.kernel.classes import all_entries, expression_of, family_of, function_class, substituted
from tightcheck.kernel.defined import is_defined
from tightcheck.kernel.integrability import stays_in_domain
from tightcheck.kernel.model import Coordinate
from tightcheck.kernel.slices import runs_over_all_reals
from tightcheck.kernel.zero import observed_of
from tightcheck.span import separates

VALUES = (sp.Integer(1), sp.Integer(-1), sp.Rational(1, 2))
MOST_PARAMETERS = 4


def may_depend(design: Design) -> bool:
    """Whether some model depends on z: a network that can move within its domain, or a formula that does."""
    on_lines = all(runs_over_all_reals(family_of(latent.block)) for latent in design.encoder)
    for name in {entry[0] for entry in all_entries(design)}:
        observed = observed_of(design, name)
        heads = [head for head in observed.heads if isinstance(head.source, Map)]
        if any(_can_move(observed, head, on_lines) for head in heads if _kind(head) != "expression"):
            return True
        if any(_kind(head) == "expression" for head in heads) and _is_moved(design, observed):
            return True
    return False


def _kind(head: Head) -> str:
    assert isinstance(head.source, Map)
    return head.source.kind


def _can_move(observed: Conditional, head: Head, on_lines: bool) -> bool:
    """Whether a network's output need not be constant. An affine map on all of R^d, or one unit that is unbounded on both sides,
    puts out positive numbers only where it is constant."""
    family, source = family_of(observed.block), head.source
    assert isinstance(source, Map)
    is_natural = head.symbol in family.natural_parameters and not family.has_full_domain
    is_halved = head.link is None and (bool(head.symbol.is_positive) or is_natural)
    is_line = source.kind == "affine" or source.activation == "identity"
    is_narrow = source.activation == "leaky_relu" and min(source.hidden, default=1) == 1
    onto = source.kind != "unrestricted" and (is_line or is_narrow or not source.bias)
    return not (on_lines and is_halved and onto)


def _is_moved(design: Design, observed: Conditional) -> bool:
    """Whether the block's formulas, at some values of their parameters, are valid and take two values."""
    rows = range(len(observed.natural))
    written = [
        expression_of(observed, i) if function_class(observed, i).kind == "expression" else substituted(observed, i)
        for i in rows
    ]
    parameters = sorted({p for h in observed.heads if isinstance(h.source, Map) for p in h.source.parameters}, key=str)
    learned = {h.symbol: sp.Integer(1) for h in observed.heads if not isinstance(h.source, Map)}
    active, names = _named(design, {s for entry in written for s in entry.free_symbols})
    choices = (
        product(VALUES, repeat=len(parameters))
        if len(parameters) <= MOST_PARAMETERS
        else [VALUES[:1] * len(parameters)]
    )
    for values in choices:
        known = {**dict(zip(parameters, values, strict=True)), **learned}
        eta = [entry.xreplace(known).xreplace(names) for entry in written]
        places = [(variables, family) for _, variables, family, _ in active]
        valid = all(is_defined(entry, active) for entry in eta) and stays_in_domain(
            family_of(observed.block), eta, places
        )
        if valid and any(_takes_two_values(entry, active) for entry in eta):
            return True
    return False


def _named(design: Design, symbols: set[sp.Symbol]) -> tuple[list[Coordinate], dict[sp.Basic, sp.Basic]]:
    """The latent draws that the symbols name, z or z[j], and their variables: z is the first of several."""
    active: dict[tuple[str, int], Coordinate] = {}
    names: dict[sp.Basic, sp.Basic] = {}
    for latent in design.encoder:
        family = family_of(latent.block)
        for symbol in sorted(symbols, key=str):
            base, _, index = symbol.name.partition("[")
            if base != latent.block.name:
                continue
            j = int(index.rstrip("]")) if index else 0
            copy, component = (j, 0) if len(family.variables) == 1 else (0, j)
            if component >= len(family.variables):
                continue
            own = tuple(sp.Symbol(f"{base}_{copy}_{v.name}", **v.assumptions0) for v in family.variables)
            active[base, copy] = (latent, own, family, copy)
            names[symbol] = own[component]
    return list(active.values()), names


def _takes_two_values(entry: sp.Expr, active: Sequence[Coordinate]) -> bool:
    """Whether the entry certainly differs at two points."""
    if entry.has(CoordinateSum, Softmax):
        return any(entry.has(v) for _, variables, _, _ in active for v in variables)
    points = list(_points(active))
    others = {s: sp.Rational(1, 2) for s in entry.free_symbols - {s for point in points for s in point}}
    return any(separates(entry, [], [{**others, **p}, {**others, **q}]) for p, q in combinations(points, 2))


def _points(active: Sequence[Coordinate]) -> Iterator[dict[sp.Symbol, sp.Expr]]:
    """A few points of the space of these draws."""
    rows = [[dict(zip(vs, point, strict=True)) for point in f.support.points[:3]] for _, vs, f, _ in active]
    for place in product(*rows):
        yield {k: v for part in place for k, v in part.items()}
