"""Entries of F that C1 removes where a natural parameter of the decoder is written out as a sum."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations, product
from typing import Any

import sympy as sp

from tightcheck.design import SOFTMAX, Design
from tightcheck.expression import CoordinateSum, Softmax
from tightcheck.kernel.classes import family_of, function_class
from tightcheck.kernel.constants import separates_numbers
from tightcheck.kernel.rejected import require
from tightcheck.kernel.slices import on_support
from tightcheck.kernel.zero import Entries, of_block, pair_of, separated


def written_terms(design: Design, step: Mapping[str, Any], zero: Entries) -> Entries:
    """f = sum_m c_m b_m(z_j) + c_0 with c free of z_j, and f in span(psi, 1): a live statistic that is in no combination of 1,
    the b_m and the other live ones has no part in f. Terms that are no sums over coordinates have a factor 0."""
    (latent, observed), i = pair_of(design, step), int(step["component"])
    family, formula = family_of(latent.block), function_class(observed, i).formula
    require(function_class(observed, i).kind == "expression" and formula is not None, "f is not written out")
    assert formula is not None
    plain = observed.inputs.kind == "identity" and not formula.has(CoordinateSum, Softmax, SOFTMAX)
    require(plain and len(family.variables) == 1, "f is not written in coordinates of z")
    (v,) = family.variables
    formula = _sum_over_coordinates(design, formula)
    coordinates = [s for s in formula.free_symbols if s.name.partition("[")[0] == latent.block.name]
    functions = [on_support(b, family) for s in coordinates for b in _functions(_in_variable(formula, s, v), v)]
    live = {e[3] for e in of_block(design, latent, [observed]) - zero if e[1] == i}
    found = []
    for k in live:
        others = [family.statistics[j] for j in live - {k}]
        if separated(family.statistics[k], [*others, *functions], family):
            found.append((observed.block.name, i, latent.block.name, k))
    return frozenset(found)


def _in_variable(formula: sp.Expr, s: sp.Symbol, v: sp.Symbol) -> sp.Expr:
    """The formula with v for the coordinate s, all other symbols under names that no draw can have: a block may be called x."""
    others = {o: sp.Symbol(f"other:{o.name}", **o.assumptions0) for o in formula.free_symbols - {s}}
    return formula.xreplace({**others, s: v})


def _functions(formula: sp.Expr, v: sp.Symbol) -> list[sp.Expr]:
    """The functions of v in a sum of products, those with the same factor together."""
    functions = [function for function in _by_factor(formula, [v]).values() if function.has(v)]
    separate = all(function.free_symbols <= {v} for function in functions)
    require(separate, "f is not shown to be a sum of parameters times functions of z")
    return functions


def _by_factor(formula: sp.Expr, variables: Sequence[sp.Symbol]) -> dict[sp.Expr, sp.Expr]:
    """A sum of products as functions by what multiplies them and has none of the variables, up to a number."""
    found: dict[sp.Expr, sp.Expr] = defaultdict(lambda: sp.Integer(0))
    for term in sp.Add.make_args(sp.expand(formula)):
        factor, function = term.as_independent(*variables, as_Add=False)
        number, rest = factor.as_coeff_Mul()
        found[rest] += number * function
    return found


def _sum_over_coordinates(design: Design, formula: sp.Expr) -> sp.Expr:
    """The formula without c b(z_1, z_2) where b is no sum over coordinates, as f is one: then c = 0."""
    families = {latent.block.name: family_of(latent.block) for latent in design.encoder if not latent.block.given}
    points = {
        s: [v for (v,) in families[name].support.points]
        for s in sorted(formula.free_symbols, key=str)
        if (name := s.name.partition("[")[0]) in families and len(families[name].variables) == 1
    }
    by_factor = _by_factor(formula, list(points)) if len(points) > 1 and len(families) == len(design.encoder) else {}
    mixed = {factor: b for factor, b in by_factor.items() if len(b.free_symbols) > 1}
    if not mixed or any(b.free_symbols - set(points) for b in by_factor.values()):
        return formula
    differences = [[_mixed_difference(b, corner, points) for b in mixed.values()] for corner in _corners(points)]
    if len(mixed) == 1:
        is_independent = any(separates_numbers(row[0], sp.Integer(0)) for row in differences)
    else:
        rational = [row for row in differences if all(entry.is_Rational for entry in row)]
        is_independent = bool(rational) and sp.Matrix(rational).rank() == len(mixed)
    return sp.Add(*(c * b for c, b in by_factor.items() if c not in mixed)) if is_independent else formula


Corner = tuple[dict[sp.Symbol, sp.Expr], dict[sp.Symbol, sp.Expr]]


def _corners(points: Mapping[sp.Symbol, Sequence[sp.Expr]]) -> Iterator[Corner]:
    """Two coordinates, each with two of its first three points."""
    for s, t in combinations(points, 2):
        for (a, b), (c, d) in product(combinations(points[s][:3], 2), combinations(points[t][:3], 2)):
            yield {s: a, t: c}, {s: b, t: d}


def _mixed_difference(b: sp.Expr, corner: Corner, points: Mapping[sp.Symbol, Sequence[sp.Expr]]) -> sp.Expr:
    """b(s', t') - b(s', t) - b(s, t') + b(s, t), the other coordinates at their first points: 0 for a sum over coordinates."""
    low, high = corner
    (s, t), others = low, {v: values[0] for v, values in points.items()}
    corners = ((1, high, high), (-1, high, low), (-1, low, high), (1, low, low))
    return sp.Add(*(sign * b.xreplace({**others, s: at_s[s], t: at_t[t]}) for sign, at_s, at_t in corners))
