"""Two points that a network is not told apart: g = F' nu + c (C3), or f = F psi + f_0 (C1), is the same at both."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import sympy as sp

from tightcheck.design import OUTPUT, SOFTMAX, Conditional, Design, Map
from tightcheck.expression import CoordinateSum, Softmax
from tightcheck.family import Family
from tightcheck.kernel.classes import family_of
from tightcheck.kernel.defined import conditions, is_defined_for_all
from tightcheck.kernel.model import Coordinate, formula, in_support
from tightcheck.kernel.rejected import require
from tightcheck.kernel.slices import runs_over_all_reals
from tightcheck.kernel.zero import Entries, of_block, pair_of
from tightcheck.span import PRECISION, combination, enclose, is_zero, separating_points

Vanishing = Callable[[set[int]], set[int]]
"""Of the statistics that may still have a part in one row or column of F, those that have none."""


def alike(design: Design, step: Mapping[str, Any], zero: Entries) -> Entries:
    """C3: an encoder that is shown the same at a and b has one posterior there, so F' (nu(a) - nu(b)) = 0."""
    latent, observed = pair_of(design, step)
    require(shows_inputs_only(latent), "the encoder is shown x beside its inputs")
    vanishing = _vanishing(latent, observed, design.decoder, step)
    block = of_block(design, latent, [observed])
    new = set()
    for k in {e[3] for e in block}:
        gone = vanishing({e[1] for e in block - zero if e[3] == k})
        new |= {e for e in block if e[3] == k and e[1] in gone}
    return frozenset(new)


def alike_codes(design: Design, step: Mapping[str, Any], zero: Entries) -> Entries:
    """C1: a decoder that is shown the same at a and b puts out one f there, so F (psi(a) - psi(b)) = 0."""
    latent, observed = pair_of(design, step)
    require(shows_inputs_only(observed), "the decoder is shown z beside its inputs")
    vanishing = _vanishing(observed, latent, design.encoder, step)
    block = of_block(design, latent, [observed])
    new = set()
    for i in {e[1] for e in block}:
        gone = vanishing({e[3] for e in block - zero if e[1] == i})
        new |= {e for e in block if e[1] == i and e[3] in gone}
    return frozenset(new)


def shows_inputs_only(conditional: Conditional) -> bool:
    """Whether the parameters know the other side by the inputs of the maps alone: no map is an explicit expression, no link
    mentions anything but outputs, and no covariate, which might be computed from the other side, is shown."""
    maps = [head.source for head in conditional.heads if isinstance(head.source, Map)]
    links = [head.link for head in conditional.heads if head.link is not None]
    plain = all(link.free_symbols <= {OUTPUT, SOFTMAX} for link in links)
    return plain and not conditional.inputs.covariates and all(source.kind != "expression" for source in maps)


def _vanishing(
    shown: Conditional, other: Conditional, others: Sequence[Conditional], step: Mapping[str, Any]
) -> Vanishing:
    """What two points leave, or a map of all coordinates that the inputs do not see."""
    if "pairs" in step:
        return _of_pairs(shown, other, others, step["pairs"])
    return _of_map(shown, other, len(others) == 1, formula(step["map"], {"u": COORDINATE}))


COORDINATE = sp.Symbol("coordinate:u", real=True)
"""One coordinate, u in the maps of a certificate, under a name that no block can have."""


def _of_pairs(
    shown: Conditional, other: Conditional, others: Sequence[Conditional], pairs: Sequence[Sequence[Any]]
) -> Vanishing:
    """One coordinate moves from a to b, all others are kept: sum_l F_l (nu_l(a) - nu_l(b)) = 0 for every pair."""
    points = [(formula(a, {}), formula(b, {})) for a, b in pairs]
    require(shown.inputs.kind == "expression", "the inputs are no formula")
    assert shown.inputs.expression is not None
    function = of_one_coordinate(shown.inputs.expression, other)
    positive = may_be_positive(others)
    is_text = other.block.length in ("random", "depends_on_z")
    family = family_of(other.block)
    for pair in points:
        for value in pair:
            drawn = _is_count(value) if is_text else _is_draw(other, family, value)
            require(drawn, "a point is not in the support")
        require_alike(function, *pair, is_text or family.support.is_discrete, positive)
    if is_text:  # one word more or less often, every other word once
        require(any(a != b for a, b in points), "the points are the same")
        return lambda live: live
    (v,) = family.variables
    differences = [[s.xreplace({v: a}) - s.xreplace({v: b}) for s in family.statistics] for a, b in points]
    return lambda live: _annihilated(differences, live)


def of_one_coordinate(expression: sp.Expr, other: Conditional) -> sp.Expr:
    """The input that one coordinate moves, in `COORDINATE`; free of it where the formula is about other blocks."""
    name = other.block.name
    own = {s for s in expression.free_symbols if s.name.partition("[")[0] == name}
    require(all(s.name == name for s in own), "the formula picks one of several coordinates")
    together = [part for part in expression.atoms(CoordinateSum, Softmax) if part.free_symbols & own]
    require(not together, "the inputs mix coordinates")
    return expression.xreplace(dict.fromkeys(own, COORDINATE))


def _is_count(value: sp.Expr) -> bool:
    """Whether a word can occur so often."""
    return bool(value.is_Integer and value >= 0)


def _is_draw(other: Conditional, family: Family, value: sp.Expr) -> bool:
    """Whether the number has mass, or lies in the interior of a continuous support."""
    require(len(family.variables) == 1, "the draws are vectors")
    active: list[Coordinate] = [(other, family.variables, family, 0)]
    return bool(value.is_number and value.is_real) and in_support({family.variables[0]: value}, active)


def may_be_positive(others: Sequence[Conditional]) -> frozenset[str]:
    """The blocks whose draws have positive coordinates throughout with positive mass: counts, bits, positive numbers, texts."""
    families = {other.block.name: (other, family_of(other.block)) for other in others}
    return frozenset(
        name
        for name, (other, family) in families.items()
        if other.block.length in ("random", "depends_on_z")
        or (len(family.variables) == 1 and bool(family.variables[0].is_nonnegative))
    )


def _has_values(function: sp.Expr, positive: frozenset[str]) -> bool:
    """Whether a formula of other blocks is a number where these are positive."""
    names = {part: sp.Dummy(positive=True) for part in function.atoms(CoordinateSum)}
    names |= {s: sp.Dummy(positive=True) for s in function.free_symbols if s.name in positive}
    parts = [(sign, part.xreplace(names)) for sign, part in conditions(function)]
    return not function.atoms(Softmax) and all(bool(part.is_positive) for _, part in parts)


def require_alike(
    function: sp.Expr, a: sp.Expr, b: sp.Expr, has_mass: bool, positive: frozenset[str] = frozenset()
) -> None:
    """Require one input at a and b; where these have no mass, near them as well: the input is constant near both, or has a
    derivative at both that is not 0, so that a smooth map takes the points near a to points near b of the same input.

    An input that the coordinate has no part in is the same, wherever the other blocks give it a value.
    """
    if COORDINATE not in function.free_symbols and _has_values(function, positive):
        return
    at = [function.xreplace({COORDINATE: value}) for value in (a, b)]
    require(all(map(is_defined_for_all, at)) and is_zero(at[0] - at[1]), "the inputs are not the same at both points")
    if has_mass:
        return
    near = [_near(function, value) for value in (a, b)]
    slopes = [sp.diff(e, COORDINATE) for e in near]
    constant = [is_zero(slope) for slope in slopes]
    steep = [_is_not_zero(slope.xreplace({COORDINATE: value})) for slope, value in zip(slopes, (a, b), strict=True)]
    require(all(constant) or all(steep), "the points have no mass, and near them the inputs may differ")


def _near(function: sp.Expr, value: sp.Expr) -> sp.Expr:
    """The function near a point where it is analytic, without absolute values."""

    def unfolded(inner: sp.Expr) -> sp.Expr:
        if COORDINATE not in inner.free_symbols:
            return sp.Abs(inner)
        there = inner.xreplace({COORDINATE: value})
        require(_is_not_zero(there), "an absolute value bends at the point")
        return inner if enclose(there, {}) > 0 else -inner

    smooth = function.replace(sp.Abs, unfolded)
    for _, part in conditions(smooth):
        require(
            COORDINATE not in part.free_symbols or _is_not_zero(part.xreplace({COORDINATE: value})),
            "the inputs are not shown to be smooth at the point",
        )
    return smooth


def _is_not_zero(value: sp.Expr) -> bool:
    """Whether an exact number is certainly not 0."""
    try:
        ball = enclose(value, {})
    except (ValueError, ZeroDivisionError, NotImplementedError):
        return False
    return bool(ball.is_finite()) and not ball.contains(0)


def _annihilated(differences: Sequence[Sequence[sp.Expr]], live: set[int]) -> set[int]:
    """The live columns of a regular matrix, those without a difference left out: they have no combination that is 0."""
    columns = [i for i in sorted(live) if not all(is_zero(row[i]) for row in differences)]
    if len(columns) != len(differences):
        return set()
    return set(columns) if _is_regular([[row[i] for i in columns] for row in differences]) else set()


def _is_regular(matrix: Sequence[Sequence[sp.Expr]]) -> bool:
    """Whether the determinant is certainly not 0."""
    from flint import arb_mat, ctx

    try:
        with ctx.workprec(PRECISION):
            determinant = arb_mat([[enclose(entry, {}) for entry in row] for row in matrix]).det()
    except (ValueError, ZeroDivisionError, NotImplementedError):
        return False
    return bool(determinant.is_finite()) and not determinant.contains(0)


def _of_map(shown: Conditional, other: Conditional, is_alone: bool, moved: sp.Expr) -> Vanishing:
    """All coordinates move from x to p x + q: sum_i sum_l F_il (nu_l(p x_i + q) - nu_l(x_i)) = 0, so each summand is constant."""
    slope, shift = sp.diff(moved, COORDINATE), moved.xreplace({COORDINATE: sp.Integer(0)})
    require(bool(slope.is_number) and _is_not_zero(slope), "the map is not affine")
    require(bool(slope.is_real) and bool(shift.is_real), "the map is not real")
    _unseen(shown, other, is_alone, slope, shift)
    family = family_of(other.block)
    if other.block.length in ("random", "depends_on_z"):  # every word once, w twice, and p times that often
        require(bool(slope.is_Integer and slope > 1) and shift == 0, "the map takes no text to a text")
        _divides(shown, other)
        return lambda live: live
    require(other.block.length is None, "the coordinates add up to a length")
    whole = runs_over_all_reals(family)
    require(whole or len(family.variables) == 1, "the draws are vectors of bounded numbers")
    after = {v: slope * v + shift for v in family.variables}
    inside = [p for p in family.support.points if whole or _is_draw(other, family, slope * p[0] + shift)]
    if family.support.is_discrete and _divides(shown, other):
        inside = [p for p in inside if all(bool(x.is_positive) for x in p)]
    points = [dict(zip(family.variables, p, strict=True)) for p in inside]
    differences = [s.xreplace(after) - s for s in family.statistics]

    def is_separated(i: int, live: set[int]) -> bool:
        basis: list[sp.Expr] = []
        for difference in (differences[j] for j in sorted(live) if j != i):
            if combination(difference, basis, family.variables) is None:
                basis.append(difference)
        return separating_points(differences[i], basis, points) is not None

    return lambda live: {i for i in live if is_separated(i, live)}


def _divides(shown: Conditional, other: Conditional) -> bool:
    """Whether the inputs may have no value, as 0 / 0; require that they have one where all coordinates are positive."""
    kind, expression = shown.inputs.kind, shown.inputs.expression
    if expression is None:
        return kind in SHARES
    parts = [part for _, part in conditions(expression)]
    names = {part: sp.Dummy(positive=True) for part in expression.atoms(CoordinateSum)}
    names |= {s: sp.Dummy(positive=True) for s in expression.free_symbols if s.name == other.block.name}
    require(all(part.xreplace(names).is_positive for part in parts), "the inputs may have no value")
    return bool(parts)


SHARES = frozenset(("frequencies", "tfidf"))
SHIFTED = frozenset(("softmax", "layer_norm"))


def _unseen(shown: Conditional, other: Conditional, is_alone: bool, slope: sp.Expr, shift: sp.Expr) -> None:
    """Require that the inputs are the same for x and for slope x + shift: shares of a sum do not see a factor, a softmax and a
    layer normalisation no shift, a formula whatever cancels."""
    kind, expression = shown.inputs.kind, shown.inputs.expression
    if kind in SHARES:
        require(is_alone and shift == 0, "shares of the sum see a shift")
        return
    if kind in SHIFTED:
        require(is_alone and slope == 1, "the inputs see a factor")
        return
    require(kind == "expression" and expression is not None, "the inputs are no formula")
    assert expression is not None
    name, count = other.block.name, other.block.copies * (other.block.dimension or 1)
    own = {s for s in expression.free_symbols if s.name.partition("[")[0] == name}
    before = _written_out(expression, own, count)
    after = _written_out(expression.xreplace({s: slope * s + shift for s in own}), own, count)
    mixed = {part: sp.Dummy(real=True) for e in (before, after) for part in e.atoms(CoordinateSum, Softmax)}
    require(is_zero(after.xreplace(mixed) - before.xreplace(mixed)), "the inputs are not shown to stay the same")


def _written_out(expression: sp.Expr, own: set[sp.Symbol], count: int) -> sp.Expr:
    """Sums over the coordinates split into terms, numbers taken out of them; a softmax does not see a number."""
    require(not any("[" in s.name for s in own), "the formula picks one of several coordinates")
    mixed = expression.atoms(CoordinateSum, Softmax)
    require(not any(part.args[0].has(CoordinateSum, Softmax) for part in mixed), "a sum within a sum")
    apart = all(part.free_symbols <= own or not part.free_symbols & own for part in mixed)
    require(apart, "a sum mixes blocks")

    def split(inner: sp.Expr) -> sp.Expr:
        if not inner.free_symbols & own:
            return CoordinateSum(inner)
        factors = [term.as_coeff_Mul() for term in sp.Add.make_args(sp.expand(inner))]
        return sp.Add(*(number * (count if rest == 1 else CoordinateSum(rest)) for number, rest in factors))

    def without_number(inner: sp.Expr) -> sp.Expr:
        return Softmax(sp.expand(inner).as_coeff_Add()[1])

    return expression.replace(CoordinateSum, split).replace(Softmax, without_number)
