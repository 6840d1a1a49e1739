"""The strategies' own promises, and a short attack on the verdicts of random designs (a long one behind the marker)."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import HealthCheck, assume, given, settings

from tightcheck import strategies
from tightcheck.attack.attack import Finding, attack
from tightcheck.attack.measured import measured_gap
from tightcheck.attack.sizes import reduced
from tightcheck.decide import decide
from tightcheck.family import Family
from tightcheck.numeric.residual import Fit, span_residual
from tightcheck.read_yaml import read_design
from tightcheck.strategies import ExactModel, WrittenDesign, text
from tightcheck.verdict import ORDER, Verdict

pytestmark = pytest.mark.usefixtures("one_thread")


QUIET: dict[str, Any] = {"deadline": None, "suppress_health_check": list(HealthCheck), "derandomize": True}


def attacked(written: WrittenDesign, rounds: int, with_gaps: bool) -> None:
    design = reduced(written.design())
    decision = decide(design, design.prior.kind)
    for found in attack(design, decision, rounds, with_gaps=with_gaps):
        assert isinstance(found, str) or not found.objection, f"{found.objection}: {found.sample.numbers}\n{written!r}"


@settings(max_examples=15, **QUIET)
@given(strategies.designs())
def test_no_random_model_contradicts_a_verdict(written: WrittenDesign) -> None:
    attacked(written, rounds=1, with_gaps=False)


@settings(max_examples=6, **QUIET)
@given(strategies.designs(latents=("bernoulli", "categorical", "gaussian", "gamma")))
def test_members_of_the_consistent_set_have_no_gap(written: WrittenDesign) -> None:
    attacked(written, rounds=1, with_gaps=True)


@pytest.mark.long
@settings(max_examples=10_000, **QUIET)
@given(strategies.designs())
def test_no_random_model_contradicts_a_verdict_at_length(written: WrittenDesign) -> None:
    attacked(written, rounds=1, with_gaps=False)


def test_a_wrong_verdict_is_contradicted() -> None:
    """One pixel, two bits, an affine decoder and the uniform prior: restricted, so not tight, and not empty."""
    latent = {"latent": {"family": "bernoulli", "dim": 2}, "map": {"kind": "affine"}, "output": "logits"}
    observed = {"observed": {"family": "bernoulli", "dim": 1}, "map": {"kind": "affine"}, "output": "logits"}
    written = WrittenDesign(latent, {**observed, "prior": {"family": "bernoulli", "probs": 0.5}})
    design = written.design()
    decision = decide(design, "declared")
    assert decision.verdict is Verdict.RESTRICTED
    for wrong in (Verdict.TIGHT, Verdict.COLLAPSE, Verdict.IMPOSSIBLE):
        decision.verdict = wrong
        found = [each for each in attack(design, decision, 2) if isinstance(each, Finding)]
        assert any(each.objection for each in found), wrong


def test_a_certificate_whose_model_is_not_consistent_is_contradicted() -> None:
    latent = {"latent": {"family": "gaussian", "dim": 1}, "map": {"kind": "affine"}, "output": ["mean", "log_variance"]}
    observed = {"observed": {"family": "gaussian", "dim": 1}, "map": {"kind": "affine"}}
    written = WrittenDesign(
        latent,
        {
            **observed,
            "output": ["mean", {"variance": {"fixed": 1}}],
            "prior": {"family": "gaussian", "mean": 0, "variance": 1},
        },
    )
    design = written.design()
    decision = decide(design, "declared")
    step = {"lemma": "member", "latent": "z", "observed": "x", "F": [["1", "1/5"], ["0", "0"]], "f0": ["0", "-1/2"]}
    decision.steps = [step]
    first = next(found for found in attack(design, decision, 1) if isinstance(found, Finding))
    assert "not consistent" in first.objection


def test_a_parameter_is_one_number_wherever_its_name_stands() -> None:
    """Pixels with logits w (z_1 + z_2) and w (z_1 - z_2): the interactions cancel because it is the same w."""
    design = read_design(Path(__file__).parent / "designs" / "tight" / "conjugation-cancelling-spins.yaml")
    decision = decide(design, "declared")
    decision.verdict = Verdict.TIGHT
    found = [each for each in attack(design, decision, 1) if isinstance(each, Finding)]
    assert found
    assert not [each for each in found if each.objection]


def test_a_bounded_output_is_clipped() -> None:
    """log rate clip(w z + b) of an exponential z is affine only where it is constant: no finding against a collapse."""
    latent = {"latent": {"family": "exponential", "dim": 1}, "map": {"kind": "affine"}, "output": ["rate"]}
    observed = {"observed": {"family": "poisson", "dim": 2}, "map": {"kind": "affine"}}
    written = WrittenDesign(latent, {**observed, "output": [{"log_rate": {"bounds": [-3, 2]}}], "prior": "implied"})
    design = written.design()
    decision = decide(design, "implied")
    decision.verdict = Verdict.COLLAPSE
    found = [each for each in attack(design, decision, 8) if isinstance(each, Finding)]
    assert any(each.judgement.is_dependent for each in found)
    assert not [each for each in found if each.objection]


def fit_of(model: ExactModel) -> Fit:
    generator = torch.Generator().manual_seed(0)
    numbers = model.numbers()
    return span_residual(numbers, numbers.observed.scatter(8, generator), numbers.latent.scatter(80, generator)).joint


@settings(max_examples=15, **QUIET)
@given(strategies.tight_models())
def test_tight_models_have_neither_residual_nor_gap(model: ExactModel) -> None:
    assert fit_of(model).is_zero
    found = measured_gap(model.numbers())
    assert found is None or found[0] <= 1e-10 + 10 * found[1]


@settings(max_examples=15, **QUIET)
@given(strategies.loose_models())
def test_loose_models_have_a_residual_and_a_gap(model: ExactModel) -> None:
    assert not model.is_consistent
    assert fit_of(model).is_zero is False
    found = measured_gap(model.numbers())
    assert found is None or found[0] > 3 * found[1]


@settings(max_examples=15, **QUIET)
@given(strategies.boundary_models())
def test_at_the_boundary_the_residual_tells(model: ExactModel) -> None:
    """A gap of second order hides in rounding; the residual, of first order, does not."""
    found = fit_of(model)
    if model.is_consistent:
        assert found.is_zero
    else:
        assert float(found.residuals.abs().max()) > abs(model.interaction) / 10


@settings(max_examples=15, **QUIET)
@given(strategies.families())
def test_families_state_points_of_their_support(family: Family) -> None:
    assert family.support.points
    assert not family.fixed


@settings(max_examples=8, **QUIET)
@given(strategies.plain_designs())
def test_the_order_of_independent_blocks_does_not_matter(written: WrittenDesign) -> None:
    """Two observed blocks, in either order."""
    assume("bias" not in written.decoder["map"])
    other = {"family": "bernoulli", "dim": 2, "name": "y"}
    blocks = [{**written.decoder["observed"], "name": "x"}, other]
    spec, output = written.decoder["map"], written.decoder["output"]
    words = []
    for order in ((0, 1), (1, 0)):
        decoder = {
            "observed": [blocks[i] for i in order],
            "map": {"kind": spec["kind"]} if spec["kind"] != "mlp" else spec,
            "output": [(output if isinstance(output, list) else [output], ["logits"])[i] for i in order],
            "prior": written.decoder["prior"],
        }
        design = WrittenDesign({**written.encoder, "features": "identity"}, decoder).design()
        words.append(decide(design, design.prior.kind).verdict)
    assert words[0] is words[1]


@settings(max_examples=15, **QUIET)
@given(strategies.plain_designs(latents=("gaussian",)))
def test_a_larger_encoder_family_never_lowers_the_verdict(written: WrittenDesign) -> None:
    """Diagonal, then full covariance, everything free."""
    assume(written.encoder["latent"]["dim"] > 1)
    verdicts = []
    for covariance, spread in (("diagonal", "variance"), ("full", "covariance")):
        encoder = {
            **written.encoder,
            "latent": {"family": "gaussian", "dim": written.encoder["latent"]["dim"], "covariance": covariance},
            "map": {"kind": "unrestricted"},
            "output": ["mean", spread],
        }
        design = WrittenDesign(
            encoder, {**written.decoder, "prior": {"family": "gaussian", "mean": 0, "variance": 1}}
        ).design()
        verdicts.append(decide(design, "declared").verdict)
    ranks = [ORDER.index(verdict) for verdict in verdicts if verdict in ORDER]
    assert ranks == sorted(ranks)


OURS, REGISTER = "import tightcheck.strategies\n", "from tightcheck.hypothesis_types import register; register()\n"
TYPES, HYPOTHESIS = "import tightcheck.design, tightcheck.family\n", "import hypothesis\n"


@pytest.mark.parametrize(
    "imports", [HYPOTHESIS + REGISTER + OURS + TYPES, OURS + TYPES, TYPES + HYPOTHESIS + REGISTER, TYPES + OURS]
)
def test_types_are_drawn_by_these_strategies_in_whatever_order_they_are_imported(imports: str) -> None:
    """A type that Hypothesis does not know is built from its fields: a design without an encoder."""
    code = imports + (
        "from hypothesis import find, strategies as st\n"
        "from tightcheck.design import Design\n"
        "from tightcheck.family import Family\n"
        "assert find(st.from_type(Design), lambda design: True).encoder\n"
        "assert find(st.from_type(Family), lambda family: True).name == 'bernoulli'\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=Path(__file__).parent.parent)


def test_hypothesis_alone_imports_nothing_heavy() -> None:
    code = HYPOTHESIS + REGISTER + "import sys; sys.exit(bool({'sympy', 'torch', 'yaml'} & sys.modules.keys()))"
    subprocess.run([sys.executable, "-c", code], check=True, cwd=Path(__file__).parent.parent)


def test_a_design_is_printed_as_its_files() -> None:
    printed = repr(WrittenDesign({"latent": {"family": "bernoulli"}}, {"observed": {"family": "poisson"}}))
    assert printed == "# encoder.yaml\nlatent: {family: bernoulli}\n# decoder.yaml\nobserved: {family: poisson}\n"


def test_a_part_that_two_blocks_share_is_written_out_for_each() -> None:
    """The reader refuses anchors and aliases."""
    part = {"kind": "affine"}
    assert text({"map": [part, part]}).count("kind: affine") == 2


RANGE = """
encoder:
  latent: {family: bernoulli, dim: 1}
  features: log1p
  map: unrestricted
  output: {logits: tanh}
decoder:
  observed: {family: negative_binomial, dim: 1, total_count: 2}
  map: affine
  output: logits
  prior: free
  objective: {beta: 2}
"""
FLAT = """
encoder:
  latent: {family: gaussian, dim: 2, covariance: diagonal}
  map: unrestricted
  output: [mean, log_variance]
decoder:
  observed: {family: rademacher, dim: 1}
  map: {kind: mlp, hidden: [1, 2], activation: leaky_relu}
  output: {probs: sigmoid}
  prior: {learned: gaussian}
"""


@pytest.mark.parametrize(("words", "seed"), [(RANGE, 7005), (FLAT, 7020)], ids=["range", "flat"])
def test_the_judge_is_not_deceived_by_what_it_does_not_see(words: str, seed: int, tmp_path: Path) -> None:
    """tanh puts out what a few counts ask for, not what all of them do; f that moves by 1/1000 seems linear in rounding."""
    (tmp_path / "design.yaml").write_text(words)
    design = read_design(tmp_path / "design.yaml", None)
    decision = decide(design, design.prior.kind)
    assert decision.verdict.word == "collapse"
    found = [f for f in attack(design, decision, rounds=3, seed=seed, with_gaps=False) if isinstance(f, Finding)]
    assert found and not any(f.objection for f in found)
