"""A family of the registry as batched, differentiable PyTorch functions.

    from tightcheck.numeric.torch_family import torch_family

    family = torch_family("gamma")                            # a name, or a Family (registry.load, with_fixed, product)
    eta = family.natural(shape=alpha, rate=beta)              # any parametrisation of the registry -> (..., k)
    family.parameters(eta, "shape", "rate")                   # and back: {"shape": ..., "rate": ...}
    family.statistics(x)                                      # (..., v) -> (..., k)        T(x)
    family.log_base_measure(x)                                # (..., v) -> (...)           log h(x)
    family.log_partition(eta)                                 # (..., k) -> (...)           A(eta), inf outside the domain
    family.log_density(x, eta)                                # log h(x) + <T(x), eta> - A(eta), shapes broadcast
    family.in_domain(eta)                                     # (..., k) -> (...)           booleans
    family.mean_statistics(eta), family.fisher(eta)           # grad A (..., k), Hessian of A (..., k, k)
    family.sample(eta, shape, generator)                      # (*shape, ..., v); reparametrised where PyTorch can
    family.points                                             # finite support: every point, (count, v)
    family.to_support(t)                                      # continuum: R^d -> support, with the log-Jacobian

Shapes: v variables (`family.variables`), k statistics (`family.size`) along the last axis; batches before it. A scalar
family keeps its last axis of length 1. The dtype and the device are those of the argument. A fixed parameter that the
family leaves open (a learned variance, a learned dispersion) is given by name at each call, `fixed={"variance": v}`,
and is differentiable too. Everything except `sample` and a log-partition declared as a series works under torch.func.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import cache, cached_property
from itertools import product as cartesian
from typing import Any

import sympy as sp
import torch
from torch import Tensor

from tightcheck import registry
from tightcheck.family import Family, Parametrisation, Series
from tightcheck.numeric.translate import Translated
from tightcheck.parametrise import complete, find

Fixed = Mapping[str, Any]
DEEP = (0.0, -1.0, -2.0, -8.0, 1.0, 2.0)
LARGEST_SUPPORT = 2**20
"""How many points of a finite support are listed."""


def torch_family(family: str | Family, **choices: Any) -> TorchFamily:
    """The registry's family of this name (`choices` are those of `registry.load`), or this Family, in PyTorch."""
    return _translated(registry.load(family, **choices) if isinstance(family, str) else family)


@cache
def _translated(family: Family) -> TorchFamily:
    return TorchFamily(family)


class TorchFamily:
    """One family; see the module's docstring. Everything is translated when it is first used."""

    def __init__(self, family: Family) -> None:
        self.family = family
        self.name = family.name
        self.variables = len(family.variables)
        self.size = len(family.statistics)

    def __repr__(self) -> str:
        return f"TorchFamily({self.name}, {self.variables} variables, {self.size} statistics)"

    def statistics(self, x: Tensor, fixed: Fixed | None = None) -> Tensor:
        """T(x): (..., v) -> (..., k)."""
        return self._statistics(x, fixed)

    def log_base_measure(self, x: Tensor, fixed: Fixed | None = None) -> Tensor:
        """log h(x): (..., v) -> (...)."""
        return self._log_base_measure(x, fixed)[..., 0]

    def log_partition(self, eta: Tensor, fixed: Fixed | None = None) -> Tensor:
        """A(eta): (..., k) -> (...); infinite outside the natural domain, where the integral diverges."""
        value = self._series(eta) if self.family.series is not None else self._log_partition(eta, fixed)[..., 0]
        if self.family.has_full_domain:
            return value
        return torch.where(self.in_domain(eta, fixed), value, torch.inf)

    @cached_property
    def softplus_factor(self) -> float | None:
        """c where A(eta) = c log(1 + e^eta), of one number; else None."""
        if self.size != 1:
            return None
        (eta,) = self.family.natural_parameters
        factor, rest = self.family.log_partition.as_coeff_Mul()
        return float(factor) if rest == sp.log(1 + sp.exp(eta)) else None

    def log_density(self, x: Tensor, eta: Tensor, fixed: Fixed | None = None) -> Tensor:
        """log p(x; eta), batches of x and eta broadcast."""
        exponent = (self.statistics(x, fixed) * eta).sum(-1)
        return self.log_base_measure(x, fixed) + exponent - self.log_partition(eta, fixed)

    def in_domain(self, eta: Tensor, fixed: Fixed | None = None) -> Tensor:
        """Whether eta is a natural parameter: (..., k) -> (...)."""
        if self.family.has_full_domain:
            return torch.ones(eta.shape[:-1], dtype=torch.bool, device=eta.device)
        return self._domain(eta, fixed).all(-1)

    def mean_statistics(self, eta: Tensor, fixed: Fixed | None = None) -> Tensor:
        """E[T] = grad A: (..., k) -> (..., k); differentiable again."""
        slope: Tensor = torch.func.grad(lambda e: self.log_partition(e, fixed).sum())(eta)
        return slope

    def fisher(self, eta: Tensor, fixed: Fixed | None = None) -> Tensor:
        """Cov[T] = the Hessian of A: (..., k) -> (..., k, k)."""
        rows = [
            torch.func.grad(lambda e, k=k: self.mean_statistics(e, fixed)[..., k].sum())(eta) for k in range(self.size)
        ]
        return torch.stack(rows, -2)

    def natural(self, fixed: Fixed | None = None, **parameters: Tensor) -> Tensor:
        """eta of one parametrisation, by its names: scalars (...), vectors (..., d) -> (..., k)."""
        way = self.parametrisation(parameters)
        columns = [
            value if _is_vector(way, name) else value[..., None]
            for name, value in zip(way.parameters, _in_order(way, parameters), strict=True)
        ]
        shape = torch.broadcast_shapes(*(column.shape[:-1] for column in columns))
        stacked = torch.cat([column.expand(*shape, column.shape[-1]) for column in columns], -1)
        return self._translated(way, "natural")(stacked, fixed)

    def parameters(self, eta: Tensor, *names: str, fixed: Fixed | None = None) -> dict[str, Tensor]:
        """The parameters with these names: each (...), or (..., d) for a vector."""
        way = self.parametrisation(names)
        values = self._translated(way, "inverse")(eta, fixed)
        found, start = {}, 0
        for name in way.parameters:
            size = len(way.symbols_of(name))
            piece = values[..., start : start + size]
            found[name] = piece if _is_vector(way, name) else piece[..., 0]
            start += size
        return found

    def parametrisation(self, names: Sequence[str] | Mapping[str, Any]) -> Parametrisation:
        """The registry's parametrisation with these names; ValueError lists those there are."""
        way = find(self._complete, names)
        if way is None:
            known = "; ".join(", ".join(each.parameters) for each in self._complete.parametrisations)
            raise ValueError(f"{self.name} is not written by {', '.join(names)}; write one of: {known}.")
        return way

    def sample(
        self,
        eta: Tensor,
        shape: Sequence[int] = (),
        generator: torch.Generator | None = None,
        fixed: Fixed | None = None,
    ) -> Tensor:
        """Independent draws for every eta: (..., k) -> (*shape, ..., v).

        From PyTorch's own distribution where there is one (reparametrised where it can be), else by listing a finite
        support; NotImplementedError for the rest. A generator makes the draws repeatable.
        """
        from tightcheck.numeric.sampling import sample

        return sample(self, eta, tuple(shape), generator, fixed)

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

    @cached_property
    def inside(self) -> Tensor:
        """Some natural parameters, (k), float64: round ones where that is possible."""
        round_ones = [[a, *[b] * (self.size - 1)] for a in DEEP for b in DEEP]
        generator = torch.Generator().manual_seed(0)
        others = 3 * torch.randn(20000, self.size, generator=generator, dtype=torch.float64)
        candidates = torch.cat([torch.tensor(round_ones, dtype=torch.float64), others])
        return candidates[self.in_domain(candidates).nonzero()[0, 0]]

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

    @cached_property
    def _complete(self) -> Family:
        return self.family if len(self.family.parametrisations) > 1 else complete(self.family)

    @cached_property
    def _statistics(self) -> Translated:
        return Translated(self.family.statistics, self.family.variables)

    @cached_property
    def _log_base_measure(self) -> Translated:
        return Translated([self.family.log_base_measure], self.family.variables)

    @cached_property
    def _log_partition(self) -> Translated:
        return Translated([self.family.log_partition.doit()], self.family.natural_parameters)

    @cached_property
    def _domain(self) -> Translated:
        return Translated(self.family.natural_domain, self.family.natural_parameters)

    @cached_property
    def _series_terms(self) -> tuple[Translated, Translated]:
        series = self.family.series
        assert series is not None
        columns = (*self.family.natural_parameters, series.index)
        log_term = series.term.args[0] if isinstance(series.term, sp.exp) else sp.log(series.term)
        return Translated([log_term], columns), Translated([series.ratio], columns)

    def _series(self, eta: Tensor, tolerance: float = 1e-14) -> Tensor:
        """log of the declared series: as many terms as leave at most `tolerance` of the sum, by its ratio bound."""
        series = self.family.series
        assert isinstance(series, Series)
        term, ratio = self._series_terms
        count = 64
        while True:
            n = torch.arange(series.first, series.first + count, dtype=eta.dtype, device=eta.device)
            columns = eta[..., None, :].expand(*eta.shape[:-1], count, -1), n.expand(*eta.shape[:-1], count)[..., None]
            rows = torch.cat(columns, -1)
            terms = term(rows)[..., 0]
            total = torch.logsumexp(terms, -1)
            with torch.no_grad():
                bound = ratio(rows[..., -1, :])[..., 0]
                tail = terms[..., -1] - torch.log1p(-torch.clamp(bound, max=1 - 1e-9)) - total
                settled = (bound < 1) & (tail < math.log(tolerance)) | ~self.in_domain(eta)
            if bool(settled.all()) or count >= 2**20:
                return torch.where(settled, total, torch.nan)
            count *= 2

    def _translated(self, way: Parametrisation, direction: str) -> Translated:
        """natural or inverse of a parametrisation, translated once."""
        known: dict[tuple[str, ...], Translated] = self.__dict__.setdefault("_ways", {})
        key = (direction, *way.parameters)
        if key not in known:
            columns = way.symbols if direction == "natural" else self.family.natural_parameters
            known[key] = Translated(getattr(way, direction), columns)
        return known[key]


def _is_vector(way: Parametrisation, name: str) -> bool:
    return isinstance(way.parameters[name], tuple)


def _in_order(way: Parametrisation, parameters: Mapping[str, Tensor]) -> list[Tensor]:
    """The values in the parametrisation's order, common spellings understood."""
    from tightcheck.parametrise import SPELLINGS

    spelled = {**{SPELLINGS.get(name, name): value for name, value in parameters.items()}, **parameters}
    return [spelled[name] for name in way.parameters]


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
