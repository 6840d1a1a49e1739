"""Entries of F that C1 removes where a natural parameter of the decoder is written out as a sum."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

import sympy as sp

from tightcheck.design import SOFTMAX, Design
from tightcheck.expression import CoordinateSum, Softmax
from tightcheck.kernel.classes import family_of, function_class
from tightcheck.kernel.rejected import require
from tightcheck.kernel.slices import on_support
from tightcheck.kernel.zero import Entries, of_block, pair_of, separated


def written_terms(design: Design, step: Mapping[str, Any], zero: Entries) -> Entries:
    """f = sum_m c_m b_m(z_j) + c_0 with c free of z_j, and f in span(psi, 1): a live statistic that is in no combination of 1,
    the b_m and the other live ones has no part in f."""
    (latent, observed), i = pair_of(design, step), int(step["component"])
    family, formula = family_of(latent.block), function_class(observed, i).formula
    require(function_class(observed, i).kind == "expression" and formula is not None, "f is not written out")
    assert formula is not None
    plain = observed.inputs.kind == "identity" and not formula.has(CoordinateSum, Softmax, SOFTMAX)
    require(plain and len(family.variables) == 1, "f is not written in coordinates of z")
    (v,) = family.variables
    coordinates = [s for s in formula.free_symbols if s.name.partition("[")[0] == latent.block.name]
    functions = [on_support(b, family) for s in coordinates for b in _functions(formula.xreplace({s: v}), v)]
    live = {e[3] for e in of_block(design, latent, [observed]) - zero if e[1] == i}
    found = []
    for k in live:
        others = [family.statistics[j] for j in live - {k}]
        if separated(family.statistics[k], [*others, *functions], family):
            found.append((observed.block.name, i, latent.block.name, k))
    return frozenset(found)


def _functions(formula: sp.Expr, v: sp.Symbol) -> list[sp.Expr]:
    """The functions of v in a sum of products, those with the same factor, up to a number, together."""
    found: dict[sp.Expr, sp.Expr] = defaultdict(lambda: sp.Integer(0))
    for term in sp.Add.make_args(sp.expand(formula)):
        factor, function = term.as_independent(v, as_Add=False)
        require(function.free_symbols <= {v}, "f is not shown to be a sum of parameters times functions of z")
        number, rest = factor.as_coeff_Mul()
        found[rest] += number * function
    return [function for function in found.values() if function.has(v)]
