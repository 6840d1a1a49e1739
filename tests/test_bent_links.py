"""Links that are no polynomials, kinds of log-partitions between two ends, and roots: against truths worked out by hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from tightcheck.decide import decide
from tightcheck.read_yaml import read_design

RELU = "{kind: mlp, hidden: [8], activation: relu}"
GAUSSIANS = "{family: gaussian, dim: 2, covariance: full}", "[mean, covariance]"
GAUSSIAN = "{family: gaussian, dim: 2, covariance: diagonal}", "[mean, log_variance]"
GAMMAS = "{family: gamma, dim: 2}", "[shape, rate]"
LENGTHS = "{family: gaussian_fixed_variance, dim: 2, variance: 1}", "mean"
DIRECTIONS = "{family: von_mises_fisher, dim: 3}", "[loc: normalize, concentration: softplus]"
CIRCLES = "{family: von_mises_fisher, dim: 2}", "[loc: normalize, concentration: softplus]"
ANGLES = "{family: von_mises, dim: 2}", "[loc, concentration: softplus]"


@pytest.mark.parametrize(
    ("latent", "observed", "network", "output", "truth"),
    [
        # log softplus(o), logits of 1/4 + sigmoid(o)/2, softplus(o) - 1: no polynomials.
        (GAUSSIANS, "poisson", "affine", "{rate: softplus}", "collapse"),
        (GAUSSIAN, "poisson", RELU, "{rate: softplus}", "collapse"),
        (GAUSSIAN, "bernoulli", "affine", "{probs: 1/4 + sigmoid(output)/2}", "collapse"),
        (LENGTHS, "bernoulli", RELU, "{logits: softplus(output) - 1}", "collapse"),
        # Polynomials of the degree of psi: o^2 is in the span of z and z^2, o^3 is not, softplus(o) - softplus(-o) is o.
        (GAUSSIAN, "bernoulli", "affine", "{logits: output^2}", "restricted"),
        (GAUSSIAN, "bernoulli", "affine", "{logits: output^3}", "collapse"),
        (LENGTHS, "bernoulli", "affine", "{logits: output^2}", "collapse"),
        (LENGTHS, "bernoulli", "affine", "{logits: softplus(output) - softplus(-output)}", "tight"),
        # On a sphere w'z is no sigmoid of an affine function, on any piece; the angle is no coordinate of the plane.
        (DIRECTIONS, "bernoulli", RELU, "{logits: sigmoid}", "collapse"),
        (CIRCLES, "bernoulli", RELU, "{logits: sigmoid}", "collapse"),
        (DIRECTIONS, "bernoulli", "affine", "{logits: output^2}", "collapse"),
        (DIRECTIONS, "bernoulli", "affine", "{logits: 2*output - 1}", "tight"),
        (DIRECTIONS, "bernoulli", RELU, "{logits: 2*output - 1}", "restricted"),
        (ANGLES, "bernoulli", "affine", "{logits: sin(output)}", "restricted"),
        # A network that bends itself, or any function of z, may undo the link; so may inputs.
        (GAUSSIAN, "bernoulli", "unrestricted", "{logits: softplus(output)}", "undecided"),
        # The rate 1/(w'z) is -1/f: no log z, no z; without a bias w = 0 is no value.
        (GAMMAS, "exponential", "affine", "{rate: 1/output}", "collapse"),
        (GAMMAS, "exponential", "{kind: affine, bias: false}", "{rate: 1/output}", "impossible"),
    ],
)
def test_links(latent: tuple[str, str], observed: str, network: str, output: str, truth: str, tmp_path: Path) -> None:
    """Under the implied prior C1 decides; where it leaves something the answer is the truth or is not given."""
    (tmp_path / "encoder.yaml").write_text(f"{{latent: {latent[0]}, map: unrestricted, output: {latent[1]}}}")
    (tmp_path / "decoder.yaml").write_text(
        f"{{observed: {{family: {observed}, dim: 3}}, map: {network}, output: {output}, prior: implied}}"
    )
    found = decide(read_design(tmp_path / "encoder.yaml", tmp_path / "decoder.yaml"), "implied").verdict.word
    assert found == truth or (truth not in ("collapse", "impossible") and found == "undecided")


@pytest.mark.parametrize(
    ("network", "output", "observed", "truth"),
    [
        (
            "affine",
            "{probs: 1/4 + sigmoid(output)/2}",
            "{family: gaussian_fixed_variance, dim: 3, variance: 1}",
            "collapse",
        ),
        ("affine", "{logits: output^3}", "{family: gaussian_fixed_variance, dim: 3, variance: 1}", "collapse"),
        (RELU, "{logits: softplus}", "{family: gaussian_fixed_variance, dim: 3, variance: 1}", "collapse"),
        ("affine", "{logits: output^3 + output}", "{family: gaussian_fixed_variance, dim: 3, variance: 1}", "collapse"),
        ("affine", "{logits: softplus(output) - softplus(-output)}", "{family: bernoulli, dim: 3}", "tight"),
    ],
)
def test_links_of_the_encoder(network: str, output: str, observed: str, truth: str, tmp_path: Path) -> None:
    """One bit given numbers: its logit is affine in them."""
    (tmp_path / "encoder.yaml").write_text(
        f"{{latent: {{family: bernoulli, dim: 1}}, map: {network}, output: {output}}}"
    )
    head = "mean" if "gaussian" in observed else "logits"
    (tmp_path / "decoder.yaml").write_text(
        f"{{observed: {observed}, map: unrestricted, output: {head}, prior: implied}}"
    )
    found = decide(read_design(tmp_path / "encoder.yaml", tmp_path / "decoder.yaml"), "implied").verdict.word
    assert found == truth or (truth != "collapse" and found == "undecided")


@pytest.mark.parametrize(
    ("observed", "output", "truth"),
    [
        ("{family: truncated_gaussian, dim: 3}", "[loc, {variance: {learned: shared}}]", "collapse"),
        ("{family: continuous_bernoulli, dim: 3}", "logits", "collapse"),
        # No ends.
        ("{family: gaussian, dim: 3, covariance: {fixed: 1}}", "mean", "restricted"),
    ],
)
def test_numbers_between_two_ends(observed: str, output: str, truth: str, tmp_path: Path) -> None:
    """A of an interval has -log |eta| far out; a polynomial has not."""
    (tmp_path / "encoder.yaml").write_text(f"{{latent: {GAUSSIAN[0]}, map: unrestricted, output: {GAUSSIAN[1]}}}")
    (tmp_path / "decoder.yaml").write_text(
        f"{{observed: {observed}, map: unrestricted, output: {output}, prior: standard_normal}}"
    )
    design = read_design(tmp_path / "encoder.yaml", tmp_path / "decoder.yaml")
    assert decide(design, "declared").verdict.word == truth


@pytest.mark.parametrize(
    ("shown", "truth"), [("sqrt(x)", "collapse"), ("2*sqrt(x + 3/8)", "collapse"), ("sqrt(x^2 + 1)", "undecided")]
)
def test_roots_of_counts(shown: str, truth: str, tmp_path: Path) -> None:
    """A piecewise affine network of a root grows like a root."""
    (tmp_path / "encoder.yaml").write_text(
        f"{{latent: {{family: bernoulli, dim: 2}}, features: '{shown}', map: {RELU}, output: logits}}"
    )
    (tmp_path / "decoder.yaml").write_text(
        "{observed: {family: poisson, dim: 3}, map: unrestricted, output: log_rate, prior: uniform}"
    )
    design = read_design(tmp_path / "encoder.yaml", tmp_path / "decoder.yaml")
    assert decide(design, "declared").verdict.word == truth
