"""A decoder of the design's class, drawn at random, and the values of f and A(f) at given z: numbers, no proof."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from tightcheck.design import OUTPUT, SOFTMAX, Conditional, Constant, Design, Head
from tightcheck.kernel.classes import family_of

Array = NDArray[np.float64]

MOST_COPIES = 5
"""Draws of an observed block that are looked at; the others are as these."""


class Unknown(Exception):  # noqa: N818 (not an error: nothing is known of this class)
    """The decoder is not of a kind that is drawn here."""


@dataclass(frozen=True)
class Functions:
    """At each place (row) the natural parameters f_i of every observed draw, and A(f) summed over them."""

    natural: Array
    log_partition: Array


def draw(design: Design, values: Mapping[str, Array], random: np.random.Generator) -> Functions:
    """A member of the decoder's class at the places `values[block]`, shape (places, coordinates). Raises Unknown."""
    natural: list[Array] = []
    total = np.zeros(len(next(iter(values.values()))))
    with np.errstate(all="ignore"):
        for conditional in design.decoder:
            for eta in _draws(conditional, values, random):
                natural += eta
                total = total + _log_partition(conditional, eta)
    columns = np.column_stack(natural)
    if not (np.isfinite(columns).all() and np.isfinite(total).all()):
        raise Unknown
    return Functions(columns, total)


def _draws(conditional: Conditional, values: Mapping[str, Array], random: np.random.Generator) -> list[list[Array]]:
    """The natural parameters of the first few draws of a block."""
    copies = min(conditional.block.copies, MOST_COPIES)
    family = family_of(conditional.block)
    places = len(next(iter(values.values())))
    heads = {head.symbol: _head(head, values, copies, random) for head in conditional.heads}
    found = []
    for copy in range(copies):
        arguments = {symbol: np.broadcast_to(columns[copy], (places,)) for symbol, columns in heads.items()}
        eta = [_evaluate(expression, arguments) for expression in conditional.natural]
        if len(eta) != len(family.natural_parameters):
            raise Unknown
        found.append([np.broadcast_to(each, (places,)) for each in eta])
    return found


def _head(head: Head, values: Mapping[str, Array], copies: int, random: np.random.Generator) -> list[Array]:
    """The head of each draw: a constant, or the link of an output drawn from the map's class."""
    places = len(next(iter(values.values())))
    if isinstance(head.source, Constant):
        return [np.full(places, _constant(head.source, random)) for _ in range(copies)]
    inputs = np.column_stack(list(values.values()))
    outputs = [_output(head, inputs, values, random) for _ in range(copies)]
    if head.link is None:
        return outputs
    largest = np.exp(np.stack(outputs))
    shares = largest / (largest.sum(axis=0) + 1.0)
    known = {sp.Symbol(name, real=True): columns[:, 0] for name, columns in values.items() if columns.shape[1] == 1}
    return [
        _evaluate(head.link, {**known, OUTPUT: each, SOFTMAX: share})
        for each, share in zip(outputs, shares, strict=True)
    ]


def _constant(source: Constant, random: np.random.Generator) -> float:
    return random.uniform(0.5, 2.0) if source.value is None else float(source.value)


def _output(head: Head, inputs: Array, values: Mapping[str, Array], random: np.random.Generator) -> Array:
    """One output: affine with random weights, a formula with random parameters, or a smooth function of all inputs."""
    source = head.source
    assert not isinstance(source, Constant)
    affine = inputs @ random.normal(size=inputs.shape[1]) + (random.normal() if source.bias else 0.0)
    if source.kind == "affine":
        return np.asarray(affine)
    if source.kind == "expression":
        assert source.expression is not None
        known = {sp.Symbol(name, real=True): columns[:, 0] for name, columns in values.items() if columns.shape[1] == 1}
        parameters = {symbol: np.full(len(inputs), random.normal()) for symbol in source.parameters}
        return _evaluate(source.expression, {**known, **parameters})
    turned = inputs @ random.normal(size=(inputs.shape[1], 3)) + random.normal(size=3)
    return np.asarray(affine + np.tanh(turned) @ random.normal(size=3))


def _log_partition(conditional: Conditional, eta: list[Array]) -> Array:
    family = family_of(conditional.block)
    return _evaluate(family.log_partition, dict(zip(family.natural_parameters, eta, strict=True)))


def _evaluate(expression: sp.Expr, arguments: Mapping[sp.Symbol, Array]) -> Array:
    """The expression at arrays; its other symbols, constants that are learned, at 3/2. Raises Unknown."""
    rest = sorted(expression.free_symbols - arguments.keys(), key=str)
    names = {s.name: columns for s, columns in arguments.items()}
    if any(s.name in names for s in rest):
        arguments = {**arguments, **{s: names[s.name] for s in rest if s.name in names}}
    size = len(next(iter(arguments.values())))
    known = {s: np.full(size, 1.5) for s in expression.free_symbols - arguments.keys()}
    used = {s: column for s, column in {**arguments, **known}.items() if s in expression.free_symbols}
    return function(tuple(used), expression)(*used.values()) + np.zeros(size)


def function(arguments: tuple[sp.Symbol, ...], expression: sp.Expr) -> Callable[..., Array]:
    """The expression on arrays. Raises Unknown where it cannot be evaluated."""
    return _function(arguments, expression)


@cache
def _function(arguments: tuple[sp.Symbol, ...], expression: sp.Expr) -> Callable[..., Array]:
    log_gamma = np.vectorize(math.lgamma, otypes=[float])
    modules = [{"loggamma": log_gamma, "gamma": lambda s: np.exp(log_gamma(s))}, "numpy"]
    reals = {symbol: sp.Symbol(symbol.name, real=True) for symbol in arguments}
    evaluate = sp.lambdify(list(reals.values()), expression.xreplace(reals), modules)

    def at(*columns: Array) -> Array:
        try:
            return np.asarray(evaluate(*columns), dtype=float)
        except (TypeError, ValueError, NameError, AttributeError, OverflowError, ZeroDivisionError):
            raise Unknown from None

    return at
