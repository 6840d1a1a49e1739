"""Sums and integrals over a support, between its stated bounds, on grids that grow with a window.

A continuous variable is a function of t in [-window, window]: sinh t on the line, lower + exp t on a half-line, a
logistic curve on an interval, so that sums over t converge geometrically and a tail x^(-1 - d) leaves exp(-d window).
"""

from dataclasses import dataclass

import numpy as np
import sympy as sp

from tightcheck.family import Family
from tightcheck.laws.numeric import array_function

Array = np.ndarray
SETTINGS = {1: (36.0, 0.004), 2: (30.0, 0.06), 3: (15.0, 0.17), 4: (4.2, 0.28)}
"""For each number of free continuous variables: the window and the spacing."""
COUNTS = {1: 80_000, 2: 300, 3: 60}
"""For each number of unbounded discrete variables: how many values of each."""
LAST_DIGIT = 30.0
"""A float comes no nearer than about exp(-LAST_DIGIT) to the upper end of an interval."""


@dataclass(frozen=True)
class Grid:
    """Points of the support (one row per variable) and the logarithms of their weights."""

    variables: Array
    log_weights: Array


def grid(family: Family, part: float = 1.0) -> Grid:
    """The support's grid; `part` below 1 is a smaller window."""
    support = family.support
    if support.chart is not None:
        chart = support.chart
        inner = _grid(chart.coordinates, chart.bounds, False, part)
        points = np.stack([array_function(chart.coordinates, c)(*inner.variables) for c in chart.point])
        volume = array_function(chart.coordinates, chart.log_volume)(*inner.variables)
        return Grid(points, inner.log_weights + volume)
    if support.bounds is None:
        points = np.array([[float(c) for c in point] for point in support.points]).T
        assert support.cardinality == points.shape[1], f"{family.name}: no bounds, and its points are not its support"
        return Grid(points, np.zeros(points.shape[1]))
    return _grid(family.variables, support.bounds, support.is_discrete, part)


def _grid(
    symbols: tuple[sp.Symbol, ...], bounds: tuple[tuple[sp.Expr, sp.Expr], ...], is_discrete: bool, part: float
) -> Grid:
    """The product of the variables' grids, each between ends that the earlier variables may move."""
    free = sum(lower != upper for lower, upper in bounds)
    points, log_weights = np.zeros((0, 1)), np.zeros(1)
    for k, (lower, upper) in enumerate(bounds):
        ends = [np.broadcast_to(array_function(symbols[:k], end)(*points), points.shape[1]) for end in (lower, upper)]
        start, stop = (np.asarray(end, dtype=float)[:, None] for end in ends)
        if lower == upper:
            values, added = start, np.zeros_like(start)
        elif is_discrete:
            values, added = _integers(start, stop, int(COUNTS[free] * part))
        else:
            window, spacing = SETTINGS[free]
            reach = part * (window if np.isinf(stop).any() else min(window, LAST_DIGIT))
            values, added = _reals(start, stop, np.arange(-reach, reach, spacing) + spacing / 3)
            added = added + np.log(spacing)
        points = np.concatenate([np.repeat(points, values.shape[1], axis=1), values.reshape(1, -1)])
        log_weights = (log_weights[:, None] + added).ravel()
        kept = np.isfinite(log_weights)
        points, log_weights = points[:, kept], log_weights[kept]
    return Grid(points, log_weights)


def _integers(start: Array, stop: Array, count: int) -> tuple[Array, Array]:
    """The integers from start to stop, at most `count`; weights of those beyond an end are 0."""
    widest = np.max(stop - start) + 1
    values = start + np.arange(int(min(widest, count)))
    return values, np.where(values <= stop, 0.0, -np.inf)


def _reals(start: Array, stop: Array, t: Array) -> tuple[Array, Array]:
    """The curve x(t) between the ends, and the logarithm of its slope."""
    if np.isinf(start).all():
        return np.broadcast_to(np.sinh(t), (len(start), len(t))), np.broadcast_to(
            np.log(np.cosh(t)), (len(start), len(t))
        )
    if np.isinf(stop).all():
        return start + np.exp(t), np.broadcast_to(t, (len(start), len(t)))
    share = 1 / (1 + np.exp(-t))
    return start + (stop - start) * share, np.log(stop - start) + np.log(share) - t + np.log(share)


def log_terms(family: Family, eta: Array, where: Grid) -> Array:
    """log h + <eta, T> + log weight at the grid's points (-inf where rounding reached the support's edge)."""
    exponent = family.log_base_measure + sum(
        e * t for e, t in zip(family.natural_parameters, family.statistics, strict=True)
    )
    with np.errstate(all="ignore"):
        terms = array_function((*family.variables, *family.natural_parameters), exponent)(*where.variables, *eta)
        terms = np.broadcast_to(terms, where.log_weights.shape) + where.log_weights
    return np.where(np.isfinite(terms), terms, -np.inf)


def log_sum(terms: Array) -> float:
    """log sum exp."""
    top = float(np.max(terms))
    return top if np.isinf(top) else top + float(np.log(np.sum(np.exp(terms - top))))


def statistics(family: Family, where: Grid) -> Array:
    """The statistics at the grid's points, one row each."""
    with np.errstate(all="ignore"):
        rows = [
            np.broadcast_to(array_function(family.variables, t)(*where.variables), where.log_weights.shape)
            for t in family.statistics
        ]
    return np.asarray(np.nan_to_num(np.stack(rows).astype(float), posinf=0.0, neginf=0.0))
