"""A prior without a bound at an end of the support, where the encoder's statistics have one: against truths by hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from tightcheck.decide import decide
from tightcheck.read_yaml import read_design

WEIBULL = "{latent: {family: weibull, dim: 1, shape: 2}, map: unrestricted, output: scale}"
GAMMA = "{latent: {family: gamma, dim: 1}, map: unrestricted, output: [shape, rate]}"
COUNT = "{family: poisson, dim: 4}", "log_rate"
WAIT = "{family: exponential, dim: 1}", "rate"


@pytest.mark.parametrize(
    ("encoder", "observed", "prior", "truth"),
    [
        # P = (a - 2) log z - b z + ... against psi = z^2.
        (WEIBULL, COUNT, "{family: gamma, shape: 1, rate: 1}", "impossible"),
        (WEIBULL, COUNT, "{family: gamma, shape: 3, rate: 1}", "impossible"),
        # The logarithms cancel; P = -z is bounded at 0, and exp(w z^2 + b) has no z: only this lemma is silent.
        (WEIBULL, COUNT, "{family: gamma, shape: 2, rate: 1}", "undecided"),
        # The prior is in the family.
        (WEIBULL, COUNT, "{family: weibull, shape: 2, scale: 1}", "undecided"),
        # A = -log(rate) with a rate z^2 makes up for -2 log z: consistent with P = -2 log z + ... .
        (WEIBULL, WAIT, "{log_density: '-z^2 - log(z)'}", "undecided"),
        # log z is a statistic of the gamma family, bounded nowhere near 0.
        (GAMMA, COUNT, "{family: weibull, shape: 1/2, scale: 1}", "undecided"),
        (GAMMA, COUNT, "{log_density: '-z - 1/z'}", "undecided"),
    ],
)
def test_an_end_of_the_prior(encoder: str, observed: tuple[str, str], prior: str, truth: str, tmp_path: Path) -> None:
    """The verdict is the truth, or is not given where another lemma is needed."""
    (tmp_path / "encoder.yaml").write_text(encoder)
    (tmp_path / "decoder.yaml").write_text(
        f"{{observed: {observed[0]}, map: unrestricted, output: {observed[1]}, prior: {prior}}}"
    )
    design = read_design(tmp_path / "encoder.yaml", tmp_path / "decoder.yaml")
    decision = decide(design, "declared")
    used = {step["lemma"] for step in decision.steps}
    if truth == "undecided":
        assert "prior_end" not in used
    else:
        assert decision.verdict.word == truth
