"""The laws. Each takes a family and raises AssertionError, with a sentence, if the family breaks it."""

from collections.abc import Sequence
from typing import Any

import mpmath
import numpy as np
import sympy as sp

from tightcheck.family import Family, Slice
from tightcheck.laws import grid as grids
from tightcheck.laws import numeric

TOLERANCE = {0: 1e-9, 1: 1e-6, 2: 1e-6, 3: 2e-3, 4: 2e-3}
"""What quadrature leaves, for each number of free variables."""
BEYOND = 0.3
"""How far from the boundary of the natural domain its two sides are compared."""


def free_variables(family: Family) -> int:
    """Over how many variables the support extends."""
    support = family.support
    bounds = support.chart.bounds if support.chart is not None else support.bounds or ()
    return sum(lower != upper for lower, upper in bounds)


def mass_is_one(family: Family, generator: np.random.Generator) -> None:
    """The sum or integral of h exp(<eta, T>) is exp A(eta)."""
    where = grids.grid(family)
    for eta in numeric.natural_parameters(family, generator, 3):
        total = grids.log_sum(grids.log_terms(family, eta, where))
        value = mpmath.mpmathify(numeric.log_partition(family, eta))
        assert mpmath.im(value) == 0, f"{family.name}: A({eta}) is no real number, though eta is in the stated domain"
        stated = float(mpmath.re(value))
        assert abs(total - stated) < TOLERANCE[free_variables(family)] * (1 + abs(stated)), (
            f"{family.name}: A({eta}) is {total}, the file says {stated}"
        )


def moments_are_derivatives(family: Family, generator: np.random.Generator) -> None:
    """grad A = E[T] and the Hessian of A is Cov[T], positive definite."""
    where = grids.grid(family)
    values = grids.statistics(family, where)
    (eta,) = numeric.natural_parameters(family, generator, 1)
    terms = grids.log_terms(family, eta, where)
    weights = np.exp(terms - grids.log_sum(terms))
    mean = values @ weights
    centred = values - mean[:, None]
    covariance = (centred * weights) @ centred.T
    accuracy = 20 * TOLERANCE[free_variables(family)] + (1e-4 if family.series else 1e-6)
    size = 1 + np.abs(mean).max() + np.abs(covariance).max()
    slope, curvature = numeric.gradient(family, eta), numeric.hessian(family, eta)
    assert np.allclose(slope, mean, atol=accuracy * size), f"{family.name}: grad A {slope}, E[T] {mean}"
    assert np.allclose(curvature, covariance, atol=10 * accuracy * size), f"{family.name}: {curvature}, {covariance}"
    assert np.linalg.eigvalsh(curvature).min() > 0, f"{family.name}: the Hessian of A is not positive definite"


def statistics_are_minimal(family: Family, generator: np.random.Generator | None = None) -> None:
    """1, T_1, ..., T_k are linearly independent, already at the stated points of the support."""
    k = len(family.statistics)
    points = family.support.points
    assert len(set(points)) == len(points), f"{family.name}: a point twice"
    assert len(points) >= k + 2 or family.support.cardinality == len(points), f"{family.name}: too few points"
    rows = [[sp.Integer(1), *_statistics_at(family, point)] for point in points]
    assert numeric.has_rank(rows, k + 1), f"{family.name}: 1 and the statistics are linearly dependent"


def boundary_has_two_sides(family: Family, generator: np.random.Generator) -> None:
    """Inside the natural domain the windowed sums settle, outside they grow with the window; R^k has no outside."""
    large, small = grids.grid(family), grids.grid(family, 0.75)

    def growth(eta: np.ndarray) -> float:
        return grids.log_sum(grids.log_terms(family, eta, large)) - grids.log_sum(grids.log_terms(family, eta, small))

    if family.has_full_domain:
        for eta in generator.normal(
            scale=3.0 / max(1, free_variables(family)), size=(4, len(family.natural_parameters))
        ):
            assert growth(eta) < 0.5, f"{family.name}: no density at {eta}"
        return
    for inside, outside in _sides(family, generator, 6):
        assert growth(inside) < 0.5, f"{family.name}: no density at {inside}, inside the stated domain"
        assert not growth(outside) < 0.5, f"{family.name}: a density at {outside}, outside the stated domain"


def _sides(family: Family, generator: np.random.Generator, count: int) -> list[tuple[np.ndarray, np.ndarray]]:
    """Pairs of natural parameters just inside and just outside the domain, on random lines through it."""
    pairs: list[tuple[np.ndarray, np.ndarray]] = []
    for start in np.repeat(numeric.natural_parameters(family, generator, 10), 20, axis=0):
        direction = generator.normal(size=start.shape)
        line = start + np.linspace(0, 12, 1201)[:, None] * direction / np.linalg.norm(direction)
        inside = numeric.keeps_margin(family, line, BEYOND)
        outside = numeric.is_far_outside(family, line, BEYOND)
        if outside.any():
            last = int(np.argmax(outside))
            pairs.append((line[np.flatnonzero(inside[:last])[-1]], line[last]))
        if len(pairs) == count:
            break
    assert len(pairs) == count, f"{family.name}: no way out of its natural domain found"
    return pairs


def parametrisations_return(family: Family, generator: np.random.Generator) -> None:
    """natural(inverse(eta)) = eta; on a curved family natural o inverse is a projection onto its surface."""
    is_curved = _is_curved(family)
    for parametrisation in family.parametrisations:
        inverse = sp.lambdify(family.natural_parameters, list(parametrisation.inverse), "mpmath")
        natural = sp.lambdify(parametrisation.symbols, list(parametrisation.natural), "mpmath")
        for eta in numeric.natural_parameters(family, generator, 3):
            start = natural(*inverse(*map(mpmath.mpf, map(float, eta)))) if is_curved else list(eta)
            back = natural(*inverse(*map(mpmath.mpmathify, start)))
            names = ", ".join(parametrisation.parameters)
            assert all(abs(a - b) < 1e-9 * (1 + abs(b)) for a, b in zip(back, start, strict=True)), (
                f"{family.name} by {names}: eta = {_shown(start)} returns as {_shown(back)}"
            )


def _shown(numbers: Sequence[Any]) -> str:
    return "[" + ", ".join(mpmath.nstr(mpmath.mpmathify(number), 6) for number in numbers) + "]"


def _is_curved(family: Family) -> bool:
    """Whether the first stated parametrisation only reaches a surface, where one function of eta is constant."""
    first = family.parametrisations[0]
    jacobian = sp.Matrix(first.natural).jacobian(first.symbols)
    at = {s: sp.Rational(3 + k, 7 + 2 * k) for k, s in enumerate(first.symbols)}
    return bool(jacobian.subs(at).evalf(30).rank(iszerofunc=lambda x: abs(x) < 1e-15) < len(first.natural))


def mean_is_the_mean(family: Family, generator: np.random.Generator) -> None:
    """A parameter called mean is E[x], wherever a family has one."""
    named = [each for each in family.parametrisations if "mean" in each.parameters]
    if not named:
        return
    where = grids.grid(family)
    (eta,) = numeric.natural_parameters(family, generator, 1, margin=1.0)
    terms = grids.log_terms(family, eta, where)
    mean = where.variables @ np.exp(terms - grids.log_sum(terms))
    for parametrisation in named:
        symbols = parametrisation.parameters["mean"]
        for k, symbol in enumerate(symbols if isinstance(symbols, tuple) else (symbols,)):
            inverse = parametrisation.inverse[parametrisation.symbols.index(symbol)]
            stated = float(inverse.subs(dict(zip(family.natural_parameters, eta, strict=True))).evalf())
            accuracy = 1e-5 + 5 * TOLERANCE[free_variables(family)]
            assert abs(stated - mean[k]) < accuracy * (1 + abs(stated)), f"{family.name}: mean {stated}, E[x] {mean[k]}"


def slices_stay_and_separate(family: Family, generator: np.random.Generator) -> None:
    """Slices lie in the support, and F T + f_0 constant along all of them has F = 0."""
    rows: list[list[sp.Expr]] = []
    for part in family.slices:
        for _ in range(3):
            place = _placement(family, part, generator)
            values: list[list[sp.Expr]] = []
            for u in _values(part, generator):
                point = tuple(c.subs({**place, part.parameter: u}, simultaneous=True) for c in part.point)
                assert _is_member(family, point), f"{family.name}: a slice leaves the support at {point}"
                at = dict(zip(family.variables, point, strict=True))
                values.append([t.subs(at, simultaneous=True) for t in family.statistics])
            rows += [[a - b for a, b in zip(row, values[0], strict=True)] for row in values[1:]]
    assert numeric.has_rank(rows, len(family.statistics)), f"{family.name}: its slices do not separate its statistics"


def _placement(family: Family, part: Slice, generator: np.random.Generator) -> dict[sp.Symbol, sp.Expr]:
    """Values of the free symbols that place a slice: a point of the support, or any number of the right sign."""
    point = family.support.points[int(generator.integers(len(family.support.points)))]
    free = set().union(*(c.free_symbols for c in part.point)) - {part.parameter}
    at = dict(zip(family.variables, point, strict=True))
    number = (sp.Rational(int(n), 7) for n in generator.integers(1, 20, size=len(free)))
    return {s: at[s] if s in at else next(number) for s in sorted(free, key=str)}


def _values(part: Slice, generator: np.random.Generator) -> list[sp.Expr]:
    """A few values of the slice's parameter between its ends."""
    lower, upper = (sp.sympify(end) for end in part.bounds)
    if part.cardinality != "continuum":
        return [lower + k for k in range(5) if lower + k <= upper]
    shares = sorted(sp.Rational(int(k), 32) for k in generator.choice(np.arange(1, 32), size=5, replace=False))
    if lower.is_finite and upper.is_finite:
        return [lower + share * (upper - lower) for share in shares]
    return [lower + 4 * share if lower.is_finite else 6 * share - 3 for share in shares]


def _is_member(family: Family, point: tuple[sp.Expr, ...]) -> bool:
    """Whether the point is in the support, by its bounds (its chart's nearest point, or its list of points)."""
    support = family.support
    if support.chart is not None:
        where = grids.grid(family, 0.2)
        return bool(np.min(np.linalg.norm(where.variables.T - np.array(point, dtype=float), axis=1)) < 0.1)
    if support.bounds is None:
        return point in support.points
    for k, (lower, upper) in enumerate(support.bounds):
        earlier = dict(zip(family.variables[:k], point[:k], strict=True))
        ends = lower.subs(earlier, simultaneous=True), upper.subs(earlier, simultaneous=True)
        if not ends[0].evalf() - 1e-12 <= point[k].evalf() <= ends[1].evalf() + 1e-12:
            return False
        if family.variables[k].is_integer and not point[k].is_integer:
            return False
    return True


def _statistics_at(family: Family, point: tuple[sp.Expr, ...]) -> list[sp.Expr]:
    """The statistics at a point, exactly."""
    at = dict(zip(family.variables, point, strict=True))
    return [statistic.subs(at, simultaneous=True) for statistic in family.statistics]
