"""A model of the design that is not consistent: a decoder f that leaves span(psi, 1) (C1), or for which
log p - log h' - A(f) does (C2). Each function is tried on one or two latent coordinates; points at which a determinant is
certainly not zero prove it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations, product
from typing import Any

import sympy as sp

from tightcheck.design import Conditional, Constant, Design, Head, Map
from tightcheck.expression import to_text
from tightcheck.kernel.counterexample import prior_of
from tightcheck.kernel.model import (
    Coordinate,
    coordinates,
    multiplicity,
    temperature,
    total_log_partition,
)
from tightcheck.kernel.rejected import Rejected
from tightcheck.kernel.stated_model import model_natural, shown_functions
from tightcheck.kernel.zero import Entries
from tightcheck.span import separating_points

CONDITION = "exists"
MOST_NAMED = 4
PARAMETERS = ("2", "1", "1/2", "-1", "3")


def propose(design: Design, prior: str, zero: Entries) -> Iterator[dict[str, Any]]:
    """Steps `nonmember` whose points already separate."""
    if prior == "free":
        yield {"lemma": "nonmember", "condition": "prior"}
    for observed in design.decoder:
        for chosen in (*_choices(design), *_named(design, observed)):
            try:
                active = coordinates(design, chosen)
            except Rejected:
                continue
            names = {s.name: s for _, variables, _, _ in active for s in variables}
            for outputs, parameters in _outputs(observed, active, names):
                step = {
                    "lemma": "nonmember",
                    "latents": [list(c) for c in chosen],
                    "observed": observed.block.name,
                    "outputs": outputs,
                    "parameters": parameters,
                }
                yield from _separated(design, prior, observed, step, active, names, zero)


def _choices(design: Design) -> Iterator[tuple[tuple[str, int], ...]]:
    """One coordinate of each block, two of one block, one each of two blocks."""
    for latent in design.encoder:
        yield ((latent.block.name, 0),)
        if latent.block.copies > 1:
            yield ((latent.block.name, 0), (latent.block.name, 1))
    for a, b in combinations(design.encoder, 2):
        if a.block.name not in b.block.given:
            yield ((a.block.name, 0), (b.block.name, 0))


def _named(design: Design, observed: Conditional) -> Iterator[tuple[tuple[str, int], ...]]:
    """All coordinates that the block's expressions pick, as z[0] and z[2]."""
    maps = [h.source for h in observed.heads if isinstance(h.source, Map) and h.source.expression is not None]
    names = {s.name for source in maps if source.expression is not None for s in source.expression.free_symbols}
    picked = sorted((base, int(rest.rstrip("]"))) for base, mark, rest in (n.partition("[") for n in names) if mark)
    copies = {latent.block.name: latent.block.copies for latent in design.encoder}
    chosen = tuple(dict.fromkeys((base, j if copies[base] > 1 else 0) for base, j in picked if base in copies))
    if len(chosen) > 1 and len(chosen) <= MOST_NAMED:
        yield chosen


def _outputs(
    observed: Conditional, active: Sequence[Coordinate], names: dict[str, sp.Symbol]
) -> Iterator[tuple[dict[str, str], dict[str, str]]]:
    """What the maps put out: sums, products and shifts of the active coordinates."""
    moving = [h for h in observed.heads if isinstance(h.source, Map)]
    if not moving:
        return
    parameters = sorted({s.name for h in moving if isinstance(h.source, Map) for s in h.source.parameters})
    if parameters:
        for values in product(PARAMETERS, repeat=len(parameters)):
            yield _constants(observed), dict(zip(parameters, values, strict=True))
        return
    firsts = [shown_functions(observed, [coordinate])[0] for coordinate in active]
    total = sp.Add(*firsts)
    shapes: list[sp.Expr] = [total, 2 * total - 1, total - 1, total + 1, (total + 1) / 4]
    if observed.inputs.kind == "identity" and (everything := _all_components(observed, active)) is not None:
        shapes.append(everything)
    if observed.inputs.kind == "one_hot" and len(firsts) > 1:
        shapes.insert(0, sp.Mul(*firsts))
    if all(isinstance(h.source, Map) and h.source.kind == "unrestricted" for h in moving):
        product_or_cube = sp.Mul(*firsts) if len(firsts) > 1 else total**3
        shapes = [product_or_cube, sp.Mul(*firsts) ** 2 + 1, total, sp.tanh(sp.Mul(*firsts))]
        if any(head.symbol.is_positive for head in moving):
            shapes.append(sp.Rational(1, 4) + 1 / (2 + 2 * sp.exp(total)))
    for shape in shapes:
        for head in moving:
            yield {**_constants(observed), head.symbol.name: to_text(shape)}, {}


def _all_components(observed: Conditional, active: Sequence[Coordinate]) -> sp.Expr | None:
    """The sum of all numbers in one draw of a finite vector family; None elsewhere."""
    (_, variables, family, _), *others = active
    is_field = family.support.is_finite and len(variables) > 1 and not family.spans_all_functions
    return sp.Add(*shown_functions(observed, active)) if is_field and not others else None


def _constants(observed: Conditional) -> dict[str, str]:
    """Learned constants and idle outputs: 1 where a parameter is positive, else 0."""
    return {h.symbol.name: _idle(h) for h in observed.heads}


def _idle(head: Head) -> str:
    """A harmless value of a head or of its map's output."""
    is_plain = isinstance(head.source, Constant) or head.link is None
    return "1" if is_plain and head.symbol.is_positive else "0"


def _separated(
    design: Design,
    prior: str,
    observed: Conditional,
    step: dict[str, Any],
    active: Sequence[Coordinate],
    names: dict[str, sp.Symbol],
    zero: Entries,
) -> Iterator[dict[str, Any]]:
    """The step with points for C1, for C2, or with an entry that the lemmas removed."""
    try:
        eta = model_natural(observed, step, active, names)
    except Rejected:
        return
    basis = [s.xreplace(dict(zip(f.variables, v, strict=True))) for _, v, f, _ in active for s in f.statistics]
    points = [
        dict(zip(names.values(), [x for part in parts for x in part], strict=True))
        for parts in product(*(family.support.points for _, _, family, _ in active))
    ]
    targets: list[tuple[str, int, sp.Expr]] = [("C1", i, value) for i, value in enumerate(eta) if value.free_symbols]
    if prior == "declared":
        try:
            copies = multiplicity(active[0][0], observed)
            energy = copies * total_log_partition(observed, eta) / temperature(design)
            targets.append(("C2", 0, prior_of(design, active) - energy))
        except Rejected:
            pass
    for condition, component, target in targets:
        found = separating_points(target, basis, points)
        if found is not None:
            stated = [{symbol.name: to_text(value) for symbol, value in point.items()} for point in found]
            yield {**step, "condition": condition, "component": component, "points": stated}
    for i, value in enumerate(eta):
        if value.free_symbols and any(entry[0] == observed.block.name and entry[1] == i for entry in zero):
            yield {**step, "condition": "zero", "component": i, "points": []}
