"""What is said beside an answer: names that a family has taken, probabilities that nothing normalises."""

from __future__ import annotations

from pathlib import Path

import pytest

from tightcheck.analysis import analyze
from tightcheck.read_yaml import read_design

NAMED = """
encoder: {latent: {family: gaussian, dim: 1}, map: unrestricted, output: [mean, log_variance]}
decoder:
  observed: {family: gaussian, dim: 3, covariance: {fixed: 1}}
  map: {kind: expression, expression: "%s * z", parameters: [%s]}
  output: mean
  prior: standard_normal
"""


@pytest.mark.parametrize(("name", "is_taken"), [("mean", True), ("x", True), ("my_mean", False), ("w", False)])
def test_a_name_that_is_taken_is_told(name: str, is_taken: bool, tmp_path: Path) -> None:
    (tmp_path / "design.yaml").write_text(NAMED % (name, name))
    analysis = analyze(read_design(tmp_path / "design.yaml"))
    told = [remark for remark in analysis.remarks if f"my_{name}" in remark]
    assert bool(told) is is_taken
    assert (analysis.declared.verdict.word == "undecided") is is_taken
    if is_taken:
        assert f"The parameter {name} has the name of " in told[0]
        assert "design.yaml:5" in told[0]


TEXT = """
encoder: {latent: {family: gaussian, dim: 4}, map: unrestricted, output: [mean, log_variance]}
decoder:
  observed: {family: multinomial, dim: 50, length: random}
  map: {kind: mlp, hidden: [32], activation: relu}
  output: %s
  prior: standard_normal
"""


@pytest.mark.parametrize(("output", "is_told"), [("probs", True), ("{probs: softmax}", False), ("logits", False)])
def test_probabilities_that_nothing_normalises(output: str, is_told: bool, tmp_path: Path) -> None:
    (tmp_path / "design.yaml").write_text(TEXT % output)
    remarks = analyze(read_design(tmp_path / "design.yaml")).remarks
    assert any("{probs: softmax}" in remark for remark in remarks) is is_told
