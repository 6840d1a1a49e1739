"""Two bits: a consistent model between two that miss C2 on different sides, by bisection, and certificates that pretend one."""

from __future__ import annotations

from math import exp, log
from pathlib import Path
from typing import Any

import pytest

from tightcheck.decide import certificate, decide
from tightcheck.design import Design
from tightcheck.kernel import Rejected
from tightcheck.kernel.check import check, prove
from tightcheck.read_yaml import read_design

DESIGNS = Path(__file__).parent / "designs" / "restricted"
TWO = """
encoder: {latent: {family: bernoulli, dim: 2}, map: %s, output: logits}
decoder:
  observed: [{name: a, family: bernoulli, dim: 1}, {name: b, family: bernoulli, dim: 1}]
  map:
    - {kind: expression, expression: "%s", parameters: [w]}
    - {kind: expression, expression: "v * (z[0] - z[1])", parameters: [v]}
  output: [logits, logits]
  prior: {family: bernoulli, probs: 0.5}
"""
STEP = {"lemma": "between", "first": {"w": "1", "v": "1"}, "second": {"w": "1", "v": "1/4"}}


def read(encoder: str, formula: str, folder: Path) -> Design:
    (folder / "design.yaml").write_text(TWO % (encoder, formula))
    return read_design(folder / "design.yaml")


def softplus(t: float) -> float:
    return log(1 + exp(t))


def interaction_of_two_pixels(w: float, v: float) -> float:
    """That of A: z_0 + z_1 for one pixel, z_0 - z_1 for the other."""
    return softplus(2 * w) - 2 * softplus(w) + softplus(0) + 2 * softplus(0) - softplus(v) - softplus(-v)


def interaction_of_a_coupled_prior(b: float, w: float) -> float:
    return 1 - (softplus(b + 2 * w) - 2 * softplus(b + w) + softplus(b))


def test_there_is_a_zero_between_the_two_models() -> None:
    low, high = 0.25, 1.0
    assert interaction_of_two_pixels(1, low) > 0 > interaction_of_two_pixels(1, high)
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if interaction_of_two_pixels(1, middle) > 0 else (low, middle)
    assert abs(interaction_of_two_pixels(1, low)) < 1e-12
    assert abs(interaction_of_two_pixels(log(7), log(4))) < 1e-12
    assert interaction_of_a_coupled_prior(0, 1) > 0 > interaction_of_a_coupled_prior(-4, 4)


@pytest.mark.parametrize("name", ["conjugation-cancelling-bits", "conjugation-coupled-prior"])
def test_the_shipped_designs_have_certificates(name: str) -> None:
    design = read_design(DESIGNS / f"{name}.yaml")
    decision = decide(design, "declared")
    assert [step["lemma"] for step in decision.steps] == ["between"]
    found = certificate(design, decision)
    assert found is not None
    assert check(found).word == "restricted"


FORGED: tuple[tuple[str, str, str, dict[str, Any]], ...] = (
    ("both on one side", "affine", "w * (z[0] + z[1])", {**STEP, "second": {"w": "1", "v": "2"}}),
    ("independence in between", "affine", "w * (z[0] + z[1])", {**STEP, "first": {"w": "-1", "v": "-1"}}),
    ("one parameter alone", "affine", "w * (z[0] + z[1])", {**STEP, "first": {"w": "1"}, "second": {"w": "2"}}),
    ("a formula with an interaction", "affine", "w * (z[0] + z[1]) + z[0] * z[1] / 8", STEP),
    ("an encoder without biases", "{kind: affine, bias: false}", "w * (z[0] + z[1])", STEP),
    ("a narrow encoder", "{kind: mlp, hidden: [1], activation: tanh}", "w * (z[0] + z[1])", STEP),
    ("a number that is none", "affine", "w * (z[0] + z[1])", {**STEP, "first": {"w": "1", "v": "x"}}),
)


@pytest.mark.parametrize(("name", "encoder", "formula", "step"), FORGED, ids=[each[0] for each in FORGED])
def test_no_false_step_is_accepted(name: str, encoder: str, formula: str, step: dict[str, Any], tmp_path: Path) -> None:
    with pytest.raises(Rejected):
        prove(read(encoder, formula, tmp_path), "declared", [step])


def test_the_true_step_is_accepted(tmp_path: Path) -> None:
    design = read("affine", "w * (z[0] + z[1])", tmp_path)
    assert prove(design, "declared", [STEP]).word == "restricted"
    with pytest.raises(Rejected):
        prove(design, "implied", [STEP])
