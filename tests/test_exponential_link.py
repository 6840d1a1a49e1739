"""f = a + r exp(o) behind a network: what C1 leaves of it, and the designs on the edge of the lemma."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.oracle.false_proofs import Step
from tightcheck.decide import decide
from tightcheck.design import Design
from tightcheck.kernel import Rejected
from tightcheck.kernel.check import run
from tightcheck.read_yaml import read_design
from tightcheck.strategies import WrittenDesign
from tightcheck.verdict import Verdict

STEP: Step = {"lemma": "exponential_link", "latent": "z", "observed": "x", "component": 0}
RELU = {"kind": "mlp", "hidden": [8, 8], "activation": "relu"}


def design(latent: str, network: Any, output: Any) -> Design:
    """One latent number and two exponential ones."""
    encoder = {"gamma": ["shape", "rate"], "beta": ["alpha", "beta"], "exponential": ["rate"]}[latent]
    return WrittenDesign(
        {"latent": {"family": latent, "dim": 1}, "map": {"kind": "unrestricted"}, "output": encoder},
        {
            "observed": {"family": "exponential", "dim": 2},
            "map": network,
            "output": output,
            "prior": {"learned": latent},
        },
    ).design()


@pytest.mark.parametrize("latent", ["gamma", "beta", "exponential"])
@pytest.mark.parametrize("network", [{"kind": "affine"}, RELU, {**RELU, "activation": "softplus"}])
def test_a_rate_that_is_an_exponential_is_constant(latent: str, network: Any) -> None:
    found = design(latent, network, ["log_rate"])
    entries = {("x", 0, "z", k) for k in range(1 if latent == "exponential" else 2)}
    assert run(found, "declared", STEP, frozenset()) == entries
    assert decide(found, "declared").verdict is Verdict.COLLAPSE
    assert decide(found, "implied").verdict is Verdict.COLLAPSE


@pytest.mark.parametrize(
    ("network", "output"),
    [
        ({"kind": "unrestricted"}, ["log_rate"]),  # o = log z: the rate z
        ({"kind": "expression", "expression": "log(z)"}, ["log_rate"]),
        (RELU, [{"rate": "z*exp(output)"}]),  # a constant output leaves the rate z
        (RELU, [{"rate": "z + exp(output)"}]),
        (RELU, [{"rate": {"link": "exp(output)", "bounds": ["1/2", 2]}}]),
        (RELU, ["rate"]),
        (RELU, [{"rate": "softplus(output)"}]),  # grows like the output
        (RELU, [{"rate": "softplus(output) + exp(output)"}]),
    ],
)
def test_other_links_are_refused(network: Any, output: Any) -> None:
    with pytest.raises(Rejected):
        run(design("gamma", network, output), "declared", STEP, frozenset())


@pytest.mark.parametrize(
    "rate", ["exp(output) + exp(-output)", "exp(output)^2 + 1", "1/softplus(output)^2 + 3/softplus(output)"]
)
def test_links_that_grow_exponentially_or_not_at_all(rate: str) -> None:
    """At every end of the line such a rate is bounded, or grows exponentially with the output."""
    found = design("gamma", RELU, [{"rate": rate}])
    assert run(found, "declared", STEP, frozenset()) == {("x", 0, "z", k) for k in range(2)}


def test_the_rate_z_is_consistent() -> None:
    assert decide(design("gamma", {"kind": "unrestricted"}, ["log_rate"]), "declared").verdict is Verdict.RESTRICTED


@pytest.mark.parametrize(
    ("output", "truth"),
    [
        ("{scale: softplus}", Verdict.COLLAPSE),
        ("{scale: exp}", Verdict.COLLAPSE),
        # Bounded, so constant; a scale that is put out as it is needs another argument.
        ("{scale: {link: exp(output), bounds: [1, 2]}}", Verdict.COLLAPSE),
        ("scale", Verdict.UNDECIDED),
    ],
)
def test_an_encoder_whose_parameter_grows_exponentially(output: str, truth: Verdict, tmp_path: Path) -> None:
    """-scale^-2 = F' x + c for all counts x, under the implied prior."""
    files = tmp_path / "encoder.yaml", tmp_path / "decoder.yaml"
    network = "{kind: mlp, hidden: [8], activation: softplus}"
    files[0].write_text(f"{{latent: {{family: weibull, dim: 2, shape: 2}}, map: {network}, output: {output}}}")
    files[1].write_text("{observed: {family: poisson, dim: 3}, map: unrestricted, output: log_rate, prior: implied}")
    assert decide(read_design(*files), "implied").verdict is truth
