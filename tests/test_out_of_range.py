"""Encoders whose links leave some posteriors out: members within the links' ranges, and models out of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tightcheck.decide import decide
from tightcheck.read_yaml import read_design

SPHERE = "{family: von_mises_fisher, dim: 3}", "[loc, concentration: %s]"
LINE = "{family: gaussian, dim: 1, covariance: diagonal}", "[mean, log_variance: %s]"


@pytest.mark.parametrize(
    ("latent", "link", "truth"),
    [
        # |c + F'x| > 1 for x = 0: not for c = 0; > 0 but for a null set of c.
        (SPHERE, "softplus(output) + 1", "restricted"),
        (SPHERE, "softplus(output) + 1/1000", "restricted"),
        (LINE, "sigmoid(output)", "restricted"),
        (LINE, "'-3 + 2*sigmoid(output)'", "restricted"),
    ],
)
def test_constants_within_and_out_of_a_link(latent: tuple[str, str], link: str, truth: str, tmp_path: Path) -> None:
    """Under the implied prior c is free, and the encoder is not."""
    (tmp_path / "encoder.yaml").write_text(f"{{latent: {latent[0]}, map: unrestricted, output: {latent[1] % link}}}")
    (tmp_path / "decoder.yaml").write_text(
        "{observed: {family: bernoulli, dim: 2}, map: affine, output: logits, prior: implied}"
    )
    design = read_design(tmp_path / "encoder.yaml", tmp_path / "decoder.yaml")
    assert decide(design, "implied").verdict.word == truth


@pytest.mark.parametrize(("shape", "truth"), [("2", "impossible"), ("1/2", "collapse")])
def test_shares_leave_out_what_is_above_one(shape: str, truth: str, tmp_path: Path) -> None:
    """Two shapes that add up to 1 are never 2; both 1/2 they are, which is not shown yet."""
    (tmp_path / "encoder.yaml").write_text(
        "{latent: {family: gamma, dim: 2}, map: unrestricted, output: [shape: softmax, rate: softplus]}"
    )
    (tmp_path / "decoder.yaml").write_text(
        "{observed: {family: gaussian_fixed_variance, dim: 2, variance: 1}, map: unrestricted, output: {mean: tanh},"
        f" prior: {{family: gamma, shape: {shape}, rate: 1}}}}"
    )
    found = decide(read_design(tmp_path / "encoder.yaml", tmp_path / "decoder.yaml"), "declared").verdict.word
    assert found == truth or (truth != "impossible" and found == "undecided")
