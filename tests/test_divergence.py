"""A collapse that normalisation forces names where the joint diverges and how fast, as numbers confirm."""

from __future__ import annotations

from math import exp
from pathlib import Path

import pytest

from tightcheck.analysis import analyze
from tightcheck.read_yaml import read_design

COLLAPSE = Path(__file__).parent / "designs" / "collapse"


@pytest.mark.parametrize("name", ["conjugation-gaussian-poisson-latent", "implied-gaussian-gamma"])
def test_collapse_from_normalisation_has_a_direction_and_a_rate(name: str) -> None:
    found = analyze(read_design(str(COLLAPSE / f"{name}.yaml"))).implied
    (condition,) = (c for c in found.conditions if c.name == "C4")
    assert condition.status == "fails"
    assert "direction: " in condition.sentence and "rate: " in condition.sentence


def test_collapse_from_another_condition_names_no_divergence() -> None:
    found = analyze(read_design(str(COLLAPSE / "conjugation-poisson-gaussian.yaml"))).declared
    assert all("direction: " not in condition.sentence for condition in found.conditions)


def test_gaussian_with_a_poisson_code_outgrows_every_power() -> None:
    """log of the inner sum over z at x is exp(w x) - x^2 / 2: the named end of x, faster than x^9."""

    def log_inner(x: float) -> float:
        return exp(x / 20) - x**2 / 2

    assert log_inner(100) < 0 < log_inner(400)
    assert log_inner(2000) > 2000**9
