"""Links that are no polynomials, of outputs that are affine on pieces: f, or g, is one along no line on which they move."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sympy as sp

from tightcheck.design import Conditional, Design, Map
from tightcheck.family import Family
from tightcheck.kernel.classes import PIECEWISE_AFFINE, FunctionClass, family_of, function_class, varying_heads
from tightcheck.kernel.links import is_continuous
from tightcheck.kernel.parametrised import reduced_class
from tightcheck.kernel.partitions import is_on_sphere
from tightcheck.kernel.rejected import require
from tightcheck.kernel.slices import curves
from tightcheck.kernel.zero import Entries, dead_columns, of_block, pair_of
from tightcheck.span import separating_points

OUTPUTS = tuple(sp.Rational(n, 3) for n in (-9, -5, -1, 1, 4, 8, 13))
"""Outputs at which a link is compared with polynomials."""


def bent_link(design: Design, step: Mapping[str, Any], zero: Entries) -> Entries:
    """f_i = phi(o), phi analytic and no polynomial of the degree of psi, o affine on pieces of z: o is constant along lines."""
    (latent, observed), i = pair_of(design, step), int(step["component"])
    _require_bent(observed, i, function_class(observed, i), family_of(latent.block), ("identity",))
    return frozenset(e for e in of_block(design, latent, [observed]) if e[1] == i)


def bent_encoder(design: Design, step: Mapping[str, Any], zero: Entries) -> Entries:
    """The same for g_k = phi(o) and x."""
    (latent, observed), k = pair_of(design, step), int(step["statistic"])
    require(observed.block.length not in ("random", "depends_on_z"), "the length is random")
    functions = reduced_class(latent, k, dead_columns(design, latent, zero))
    _require_bent(latent, k, functions, family_of(observed.block), ("identity", "counts", "standardize"))
    return frozenset(e for e in of_block(design, latent, [observed]) if e[3] == k)


def _require_bent(
    conditional: Conditional, k: int, functions: FunctionClass, other: Family, plain: tuple[str, ...]
) -> None:
    """Require one output that is affine on pieces, a link that no polynomial of that degree is, and slices that are lines."""
    formula, heads = functions.formula, varying_heads(conditional, k)
    require(functions.kind == "linked" and formula is not None and len(heads) == 1, "there is no link of one output")
    assert formula is not None
    source = heads[0].source
    pieces = isinstance(source, Map) and (
        source.kind == "affine" or (source.kind == "mlp" and source.activation in PIECEWISE_AFFINE)
    )
    require(pieces and heads[0].bounds is None, "the output is not affine on pieces")
    require(
        conditional.inputs.kind in plain and not conditional.inputs.covariates, "the network is shown more, or less"
    )
    require(len(formula.free_symbols) == 1 and is_continuous(formula), "the link is not shown to be analytic")
    (o,) = formula.free_symbols
    if is_on_sphere(other) and other.statistics == other.variables:
        _require_no_polynomial(formula, o, 1)
        return
    lines = curves(other)
    straight = all(
        p.is_polynomial
        and p.cardinality == "continuum"
        and all(c.is_polynomial(p.parameter) and sp.degree(c, p.parameter) <= 1 for c in p.point)
        for p in lines
    )
    require(bool(lines) and straight, "the statistics are not polynomials along lines")
    degree = max(int(sp.degree(s, p.parameter)) for p in lines for s in p.statistics if s.has(p.parameter))
    _require_no_polynomial(formula, o, degree)


def _require_no_polynomial(formula: sp.Expr, o: sp.Symbol, degree: int) -> None:
    """Require that the link is no polynomial of at most this degree, by exact values."""
    powers = [o**n for n in range(1, degree + 1)]
    found = separating_points(formula, powers, [{o: value} for value in OUTPUTS])
    require(found is not None, "the link is not shown to be no polynomial")
