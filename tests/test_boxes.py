"""Decoders that stay in a box inside the natural domain have an implied prior; those near its boundary may have none."""

from __future__ import annotations

from pathlib import Path

import pytest
import sympy as sp

from tightcheck import registry
from tightcheck.decide import decide
from tightcheck.kernel import Rejected
from tightcheck.kernel.counterexample import nonmember
from tightcheck.kernel.some_prior import _stays_in_a_box
from tightcheck.read_yaml import read_design

COUNTS = """
encoder: {latent: {family: gaussian, dim: 1}, features: counts, map: unrestricted, output: [mean, log_variance]}
decoder:
  observed: {family: %s, dim: 2}
  map: unrestricted
  output: %s
  prior: standard_normal
"""
Z = sp.Symbol("z0", real=True)


@pytest.mark.parametrize(
    ("family", "eta", "inside"),
    [
        ("geometric", [-1 - sp.tanh(Z) / 2], True),
        ("geometric", [-1 - sp.tanh(Z)], False),  # tends to 0, where A is infinite
        ("geometric", [-1 - sp.exp(Z)], False),  # no box
        ("gamma", [sp.tanh(Z) / 2, -2 + sp.cos(Z)], True),
        ("gamma", [sp.tanh(Z), -2 + sp.cos(Z)], False),  # eta_1 > -1 fails at the corner
        ("poisson", [sp.sin(Z)], True),
    ],
)
def test_corners_are_inside_the_domain(family: str, eta: list[sp.Expr], inside: bool) -> None:
    assert _stays_in_a_box(registry.load(family), eta) is inside


@pytest.mark.parametrize(
    ("output", "holds"), [("1/4 + 1/(2 + 2*exp(z0))", True), ("1/(1 + exp(z0))", False), ("exp(-1 - z0^4)", False)]
)
def test_a_model_that_no_prior_is_shown_to_go_with(output: str, holds: bool, tmp_path: Path) -> None:
    (tmp_path / "design.yaml").write_text(COUNTS % ("negative_binomial, dispersion: {fixed: 2}", "probs"))
    design = read_design(tmp_path / "design.yaml")
    step = {
        "lemma": "nonmember",
        "condition": "C1",
        "component": 0,
        "latents": [["z", 0]],
        "observed": "x",
        "outputs": {"probs": output},
        "points": [{"z0": str(k)} for k in (-2, -1, 0, 1)],
    }
    if holds:
        nonmember(design, "implied", step, frozenset())
    else:
        with pytest.raises(Rejected, match="integrate"):
            nonmember(design, "implied", step, frozenset())


@pytest.mark.parametrize(
    ("family", "output"),
    [
        ("negative_binomial, dispersion: {fixed: 2}", "probs"),
        ("geometric", "probs"),
        ("exponential", "rate"),
        ("poisson", "rate"),
    ],
)
def test_unrestricted_decoders_are_restricted_by_the_implied_prior(family: str, output: str, tmp_path: Path) -> None:
    (tmp_path / "design.yaml").write_text(COUNTS % (family, output))
    assert decide(read_design(tmp_path / "design.yaml"), "implied").verdict.word in ("restricted", "collapse")
