"""What the lemmas on slices ask: the statistics along a slice, and whether the prior's term stays in their span.

A slice moves one coordinate u of one latent block; everything else is frozen. There C1 reads f(u) = F psi(u) + const and
C2 reads sum A(f(u)) = P(u) - <c, psi(u)> - c_0 with P = log p - log h'.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import sympy as sp

from tightcheck import registry
from tightcheck.design import Conditional, Constant, Design, PriorBlock
from tightcheck.expression import CoordinateSum
from tightcheck.family import Cardinality, Family
from tightcheck.kernel.classes import REPRESENTATIVE, family_of
from tightcheck.span import combination, is_refuted_at, normal_form


@dataclass(frozen=True)
class Curve:
    """One slice of a latent family: the parameter, the statistics along it, how many values the parameter takes."""

    parameter: sp.Symbol
    point: tuple[sp.Expr, ...]
    statistics: tuple[sp.Expr, ...]
    cardinality: Cardinality
    lower: sp.Expr
    upper: sp.Expr

    @property
    def is_polynomial(self) -> bool:
        """Whether every statistic is a polynomial in the parameter."""
        return all(statistic.is_polynomial(self.parameter) for statistic in self.statistics)

    @property
    def is_entire(self) -> bool:
        """Whether every statistic is built from polynomials, exp, sin and cos, hence entire in the parameter."""
        return self.cardinality == "continuum" and all(is_entire(s, self.parameter) for s in self.statistics)

    @property
    def reaches_infinity(self) -> bool:
        """A continuum (analytic functions extend from any interval), or integers without end."""
        return self.cardinality == "continuum" or self.cardinality == "countable"


@cache
def curves(family: Family) -> tuple[Curve, ...]:
    """The slices of a family with the statistics written along them."""
    result = []
    for piece in family.slices:
        along = dict(zip(family.variables, piece.point, strict=True))
        statistics = tuple(normal_form(s.xreplace(along)) for s in family.statistics)
        lower, upper = (sp.sympify(bound) for bound in piece.bounds)
        result.append(Curve(piece.parameter, piece.point, statistics, piece.cardinality, lower, upper))
    return tuple(result)


def ends(family: Family) -> Iterator[tuple[Curve, tuple[sp.Expr, int]]]:
    """Every slice with each of its ends, and from which side u comes there; a lattice ends at infinity only."""
    for curve in _number_line(family) or curves(family):
        if curve.cardinality == "continuum":
            yield curve, (curve.lower, 1)
        if curve.cardinality == "continuum" or (curve.cardinality == "countable" and curve.upper == sp.oo):
            yield curve, (curve.upper, -1)


def _number_line(family: Family) -> tuple[Curve, ...]:
    """The whole support of a family of numbers as one slice, u = z."""
    if len(family.variables) != 1 or family.support.bounds is None or family.support.is_finite:
        return ()
    lower, upper = (sp.sympify(bound) for bound in family.support.bounds[0])
    return (Curve(family.variables[0], family.variables, family.statistics, family.support.cardinality, lower, upper),)


def is_entire(expression: sp.Expr, u: sp.Symbol) -> bool:
    """Whether the expression is syntactically an entire function of u."""
    if not expression.has(u) or expression == u:
        return True
    if expression.is_Add or expression.is_Mul:
        return all(is_entire(argument, u) for argument in expression.args)
    if expression.is_Pow:
        return bool(expression.exp.is_Integer and expression.exp.is_positive) and is_entire(expression.base, u)
    return isinstance(expression, (sp.exp, sp.sin, sp.cos)) and is_entire(expression.args[0], u)


def on_support(value: sp.Expr, family: Family) -> sp.Expr:
    """The same function on the support, the first variable written in the others where a linear equation ties them."""
    for variable, (low, high) in zip(family.variables, family.support.bounds or (), strict=False):
        first = family.variables[0]
        if low == high and sp.diff(low, first).is_number and sp.diff(low, first) != 0:
            slope = sp.diff(low, first)
            return normal_form(value).xreplace({first: sp.expand(first + (variable - low) / slope)})
    chart = family.support.chart
    if chart is None:
        return without_squared_sines(value)
    point = dict(zip(family.variables, chart.point, strict=True))
    turned = without_squared_sines(value.xreplace(point))
    return value if turned.free_symbols & set(chart.coordinates) else turned


def _sums_on_support(value: sp.Expr, family: Family) -> sp.Expr:
    """The same function, with only sums under a logarithm turned."""
    return normal_form(value).replace(sp.log, lambda e: sp.log(on_support(e, family) if e.is_Add else e))


def without_squared_sines(value: sp.Expr) -> sp.Expr:
    """sin^2 = 1 - cos^2, inside first, so that squares of unit vectors add up."""
    if not value.has(sp.sin):
        return value

    def turned(power: sp.Expr) -> sp.Expr:
        return (1 - sp.cos(power.base.args[0]) ** 2) ** (power.exp / 2)

    def is_square(e: sp.Expr) -> bool:
        return bool(e.is_Pow and isinstance(e.base, sp.sin) and e.exp.is_Integer and e.exp.is_even and e.exp > 0)

    inside = value.func(*map(without_squared_sines, value.args))
    if not isinstance(inside, sp.Expr):  # a condition, a case
        return inside
    return sp.expand(sp.expand(inside, log=False).replace(is_square, turned), log=False)


def combined(value: sp.Expr, family: Family) -> tuple[sp.Expr, ...] | None:
    """`combination` of the family's statistics, on its support."""
    found = combination(value, family.statistics, family.variables)
    if found is not None or not (_is_curved(family) or value.has(sp.sin)):
        return found
    points = [dict(zip(family.variables, point, strict=True)) for point in family.support.points]
    if is_refuted_at(points, value, family.statistics):
        return None
    for turn in (on_support, _sums_on_support):
        turned = turn(value, family)
        if turned != value and (found := combination(turned, family.statistics, family.variables)) is not None:
            return found
    return None


@cache
def _is_curved(family: Family) -> bool:
    """Whether the support has a chart, or an equation that ties its variables."""
    return family.support.chart is not None or any(low == high for low, high in family.support.bounds or ())


def prior_block(design: Design, name: str) -> PriorBlock | None:
    """The declared prior of one latent block."""
    return next((block for block in design.prior.blocks if block.block == name), None)


def parents_of(design: Design, block: PriorBlock) -> tuple[str, ...]:
    """The latent blocks whose value picks the prior's parameters; a covariate is fixed whatever z is."""
    names = {latent.block.name for latent in design.encoder}
    return tuple(name for name in block.given if name in names)


def prior_values(block: PriorBlock) -> tuple[sp.Expr, ...]:
    """The prior's natural parameters; what is learned stays a symbol."""
    known = {}
    for constant, symbol in zip(block.parameters.values(), _parameter_symbols(block), strict=True):
        if isinstance(constant, Constant) and constant.value is not None:
            known[symbol] = constant.value
    return tuple(sp.sympify(eta).xreplace(known) for eta in block.natural)


def _parameter_symbols(block: PriorBlock) -> tuple[sp.Symbol, ...]:
    symbols = {symbol.name: symbol for eta in block.natural for symbol in sp.sympify(eta).free_symbols}
    return tuple(symbols.get(name, sp.Symbol(name)) for name in block.parameters)


@cache
def prior_family(name: str, dimension: int | None) -> Family:
    """The prior's family at the representative dimension; a family of numbers where that is what it is."""
    is_vector = dimension is not None and registry.load(name).dimension is not None
    return registry.load(name, dimension=min(dimension, REPRESENTATIVE) if is_vector and dimension else None)


def prior_term(design: Design, latent: Conditional, alike: bool = True) -> sp.Expr | None:
    """P = log p - log h' of one copy of the block in the family's variables, up to a constant; None where not known.

    A prior with other support than the encoder's has no such term. A precision matrix is not looked at here. What is learned for
    each component of a vector is `alike`, as it is in some priors of the class; else P is that of all of them.
    """
    block = prior_block(design, latent.block.name)
    if block is None:
        return None
    family = family_of(latent.block)
    if block.log_density is not None:
        return _stated_density(block.log_density, latent, family)
    if block.family is None:
        return None
    if block.precision is not None:
        return _independent_gaussian(family) if block.precision.is_diagonal() else None
    if latent.block.length is not None and block.family != family.name:
        return None  # a multinomial's support depends on its length
    prior = family if latent.block.length is not None else family_of_prior(block, latent)
    if len(prior_values(block)) != len(prior.statistics):
        return None
    density = sum(
        (eta * statistic for eta, statistic in zip(prior_values(block), prior.statistics, strict=True)),
        prior.log_base_measure,
    )
    if len(prior.variables) == 1 and len(family.variables) > 1 and is_product_space(family, prior):
        if _is_open_twice(block, family):
            return None
        each = [density.xreplace({prior.variables[0]: v, **_own_values(block, v, alike)}) for v in family.variables]
        return sp.Add(*each) - family.log_base_measure
    if not same_support(prior, family) or _is_open_twice(block, family):
        return None
    return density.xreplace(dict(zip(prior.variables, family.variables, strict=True))) - family.log_base_measure


def _is_open_twice(block: PriorBlock, family: Family) -> bool:
    """Whether the prior and the encoder's family each have a parameter of one name without a value: these are two numbers."""
    known = {name for name, constant in block.parameters.items() if constant.value is not None}
    names = {parameter.symbol.name for parameter in family.fixed if not family.is_settled(parameter)}
    return bool(names & (block.parameters.keys() - known))


def _own_values(block: PriorBlock, variable: sp.Symbol, alike: bool) -> dict[sp.Symbol, sp.Symbol]:
    """A symbol for this component's value of each parameter that is fixed at a list of values, or not `alike` where it is
    learned for each component."""
    constants = zip(block.parameters.values(), _parameter_symbols(block), strict=True)
    own = {"fixed"} if alike else {"fixed", "per_coordinate"}
    listed = [symbol for c, symbol in constants if c.value is None and c.sharing in own]
    return {symbol: sp.Symbol(f"{symbol.name}_{variable.name}", **symbol.assumptions0) for symbol in listed}


def runs_over_all_reals(family: Family) -> bool:
    """Whether every variable of the family takes every real value."""
    bounds = family.support.bounds
    return bounds is not None and not family.support.is_discrete and all(pair == (-sp.oo, sp.oo) for pair in bounds)


def _independent_gaussian(family: Family) -> sp.Expr | None:
    """A Gaussian prior with diagonal precision: -lambda x^2 / 2 + b x with symbols, whatever the copy."""
    if not runs_over_all_reals(family):
        return None
    terms = []
    for j, v in enumerate(family.variables):
        lam, b = sp.Symbol(f"precision_{j}", positive=True), sp.Symbol(f"shift_{j}", real=True)
        terms.append(b * v - lam * v**2 / 2)
    return sp.Add(*terms) - family.log_base_measure


def family_of_prior(block: PriorBlock, latent: Conditional) -> Family:
    """The prior's family with the fixed parameters that the prior states."""
    assert block.family is not None
    if block.family == latent.block.family == "markov_random_field":
        return family_of(latent.block)  # on one graph
    stated = prior_family(block.family, latent.block.dimension)
    names = {parameter.symbol.name for parameter in stated.fixed}
    known = {name: c.value for name, c in block.parameters.items() if name in names and c.value is not None}
    if (
        block.family == latent.block.family
    ):  # what the prior leaves unsaid is the encoder's own, and so are trials and ends
        settled = {parameter.symbol.name for parameter in stated.fixed if stated.is_settled(parameter)}
        unsaid = {n: c for n, c in dict(latent.block.fixed).items() if n not in block.parameters or n in settled}
        own = {name: c.value for name, c in unsaid.items() if c.value is not None}
        known = {**own, **known}
    if not known:
        return stated
    is_vector = latent.block.dimension is not None and stated.dimension is not None
    return registry.load(stated.name, dimension=stated.dimension if is_vector else None, fixed=known)


def is_product_space(family: Family, factor: Family) -> bool:
    """Whether the vectors of `family` are all vectors of draws of `factor`."""
    own, one = family.support.bounds, factor.support.bounds
    return (
        own is not None
        and one is not None
        and set(own) == set(one)
        and family.support.is_discrete == factor.support.is_discrete
    )


def _stated_density(log_density: sp.Expr, latent: Conditional, family: Family) -> sp.Expr | None:
    """A written log-density of each coordinate, or of the whole draw where the block is a single one."""
    indexed = any("[" in symbol.name for symbol in log_density.free_symbols)
    if log_density.has(CoordinateSum) or (indexed and latent.block.copies > 1):
        return None
    names = {symbol: _variable(symbol, latent, family) for symbol in log_density.free_symbols}
    if any(variable is None for variable in names.values()):
        return None
    return log_density.xreplace(names) - family.log_base_measure


def _variable(symbol: sp.Symbol, latent: Conditional, family: Family) -> sp.Symbol | None:
    """The family's variable that a log-density calls by the block's name."""
    if symbol.name in (latent.block.name, "z") and len(family.variables) == 1:
        return family.variables[0]
    indexed = {f"{base}[{i}]": v for base in (latent.block.name, "z") for i, v in enumerate(family.variables)}
    return indexed.get(symbol.name)


def same_support(first: Family, second: Family) -> bool:
    """Whether two families live on the same set, as far as their facts say."""
    a, b = first.support, second.support
    return (
        a.is_discrete == b.is_discrete
        and a.cardinality == b.cardinality
        and len(first.variables) == len(second.variables)
        and _bounds(first) == _bounds(second)
    )


def _bounds(family: Family) -> object:
    """The ends of the support, or the exact points where it is described otherwise."""
    if family.support.bounds is None:
        return family.support.points
    positions = {variable: sp.Symbol(f"v_{i}") for i, variable in enumerate(family.variables)}
    return tuple((low.xreplace(positions), high.xreplace(positions)) for low, high in family.support.bounds)


def prior_in_span(design: Design, latent: Conditional) -> tuple[sp.Expr, ...] | None:
    """Coefficients (c_0, c) with P = c_0 + <c, psi> for the whole block, copies independent; None where not shown."""
    block = prior_block(design, latent.block.name)
    if block is None or (block.precision is not None and not block.precision.is_diagonal()):
        return None
    term = prior_term(design, latent)
    if term is None:
        return None
    family = family_of(latent.block)
    return combination(term, family.statistics, family.variables)


def prior_along(design: Design, latent: Conditional, curve: Curve) -> sp.Expr | None:
    """P along the curve where it is known exactly enough to say that it is polynomial or entire; None otherwise."""
    block = prior_block(design, latent.block.name)
    if design.prior.kind != "declared" or block is None:
        return None
    if block.precision is not None:
        if not runs_over_all_reals(family_of(latent.block)):
            return None
        return curve.parameter**2 - base_along(latent, curve)
    term = prior_term(design, latent, alike=False)
    if term is None:
        return None
    return normal_form(term.xreplace(dict(zip(family_of(latent.block).variables, curve.point, strict=True))))


def base_along(latent: Conditional, curve: Curve) -> sp.Expr:
    """log h' along the curve."""
    family = family_of(latent.block)
    return sp.sympify(family.log_base_measure).xreplace(dict(zip(family.variables, curve.point, strict=True)))


def prior_in_span_on(design: Design, latent: Conditional, curve: Curve) -> bool:
    """Whether P restricted to the curve is in the span of the statistics restricted to it, for every declared prior."""
    if design.prior.kind != "declared":
        return False
    block = prior_block(design, latent.block.name)
    if block is None:
        return False
    u = curve.parameter
    if block.precision is not None:  # a Gaussian prior that couples coordinates is quadratic on every line
        whole = runs_over_all_reals(family_of(latent.block))
        return whole and all(combination(power, curve.statistics, [u]) is not None for power in (u, u**2))
    term = prior_term(design, latent, alike=False)
    if term is None:
        return False
    along: dict[sp.Basic, sp.Basic] = dict(zip(family_of(latent.block).variables, curve.point, strict=True))
    return combination(term.xreplace(along), curve.statistics, [u]) is not None
