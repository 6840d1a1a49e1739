"""C1 behind a link: natural parameters that are bounded or Lipschitz functions of the outputs of a network in z."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import sympy as sp

from tightcheck.design import OUTPUT, SOFTMAX, Conditional, Constant, Design, Map
from tightcheck.kernel.classes import (
    BOUNDED_ACTIVATIONS,
    LIPSCHITZ_ACTIVATIONS,
    family_of,
    function_class,
    is_output,
    varying_heads,
)
from tightcheck.kernel.growth_rates import faster, reach
from tightcheck.kernel.rejected import require
from tightcheck.kernel.slices import Curve, curves
from tightcheck.kernel.zero import Entries, of_block, pair_of


def bounded_link(design: Design, step: Mapping[str, Any], zero: Entries) -> Entries:
    """Outputs of a network of bounded activations are bounded, and so is a continuous function of them, given the covariates."""
    (latent, observed), i = pair_of(design, step), int(step["component"])
    formula = _formula(observed, i)
    sources = [h.source for h in varying_heads(observed, i) if isinstance(h.source, Map)]
    hidden = all(
        m.kind == "mlp" and m.hidden and m.activation in BOUNDED_ACTIVATIONS and m.batch_norm is None for m in sources
    )
    constants = {h.symbol for h in observed.heads if isinstance(h.source, Constant)}
    known = all(is_output(s) or s in constants or s.name in design.covariates for s in formula.free_symbols)
    require(not formula.has(SOFTMAX) and known, "the link sees more")
    whatever = is_bounded_whatever(formula)
    require(whatever or (bool(sources) and hidden), "the outputs are not shown to be bounded")
    require(whatever or is_continuous(formula), "the link is not shown to be continuous")
    pieces = curves(family_of(latent.block))
    unbounded = all(p.is_polynomial and p.reaches_infinity and sp.oo in (p.upper, -p.lower) for p in pieces)
    require(bool(pieces) and unbounded, "psi is not polynomial on unbounded slices")
    return frozenset(e for e in of_block(design, latent, [observed]) if e[1] == i)


def _formula(observed: Conditional, i: int) -> sp.Expr:
    """The natural parameter in the outputs."""
    functions = function_class(observed, i)
    require(functions.kind == "linked" and functions.formula is not None, "the natural parameter is not a link's")
    assert functions.formula is not None
    return functions.formula


def is_bounded_whatever(formula: sp.Expr) -> bool:
    """Whether a formula is bounded whatever the outputs in it are: made of constants, sin, cos, tanh and 1 / (1 + exp)."""
    if not any(is_output(s) for s in formula.free_symbols):
        return True
    if isinstance(formula, (sp.sin, sp.cos, sp.tanh)):
        return bool(formula.args[0].is_real)
    if formula.is_Pow and formula.exp == -1 and formula.base.is_Add:
        first, rest = formula.base.as_coeff_Add()
        return bool(first.is_positive) and bool(rest.is_positive)
    if formula.is_Pow:
        return bool(formula.exp.is_Integer and formula.exp.is_positive) and is_bounded_whatever(formula.base)
    return (formula.is_Add or formula.is_Mul) and all(is_bounded_whatever(argument) for argument in formula.args)


def is_continuous(formula: sp.Expr) -> bool:
    """Whether a formula of sums, products, exp, and of logarithms and powers of what is positive is finite."""
    if formula.is_Symbol or formula.is_number:
        return True
    if formula.is_Pow:
        safe = bool(formula.base.is_positive) or bool(formula.exp.is_Integer and formula.exp.is_positive)
        return safe and formula.exp.is_number and is_continuous(formula.base)
    if isinstance(formula, sp.log) and not formula.args[0].is_positive:
        return False
    known = formula.is_Add or formula.is_Mul or isinstance(formula, (sp.exp, sp.log))
    return known and all(is_continuous(argument) for argument in formula.args)


def slow_link(design: Design, step: Mapping[str, Any], zero: Entries) -> Entries:
    """eta = phi(log y(o)) with phi Lipschitz, y a softmax, softplus or exponential, o Lipschitz in z: f grows at most linearly.

    log y is Lipschitz: d log softplus / do = sigmoid / softplus <= 1. phi is where y d eta / dy is bounded for y > 0.
    """
    (latent, observed), i = pair_of(design, step), int(step["component"])
    formula, heads = _formula(observed, i), varying_heads(observed, i)
    require(len(heads) == 1 and isinstance(heads[0].source, Map), "several heads are linked")
    source = heads[0].source
    assert isinstance(source, Map)
    lipschitz = source.kind == "affine" or (source.kind == "mlp" and source.activation in LIPSCHITZ_ACTIVATIONS)
    require(
        lipschitz and source.batch_norm != "train" and observed.inputs.kind == "identity",
        "the outputs are not shown to be Lipschitz in z",
    )
    y = sp.Dummy("y", positive=True)
    latents = {block.name for block in design.latent}
    formula = _in_one_positive(formula, y)
    others = formula.free_symbols - {y}
    require(
        not any(s.name.partition("[")[0] in latents or is_output(s) for s in others),
        "the link sees z or outputs",
    )
    positive = {
        s: sp.Dummy(s.name, positive=True)
        for s in others
        if s.is_positive or _is_factor(heads[0].link, s, bool(heads[0].symbol.is_positive))
    }
    slope = y * sp.diff(formula.xreplace(positive), y)
    require(_is_bounded_rational(slope, y), "the link is not shown to be Lipschitz")
    return _without(design, latent, observed, i, zero, reach)


def _in_one_positive(formula: sp.Expr, y: sp.Symbol) -> sp.Expr:
    """The formula with y for the softmax, for softplus(o), or for exp(o) or exp(-o), whichever takes all outputs away."""
    outputs = [s for s in formula.free_symbols if is_output(s)]
    for o in outputs if not formula.has(SOFTMAX) else ():
        in_softplus = formula.xreplace({sp.log(1 + sp.exp(o)): y})
        in_powers = formula.replace(sp.exp, lambda e, o=o: y ** (e / o) if (e / o).is_number else sp.exp(e))
        for reduced in (in_softplus, in_powers):
            if not reduced.has(o):
                return sp.sympify(reduced)
    return formula.xreplace({SOFTMAX: y})


def _without(
    design: Design,
    latent: Conditional,
    observed: Conditional,
    i: int,
    zero: Entries,
    limit_of: Callable[[Curve, tuple[sp.Expr, int]], tuple[int, int] | None],
) -> Entries:
    """The entries in row i of the statistics that are faster than this limit towards an end."""
    row = {e for e in of_block(design, latent, [observed]) - zero if e[1] == i}
    too_fast = faster(family_of(latent.block), {e[3] for e in row}, limit_of)
    return frozenset(e for e in row if e[3] in too_fast)


def exponential_link(design: Design, step: Mapping[str, Any], zero: Entries) -> Entries:
    """eta a sum of powers of exp(o), or of negative powers of softplus(o), o the output of a network: along a line o = alpha u +
    beta + o(1), so towards an end f stays bounded or grows exponentially; statistics do neither where they grow at all."""
    (latent, observed), i = pair_of(design, step), int(step["component"])
    formula, heads = _formula(observed, i), varying_heads(observed, i)
    require(len(heads) == 1 and heads[0].bounds is None, "several heads are linked")
    source = heads[0].source
    settles = isinstance(source, Map) and (
        source.kind == "affine" or (source.kind == "mlp" and source.activation in LIPSCHITZ_ACTIVATIONS)
    )
    plain = isinstance(source, Map) and source.batch_norm != "train" and observed.inputs.kind == "identity"
    require(settles and plain, "the output is not shown to settle along lines")
    require(not function_class(observed, i).foreign and is_exponential(formula), "the link is no exponential")
    return _without(design, latent, observed, i, zero, settled_along)


@cache
def is_exponential(formula: sp.Expr) -> bool:
    """Whether the formula is a sum of powers of exp(o), or of negative powers of softplus(o), with factors free of outputs that
    are not 0: as o -> -infinity softplus(o) is exp(o) (1 + o(1)), as o -> infinity its negative powers tend to 0."""
    outputs = [s for s in formula.free_symbols if is_output(s)]
    if len(outputs) != 1 or formula.has(SOFTMAX):
        return False
    y = sp.Dummy("y", positive=True)
    reduced = sp.expand(_in_one_positive(formula, y))
    powers = []
    for term in sp.Add.make_args(reduced) if not reduced.has(outputs[0]) else (outputs[0],):
        factor, power = term.as_independent(y, as_Add=False)
        exponent = power.as_base_exp()[1] if power.has(y) else sp.Integer(0)
        known = power in (1, y**exponent) and bool(exponent.is_number)
        if not known or (exponent != 0 and factor.is_zero is not False):
            return False
        powers.append(exponent)
    is_softplus = formula.has(sp.log(1 + sp.exp(outputs[0])))
    return any(powers) and len(set(powers)) == len(powers) and (not is_softplus or all(bool(p <= 0) for p in powers))


def settled_along(curve: Curve, end: tuple[sp.Expr, int]) -> tuple[int, int] | None:
    """Bounded towards the end: z runs along a line there, or stays bounded."""
    if end[0].is_infinite:
        is_line = all(sp.diff(p, curve.parameter, 2) == 0 for p in curve.point)
        return (0, 0) if is_line else None
    return (0, 0) if (reach(curve, end) or (1, 0)) <= (0, 0) else None


def log_link(design: Design, step: Mapping[str, Any], zero: Entries) -> Entries:
    """eta = sum_m c_m log(l_m(z)) + constant with l_m affine in a number z: O(log t) towards the ends of the support. Negative
    powers of l_m tend to constants where z tends to infinity."""
    (latent, observed), i = pair_of(design, step), int(step["component"])
    formula, heads = _formula(observed, i), varying_heads(observed, i)
    affine = all(isinstance(h.source, Map) and h.source.kind == "affine" and h.bounds is None for h in heads)
    require(affine and observed.inputs.kind == "identity", "the outputs are not affine in z")
    require(len(family_of(latent.block).variables) == 1, "z is not a number")
    logarithms, powers = _is_sum_of_logarithms(formula), _is_sum_of_logarithms(formula, with_powers=True)
    require(logarithms or powers, "the natural parameter is no sum of logarithms of the outputs")
    return _without(design, latent, observed, i, zero, _logarithm if logarithms else _logarithm_far_away)


def _logarithm_far_away(curve: Curve, end: tuple[sp.Expr, int]) -> tuple[int, int] | None:
    """log |l(z)| and 1 / l(z) where z tends to infinity."""
    return _logarithm(curve, end) if end[0].is_infinite else None


def _logarithm(curve: Curve, end: tuple[sp.Expr, int]) -> tuple[int, int] | None:
    """log |l(z)| towards the end, l affine and not 0: l tends to a constant, to 0 as a multiple of z - end, or grows as z."""
    is_line = curve.point == (curve.parameter,)
    return (0, 1) if is_line else None


def _is_sum_of_logarithms(formula: sp.Expr, with_powers: bool = False) -> bool:
    """Whether the formula is a sum of c log(l) (or c l^-p, p > 0) with l affine in the outputs and c a number, and of what is
    constant in them."""
    outputs = {s for s in formula.free_symbols if is_output(s)}
    for term in sp.Add.make_args(sp.expand(formula, log=False)):
        if not term.free_symbols & outputs:
            continue
        c, logarithm = term.as_independent(*outputs, as_Add=False)
        is_power = with_powers and logarithm.is_Pow and bool(logarithm.exp.is_negative) and logarithm.exp.is_number
        if c.free_symbols or not (isinstance(logarithm, sp.log) or is_power):
            return False
        inner = logarithm.args[0]
        if (
            inner.free_symbols - outputs
            or not inner.is_polynomial(*outputs)
            or sp.Poly(inner, *outputs).total_degree() > 1
        ):
            return False
    return bool(outputs)


def _is_factor(link: sp.Expr | None, symbol: sp.Symbol, is_positive: bool) -> bool:
    """Whether symbol * softmax (or exp, softplus) is a positive parameter, so that the symbol is positive."""
    positive = (SOFTMAX, sp.exp(OUTPUT), sp.log(1 + sp.exp(OUTPUT)))
    return is_positive and link is not None and link in [symbol * y for y in positive] and symbol != OUTPUT


def _is_bounded_rational(expression: sp.Expr, y: sp.Symbol) -> bool:
    """Whether a rational function is bounded on y > 0: positive coefficients below, no other extreme powers above."""
    numerator, denominator = sp.fraction(sp.cancel(sp.together(expression)))
    if not (numerator.is_polynomial(y) and denominator.is_polynomial(y)):
        return False
    below = {m[0]: c for m, c in sp.Poly(denominator, y).terms()}
    if all(c.is_negative for c in below.values()):
        below = {m: -c for m, c in below.items()}
    powers = [m[0] for m in sp.Poly(numerator, y).monoms()]
    return all(bool(c.is_positive) for c in below.values()) and max(powers) <= max(below) and min(powers) >= min(below)


LINK_LEMMAS = {
    "bounded_link": bounded_link,
    "slow_link": slow_link,
    "log_link": log_link,
    "exponential_link": exponential_link,
}
