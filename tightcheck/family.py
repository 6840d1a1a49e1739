"""What an exponential family is to this package: data, and nothing that names a family.

A family with statistics T, natural parameters eta in the domain Omega and base measure h has the density

    p(x; eta) = h(x) exp(<T(x), eta> - A(eta)),        1, T_1, ..., T_k linearly independent on {h > 0}

with respect to counting measure (discrete support) or Lebesgue / surface measure (continuous support).
Every field below is a fact stated by the file of the family; what can be computed from other fields is a method.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, is_dataclass, replace
from typing import Any, Literal, TypeAlias

import sympy as sp

Cardinality = int | Literal["countable", "continuum"]
"""How many points a set has."""

PartitionKind = Literal[
    "finite",  # exp A is a finite sum of exponentials of eta (finite support)
    "zeros",  # one parameter; exp A is entire in eta and has at least two complex zeros
    "exponential",  # one parameter; A(eta) = c exp(eta) + d, c > 0                       (Poisson)
    "poles",  # one parameter; A(eta) = -r log(1 - exp(eta + c)) + affine, r > 0          (negative binomial)
    "power",  # one parameter; A(eta) = -r log(l(eta)) + affine, r > 0, l affine > 0      (exponential)
    "quadratic",  # one parameter; A(eta) = c eta^2 + affine, c > 0                       (Gaussian, variance known)
    "quadratic_over_linear",  # A(eta) = -eta_1^2 / (4 eta_2) - log(-eta_2)/2 + constant  (Gaussian)
    "quadratic_form",  # A(eta) = eta' C eta + affine, C positive definite, several parameters
    "entire",  # exp A is entire in eta and every real eta is natural; nothing is said about its zeros
    "log_convex",  # none of these: only the convexity of A is used
]

Number: TypeAlias = int | sp.Expr


def exact(number: Number) -> sp.Expr:
    """The number as SymPy writes it."""
    return sp.Integer(number) if isinstance(number, int) else number


def on_axis(dimension: int, k: int, value: Number = 1) -> tuple[sp.Expr, ...]:
    """The vector of zeros with this value at place k."""
    zeros = (sp.Integer(0),) * dimension
    return (*zeros[:k], exact(value), *zeros[k + 1 :])


@dataclass(frozen=True)
class Chart:
    """Coordinates of a curved support: its point and the surface measure's log-density in them."""

    coordinates: tuple[sp.Symbol, ...]
    bounds: tuple[tuple[sp.Expr, sp.Expr], ...]
    point: tuple[sp.Expr, ...]
    log_volume: sp.Expr


@dataclass(frozen=True)
class Support:
    """Where a draw lives.

    `points` are exact members in general position, at least k + 2 of them (k statistics) unless the support is smaller.
    `bounds` gives for each variable its lower and upper end, which may mention earlier variables; together they
    parametrise the support for summation or integration. Equal ends say that the earlier variables determine this one,
    which then adds no dimension. None: no such simple parametrisation; a sphere has a `chart` instead.
    """

    is_discrete: bool
    cardinality: Cardinality
    points: tuple[tuple[sp.Expr, ...], ...]
    bounds: tuple[tuple[sp.Expr, sp.Expr], ...] | None = None
    chart: Chart | None = None

    @classmethod
    def integers(cls, first: Number, last: Number, points: Sequence[Number]) -> Support:
        """The integers `first`, ..., `last` (numbers, or infinity)."""
        ends = (exact(first), exact(last))
        cardinality: Cardinality = "countable" if last == sp.oo else int(ends[1] - ends[0]) + 1
        return cls(True, cardinality, tuple((exact(point),) for point in points), (ends,))

    @classmethod
    def interval(cls, lower: Number, upper: Number, points: Sequence[Number]) -> Support:
        """The real numbers between `lower` and `upper`."""
        return cls(False, "continuum", tuple((exact(point),) for point in points), ((exact(lower), exact(upper)),))

    @property
    def is_finite(self) -> bool:
        """Whether the support has finitely many points."""
        return isinstance(self.cardinality, int)


@dataclass(frozen=True)
class Slice:
    """A curve u -> x(u) through the support, along which the family is looked at with everything else fixed.

    `point` gives each variable as an expression in `parameter` and in free symbols that place the curve. The slices of
    a family connect its support: a function F T(x) + f_0 that is constant along every one of them has F = 0.
    `bounds` are the ends of the parameter; a slice that is no continuum takes the integers within them.
    """

    parameter: sp.Symbol
    point: tuple[sp.Expr, ...]
    cardinality: Cardinality
    bounds: tuple[Number, Number] = (-sp.oo, sp.oo)


@dataclass(frozen=True)
class Parametrisation:
    """One customary way to write the natural parameters.

    `parameters` maps each name a design file may write (`mean`, `log_variance`, `logits`) to its symbol, or to a tuple
    of symbols for a vector; `natural` is eta in these symbols and `inverse` is these symbols, in order, in eta.
    """

    parameters: Mapping[str, sp.Symbol | tuple[sp.Symbol, ...]]
    natural: tuple[sp.Expr, ...]
    inverse: tuple[sp.Expr, ...]

    @property
    def symbols(self) -> tuple[sp.Symbol, ...]:
        """All parameters' symbols, in order."""
        return tuple(symbol for name in self.parameters for symbol in self.symbols_of(name))

    def symbols_of(self, name: str) -> tuple[sp.Symbol, ...]:
        """The symbols of one parameter, a scalar's as well as a vector's."""
        value = self.parameters[name]
        return value if isinstance(value, tuple) else (value,)


@dataclass(frozen=True)
class FixedParameter:
    """A parameter that must not depend on the other variable for the family to be exponential, e.g. Weibull's shape.

    `other_names` are other ways to write it: for each name, this parameter in the symbol of that name. A value has the
    symbol's assumptions (real, positive, integer) and satisfies `condition`.
    """

    symbol: sp.Symbol
    default: sp.Expr
    other_names: Mapping[str, sp.Expr] = field(default_factory=dict)
    condition: sp.Basic = sp.true

    @property
    def range(self) -> str:
        """What its values are, in words."""
        assumed = self.symbol.assumptions0
        kind = f"{'positive ' * bool(assumed.get('positive'))}{'whole ' * bool(assumed.get('integer'))}number"
        return f"a {kind}" if self.condition == sp.true else f"a {kind} with {self.condition}"

    def admits(self, value: sp.Expr) -> bool:
        """Whether this parameter may have the value."""
        assumptions = ("finite", "real", "positive", "integer")
        wanted = {name: self.symbol.assumptions0.get(name) for name in assumptions}
        has_assumptions = all(not wish or getattr(value, f"is_{name}") is not False for name, wish in wanted.items())
        return has_assumptions and self.condition.subs(self.symbol, value) != sp.false


@dataclass(frozen=True)
class Twin:
    """The same distribution in another library: its class, and its arguments as expressions in eta and the fixed ones.

    `value` is the draw as that library writes it, in the family's variables (None: just the same).
    """

    name: str
    arguments: Mapping[str, sp.Basic]
    value: sp.Basic | None = None


@dataclass(frozen=True)
class Series:
    """exp A as a sum with an error bound, where no closed form exists.

    The terms are `term` at `index` = first, first + 1, ...; `ratio` bounds term(n + 1) / term(n) and does not rise
    with n, so where it is below 1 the terms from n on add up to at most term(n) / (1 - ratio(n)).
    """

    index: sp.Symbol
    first: int
    term: sp.Expr
    ratio: sp.Expr

    @property
    def sum(self) -> sp.Sum:
        """The series as a SymPy object."""
        return sp.Sum(self.term, (self.index, self.first, sp.oo))

    def evaluate(self, values: Mapping[sp.Symbol, sp.Expr], tolerance: float = 1e-12) -> tuple[float, float]:
        """The sum at `values` and a bound of what the terms left out add, at most `tolerance` of the sum."""
        import math

        log_term, ratio = (
            sp.lambdify(self.index, expression.subs(values), "math") for expression in (sp.log(self.term), self.ratio)
        )
        total, n = 0.0, self.first
        while (ratio_bound := ratio(n)) >= 1 or (tail := math.exp(log_term(n)) / (1 - ratio_bound)) > tolerance * total:
            total += math.exp(log_term(n))
            n += 1
        return total, tail


@dataclass(frozen=True)
class Law:
    """All that a joint sees of a family of numbers: its statistics as functions of a number u with this base density.

    h(x) dx is carried to exp(log_density) du by a map under which the statistics are those stated, up to a constant factor
    of the mass. Whether an integral of a function of the statistics is finite is then a question about u.
    """

    parameter: sp.Symbol
    bounds: tuple[sp.Expr, sp.Expr]
    statistics: tuple[sp.Expr, ...]
    log_density: sp.Expr


@dataclass(frozen=True)
class Growth:
    """A up to a bounded difference where the natural parameters tend to an end that the closed form does not show.

    `towards` is "oo" or "-oo" (one parameter), "boundary" (the finite end of the domain), or "norm" (all parameters,
    |eta| -> oo); `log_partition` is written in the natural parameters.
    """

    towards: Literal["oo", "-oo", "boundary", "norm"]
    log_partition: sp.Expr


@dataclass(frozen=True, eq=False)
class Family:
    """The facts about one exponential family (of one dimension, where the dimension is a choice)."""

    name: str
    summary: str
    variables: tuple[sp.Symbol, ...]
    support: Support
    statistics: tuple[sp.Expr, ...]
    log_base_measure: sp.Expr
    natural_parameters: tuple[sp.Symbol, ...]
    natural_domain: tuple[sp.Basic, ...]
    log_partition: sp.Expr
    partition: PartitionKind
    parametrisations: tuple[Parametrisation, ...]
    slices: tuple[Slice, ...]
    fixed: tuple[FixedParameter, ...] = ()
    aliases: tuple[str, ...] = ()
    synonyms: Mapping[str, str] = field(default_factory=dict)  # other names of parameters
    series: Series | None = None
    law: Law | None = None  # None: the variable itself
    growth: tuple[Growth, ...] = ()  # where log_partition does not show it
    dimension: int | None = None
    torch: Twin | None = None
    scipy: Twin | None = None
    reference: str = ""

    def _repr_latex_(self) -> str:
        """The density with respect to counting, Lebesgue or surface measure, for a notebook."""
        x, eta = (", ".join(map(sp.latex, symbols)) for symbols in (self.variables, self.natural_parameters))
        products = (k * t for k, t in zip(self.natural_parameters, self.statistics, strict=True))
        signs = [sp.latex(term) for term in (*products, -self.log_partition, self.log_base_measure) if term != 0]
        exponent = " + ".join(signs).replace("+ -", "- ")
        return rf"$\displaystyle p({x}; {eta}) = \exp\left({exponent}\right)$"

    @property
    def spans_all_functions(self) -> bool:
        """Whether span(T, 1) holds every function on the support: as many points as functions."""
        return self.support.cardinality == len(self.statistics) + 1

    @property
    def has_full_domain(self) -> bool:
        """Whether every real eta is a natural parameter."""
        return not self.natural_domain

    def fixed_values(self, values: Mapping[str, Number]) -> dict[str, Number]:
        """The values with fixed parameters under their own names: `total_count: 3` is a binomial's `trials: 3`."""
        renamed = dict(values)
        for parameter in self.fixed:
            for name in parameter.other_names.keys() & values.keys():
                way = parameter.other_names[name]
                given = exact(renamed.pop(name))
                renamed[parameter.symbol.name] = way.subs(dict.fromkeys(way.free_symbols, given))
        return renamed

    def is_settled(self, parameter: FixedParameter) -> bool:
        """Whether a fixed parameter's value, its default, is built into the facts: a binomial's trials, an interval's ends."""
        ends = (end for pair in self.support.bounds or () for end in pair)
        facts = (self.log_base_measure, self.log_partition, *self.statistics, *self.natural_domain, *ends)
        return not any(parameter.symbol in fact.free_symbols for fact in facts)

    def with_fixed(self, values: Mapping[str, Number]) -> Family:
        """The family with these fixed parameters, by their own names, given values (ValueError: not admitted, or settled)."""
        known = {p.symbol: exact(values[p.symbol.name]) for p in self.fixed if p.symbol.name in values}
        for parameter in self.fixed:
            name, value = parameter.symbol.name, known.get(parameter.symbol)
            if value is not None and not parameter.admits(value):
                raise ValueError(f"{self.name} has no {name} of {value}, it is {parameter.range}.")
            if value is not None and self.is_settled(parameter) and value != parameter.default:
                raise ValueError(
                    f"this {self.name} was built with {name} = {parameter.default}; "
                    f'registry.load("{self.name}", fixed={{"{name}": ...}}) builds one with {value}.'
                )
        remaining = tuple(parameter for parameter in self.fixed if parameter.symbol not in known)
        return replace(substitute(replace(self, fixed=()), known), fixed=remaining) if known else self


def substitute(part: Any, known: Mapping[sp.Symbol, sp.Expr]) -> Any:
    """The part of a family with symbols replaced, however deep they are."""
    if isinstance(part, sp.Basic):
        return part.subs(known)
    if isinstance(part, tuple):
        return tuple(substitute(item, known) for item in part)
    if isinstance(part, Mapping):
        return {key: substitute(item, known) for key, item in part.items()}
    if is_dataclass(part) and not isinstance(part, type):
        declared = next(kind for kind in type(part).__mro__ if "__dataclass_fields__" in vars(kind))
        return declared(**{f.name: substitute(getattr(part, f.name), known) for f in fields(part)})
    return part
