"""One hidden unit and three bits: the only sums that it holds are those of two at most, by numbers; forged steps are refused."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product
from pathlib import Path

import numpy as np
import pytest

from tightcheck.account.lossless import lossless
from tightcheck.decide import decide
from tightcheck.design import Design
from tightcheck.kernel import Rejected
from tightcheck.kernel.check import run
from tightcheck.kernel.one_unit import UNIMODAL
from tightcheck.read_yaml import read_design
from tightcheck.verdict import Lossless

WORDS = """
encoder: {latent: {family: %s, dim: %s}, map: {kind: mlp, hidden: %s, activation: %s}, output: logits}
decoder: {observed: {family: bernoulli, dim: %s}, map: %s, output: logits, prior: %s}
"""
BIT = "{family: bernoulli, probs: 0.5}"
STEP = {"lemma": "one_unit", "latent": "z", "observed": "x"}
FUNCTIONS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "tanh": np.tanh,
    "sigmoid": lambda t: 1 / (1 + np.exp(-t)),
    "softsign": lambda t: t / (1 + np.abs(t)),
}


def read(
    folder: Path, hidden: str = "[1]", activation: str = "tanh", size: int = 3, decoder: str = "affine", bits: int = 1
) -> Design:
    (folder / "design.yaml").write_text(WORDS % ("bernoulli", bits, hidden, activation, size, decoder, BIT))
    return read_design(folder / "design.yaml")


@pytest.mark.parametrize("name", sorted(UNIMODAL))
def test_no_increment_is_taken_three_times(name: str) -> None:
    """The largest relative difference among three consecutive increments stays away from 0."""
    starts, steps = np.meshgrid(np.linspace(-6, 6, 241), np.linspace(0.2, 4, 77))
    values = np.array([FUNCTIONS[name](starts + k * steps) for k in range(4)])
    increments = np.diff(values, axis=0)
    spread = (increments.max(axis=0) - increments.min(axis=0)) / increments.max(axis=0)
    assert spread.min() > 1e-3


@pytest.mark.parametrize("name", sorted(UNIMODAL))
def test_two_bits_have_a_unit_of_their_own(name: str) -> None:
    """Around 0 the increments at -s and 0 are alike: x_1 + x_2 is held by a unit, x_1 + x_2 + x_3 is not."""
    unit = FUNCTIONS[name](np.array([x + y - 1.0 for x, y in product((0, 1), repeat=2)]))
    assert np.allclose(unit[[1, 2]] - unit[0], unit[3] - unit[[1, 2]])


@pytest.mark.parametrize("prior", ["declared", "implied"])
@pytest.mark.parametrize("activation", sorted(UNIMODAL))
def test_one_unit_restricts_three_bits(prior: str, activation: str, tmp_path: Path) -> None:
    assert decide(read(tmp_path, activation=activation), prior).verdict.word == "restricted"


@pytest.mark.parametrize(
    "changes",
    [
        {"hidden": "[2]"},
        {"hidden": "[1, 1]"},
        {"activation": "relu"},
        {"size": 2},
        {"bits": 2},
        {"activation": "hardtanh"},
    ],
    ids=str,
)
def test_each_condition_is_needed(changes: dict[str, object], tmp_path: Path) -> None:
    with pytest.raises(Rejected):
        run(read(tmp_path, **changes), "declared", STEP, frozenset())  # type: ignore[arg-type]


@pytest.mark.parametrize("name", sorted(UNIMODAL))
def test_two_weights_leave_one_bias(name: str) -> None:
    """a(b + u + v) - a(b + u) - a(b + v) + a(b) has the sign of -(2 b + u + v), u, v > 0: a third weight moves b, and is 0."""
    unit = FUNCTIONS[name]
    for u, v in product((0.3, 1.0, 2.5), repeat=2):
        b = np.linspace(-5, 5, 401)
        mixed = unit(b + u + v) - unit(b + u) - unit(b + v) + unit(b)
        away = np.abs(2 * b + u + v) > 1e-3
        assert (np.sign(mixed[away]) == -np.sign(2 * b + u + v)[away]).all()


def test_a_unit_reaches_fewer_laws(tmp_path: Path) -> None:
    design = read(tmp_path)
    assert lossless(design, decide(design, "declared"))[0] is Lossless.NO
