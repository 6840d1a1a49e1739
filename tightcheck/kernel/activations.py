"""Activations as exact functions, for networks written out in a certificate."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import sympy as sp

from tightcheck.design import Map
from tightcheck.kernel.rejected import require


def _max(a: sp.Expr, b: sp.Expr) -> sp.Expr:
    """The larger one; for symbols as it stands, since SymPy compares their extremes at length."""
    return sp.Max(a, b, evaluate=bool(a.is_number and b.is_number))


ACTIVATIONS: Mapping[str, Callable[[sp.Expr], sp.Expr]] = {
    "relu": lambda t: _max(sp.Integer(0), t),
    "leaky_relu": lambda t: _max(t / 100, t),
    "tanh": sp.tanh,
    "sigmoid": lambda t: 1 / (1 + sp.exp(-t)),
    "softplus": lambda t: sp.log(1 + sp.exp(t)),
    "silu": lambda t: t / (1 + sp.exp(-t)),
    "gelu": lambda t: t * (1 + sp.erf(t / sp.sqrt(2))) / 2,
    "identity": lambda t: t,
}
"""Activations with a closed form in elementary functions and erf, with PyTorch's default constants."""


def nested(source: Map, inner: sp.Expr) -> sp.Expr:
    """One unit per hidden layer, unit weights: a(a(... a(inner)))."""
    require(
        not source.hidden or source.activation in ACTIVATIONS,
        f"the activation {source.activation} is not written out here",
    )
    for _ in source.hidden:
        inner = ACTIVATIONS[source.activation](inner)
    return inner
