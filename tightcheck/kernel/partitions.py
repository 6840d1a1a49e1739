"""How a log-partition behaves in the natural parameters that may still depend on z, read off its formula."""

from __future__ import annotations

from functools import cache

import sympy as sp

from tightcheck.design import Conditional, Design
from tightcheck.family import Family
from tightcheck.kernel.classes import all_entries, family_of
from tightcheck.kernel.slices import without_squared_sines

Entries = frozenset[tuple[str, int, str, int]]
KNOWN_WHATEVER_MOVES = ("finite", "exponential", "poles", "power", "quadratic", "quadratic_form")


def effective_kind(design: Design, observed: Conditional, zero: Entries) -> str:
    """How exp A behaves in the natural parameters that may still depend on z, the others being constant."""
    family = family_of(observed.block)
    if observed.block.family == "multinomial" and observed.block.length in ("random", "depends_on_z"):
        return "log_softmax" if observed.block.length == "random" else "log_convex"
    if family.partition in KNOWN_WHATEVER_MOVES:
        return family.partition
    if is_on_sphere(family):
        return "bessel"
    if is_log_beta(family):
        return "log_beta"
    if family.log_partition == sp.log(-sp.log(1 - sp.exp(family.natural_parameters[0]))):
        return "logarithmic"
    live = live_rows(design, observed, zero)
    if len(live) == len(family.natural_parameters):
        return family.partition
    etas = [family.natural_parameters[i] for i in live]
    if not etas:
        return "finite"
    hessian = sp.hessian(family.log_partition, etas)
    if not hessian.free_symbols & set(etas):
        return "quadratic_form"
    if len(etas) == 1 and _is_on_interval(family, live[0]):
        return "bessel"
    return _power_kind(family.log_partition, etas[0], family.natural_domain) if len(etas) == 1 else family.partition


def _is_on_interval(family: Family, i: int) -> bool:
    """Whether statistic i is x, between two numbers, and everything else in the density is a polynomial: as |eta| -> infinity
    A = (the larger of a eta, b eta) - log |eta| + O(1), as for a Bessel function with d = 3."""
    bounds = family.support.bounds
    if (
        len(family.variables) != 1
        or family.support.is_discrete
        or bounds is None
        or family.statistics[i] not in family.variables
    ):
        return False
    smooth = all(
        sp.sympify(part).is_polynomial(*family.variables) for part in (*family.statistics, family.log_base_measure)
    )
    return smooth and all(bool(sp.sympify(end).is_finite) for end in bounds[0])


def live_rows(design: Design, observed: Conditional, zero: Entries) -> list[int]:
    """The natural parameters of the block that may still depend on z."""
    return sorted({e[1] for e in all_entries(design) if e[0] == observed.block.name and e not in zero})


def _power_kind(log_partition: sp.Expr, eta: sp.Symbol, domain: tuple[sp.Basic, ...]) -> str:
    """ "power" where A = -r log(l(eta)) + affine in eta with r > 0 on the domain, else "log_convex"."""
    inside = {}
    for relation in domain:
        if isinstance(relation, sp.StrictGreaterThan) and relation.lhs.is_Symbol and relation.lhs != eta:
            inside[relation.lhs] = relation.rhs + sp.Symbol(f"{relation.lhs}_above", positive=True)
    logarithms = []
    for term in sp.Add.make_args(sp.expand(log_partition, log=False)):
        factors = [f for f in sp.Mul.make_args(term) if isinstance(f, sp.log) and f.has(eta)]
        if not term.has(eta) or sp.diff(term, eta, 2) == 0:
            continue
        if len(factors) != 1 or (term / factors[0]).has(eta) or sp.diff(factors[0].args[0], eta, 2) != 0:
            return "log_convex"
        logarithms.append(term / factors[0])
    power = sp.simplify(-sp.Add(*logarithms).xreplace(inside))
    return "power" if logarithms and power.is_positive and _one_logarithm(log_partition, eta) else "log_convex"


def _one_logarithm(log_partition: sp.Expr, eta: sp.Symbol) -> bool:
    """Whether all logarithms that contain eta have the same argument."""
    return len({f.args[0] for f in log_partition.atoms(sp.log) if f.has(eta)}) == 1


@cache
def is_on_sphere(family: Family) -> bool:
    """Whether the statistics run over the unit sphere with its uniform measure: A is then a function of |eta|."""
    chart = family.support.chart
    if family.log_base_measure != 0 or family.support.is_discrete or len(family.statistics) < 2:
        return False
    if chart is not None:
        is_unit = without_squared_sines(sp.Add(*(p**2 for p in chart.point))) == 1
        return family.statistics == family.variables and is_unit
    (x, *more), bounds = family.variables, family.support.bounds
    return not more and family.statistics == (sp.cos(x), sp.sin(x)) and bounds == ((-sp.pi, sp.pi),)


@cache
def gamma_arguments(family: Family) -> tuple[tuple[sp.Expr, sp.Expr], ...]:
    """The terms c log Gamma(l) of A, as (l, c)."""
    found = []
    for term in sp.Add.make_args(sp.sympify(family.log_partition)):
        c, factor = term.as_independent(sp.loggamma, as_Add=False)
        if isinstance(factor, sp.loggamma) and not c.free_symbols & set(family.natural_parameters):
            found.append((factor.args[0], c))
    return tuple(found)


@cache
def is_log_beta(family: Family) -> bool:
    """Whether A = sum_k log Gamma(l_k) - log Gamma(sum_k l_k) + affine, with at least two affine l_k."""
    terms = gamma_arguments(family)
    above, below = [t for t, c in terms if c == 1], [t for t, c in terms if c == -1]
    if len(above) < 2 or len(below) != 1 or len(terms) != len(above) + 1:
        return False
    rest = sp.expand(family.log_partition - sum(c * sp.loggamma(t) for t, c in terms))
    etas = family.natural_parameters
    affine = all(_is_affine(t, etas) for t in (*above, rest))
    return affine and sp.expand(sum(above) - below[0]) == 0 and all(t.free_symbols & set(etas) for t in above)


def _is_affine(expression: sp.Expr, etas: tuple[sp.Symbol, ...]) -> bool:
    """Whether the expression is a polynomial of degree at most one."""
    return bool(expression.is_polynomial(*etas)) and (
        not expression.free_symbols & set(etas) or sp.Poly(expression, *etas).total_degree() <= 1
    )


@cache
def is_positive_gamma(family: Family) -> bool:
    """Whether A = sum_j c_j log Gamma(l_j) + B, c_j > 0, l_j affine, B of rational functions, their logarithms and roots."""
    terms, etas = gamma_arguments(family), family.natural_parameters
    if not terms or not all(bool(c.is_positive) and _is_affine(t, etas) for t, c in terms):
        return False
    return _has_few_singularities(family.log_partition - sum(c * sp.loggamma(t) for t, c in terms), etas)


def _has_few_singularities(expression: sp.Expr, etas: tuple[sp.Symbol, ...]) -> bool:
    """Whether along every polynomial curve the expression is analytic but for finitely many points."""
    if not expression.free_symbols & set(etas) or expression.is_Symbol:
        return True
    if expression.is_Add or expression.is_Mul:
        return all(_has_few_singularities(argument, etas) for argument in expression.args)
    if expression.is_rational_function(*etas):
        return True
    is_root = expression.is_Pow and expression.exp.is_Rational
    inner = expression.base if is_root else expression.args[0] if isinstance(expression, sp.log) else None
    return inner is not None and bool(inner.is_rational_function(*etas))
