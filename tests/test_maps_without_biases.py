"""Which constants a network without biases puts out: weights that do, and networks that cannot."""

from __future__ import annotations

from itertools import product

import pytest
import sympy as sp
from hypothesis import given
from hypothesis import strategies as st

from tightcheck import registry
from tightcheck.decide import decide
from tightcheck.design import Map
from tightcheck.kernel.activations import ACTIVATIONS
from tightcheck.kernel.side import holds_constants
from tightcheck.strategies import WrittenDesign
from tightcheck.verdict import Verdict

SIGNS, CLASSES, BITS = registry.load("rademacher"), registry.load("categorical"), registry.load("bernoulli")
Weights = list[list[list[int]]]


def output(weights: Weights, activation: str, x: tuple[sp.Expr, ...]) -> sp.Expr:
    """The one output of a network without biases, exactly."""
    values = list(x)
    for number, layer in enumerate(weights):
        values = [sp.Add(*(w * v for w, v in zip(row, values, strict=True))) for row in layer]
        if number < len(weights) - 1:
            values = [ACTIVATIONS[activation](v) for v in values]
    return values[0]


def network(activation: str, *hidden: int) -> Map:
    """A network without biases."""
    return Map("mlp", hidden, activation, bias=False)


@pytest.mark.parametrize("activation", ["relu", "leaky_relu", "silu", "gelu"])
def test_on_signs_two_units_put_out_a_constant(activation: str) -> None:
    assert holds_constants(network(activation, 2, 1), SIGNS, "identity")
    values = {output([[[1], [-1]], [[1, 1]], [[1]]], activation, (sp.Integer(x),)) for x in (1, -1)}
    (value,) = {sp.N(v, 30) for v in values}
    assert value > 0


@pytest.mark.parametrize("activation", ["softplus", "sigmoid"])
def test_units_that_are_not_zero_put_out_a_constant(activation: str) -> None:
    assert holds_constants(network(activation, 1, 1), BITS, "log1p")
    values = {output([[[0]], [[0]], [[1]]], activation, (sp.Integer(x),)) for x in (0, 1, 7)}
    assert len(values) == 1 and values.pop() > 0


@pytest.mark.parametrize("activation", ["relu", "tanh", "identity"])
def test_indicators_add_up_to_one(activation: str) -> None:
    assert holds_constants(network(activation, 1), CLASSES, "identity")
    assert holds_constants(Map("affine", bias=False), CLASSES, "one_hot")
    values = {output([[[1, 1, 1]], [[1]]], activation, point) for point in CLASSES.support.points}
    assert len(values) == 1 and values.pop() > 0


@given(st.sampled_from(["tanh", "identity"]), st.lists(st.integers(-3, 3), min_size=6, max_size=6))
def test_odd_networks_on_signs_are_odd(activation: str, numbers: list[int]) -> None:
    assert not holds_constants(network(activation, 3), SIGNS, "identity")
    weights = [[[w] for w in numbers[:3]], [numbers[3:]]]
    assert output(weights, activation, (sp.Integer(1),)) == -output(weights, activation, (sp.Integer(-1),))


def test_what_is_zero_at_zero_holds_no_constant() -> None:
    for activation, inputs in product(("relu", "silu", "tanh"), ("identity", "log1p")):
        assert not holds_constants(network(activation, 8), BITS, inputs)
    assert not holds_constants(network("relu", 1), SIGNS, "identity")
    assert not holds_constants(network("relu", 8), CLASSES, "statistics")
    assert not holds_constants(Map("affine", bias=False), registry.load("multinomial"), "log1p")


def designed(encoder: dict[str, object], decoder: dict[str, object], prior: object) -> Verdict:
    """The verdict on a Gaussian latent number and an image of two pixels, or one of three classes."""
    latent = {"family": "gaussian", "dim": 1, "covariance": "diagonal"}
    words = WrittenDesign(
        {"latent": latent, "map": encoder, "output": ["mean", {"variance": {"fixed": 1}}]},
        {"observed": decoder, "map": {"kind": "affine"}, "output": ["logits"], "prior": prior},
    )
    design = words.design()
    return decide(design, "declared").verdict


def test_the_prior_that_a_network_without_biases_reaches() -> None:
    affine, pixels = {"kind": "affine", "bias": False}, {"family": "bernoulli", "dim": 2}
    learned, shifted = {"learned": "gaussian"}, {"family": "gaussian", "mean": 1, "variance": 1}
    assert designed(affine, pixels, learned) is Verdict.COLLAPSE  # the learned one is N(0, 1)
    assert designed(affine, pixels, shifted) is Verdict.IMPOSSIBLE  # x = 0 has the posterior N(0, 1)
    assert designed(affine, {"family": "categorical", "dim": 3}, shifted) is Verdict.COLLAPSE  # w = (1, 1, 1)
    relu = {"kind": "mlp", "hidden": [2], "activation": "relu", "bias": False}
    assert designed(relu, {"family": "rademacher", "dim": 2}, shifted) is Verdict.COLLAPSE
    wider = {"family": "gaussian", "mean": 0, "variance": 2}
    assert designed(relu, pixels, wider) is Verdict.IMPOSSIBLE
