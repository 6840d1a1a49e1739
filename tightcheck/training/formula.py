"""Formulas of a design on tensors: a name is a block's vector of coordinates, along the last axis.

A formula is applied to each coordinate in turn; `sum` and `softmax` run over the coordinates of what is inside them, and
`z[0]` is one coordinate. One of the vectors may have a single coordinate: it goes with each coordinate of the others.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import sympy as sp
import torch
from torch import Tensor

from tightcheck.expression import CoordinateSum, Softmax
from tightcheck.numeric.translate import Translated

OVER_COORDINATES: Mapping[type[sp.Basic], Callable[[Tensor], Tensor]] = {
    CoordinateSum: lambda inside: inside.sum(-1, keepdim=True),
    Softmax: lambda inside: torch.softmax(inside, -1),
}


class Formula:
    """One expression as a function of named tensors (..., coordinates); shapes broadcast."""

    def __init__(self, expression: sp.Expr) -> None:
        self.inner: dict[str, tuple[Callable[[Tensor], Tensor], Formula]] = {}
        plain = _without_overflow(self._named(expression))
        self.translated = Translated([plain], ())
        self.indexed = {name: _base_and_index(name) for name in self.translated.others if "[" in name}

    def _named(self, expression: sp.Expr) -> sp.Expr:
        """The expression with every sum and softmax over coordinates replaced by a name."""
        if expression.func in OVER_COORDINATES:
            name = f"{expression.func.__name__} {len(self.inner)}"
            self.inner[name] = (OVER_COORDINATES[expression.func], Formula(expression.args[0]))
            return sp.Symbol(name, real=True)
        if not expression.has(*OVER_COORDINATES):
            return expression
        return expression.func(*map(self._named, expression.args))

    def __call__(self, values: Mapping[str, Tensor], like: Tensor | None = None) -> Tensor:
        """The value; a constant has one axis, and the dtype and device of `like`, or of the first of the values."""
        known = {name: over(inside(values, like)) for name, (over, inside) in self.inner.items()}
        for name in self.translated.others:
            if name in self.indexed:
                base, index = self.indexed[name]
                known[name] = values[base][..., index : index + 1]
            elif name not in known:
                known[name] = values[name]
        reference = like if like is not None else next(iter(values.values()))
        value: Tensor = torch.atleast_1d(self.translated(reference.new_empty(0), known)[..., 0])
        return value


def _base_and_index(name: str) -> tuple[str, int]:
    base, _, index = name.partition("[")
    return base, int(index.rstrip("]"))


def _without_overflow(expression: sp.Expr) -> sp.Expr:
    """1 / (1 + exp(v)) as (1 - tanh(v / 2)) / 2, whose slope is finite in floating point."""
    u = sp.Wild("u")
    return expression.replace(1 / (1 + sp.exp(u)), (1 - sp.tanh(u / 2)) / 2)
