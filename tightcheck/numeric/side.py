"""One side of a model: independent copies of families, side by side, their variables in one row."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from math import prod

import torch
from torch import Tensor

from tightcheck.numeric import special
from tightcheck.numeric.torch_family import TorchFamily

FURTHEST = 9
"""How far above its lower end a random count without upper end goes."""


class Side:
    """A product of families: `parts` are families with how many independent copies there are of each.

    A point is a row of V numbers, copy after copy; psi(z) (or nu(x)) is a row of K statistics in the same order.
    """

    def __init__(self, parts: Sequence[tuple[TorchFamily, int]]) -> None:
        self.parts = tuple(parts)
        self.variables = sum(family.variables * copies for family, copies in self.parts)
        self.size = sum(family.size * copies for family, copies in self.parts)

    def statistics(self, points: Tensor) -> Tensor:
        """(..., V) -> (..., K)."""
        return torch.cat([family.statistics(x).flatten(-2) for (family, _), x in self.split(points)], -1)

    def log_base_measure(self, points: Tensor) -> Tensor:
        """(..., V) -> (...)."""
        return _total([family.log_base_measure(x).sum(-1) for (family, _), x in self.split(points)])

    def log_partition(self, eta: Tensor) -> Tensor:
        """(..., K) -> (...); infinite outside the natural domain."""
        return _total([_log_partition(family, e) for (family, _), e in self._split_eta(eta)])

    def in_domain(self, eta: Tensor) -> Tensor:
        """(..., K) -> (...)."""
        inside = [family.in_domain(e).all(-1) for (family, _), e in self._split_eta(eta)]
        return torch.stack(inside, -1).all(-1)

    def log_density(self, points: Tensor, eta: Tensor) -> Tensor:
        """log of the product density at `points` (..., V), for natural parameters (..., K)."""
        return self.log_base_measure(points) + (self.statistics(points) * eta).sum(-1) - self.log_partition(eta)

    def sample(self, eta: Tensor, shape: tuple[int, ...] = (), generator: torch.Generator | None = None) -> Tensor:
        """(..., K) -> (*shape, ..., V)."""
        parts = [family.sample(e, shape, generator).flatten(-2) for (family, _), e in self._split_eta(eta)]
        return torch.cat(parts, -1)

    @cached_property
    def count(self) -> int | None:
        """How many points there are; None without end."""
        sizes = [(family.family.support.cardinality, copies) for family, copies in self.parts]
        return prod(int(n) ** c for n, c in sizes) if all(isinstance(n, int) for n, _ in sizes) else None

    @cached_property
    def spans_all_functions(self) -> bool:
        """Whether 1 and the statistics span every function: one copy of a family that does."""
        return len(self.parts) == 1 and self.parts[0][1] == 1 and self.parts[0][0].family.spans_all_functions

    def states(self, start: int, stop: int, like: Tensor) -> Tensor:
        """The points number start to stop - 1 of a finite side, the last copy running fastest: (stop - start, V)."""
        number = torch.arange(start, stop, device=like.device)
        columns: list[Tensor] = []
        for family, copies in reversed(self.parts):
            points = family.points.to(like)
            place = len(points) ** torch.arange(copies - 1, -1, -1, device=like.device)
            columns.append(points[number[:, None] // place % len(points)].flatten(1))
            number = number // len(points) ** copies
        return torch.cat(columns[::-1], -1)

    def scatter(self, count: int, generator: torch.Generator) -> Tensor:
        """`count` points all over the support, (count, V), float64: no density is meant, only general position."""
        columns = [_scattered(family, count, generator) for family, copies in self.parts for _ in range(copies)]
        return torch.cat(columns, -1)

    @cached_property
    def inside(self) -> Tensor:
        """Some natural parameters, (K), float64."""
        return torch.cat([family.inside for family, copies in self.parts for _ in range(copies)])

    @cached_property
    def free_variables(self) -> int:
        """Over how many real variables the side extends (continuous parts alone)."""
        return sum(family.free_variables * copies for family, copies in self.parts)

    def to_support(self, t: Tensor) -> tuple[Tensor, Tensor]:
        """R^d onto the support, with the log-Jacobian: (..., d) -> (..., V), (...)."""
        points, jacobians, start = [], [], 0
        for family, copies in self.parts:
            for _ in range(copies):
                x, log_jacobian = family.to_support(t[..., start : start + family.free_variables])
                start += family.free_variables
                points.append(x)
                jacobians.append(log_jacobian)
        return torch.cat(points, -1), _total(jacobians)

    def split(self, points: Tensor) -> list[tuple[tuple[TorchFamily, int], Tensor]]:
        """Each part with its points, (..., copies, v)."""
        sizes = [family.variables * copies for family, copies in self.parts]
        pieces = points.split(sizes, -1)
        return [
            (part, piece.unflatten(-1, (part[1], part[0].variables)))
            for part, piece in zip(self.parts, pieces, strict=True)
        ]

    def _split_eta(self, eta: Tensor) -> list[tuple[tuple[TorchFamily, int], Tensor]]:
        """Each part with its natural parameters, (..., copies, k)."""
        pieces = eta.split([family.size * copies for family, copies in self.parts], -1)
        return [
            (part, piece.unflatten(-1, (part[1], part[0].size))) for part, piece in zip(self.parts, pieces, strict=True)
        ]


def _total(parts: Sequence[Tensor]) -> Tensor:
    total = parts[0]
    for part in parts[1:]:
        total = total + part
    return total


def _log_partition(family: TorchFamily, eta: Tensor) -> Tensor:
    """The sum of A over copies: eta is (..., copies, k)."""
    if family.softplus_factor is not None:
        return family.softplus_factor * special.sum_softplus(eta[..., 0])
    return family.log_partition(eta).sum(-1)


def _scattered(family: TorchFamily, count: int, generator: torch.Generator) -> Tensor:
    support = family.family.support
    if support.is_finite:
        points = family.points
        return points[torch.randint(len(points), (count,), generator=generator)]
    if not support.is_discrete:
        t = 1.2 * torch.randn(count, family.free_variables, generator=generator, dtype=torch.float64)
        return family.to_support(t)[0]
    return family.random_counts(count, FURTHEST, generator)
