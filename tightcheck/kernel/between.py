"""Two bits, one equation: C2 says that an interaction is 0, and between a model where it is positive and one where it is negative
there is one where it is 0.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import product
from typing import Any

import sympy as sp

from tightcheck.design import Conditional, Constant, Design, Map
from tightcheck.expression import CoordinateSum, Softmax
from tightcheck.kernel.classes import expression_of, family_of, function_class, substituted
from tightcheck.kernel.constants import decoder_constants
from tightcheck.kernel.defined import is_defined_for_all
from tightcheck.kernel.heads import contains
from tightcheck.kernel.model import encoder_side, formula, is_explicit, statistics_of, temperature, total_log_partition
from tightcheck.kernel.rejected import require
from tightcheck.kernel.slices import prior_block, prior_in_span
from tightcheck.kernel.tight import no_sharing
from tightcheck.kernel.valid import positive_formulas, written_formulas
from tightcheck.span import enclose, is_zero

Point = tuple[sp.Expr, sp.Expr]
SIGNS = {(0, 0): 1, (0, 1): -1, (1, 0): -1, (1, 1): 1}
WEIGHTS = ("b", "w_0", "w_1")


def between(design: Design, prior: str, step: Mapping[str, Any]) -> None:
    """Two models with interactions of different signs, on a segment of dependent models that satisfy C1."""
    require(prior == "declared" and not design.covariates, "the prior is not declared, or there are covariates")
    points = points_of(design)
    ends = [_values(end) for end in (step["first"], step["second"])]
    require(len(ends[0]) == len(ends[1]) and set(ends[0]) == set(ends[1]), "the two models name different parameters")
    written = [each for observed in design.decoder for each in natural_parameters(design, observed)]
    parameters = {s for _, eta in written for at in eta.values() for s in at.free_symbols}
    require({s.name for s in parameters} == set(ends[0]), "the models are not stated")
    for _, eta in written:
        require(
            all(at.is_polynomial(*parameters) for at in eta.values()), "a formula is no polynomial in its parameters"
        )
        require(is_zero(sum(SIGNS[k] * at for k, at in eta.items())), "a natural parameter has an interaction")
    known = [{s: end[s.name] for s in parameters} for end in ends]
    signs = [_sign(interaction(design, points, at)) for at in known]
    require(set(signs) == {1, -1}, "the interactions are not of different signs")
    require(_depends_throughout(written, known), "x is not shown to depend on z in every model between the two")
    _reaches(design)


def points_of(design: Design) -> dict[tuple[int, int], dict[str, sp.Expr]]:
    """The four values of z, under the names of its two bits."""
    require(not any(latent.block.given for latent in design.encoder), "a block is given another")
    values: list[tuple[tuple[str, ...], tuple[sp.Expr, ...]]] = []
    for latent in design.encoder:
        family, name, copies = family_of(latent.block), latent.block.name, latent.block.copies
        require(len(family.variables) == 1 and family.support.cardinality == 2, "the code is not made of bits")
        require(latent.block.length is None, "the code is not made of bits")
        two = tuple(point[0] for point in family.support.points)
        values += [((f"{name}[{j}]", *((name,) if copies == 1 else ())), two) for j in range(copies)]
    require(len(values) == 2, "there are not two bits")
    (first, own), (second, other) = values
    return {
        (i, j): {**dict.fromkeys(first, own[i]), **dict.fromkeys(second, other[j])}
        for i, j in product(range(2), repeat=2)
    }


def _values(end: Mapping[str, Any]) -> dict[str, sp.Expr]:
    numbers = {str(name): formula(value, {}) for name, value in end.items()}
    require(all(value.is_rational for value in numbers.values()), "a parameter is no rational number")
    return numbers


def natural_parameters(
    design: Design, observed: Conditional
) -> list[tuple[Conditional, dict[tuple[int, int], sp.Expr]]]:
    """Each natural parameter at the four points, in the design's free parameters; of an affine map one copy moves, with bias and
    weights called by the block's name."""
    points, family = points_of(design), family_of(observed.block)
    require(family.has_full_domain and observed.block.length is None, "the natural domain is not everything")
    require(not any(head.bounds for head in observed.heads), "outputs are bounded")
    if is_explicit(observed):
        require(observed.block.copies == 1, "several copies move with one formula")
        require(not any(isinstance(head.source, Constant) for head in observed.heads), "constants are not looked at")
        eta = [expression_of(observed, i) for i in range(len(observed.natural))]
        require(not any(e.has(CoordinateSum, Softmax) for e in eta), "sums over coordinates are not looked at")
        _are_valid(observed, points.values())
        return [(observed, {k: _at(e, point) for k, point in points.items()}) for e in eta]
    kinds = [function_class(observed, i).kind for i in range(len(observed.natural))]
    plain = all(head.link is None and isinstance(head.source, Map) and head.source.bias for head in observed.heads)
    one = kinds == ["affine"] and plain and observed.inputs.kind == "identity" and len(observed.heads) == 1
    require(one, "the decoder is neither written out nor one affine map")
    decoder_constants(design, observed.block.name, also_copies=observed.block.copies > 1)
    b, first, second = (sp.Symbol(f"{observed.block.name}:{weight}", real=True) for weight in WEIGHTS)
    names = [name for name in points[0, 0] if "[" in name]
    moved = {}
    for k, point in points.items():
        output = b + first * point[names[0]] + second * point[names[1]]
        moved[k] = substituted(observed, 0).xreplace({observed.heads[0].symbol: output})
    return [(observed, moved)]


def _are_valid(observed: Conditional, points: Iterable[Mapping[str, sp.Expr]]) -> None:
    """Require formulas in z and their own parameters that have values whatever these are, and are positive where they must be:
    the natural parameters do not tell a concentration from its negative."""
    own = {p for head in observed.heads if isinstance(head.source, Map) for p in head.source.parameters}
    for point in points:
        values = [_at(value, point) for value in written_formulas(observed)]
        require(all(value.free_symbols <= own for value in values), "a formula names more than z and its parameters")
        require(all(map(is_defined_for_all, values)), "a formula is not shown to have values")
        positive = all(bool(_at(value, point).is_positive) for value in positive_formulas(observed))
        require(positive, "a parameter is not shown to be positive")


def _at(expression: sp.Expr, point: Mapping[str, sp.Expr]) -> sp.Expr:
    return expression.xreplace({s: point[s.name] for s in expression.free_symbols if s.name in point})


def interaction(
    design: Design, points: Mapping[tuple[int, int], Mapping[str, sp.Expr]], known: Mapping[Any, Any]
) -> sp.Expr:
    """P - A(f) / beta at (1, 1) and (0, 0), less what it is at (1, 0) and (0, 1)."""
    total = sp.Integer(0)
    for latent in design.encoder:
        block = prior_block(design, latent.block.name)
        require(block is not None and block.precision is None and not block.given, "the prior is not known")
        assert block is not None
        if block.log_density is None:
            require(prior_in_span(design, latent) is not None, "the prior is not known")
            continue
        density = {k: _at(block.log_density, point) for k, point in points.items()}
        numbers = all(value.is_number and value.is_real and value.is_finite for value in density.values())
        require(numbers, "the prior is not shown to be positive at the four points")
        total += sum(SIGNS[k] * value for k, value in density.items())
    for observed in design.decoder:
        each = natural_parameters(design, observed)
        for k in points:
            eta = [at[k].xreplace(dict(known)) for _, at in each]
            total -= SIGNS[k] * total_log_partition(observed, eta) / temperature(design)
    return total


def _sign(value: sp.Expr) -> int:
    ball = enclose(value, {})
    return 1 if ball > 0 else -1 if ball < 0 else 0


def _depends_throughout(
    written: Sequence[tuple[Conditional, Mapping[tuple[int, int], sp.Expr]]], known: Sequence[Mapping[Any, Any]]
) -> bool:
    """Whether some difference of natural parameters is affine in the free parameters, and of one sign at both ends."""
    for _, eta in written:
        for p, q in ((((1, 1)), (0, 0)), ((1, 0), (0, 1)), ((1, 0), (0, 0)), ((0, 1), (0, 0))):
            difference = sp.expand(eta[p] - eta[q])
            is_affine = not difference.free_symbols or sp.Poly(difference, *difference.free_symbols).total_degree() <= 1
            signs = {_sign(difference.xreplace(dict(at))) for at in known}
            if is_affine and signs in ({1}, {-1}):
                return True
    return False


def _reaches(design: Design) -> None:
    """Require that the encoder holds every F' nu + c."""
    size = sum(len(statistics_of(observed)) * observed.block.copies for observed in design.decoder)
    for latent in design.encoder:
        no_sharing(latent)
        require(not any(head.bounds for head in latent.heads), "outputs are bounded")
        for observed in design.decoder:
            moved = [sp.Symbol(f"F_{i}", real=True) * t for i, t in enumerate(statistics_of(observed))]
            g = [sp.Add(sp.Symbol("c", real=True), *moved)]
            used = size if len(design.decoder) == 1 else None
            contains(latent, g, encoder_side(latent, observed), min(size, latent.block.copies), used)
