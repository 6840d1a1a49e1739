"""C4 of one explicit model: is h'(z) exp(<c, psi(z)> + r A(F psi(z) + f_0)) integrable over z?

Six sufficient conditions, each exact. r > 0 counts the copies that move together, over the temperature.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from itertools import product

import sympy as sp

from tightcheck.family import Family
from tightcheck.kernel.ranges import extent
from tightcheck.kernel.slices import combined
from tightcheck.span import combination

Range = tuple[sp.Expr, sp.Expr]


def integrates(
    latent: Family,
    observed: Family,
    log_partition: sp.Expr,
    eta: Sequence[sp.Expr],
    slopes: Sequence[Sequence[sp.Expr]],
    c: Sequence[sp.Expr],
    r: sp.Expr,
) -> bool:
    """Whether the implied prior is certainly proper. `log_partition` is A(f(z)), `eta` is f(z), `slopes` is F."""
    if latent.support.is_finite:
        return True
    absorbed = combined(r * log_partition, latent)
    if absorbed is not None:
        return in_domain(latent, [a + b for a, b in zip(c, absorbed[1:], strict=True)])
    return (
        _bounded_observed(latent, observed, slopes, c, r)
        or _bounded_latent(latent, observed, eta)
        or _is_negative_quadratic(latent, log_partition, c, r)
        or (_is_bounded_above(latent, observed, eta) and in_domain(latent, c))
    )


def in_domain(family: Family, eta: Sequence[sp.Expr]) -> bool:
    """Whether eta certainly lies in the natural domain, wherever its symbols are."""
    return _in_domain(family, tuple(eta))


Place = tuple[Sequence[sp.Symbol], Family]
"""The variables of a draw, and its family."""


def stays_in_domain(family: Family, eta: Sequence[sp.Expr], places: Sequence[Place]) -> bool:
    """Whether eta certainly lies in the natural domain where its symbols run over these bounds."""
    return in_domain(family, eta) or in_domain(family, [_logarithms_signed(in_quarter(e, places)) for e in eta])


def in_quarter(expression: sp.Expr, places: Sequence[Place]) -> sp.Expr:
    """The expression with (low + high u) / (1 + u), u > 0, for every variable that runs from low to high, both finite,
    and low + u for one that has no upper end; the ends may depend on earlier variables. The ends themselves are no values
    of these, so draws with mass there stay as they are."""
    for variables, family in places:
        if family.support.is_discrete:
            continue
        own = dict(zip(family.variables, variables, strict=True))
        for x, ends in reversed(list(zip(variables, family.support.bounds or (), strict=False))):
            low, high = (sp.sympify(end).xreplace(own) for end in ends)
            u = sp.Symbol(f"u_{x}", positive=True)
            if high == sp.oo and low.free_symbols:
                expression = expression.xreplace({x: low + u})
            elif low != high and low.is_finite and high.is_finite:
                expression = expression.xreplace({x: sp.cancel((low + high * u) / (1 + u))})
    return expression


def _logarithms_signed(expression: sp.Expr) -> sp.Expr:
    """log(n / d) as -log(1 + (d - n) / n) where d - n is a sum of positive terms."""

    def signed(argument: sp.Expr) -> sp.Expr:
        numerator, denominator = sp.fraction(sp.cancel(sp.together(argument)))
        gap = sp.expand(denominator - numerator)
        certain = bool(gap.is_positive) and bool(numerator.is_positive)
        return -sp.log(1 + sp.expand(gap / numerator)) if certain else sp.log(argument)

    return expression.replace(sp.log, signed)


@cache
def _in_domain(family: Family, eta: tuple[sp.Expr, ...]) -> bool:
    known = dict(zip(family.natural_parameters, eta, strict=True))
    return all(holds(relation, known) for relation in family.natural_domain)


def holds(relation: sp.Basic, known: Mapping[sp.Basic, sp.Basic]) -> bool:
    """Whether one condition of a natural domain certainly holds at the known values, wherever their symbols are."""
    return _holds(relation, frozenset((symbol, known[symbol]) for symbol in relation.free_symbols if symbol in known))


def holds_on(relation: sp.Basic, known: Mapping[sp.Basic, sp.Basic], places: Sequence[Place]) -> bool:
    """Whether one condition certainly holds where the symbols of the known values run over these bounds."""
    mine = {symbol: value for symbol, value in known.items() if symbol in relation.free_symbols}
    if not any(value.has(sp.log) for value in mine.values()) and holds(relation, mine):
        return True
    inside = {symbol: _logarithms_signed(in_quarter(value, places)) for symbol, value in mine.items()}
    return holds(relation, inside) or holds(relation, mine)


@cache
def _holds(relation: sp.Basic, known: frozenset[tuple[sp.Basic, sp.Basic]]) -> bool:
    return _certainly(relation, dict(known))


def _certainly(relation: sp.Basic, known: Mapping[sp.Basic, sp.Basic]) -> bool:
    """Whether the relation holds at the known values for every value of their symbols."""
    if isinstance(relation, sp.Or):
        return any(_certainly(part, known) for part in relation.args)
    if isinstance(relation, sp.And):
        return all(_certainly(part, known) for part in relation.args)
    if relation in (sp.true, sp.false):
        return bool(relation == sp.true)
    if not isinstance(relation, (sp.StrictLessThan, sp.LessThan, sp.StrictGreaterThan, sp.GreaterThan)):
        return False
    left, right = (sp.sympify(side).xreplace(known) for side in relation.args)
    difference, sign = sp.expand(left - right), SIGNS[type(relation)]
    return bool(getattr(difference, sign)) or (not difference.is_number and bool(getattr(sp.factor(difference), sign)))


SIGNS: Mapping[type[sp.Basic], str] = {
    sp.StrictLessThan: "is_negative",
    sp.LessThan: "is_nonpositive",
    sp.StrictGreaterThan: "is_positive",
    sp.GreaterThan: "is_nonnegative",
}
"""What the difference of a relation's two sides is."""


def _bounded_observed(
    latent: Family, observed: Family, slopes: Sequence[Sequence[sp.Expr]], c: Sequence[sp.Expr], r: sp.Expr
) -> bool:
    """nu(X) in the convex hull of finitely many v, h finite: exp(r A(f)) <= const * sum_v exp(r <v, f>)."""
    corners = hull_corners(observed)
    if corners is None or not is_finite_measure(observed):
        return False
    return all(
        in_domain(
            latent,
            [
                ck + r * sum((row[k] * v for row, v in zip(slopes, corner, strict=True)), sp.Integer(0))
                for k, ck in enumerate(c)
            ],
        )
        for corner in corners
    )


def _bounded_latent(latent: Family, observed: Family, eta: Sequence[sp.Expr]) -> bool:
    """psi(Z) in the convex hull of finitely many points, h' finite, f in Omega_nu there: A(f) is bounded."""
    corners = hull_corners(latent)
    if corners is None or not is_finite_measure(latent):
        return False
    if observed.has_full_domain:
        return True
    coefficients = [combination(e, latent.statistics, latent.variables) for e in eta]
    rows = [e for e in coefficients if e is not None]
    return len(rows) == len(eta) and all(
        in_domain(
            observed,
            [row[0] + sum((a * v for a, v in zip(row[1:], corner, strict=True)), sp.Integer(0)) for row in rows],
        )
        for corner in corners
    )


def _is_negative_quadratic(latent: Family, log_partition: sp.Expr, c: Sequence[sp.Expr], r: sp.Expr) -> bool:
    """The exponent is a quadratic polynomial of z with negative definite matrix: Gaussian tails on any part of R^d."""
    energy = _polynomial_energy(latent, log_partition, r)
    if energy is None:
        return False
    exponent = sp.expand(energy + sum((a * s for a, s in zip(c, latent.statistics, strict=True)), sp.Integer(0)))
    if not exponent.is_polynomial(*latent.variables):
        return False
    if sp.Poly(exponent, *latent.variables).total_degree() != 2:
        return False
    minus = -sp.hessian(exponent, latent.variables)
    return all(bool(minus[:k, :k].det().is_positive) for k in range(1, len(latent.variables) + 1))


@cache
def _polynomial_energy(latent: Family, log_partition: sp.Expr, r: sp.Expr) -> sp.Expr | None:
    """log h' + r A(f), expanded; None where no multiples of the statistics make it a polynomial on a product of intervals."""
    if latent.support.bounds is None:
        return None
    energy = sp.expand(latent.log_base_measure + r * log_partition)
    offered = {atom for statistic in latent.statistics for atom in _curved(sp.expand(statistic), latent.variables)}
    return energy if _curved(energy, latent.variables) <= offered else None


def _curved(expanded: sp.Expr, variables: Sequence[sp.Symbol]) -> set[sp.Expr]:
    """The terms that are no polynomials, without their constant factors."""
    terms = (term for term in sp.Add.make_args(expanded) if not term.is_polynomial(*variables))
    return {term.as_independent(*variables, as_Add=False)[1] for term in terms}


def _is_bounded_above(latent: Family, observed: Family, eta: Sequence[sp.Expr]) -> bool:
    """nu(X) >= 0, so A does not decrease in any eta_i; f <= s componentwise with s in Omega_nu: A(f) <= A(s)."""
    ranges = [_range(statistic, observed) for statistic in observed.statistics]
    if any(r is None or not bool(r[0] >= 0) for r in ranges):
        return False
    suprema = [_supremum(e, latent) for e in eta]
    if any(s is None for s in suprema):
        return False
    return in_domain(observed, [s for s in suprema if s is not None])


def is_finite_measure(family: Family) -> bool:
    """Whether the base measure is finite: 0 is a natural parameter."""
    return in_domain(family, [sp.Integer(0)] * len(family.natural_parameters))


@cache
def hull_corners(family: Family) -> list[tuple[sp.Expr, ...]] | None:
    """Finitely many points whose convex hull holds the statistics: all their values, or the corners of a box."""
    if family.support.is_finite and len(family.support.points) == family.support.cardinality:
        at = [dict(zip(family.variables, point, strict=True)) for point in family.support.points]
        return [tuple(s.xreplace(point) for s in family.statistics) for point in at]
    ranges = [_range(statistic, family) for statistic in family.statistics]
    if any(r is None or not (r[0].is_finite and r[1].is_finite) for r in ranges):
        return None
    return list(product(*(r for r in ranges if r is not None)))


@cache
def _range(statistic: sp.Expr, family: Family) -> Range | None:
    """An interval that holds a statistic: a variable, its square, its cosine or sine, an entry of a unit vector."""
    if isinstance(statistic, (sp.cos, sp.sin)) and statistic.args[0] in family.variables:
        return -sp.Integer(1), sp.Integer(1)
    if statistic.is_Symbol and family.name == "von_mises_fisher":
        return -sp.Integer(1), sp.Integer(1)
    bounds = _bounds(family)
    if statistic in bounds:
        return bounds[statistic]
    base, exponent = statistic.as_base_exp()
    if exponent == 2 and base in bounds:
        ends = [end**2 for end in bounds[base]]
        return sp.Integer(0), sp.Max(*ends)
    return None


@cache
def _bounds(family: Family) -> dict[sp.Symbol, Range]:
    """Intervals that hold the variables; ends that depend on earlier variables are taken at their extremes."""
    found: dict[sp.Symbol, Range] = {}
    for variable, (low, high) in zip(family.variables, family.support.bounds or (), strict=False):
        found[variable] = extent(sp.sympify(low), found)[0], extent(sp.sympify(high), found)[1]
    return found


def _supremum(function: sp.Expr, family: Family) -> sp.Expr | None:
    """An upper bound of a polynomial of degree at most two in each variable, without products of variables."""
    bounds = _bounds(family)
    if set(bounds) != set(family.variables) or not function.is_polynomial(*family.variables):
        return None
    polynomial = sp.Poly(function, *family.variables)
    if any(sum(1 for power in monomial if power) > 1 or sum(monomial) > 2 for monomial in polynomial.monoms()):
        return None
    total = polynomial.coeff_monomial(1)
    for variable, (low, high) in bounds.items():
        linear, square = polynomial.coeff_monomial(variable), polynomial.coeff_monomial(variable**2)
        largest = _largest(linear, square, low, high)
        if largest is None:
            return None
        total += largest
    return total


def _largest(linear: sp.Expr, square: sp.Expr, low: sp.Expr, high: sp.Expr) -> sp.Expr | None:
    """An upper bound of linear * z + square * z^2 for low <= z <= high; None where there is none."""
    if not (linear.is_number and square.is_number):
        return None
    if bool(square < 0):
        return -(linear**2) / (4 * square)
    if square == 0 and linear == 0:
        return sp.Integer(0)
    ends = [low, high]
    if square == 0:
        ends = [high if bool(linear > 0) else low]
    if not all(end.is_finite for end in ends):
        return None
    return sp.Max(*(linear * end + square * end**2 for end in ends))
