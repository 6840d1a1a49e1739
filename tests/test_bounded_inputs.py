"""Networks of bounded inputs are bounded: which designs that forces to forget x, or z, and which not."""

from __future__ import annotations

from pathlib import Path

import pytest

from tightcheck.decide import decide
from tightcheck.read_yaml import read_design

NETWORK = "{kind: mlp, hidden: [8], activation: gelu}"
REALS = "{family: gaussian_fixed_variance, dim: 3, variance: 1}", "mean"
PROPORTIONS = "{family: beta, dim: 3}", "[alpha, beta]"
SPREADS = "{family: gamma, dim: 3}", "[shape, rate]"
COUNTS = "{family: poisson, dim: 3}", "log_rate"
BITS = "{family: bernoulli, dim: 3}", "logits"

ENCODERS = [
    *(
        ("affine", shown, REALS, "collapse")
        for shown in ("tanh(x)", "sin(x)", "softmax", "layer_norm", "x/(1 + abs(x))")
    ),
    (NETWORK, "tanh(x)^2 - 3*abs(cos(x))", REALS, "collapse"),
    (NETWORK, "1/(1 + x)", COUNTS, "collapse"),
    # log x and log(1 - x) are not bounded on (0, 1), where x is.
    ("affine", "tanh(x)", PROPORTIONS, "collapse"),
    (NETWORK, "tanh(x)", SPREADS, "collapse"),
    # Any function of tanh(x) is one of x, an affine function of x is bounded on bits, and x/2 is not bounded.
    ("unrestricted", "tanh(x)", REALS, "tight"),
    ("affine", "tanh(x)", BITS, "tight"),
    ("affine", "x/2", REALS, "tight"),
]


@pytest.mark.parametrize(("network", "shown", "observed", "truth"), ENCODERS)
def test_an_encoder_of_bounded_inputs(
    network: str, shown: str, observed: tuple[str, str], truth: str, tmp_path: Path
) -> None:
    """Three classes and any decoder."""
    files = tmp_path / "encoder.yaml", tmp_path / "decoder.yaml"
    files[0].write_text(
        f"{{latent: {{family: categorical, dim: 3}}, features: '{shown}', map: {network}, output: logits}}"
    )
    files[1].write_text(f"{{observed: {observed[0]}, map: unrestricted, output: {observed[1]}, prior: uniform}}")
    design = read_design(*files)
    for prior in ("declared", "implied"):
        found = decide(design, prior).verdict.word
        assert found == truth or (truth != "collapse" and found == "undecided")


@pytest.mark.parametrize(
    ("shown", "network", "output", "truth"),
    [
        ("softmax", "affine", "logits", "collapse"),
        ("tanh(z)", NETWORK, "logits", "collapse"),
        ("sin(z)", "affine", "{probs: sigmoid(output)}", "collapse"),
        # 1/tanh(z) is not bounded; a link that is not continuous need not keep what is bounded so.
        ("1/tanh(z)", "affine", "logits", "undecided"),
        ("tanh(z)", "affine", "{logits: 1/output}", "undecided"),
        ("z/2", "affine", "logits", "restricted"),
    ],
)
def test_a_decoder_of_bounded_inputs(shown: str, network: str, output: str, truth: str, tmp_path: Path) -> None:
    """Under the implied prior, where C1 decides."""
    files = tmp_path / "encoder.yaml", tmp_path / "decoder.yaml"
    latent = "{family: gaussian, dim: 2, covariance: diagonal}"
    files[0].write_text(f"{{latent: {latent}, map: unrestricted, output: [mean, log_variance]}}")
    observed = "{family: bernoulli, dim: 5}"
    files[1].write_text(f"{{observed: {observed}, input: '{shown}', map: {network}, output: {output}, prior: implied}}")
    assert decide(read_design(*files), "implied").verdict.word in {truth, "undecided" if truth != "collapse" else truth}
