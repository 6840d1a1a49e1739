"""The registry's facts as numbers: densities on grids in NumPy, log-partitions in mpmath, ranks in ball arithmetic."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from itertools import product
from typing import Any

import mpmath
import numpy as np
import sympy as sp
from flint import arb, arb_mat

from tightcheck.family import Family

Array = np.ndarray[Any, Any]
MARGIN = 0.75
"""How far from the boundary of the natural domain a random natural parameter stays, in every coordinate."""


def in_general_position(family: Family) -> Family:
    """The family with every fixed parameter that is open at an admitted value that is not its (too simple) default."""
    values = {p.symbol.name: p.default + sp.Rational(not family.is_settled(p), 3) for p in family.fixed}
    return family.with_fixed(values)


@cache
def array_function(arguments: tuple[sp.Symbol, ...], expression: sp.Basic) -> Callable[..., Array]:
    """The expression on NumPy arrays; log(gamma(n)), which SymPy prefers for integers, must not overflow."""
    reals = {symbol: sp.Symbol(symbol.name, real=True) for symbol in arguments}
    written = expression.xreplace(reals).replace(
        lambda part: isinstance(part, sp.log) and isinstance(part.args[0], sp.gamma),
        lambda part: sp.loggamma(part.args[0].args[0]),
    )
    made: Callable[..., Array] = sp.lambdify(list(reals.values()), written, ["scipy", "numpy"])
    return made


def log_partition(family: Family, eta: Sequence[Any] | Array) -> Any:
    """A(eta), to the working precision of mpmath (a declared series to 12 digits)."""
    if family.series is not None:
        return mpmath.log(family.series.evaluate(dict(zip(family.natural_parameters, map(float, eta), strict=True)))[0])
    return _log_partition(family.natural_parameters, family.log_partition)(*eta)


@cache
def _log_partition(eta: tuple[sp.Symbol, ...], expression: sp.Expr) -> Callable[..., Any]:
    made: Callable[..., Any] = sp.lambdify(eta, expression.doit(), "mpmath")
    return made


def gradient(family: Family, eta: Array) -> Array:
    """The gradient of A by differences in 30 digits."""
    with mpmath.workdps(30):
        step = mpmath.mpf(10) ** (-8 if family.series is None else -4)
        point = [mpmath.mpf(float(e)) for e in eta]

        def slope(k: int) -> mpmath.mpf:
            up, down = ([e + s * (i == k) for i, e in enumerate(point)] for s in (step, -step))
            return (log_partition(family, up) - log_partition(family, down)) / (2 * step)

        return np.array([float(slope(k)) for k in range(len(point))])


def hessian(family: Family, eta: Array) -> Array:
    """The Hessian of A by differences in 40 digits."""
    with mpmath.workdps(40):
        step = mpmath.mpf(10) ** (-9 if family.series is None else -3)
        point = [mpmath.mpf(float(e)) for e in eta]
        size = len(point)

        def at(i: int, a: int, j: int, b: int) -> mpmath.mpf:
            return log_partition(family, [e + step * (a * (k == i) + b * (k == j)) for k, e in enumerate(point)])

        entries = np.zeros((size, size))
        for i in range(size):
            for j in range(i + 1):
                total = at(i, 1, j, 1) - at(i, 1, j, -1) - at(i, -1, j, 1) + at(i, -1, j, -1)
                entries[i, j] = entries[j, i] = float(total / (4 * step**2))
        return entries


def in_domain(family: Family, eta: Array) -> Array:
    """For each row of eta whether it is in the natural domain."""
    inside = np.ones(len(eta), dtype=bool)
    for relation in family.natural_domain:
        inside &= array_function(family.natural_parameters, relation)(*eta.T)
    return inside


def keeps_margin(family: Family, eta: Array, margin: float) -> Array:
    """For each row whether it and its neighbours along the axes are inside the natural domain."""
    steps = [np.zeros(eta.shape[1]), *(sign * margin * unit for unit in np.eye(eta.shape[1]) for sign in (1, -1))]
    return np.asarray(np.logical_and.reduce([in_domain(family, eta + step) for step in steps]))


def is_far_outside(family: Family, eta: Array, margin: float) -> Array:
    """For each row whether it and the grid of its neighbours all around are outside the natural domain."""
    steps = margin * np.array(list(product((-1, 0, 1), repeat=eta.shape[1])))
    return ~np.asarray(np.logical_or.reduce([in_domain(family, eta + step) for step in steps]))


def natural_parameters(family: Family, generator: np.random.Generator, count: int, margin: float = MARGIN) -> Array:
    """`count` random natural parameters, one per row, at least `margin` inside the natural domain."""
    candidates = generator.normal(scale=2.0, size=(80_000, len(family.natural_parameters)))
    chosen = candidates[keeps_margin(family, candidates, margin)]
    chosen = chosen[np.argsort(np.abs(chosen).max(axis=1))[: 20 * count]]  # moderate ones
    assert len(chosen) >= count, f"{family.name}: random points hardly meet the natural domain"
    return np.asarray(chosen[generator.permutation(len(chosen))[:count]])


def has_rank(rows: list[list[sp.Expr]], rank: int) -> bool:
    """Whether the exact matrix has at least this rank: some minor's determinant, as a ball, excludes 0."""
    columns = range(rank)
    independent: list[int] = []
    residual = np.array([[float(sp.re(entry.evalf(20))) for entry in row] for row in rows])
    for _ in columns:  # greedy pivots choose the minor
        norms = np.linalg.norm(residual, axis=1)
        best = int(np.argmax(norms))
        if norms[best] < 1e-12:
            return False
        independent.append(best)
        direction = residual[best] / norms[best]
        residual = residual - np.outer(residual @ direction, direction)
    minor = arb_mat([[ball(rows[i][j]) for j in range(len(rows[i]))] for i in independent])
    return not (minor * minor.transpose()).det().contains(0)


def ball(expression: sp.Expr) -> arb:
    """An interval that holds the number, 40 digits wide."""
    value = sp.sympify(expression).evalf(50)
    return arb(str(value), 1e-40 * (1 + abs(float(value))))
