"""Random exact numbers, turned into floats as late as possible, so that a counterexample can be read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from random import Random

import sympy as sp
import torch
from torch import Tensor

STYLES = ("generic", "small", "sparse", "paired", "lattice", "constant")
"""How the weights of a model are drawn: anywhere, near 0, one alone, coordinate by coordinate, from {-1, 0, 1}, all 0."""


def weight(random: Random, style: str) -> Fraction:
    """One weight of a matrix."""
    if style == "lattice":
        return Fraction(random.choice((-1, 0, 0, 1)))
    if style == "small":
        return Fraction(random.randint(-12, 12), 24)
    return Fraction(random.randint(-22, 22), 11)


def matrix(rows: int, columns: int, style: str, random: Random) -> list[list[Fraction]]:
    """Weights from `columns` inputs to `rows` outputs."""
    zero = [[Fraction(0)] * columns for _ in range(rows)]
    if style == "constant":
        return zero
    if style == "sparse":
        zero[random.randrange(rows)][random.randrange(columns)] = Fraction(random.choice((-2, -1, 1, 2)), 2)
        return zero
    if style == "paired":
        scale = Fraction(random.choice((-2, -1, 1, 2)), 2)
        for i in range(min(rows, columns)):
            zero[i][i] = scale
        return zero
    return [[weight(random, style) for _ in range(columns)] for _ in range(rows)]


def constant(symbol: sp.Symbol, random: Random) -> Fraction:
    """A value that the symbol's assumptions and name admit."""
    if symbol.name.startswith("prob") or symbol.name == "continuation":
        return Fraction(random.randint(1, 9), 10)
    value = Fraction(random.randint(-22, 22), 11)
    return abs(value) + Fraction(1, 3) if symbol.is_positive else value


def tensor(values: Sequence[object]) -> Tensor:
    """Exact numbers, or rows of them, as float64."""
    return torch.tensor(
        [[float(v) for v in row] if isinstance(row, (list, tuple)) else float(row) for row in values],  # type: ignore[arg-type]
        dtype=torch.float64,
    )


@dataclass
class Chance:
    """How the numbers of one model are drawn, and those that were, by name."""

    style: str
    random: Random
    numbers: dict[str, object] = field(default_factory=dict)

    def weight(self, style: str | None = None) -> Fraction:
        """One weight of a matrix."""
        return weight(self.random, style or self.style)

    def matrix(self, rows: int, columns: int, style: str | None = None) -> list[list[Fraction]]:
        """Weights from `columns` inputs to `rows` outputs."""
        return matrix(rows, columns, style or self.style, self.random)

    def constant(self, symbol: sp.Symbol) -> Fraction:
        """A value that the symbol admits."""
        return constant(symbol, self.random)
