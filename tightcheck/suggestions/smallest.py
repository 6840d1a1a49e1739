"""The smallest encoder family that makes one decoder tight: spanned by f_1, ..., f_n and log p - log h' - A(f).

What these functions are for a class of decoders is looked at in numbers, on members of the class drawn at random: they
choose which families are proposed, and every proposal is decided by proof afterwards.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations, product

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from tightcheck.design import Design
from tightcheck.family import Family
from tightcheck.joint import show
from tightcheck.joint.parts import Part, part_of
from tightcheck.kernel.classes import family_of
from tightcheck.suggestions.member import Unknown, draw, function

Array = NDArray[np.float64]

MOST_BITS = 6
"""Bits of a class that treats all of them alike; the others are as these."""
MOST_WRITTEN_BITS = 10
"""Bits whose joint values are all looked at."""
NOTHING = 1e-7
"""A coefficient or a residual below this share of the functions' size is rounding."""
PLACES = 60


@dataclass(frozen=True)
class Graph:
    """The pairs of bits that interact given x, and an upper bound of the graph's treewidth."""

    edges: tuple[tuple[int, int], ...]
    treewidth: int


def interactions(design: Design) -> frozenset[frozenset[int]] | None:
    """The sets of bits (of the first few, where all are alike) whose products f and A(f) need; None if not all are bits."""
    latent = design.latent
    if any(family_of(b).support.cardinality != 2 or b.given for b in latent):
        return None
    count = sum(b.copies for b in latent)
    if count > MOST_WRITTEN_BITS and not _is_alike(design):
        return None
    bits = min(count, MOST_BITS) if _is_alike(design) else count
    cube = np.array(list(product((0.0, 1.0), repeat=bits)))
    try:
        functions = draw(design, _values(design, cube), np.random.default_rng(0))
    except Unknown:
        return None
    found = set()
    for column in np.column_stack([functions.natural, functions.log_partition]).T:
        found |= _moebius(column, bits)
    return frozenset(found)


def _is_alike(design: Design) -> bool:
    """Whether every decoder map is a class that no coordinate of z is special for."""
    from tightcheck.design import Map

    return all(h.source.kind != "expression" for c in design.decoder for h in c.heads if isinstance(h.source, Map))


def _values(design: Design, cube: Array) -> dict[str, Array]:
    """The joint values of the bits, block by block; a sign is 2 b - 1."""
    found, start = {}, 0
    for block in design.latent:
        stop = min(start + block.copies, cube.shape[1])
        low, high = sorted(float(point[0]) for point in family_of(block).support.points)
        found[block.name] = low + (high - low) * cube[:, start:stop]
        start = stop
    return {name: columns for name, columns in found.items() if columns.shape[1]}


def _moebius(column: Array, bits: int) -> set[frozenset[int]]:
    """The sets S with a coefficient in sum_S c_S prod_{i in S} b_i."""
    coefficients = column.reshape((2,) * bits).copy()
    for axis in range(bits):
        first, second = (np.take(coefficients, [k], axis=axis) for k in (0, 1))
        coefficients = np.concatenate([first, second - first], axis=axis)
    size = NOTHING * max(1.0, float(np.abs(column).max()))
    return {frozenset(map(int, np.flatnonzero(place))) for place in np.argwhere(np.abs(coefficients) > size)}


def order(design: Design) -> int | None:
    """The largest number of bits that interact given x; None where the latents are not all bits, or too many."""
    found = interactions(design)
    return None if found is None else max((len(each) for each in found), default=0)


def graph(design: Design) -> Graph | None:
    """The co-parents among the bits, where no three of them interact beyond their pairs."""
    found = interactions(design)
    if found is None or any(len(each) > 2 for each in found):
        return None
    pairs = {(min(each), max(each)) for each in found if len(each) == 2}
    count = sum(block.copies for block in design.latent)
    shown = min(count, MOST_BITS) if _is_alike(design) else count
    if shown < count and pairs:
        if len(pairs) < shown * (shown - 1) // 2:
            return None
        pairs = set(combinations(range(count), 2))
        return Graph(tuple(sorted(pairs)), count - 1)
    return Graph(tuple(sorted(pairs)), _treewidth(pairs))


def _treewidth(pairs: set[tuple[int, int]]) -> int:
    """An upper bound (minimum fill-in heuristic)."""
    if not pairs:
        return 0
    from tightcheck.families.markov_random_field import treewidth

    return treewidth(pairs)


def reaches(design: Design, other: Family) -> bool:
    """Whether f and log p - log h' - A(f) lie in span(psi, 1) of the other family on members drawn at random.

    For one latent block of numbers under a declared prior of a registry family; then coordinate by coordinate, since
    the functions of several coordinates are sums of functions of one only if they are so for any values of the others.
    """
    (block,) = design.latent
    (prior,) = design.prior.blocks if design.prior.kind == "declared" else (None,)
    if prior is None or prior.family is None or prior.natural == ():
        return False
    random = np.random.default_rng(1)
    try:
        places = _places(other, random)
        values = np.tile(places[:1], (PLACES, block.copies))
        values[:, 0] = places
        functions = draw(design, {block.name: values}, random)
        known = registry_prior(prior.family, {n: c.value for n, c in prior.parameters.items()}, prior.natural, places)
        wanted = np.column_stack(
            [functions.natural, known - _log_base_measure(other, places) - functions.log_partition]
        )
        basis = np.column_stack([np.ones(PLACES), *(function(other.variables, t)(places) for t in other.statistics)])
    except Unknown:
        return False
    scale = np.abs(basis).max(axis=0)
    solution, *_ = np.linalg.lstsq(basis / scale, wanted, rcond=None)
    residual = np.abs(basis / scale @ solution - wanted).max()
    return bool(residual < NOTHING * max(1.0, float(np.abs(wanted).max())))


def registry_prior(
    family: str, parameters: dict[str, sp.Expr | None], natural: Sequence[sp.Expr], places: Array
) -> Array:
    """log p at the places, up to a constant, of a prior whose parameters are known, learned ones at 2."""
    from tightcheck import registry

    facts = registry.load(family)
    if len(facts.variables) != 1:
        raise Unknown
    known = {symbol: parameters.get(symbol.name) or sp.Integer(2) for eta in natural for symbol in eta.free_symbols}
    total = _log_base_measure(facts, places)
    for eta, statistic in zip(natural, facts.statistics, strict=True):
        total = total + float(eta.subs(known)) * function(facts.variables, statistic)(places)
    return total


def _log_base_measure(family: Family, places: Array) -> Array:
    return function(family.variables, family.log_base_measure)(places)


def _places(family: Family, random: np.random.Generator) -> Array:
    """Numbers in the support."""
    assert family.support.bounds is not None
    lower, upper = family.support.bounds[0]
    if family.support.is_discrete or lower.free_symbols or upper.free_symbols:
        raise Unknown
    if lower == -sp.oo:
        return random.normal(size=PLACES)
    if upper == sp.oo:
        return float(lower) + random.gamma(2.0, size=PLACES)
    return float(lower) + float(upper - lower) * random.uniform(0.05, 0.95, size=PLACES)


def statement(design: Design) -> tuple[str, ...]:
    """The smallest family in words: its statistics, and what the class makes of them."""
    parts = tuple(part_of(conditional) for conditional in design.decoder)
    latent = ", ".join(block.name for block in design.latent)
    sums = " + ".join(map(_log_partition, parts))
    lines = [
        f"For one decoder f the smallest encoder family has the statistics f_1({latent}), f_2({latent}), ... and "
        f"C({latent}) = log p({latent}) - log h'({latent}) - A(f({latent})), with A(f) = {sums} up to a constant"
        f"{''.join(_meaning(part) for part in parts if _is_long(part))}."
    ]
    highest = order(design)
    if highest is not None:
        lines.append(_on_bits(design, highest))
    return tuple(lines)


def _is_long(part: Part) -> bool:
    """Whether A is named, not written out."""
    return part.length is not None or part.log_partition.has(sp.Piecewise, sp.Sum) or len(part.natural) > 3


def _meaning(part: Part) -> str:
    """What stands behind the name of A."""
    return f", A_{part.name} the log-partition function of {part.family.name.replace('_', ' ')}"


def _log_partition(part: Part) -> str:
    """A of one block in f_1, f_2, ... or f_i, as a sum over its copies."""
    index = "_i" if part.block.copies > 1 else ""
    symbols = part.natural
    names = {
        eta: sp.Symbol(f"f{index}" if len(symbols) == 1 else f"f_{k}{',i' if index else ''}", real=True)
        for k, eta in enumerate(symbols, start=1)
    }
    if _is_long(part):
        return f"A_{part.name}(f)"
    moving = sp.expand(part.log_partition, deep=False).as_independent(*symbols, as_Add=True)[1]
    shown = show.text(moving.xreplace(names))
    is_single = not moving.is_Add and not shown.startswith("-")
    return f"sum_i {shown}" if index and is_single else f"sum_i ({shown})" if index else shown


def _on_bits(design: Design, highest: int) -> str:
    """What is needed on the cube."""
    count = sum(block.copies for block in design.latent)
    if highest <= 1:
        return "On these bits all of them are affine: a factorised encoder has every statistic that is needed."
    found = graph(design)
    if found is not None:
        edges = f"{len(found.edges)} edge{'s' * (len(found.edges) != 1)}"
        return (
            f"On these {count} bits they are sums of pairs: a Markov random field on a graph with {edges} "
            f"and treewidth {found.treewidth} (at most)."
        )
    size = "all their functions" if highest >= min(count, MOST_BITS) else f"products of up to {highest} of them"
    return f"On these {count} bits they need {size}: in general a table of 2^{count} entries."
