"""What an exponential family is to this package: data, and nothing that names a family.

A family with statistics T, natural parameters eta in the domain Omega and base measure h has the density

    p(x; eta) = h(x) exp(<T(x), eta> - A(eta)),        1, T_1, ..., T_k linearly independent on {h > 0}

with respect to counting measure (discrete support) or Lebesgue / surface measure (continuous support).
Every field below is a fact stated by the file of the family; what can be computed from other fields is a method.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

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
    "log_convex",  # none of these: only the convexity of A is used
]


@dataclass(frozen=True)
class Support:
    """Where a draw lives.

    `points` are exact members in general position, at least k + 2 of them (k statistics) unless the support is smaller.
    `bounds` gives for each variable its lower and upper end, which may mention earlier variables; together they
    parametrise the support for summation or integration (None: no such simple parametrisation, as on a sphere).
    """

    is_discrete: bool
    cardinality: Cardinality
    points: tuple[tuple[sp.Expr, ...], ...]
    bounds: tuple[tuple[sp.Expr, sp.Expr], ...] | None = None

    @property
    def is_finite(self) -> bool:
        """Whether the support has finitely many points."""
        return isinstance(self.cardinality, int)


@dataclass(frozen=True)
class Slice:
    """A curve u -> x(u) through the support, along which the family is looked at with everything else fixed.

    `point` gives each variable as an expression in `parameter` and in free symbols that place the curve. The slices of
    a family connect its support: a function F T(x) + f_0 that is constant along every one of them has F = 0.
    """

    parameter: sp.Symbol
    point: tuple[sp.Expr, ...]
    cardinality: Cardinality


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
        return tuple(s for value in self.parameters.values() for s in (value if isinstance(value, tuple) else (value,)))


@dataclass(frozen=True)
class FixedParameter:
    """A parameter that must not depend on the other variable for the family to be exponential, e.g. Weibull's shape."""

    symbol: sp.Symbol
    default: sp.Expr


@dataclass(frozen=True)
class Twin:
    """The same distribution in another library: its class, and its arguments as expressions in eta and the fixed ones."""

    name: str
    arguments: Mapping[str, sp.Expr]


@dataclass(frozen=True)
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
    dimension: int | None = None
    torch: Twin | None = None
    scipy: Twin | None = None
    reference: str = ""

    @property
    def spans_all_functions(self) -> bool:
        """Whether span(T, 1) holds every function on the support: as many points as functions."""
        return self.support.cardinality == len(self.statistics) + 1

    @property
    def has_full_domain(self) -> bool:
        """Whether every real eta is a natural parameter."""
        return not self.natural_domain
