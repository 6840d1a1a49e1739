"""The density of a family in PyTorch: statistics, base measure, log-partition, parametrisations, derivatives."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

import sympy as sp
import torch
from torch import Tensor

from tightcheck.family import Family, Parametrisation, Series
from tightcheck.numeric.torch_support import TorchSupport
from tightcheck.numeric.translate import Translated
from tightcheck.parametrise import SPELLINGS, complete, find

Fixed = Mapping[str, Any]
DEEP = (0.0, -1.0, -2.0, -8.0, 1.0, 2.0)


class TorchDensity(TorchSupport):
    """log h(x) + <T(x), eta> - A(eta) and what follows from it; shapes as in `torch_family`."""

    def __init__(self, family: Family) -> None:
        super().__init__(family)
        self.size = len(family.statistics)

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

    @cached_property
    def inside(self) -> Tensor:
        """Some natural parameters, (k), float64: round ones where that is possible."""
        round_ones = [[a, *[b] * (self.size - 1)] for a in DEEP for b in DEEP]
        generator = torch.Generator().manual_seed(0)
        others = 3 * torch.randn(20000, self.size, generator=generator, dtype=torch.float64)
        candidates = torch.cat([torch.tensor(round_ones, dtype=torch.float64), others])
        return candidates[self.in_domain(candidates).nonzero()[0, 0]]

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
    spelled = {**{SPELLINGS.get(name, name): value for name, value in parameters.items()}, **parameters}
    return [spelled[name] for name in way.parameters]
