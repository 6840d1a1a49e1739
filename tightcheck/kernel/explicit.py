"""Designs whose decoders are all written out, over a finite latent space: C1 and C2 point by point."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

import sympy as sp

from tightcheck.design import SOFTMAX, Conditional, Constant, Design, Map
from tightcheck.expression import CoordinateSum, Softmax
from tightcheck.kernel.classes import all_entries, expression_of, family_of, function_class, substituted
from tightcheck.kernel.constants import separates_numbers
from tightcheck.kernel.heads import contains
from tightcheck.kernel.integrability import in_domain
from tightcheck.kernel.model import encoder_side, formula, statistics_of, temperature, total_log_partition
from tightcheck.kernel.rejected import require
from tightcheck.kernel.slices import prior_block, prior_in_span, prior_term
from tightcheck.kernel.tight import no_sharing
from tightcheck.kernel.valid import positive_formulas, written_formulas
from tightcheck.kernel.zero import Entries
from tightcheck.span import is_zero

MOST_POINTS = 64
MOST_COORDINATES = 6

Place = Mapping[sp.Symbol, sp.Expr]


@dataclass(frozen=True)
class Values:
    """f of one observed coordinate at every latent point, a row a point, what the maps put out there, what has to be positive
    beside the natural domain, and how many coordinates have just this f."""

    observed: Conditional
    rows: tuple[tuple[sp.Expr, ...], ...]
    outputs: tuple[sp.Expr, ...]
    positive: tuple[sp.Expr, ...]
    count: int


@dataclass(frozen=True)
class Written:
    """The latent points, the weights that annihilate 1 and psi on them, and f at every point."""

    points: tuple[tuple[sp.Expr, ...], ...]
    weights: tuple[tuple[sp.Expr, ...], ...]
    natural: tuple[Values, ...]

    @property
    def parameters(self) -> frozenset[sp.Symbol]:
        """What is free in f."""
        return frozenset(s for f in self.natural for row in f.rows for entry in row for s in entry.free_symbols)

    @property
    def columns(self) -> tuple[tuple[sp.Expr, ...], ...]:
        """Every natural parameter's values at the points."""
        return tuple(column for f in self.natural for column in zip(*f.rows, strict=True))


def written(design: Design) -> Written:
    """The design as values at points; Rejected where it is not of this kind."""
    require(not design.covariates and not any(e.block.given for e in design.encoder), "covariates or given blocks")
    require(sum(e.block.copies for e in design.encoder) <= MOST_COORDINATES, "the latent space is not small")
    families = [family_of(e.block) for e in design.encoder for _ in range(e.block.copies)]
    plain = all(len(f.variables) == 1 and len(f.support.points) == f.support.cardinality for f in families)
    require(plain, "the latent space is not finite")
    points = tuple(tuple(v for (v,) in row) for row in product(*(f.support.points for f in families)))
    require(len(points) <= MOST_POINTS, "the latent space is not small")
    basis = [
        [
            sp.Integer(1),
            *(t.xreplace({f.variables[0]: v}) for f, v in zip(families, point, strict=True) for t in f.statistics),
        ]
        for point in points
    ]
    weights = tuple(tuple(vector) for vector in sp.Matrix(basis).T.nullspace())
    return Written(points, weights, tuple(f for o in design.decoder for f in _values(design, o, points)))


def _values(design: Design, observed: Conditional, points: Sequence[tuple[sp.Expr, ...]]) -> list[Values]:
    """The natural parameters of an observed block: each coordinate's where it looks at its own latent one, else the one
    that all coordinates share."""
    copies = observed.block.copies
    if copies > 1 and any(latent.block.copies == copies for latent in design.encoder):
        return [Values(observed, *_rows(design, observed, points, copy), 1) for copy in range(copies)]
    return [Values(observed, *_rows(design, observed, points, 0), copies)]


def _rows(
    design: Design, observed: Conditional, points: Sequence[tuple[sp.Expr, ...]], copy: int
) -> tuple[tuple[tuple[sp.Expr, ...], ...], tuple[sp.Expr, ...], tuple[sp.Expr, ...]]:
    """The natural parameters of one observed copy at every point, what its maps put out, and what must be positive there."""
    require(observed.block.length is None and observed.block.dimension is None, "only numbers are looked at")
    constants = [h.source for h in observed.heads if isinstance(h.source, Constant)]
    known = all(c.value is not None for c in (*constants, *dict(observed.block.fixed).values()))
    require(known, "a learned constant is not looked at")
    formulas = []
    for i in range(len(observed.natural)):
        functions = function_class(observed, i)
        require(functions.kind in ("constant", "expression"), f"{observed.block.name} is not written out")
        formulas.append(expression_of(observed, i) if functions.kind == "expression" else substituted(observed, i))
    put_out, signed = written_formulas(observed), positive_formulas(observed)
    sums = any(f.has(CoordinateSum, Softmax, SOFTMAX) for f in (*formulas, *put_out, *signed))
    require(not sums, "sums over coordinates are not looked at")
    rows, outputs, positive = [], [], []
    for point in points:
        place = _place(design, observed, point, copy)
        rows.append(tuple(_at(f, place) for f in formulas))
        outputs += [_at(f, place) for f in put_out]
        positive += [_at(f, place) for f in signed]
    return tuple(rows), tuple(outputs), tuple(positive)


def _at(formula: sp.Expr, place: Mapping[str, sp.Expr]) -> sp.Expr:
    return formula.xreplace({s: place[s.name] for s in formula.free_symbols if s.name in place})


def _place(design: Design, observed: Conditional, point: tuple[sp.Expr, ...], copy: int) -> dict[str, sp.Expr]:
    """What the names of coordinates mean at a point: z[j], and z where there is one or each observed copy has its own."""
    place: dict[str, sp.Expr] = {}
    start = 0
    for latent in design.encoder:
        own = point[start : start + latent.block.copies]
        start += latent.block.copies
        place |= {f"{latent.block.name}[{j}]": value for j, value in enumerate(own)}
        if len(own) == 1:
            place[latent.block.name] = own[0]
        elif len(own) == observed.block.copies:
            place[latent.block.name] = own[copy]
    names = {latent.block.name for latent in design.encoder}
    mentioned = {s.name for h in observed.heads if isinstance(h.source, Map) for s in _symbols(h.source)}
    require(all(name in place for name in mentioned if name.partition("[")[0] in names), "a coordinate is not known")
    return place


def _symbols(source: Map) -> frozenset[sp.Symbol]:
    return frozenset() if source.expression is None else frozenset(source.expression.free_symbols)


def differences(design: Design, prior: str, model: Written, known: Place) -> list[sp.Expr]:
    """What must vanish in a consistent model: the weights on f (C1) and, for a declared prior, on P - A(f) (C2)."""
    found = [
        sp.Add(*(w * value.xreplace(known) for w, value in zip(weight, column, strict=True)))
        for weight in model.weights
        for column in model.columns
    ]
    if prior == "declared":
        energy = [_energy(design, model, n, known) for n in range(len(model.points))]
        found += [sp.Add(*(w * e for w, e in zip(weight, energy, strict=True))) for weight in model.weights]
    return found


def _energy(design: Design, model: Written, n: int, known: Place) -> sp.Expr:
    """P - A(f) at one point, up to span(psi, 1)."""
    total = sp.Integer(0)
    for f in model.natural:
        total -= f.count * total_log_partition(f.observed, [entry.xreplace(known) for entry in f.rows[n]])
    total /= temperature(design)
    start = 0
    for latent in design.encoder:
        point = model.points[n][start : start + latent.block.copies]
        start += latent.block.copies
        total += _log_prior(design, latent, point)
    return total


def _log_prior(design: Design, latent: Conditional, point: tuple[sp.Expr, ...]) -> sp.Expr:
    """log p - log h' of one block's coordinates; 0 where it is in the span for every value of what is learned."""
    block, family = prior_block(design, latent.block.name), family_of(latent.block)
    require(block is not None and not block.given and block.precision is None, "the prior is not known")
    assert block is not None
    if prior_in_span(design, latent) is not None:
        return sp.Integer(0)
    v = family.variables[0]
    if block.log_density is not None and any("[" in s.name for s in block.log_density.free_symbols):
        names = {f"{base}[{j}]": x for base in (latent.block.name, "z") for j, x in enumerate(point)}
        require(all(s.name in names for s in block.log_density.free_symbols), "the prior is not known")
        density = block.log_density.xreplace({s: names[s.name] for s in block.log_density.free_symbols})
        require(bool(density.is_real), "the prior is not shown to charge every point")
        return density - sp.Add(*(family.log_base_measure.xreplace({v: x}) for x in point))
    term = prior_term(design, latent)
    require(term is not None and term.free_symbols <= {v}, "the prior is not known exactly")
    assert term is not None
    return sp.Add(*(term.xreplace({v: x}) for x in point))


def valid(model: Written, known: Place) -> None:
    """Require that every f is a natural parameter, a number wherever its symbols are numbers."""
    for f in model.natural:
        for row in f.rows:
            entries = [entry.xreplace(known) for entry in row]
            require(in_domain(family_of(f.observed.block), entries), "f is not shown to stay in the natural domain")
            require(all(bool(e.is_real) and bool(e.is_finite) for e in entries), "f is not shown to be real")
        outputs = [value.xreplace(known) for value in f.outputs]
        require(all(bool(o.is_real) and bool(o.is_finite) for o in outputs), "an expression is not shown to be real")
        signed = all(bool(value.xreplace(known).is_positive) for value in f.positive)
        require(signed, "a parameter is not shown to be positive")


def written_tight(design: Design, prior: str, step: Mapping[str, Any]) -> None:
    """Require C1 and C2 for every value of the parameters, and an encoder that holds every affine map of nu."""
    require(prior in ("declared", "implied"), "a free prior need not satisfy C2")
    model = written(design)
    valid(model, {})
    require(all(is_zero(value) for value in differences(design, prior, model, {})), "C1 or C2 is not an identity")
    encoders_hold_all(design)


def encoders_hold_all(design: Design) -> None:
    """Require that the encoder holds every affine function of all observed statistics."""
    count = sum(len(statistics_of(o)) * o.block.copies for o in design.decoder)
    for latent in design.encoder:
        no_sharing(latent)
        for observed in design.decoder:
            nu = statistics_of(observed)
            g = [
                sp.Add(
                    sp.Symbol(f"c_{k}", real=True), *(sp.Symbol(f"F_{i}_{k}", real=True) * t for i, t in enumerate(nu))
                )
                for k in range(len(latent.natural))
            ]
            contains(latent, g, encoder_side(latent, observed), count, None)


def _known(design: Design, model: Written, step: Mapping[str, Any]) -> dict[sp.Symbol, sp.Expr]:
    """The step's values of all parameters."""
    stated = {str(name): formula(value, {}) for name, value in dict(step["parameters"]).items()}
    require(all(value.is_number and value.is_real for value in stated.values()), "a parameter is no number")
    require({s.name for s in model.parameters} == set(stated), "the parameters are not those of the decoder")
    return {s: stated[s.name] for s in model.parameters}


def written_member(design: Design, prior: str, step: Mapping[str, Any]) -> None:
    """Require that the model at these parameters is consistent and that f depends on z."""
    model = written(design)
    known = _known(design, model, step)
    valid(model, known)
    require(prior != "free", "a free prior is not looked at")
    require(all(is_zero(value) for value in differences(design, prior, model, known)), "C1 or C2 fails")
    columns = [[value.xreplace(known) for value in column] for column in model.columns]
    moves = any(separates_numbers(value, column[0]) for column in columns for value in column[1:])
    require(moves, "f is not shown to depend on z")
    encoders_hold_all(design)


def written_nonmember(design: Design, prior: str, step: Mapping[str, Any]) -> None:
    """Require that the model at these parameters violates C1 or C2; the latent space is finite, so that it exists."""
    model = written(design)
    known = _known(design, model, step)
    valid(model, known)
    values = differences(design, prior, model, known)
    require(any(separates_numbers(value, sp.Integer(0)) for value in values), "C1 and C2 may hold")


def written_single(design: Design, prior: str, step: Mapping[str, Any]) -> None:
    """The decoder has no free parameter, and with every prior of the design it violates C1 or C2."""
    model = written(design)
    require(not model.parameters, "the decoder has free parameters")
    written_nonmember(design, prior, {"parameters": {}})


def written_constant(design: Design, step: Mapping[str, Any], zero: Entries) -> Entries:
    """C1 makes one parameter 0, and f is then constant: a weight on f is a power of the parameter times a number."""
    model = written(design)
    (parameter,) = (s for s in model.parameters if s.name == step["parameter"])
    c1 = differences(design, "implied", model, {})
    forced = any(_is_power(sp.expand(value), parameter) for value in c1)
    require(forced, "the parameter is not shown to vanish")
    return _constant_without(design, model, parameter)


def written_conjugate(design: Design, step: Mapping[str, Any], zero: Entries) -> Entries:
    """C2 makes one parameter 0, and f is then constant: a weight on P - A(f) is the logarithm of a rational function of the
    parameter's exponential that is 1 at 1 only."""
    require(design.prior.kind == "declared", "the prior is not declared")
    model = written(design)
    (parameter,) = (s for s in model.parameters if s.name == step["parameter"])
    c2 = differences(design, "declared", model, {})
    require(any(vanishes_at_zero_only(value, parameter) for value in c2), "the parameter is not shown to vanish")
    return _constant_without(design, model, parameter)


def _constant_without(design: Design, model: Written, parameter: sp.Symbol) -> Entries:
    """All entries, where f is constant with this parameter 0."""
    rest = [[value.xreplace({parameter: sp.Integer(0)}) for value in column] for column in model.columns]
    require(all(is_zero(value - column[0]) for column in rest for value in column), "f may still depend on z")
    return all_entries(design)


def vanishes_at_zero_only(value: sp.Expr, parameter: sp.Symbol) -> bool:
    """Whether a sum of integer multiples of the parameter w and of logarithms of polynomials in e^w is 0 for w = 0 only:
    R(e^w) = 1, R rational, and the numerator of R(y) - 1 has the factor y - 1 and no other positive root."""
    y = sp.Dummy("y", positive=True)
    ratio = sp.Integer(1)
    for term in sp.Add.make_args(sp.expand(value, log=False)):
        number, rest = term.as_coeff_Mul()
        argument = rest.args[0] if isinstance(rest, sp.log) else sp.exp(rest) if rest == parameter else None
        if not number.is_Integer or argument is None:
            return False
        argument = argument.replace(sp.exp, lambda e: y ** (e / parameter) if (e / parameter).is_Integer else sp.exp(e))
        ratio *= argument**number
    if ratio.free_symbols != {y} or not ratio.is_rational_function(y):
        return False
    numerator = sp.Poly(sp.fraction(sp.cancel(sp.together(ratio - 1)))[0], y)
    if numerator.is_zero or not all(c.is_Rational for c in numerator.all_coeffs()):
        return False
    at_one = sp.Poly(y - 1, y)
    rest, remainder = sp.div(numerator, at_one)
    if not remainder.is_zero:
        return False
    while sp.rem(rest, at_one).is_zero:
        rest = sp.quo(rest, at_one)
    while rest.eval(0) == 0:
        rest = sp.quo(rest, sp.Poly(y, y))
    return bool(rest.count_roots(0, None) == 0)


def _is_power(value: sp.Expr, parameter: sp.Symbol) -> bool:
    """Whether the value is a number, not 0, times a positive power of the parameter."""
    number, factor = value.as_independent(parameter, as_Add=False)
    base, exponent = factor.as_base_exp()
    return bool(number.is_nonzero) and base == parameter and bool(exponent.is_Integer and exponent.is_positive)
