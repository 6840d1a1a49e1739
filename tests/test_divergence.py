"""A collapse that normalisation forces names where the joint diverges and how fast, as numbers confirm."""

from __future__ import annotations

from math import exp
from pathlib import Path

import pytest

from tightcheck.analysis import analyze
from tightcheck.read_yaml import read_design
from tightcheck.report import html, json, text

COLLAPSE = Path(__file__).parent / "designs" / "collapse"


@pytest.mark.parametrize("name", ["conjugation-gaussian-poisson-latent", "implied-gaussian-gamma"])
def test_collapse_from_normalisation_has_a_direction_and_a_rate(name: str) -> None:
    found = analyze(read_design(str(COLLAPSE / f"{name}.yaml"))).implied
    (condition,) = (c for c in found.conditions if c.name == "C4")
    assert condition.status == "fails"
    assert "direction: " in condition.sentence and "rate: " in condition.sentence
    assert found.divergence
    for witness in found.divergence:
        assert witness.direction.startswith(("x -> ", "z -> "))
        assert witness.rate in condition.sentence


def test_every_form_of_the_report_names_the_witness() -> None:
    analysis = analyze(read_design(str(COLLAPSE / "conjugation-gaussian-poisson-latent.yaml")))
    (witness,) = analysis.implied.divergence
    assert (witness.observed, witness.latent) == ("x", "z")
    assert witness.rate.endswith("outgrows every power of t")
    written = json.report(analysis)
    assert written["implied"]["divergence"] == [
        {"observed": "x", "latent": "z", "direction": witness.direction, "rate": witness.rate}
    ]
    assert written["declared"]["divergence"] == []  # there C2 alone forces W = 0
    for page in (text.render(analysis), html.render(analysis)):
        assert page.count("Where it diverges") == 1
        assert "outgrows every power of" in page


def test_collapse_from_another_condition_names_no_divergence() -> None:
    found = analyze(read_design(str(COLLAPSE / "conjugation-poisson-gaussian.yaml"))).declared
    assert all("direction: " not in condition.sentence for condition in found.conditions)
    assert found.divergence == ()


def test_gaussian_with_a_poisson_code_outgrows_every_power() -> None:
    """log of the inner sum over z at x is exp(w x) - x^2 / 2: the named end of x, faster than x^9."""

    def log_inner(x: float) -> float:
        return exp(x / 20) - x**2 / 2

    assert log_inner(100) < 0 < log_inner(400)
    assert log_inner(2000) > 2000**9
