"""The support of a family in PyTorch: its points, its ends, and a smooth map of a continuum onto it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from itertools import product as cartesian

import sympy as sp
import torch
from torch import Tensor

from tightcheck.family import Family
from tightcheck.numeric.translate import Translated

LARGEST_SUPPORT = 2**20
"""How many points of a finite support are listed."""


class TorchSupport:
    """Where a family's variables are; everything is translated when it is first used."""

    def __init__(self, family: Family) -> None:
        self.family = family
        self.name = family.name
        self.variables = len(family.variables)

    @cached_property
    def points(self) -> Tensor:
        """Every point of a finite support, (count, v), float64 on the CPU."""
        support = self.family.support
        if not isinstance(support.cardinality, int) or support.cardinality > LARGEST_SUPPORT:
            raise ValueError(f"{self.name} has too many points to list.")
        if support.bounds is None:
            rows = [[float(c) for c in point] for point in support.points]
        else:
            rows = [list(row) for row in _between(self.family.variables, support.bounds)]
        assert len(rows) == support.cardinality
        return torch.tensor(rows, dtype=torch.float64)

    @cached_property
    def free_variables(self) -> int:
        """Over how many real variables a continuous support extends: the d of `to_support`."""
        return sum(lower != upper for lower, upper in self._ends)

    @cached_property
    def is_on_reals(self) -> bool:
        """Whether every variable takes every real value."""
        return self.family.support.chart is None and all(ends == (-sp.oo, sp.oo) for ends in self._ends)

    @cached_property
    def lowest(self) -> float:
        """The lower end of a discrete support's first variable."""
        assert self.family.support.bounds is not None
        return float(self.family.support.bounds[0][0])

    def to_support(self, t: Tensor) -> tuple[Tensor, Tensor]:
        """A smooth map from R^d onto the support and its log-Jacobian: (..., d) -> (..., v), (...).

        A variable between two ends is a logistic curve between them, above one end an exponential; a sphere goes
        through its chart.
        """
        chart = self.family.support.chart
        values: list[Tensor] = []
        log_jacobian, used = torch.zeros_like(t[..., 0]), 0
        for lower, upper in self._end_functions:
            so_far = torch.stack(values, -1) if values else t[..., :0]
            start, stop = lower(so_far)[..., 0], upper(so_far)[..., 0]
            if lower is upper:
                values.append(start)
                continue
            value, log_slope = _between_ends(t[..., used], start, stop)
            used += 1
            values.append(value)
            log_jacobian = log_jacobian + log_slope
        x = torch.stack(values, -1)
        if chart is None:
            return x, log_jacobian
        point, volume = self._chart
        return point(x), log_jacobian + volume(x)[..., 0]

    def random_counts(self, count: int, furthest: int, generator: torch.Generator) -> Tensor:
        """Points of a discrete support, each coordinate at most `furthest` above its lower end: (count, v), float64."""
        bounds, symbols = self.family.support.bounds, self.family.variables
        assert self.family.support.is_discrete and bounds is not None
        x = torch.zeros(count, 0, dtype=torch.float64)
        for k, (lower, upper) in enumerate(bounds):
            start = Translated([lower], symbols[:k])(x)[..., 0]
            stop = start + furthest
            if upper != sp.oo:
                stop = torch.minimum(stop, Translated([upper], symbols[:k])(x)[..., 0])
            share = torch.rand(count, generator=generator, dtype=torch.float64)
            x = torch.cat([x, (start + torch.floor(share * (stop - start + 1)))[:, None]], -1)
        return x

    @property
    def _ends(self) -> tuple[tuple[sp.Expr, sp.Expr], ...]:
        support = self.family.support
        bounds = support.chart.bounds if support.chart is not None else support.bounds
        if support.is_discrete or bounds is None:
            raise ValueError(f"the support of {self.name} is no continuum with stated ends.")
        return bounds

    @cached_property
    def _end_functions(self) -> list[tuple[Translated, Translated]]:
        chart = self.family.support.chart
        symbols = chart.coordinates if chart is not None else self.family.variables
        functions = []
        for k, (lower, upper) in enumerate(self._ends):
            first = Translated([lower], symbols[:k])
            functions.append((first, first if lower == upper else Translated([upper], symbols[:k])))
        return functions

    @cached_property
    def _chart(self) -> tuple[Translated, Translated]:
        chart = self.family.support.chart
        assert chart is not None
        return Translated(chart.point, chart.coordinates), Translated([chart.log_volume], chart.coordinates)


def _between(symbols: Sequence[sp.Symbol], bounds: Sequence[tuple[sp.Expr, sp.Expr]]) -> list[tuple[int, ...]]:
    """The integer points whose coordinates lie between ends that may mention earlier ones."""
    if all(end.is_number for ends in bounds for end in ends):
        return list(cartesian(*(range(int(lower), int(upper) + 1) for lower, upper in bounds)))
    points: list[tuple[int, ...]] = [()]
    for k, ends in enumerate(bounds):
        first, last = (sp.lambdify(symbols[:k], end, "math") for end in ends)
        points = [(*point, n) for point in points for n in range(int(first(*point)), int(last(*point)) + 1)]
    return points


def _between_ends(t: Tensor, start: Tensor, stop: Tensor) -> tuple[Tensor, Tensor]:
    """x(t) increasing from start to stop (either may be infinite), and log x'(t)."""
    if bool(torch.isinf(start).all()):
        assert bool(torch.isinf(stop).all()), "a half-line that starts at minus infinity"
        return t, torch.zeros_like(t)
    if bool(torch.isinf(stop).all()):
        return start + torch.exp(t), t
    width = stop - start
    log_slope = torch.nn.functional.logsigmoid(t) + torch.nn.functional.logsigmoid(-t)
    return start + width * torch.sigmoid(t), torch.log(width) + log_slope
