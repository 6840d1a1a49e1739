"""The account of a decision states facts of the design: the guilty term's place, the equations of S, what is left."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest
import yaml

from tightcheck.account.no_model import TOLD
from tightcheck.account.sentences import SENTENCES
from tightcheck.analysis import analyze
from tightcheck.kernel.check import NO_MODEL, ZERO_LEMMAS
from tightcheck.read_yaml import read_design
from tightcheck.verdict import Analysis, Condition, Verdict

EXAMPLES = Path(__file__).parent.parent / "tightcheck" / "examples"
STATUSES = {"holds", "restricts", "fails", "undecided"}


@cache
def example(name: str) -> Analysis:
    return analyze(read_design(EXAMPLES / name / "encoder.yaml", EXAMPLES / name / "decoder.yaml"))


def condition(analysis: Analysis, name: str) -> Condition:
    return next(condition for condition in analysis.declared.conditions if condition.name == name)


def line_of(name: str, file: str, text: str) -> int:
    """The first line of an example's file that holds the text, from 1."""
    lines = (EXAMPLES / name / file).read_text(encoding="utf-8").splitlines()
    return next(number for number, line in enumerate(lines, start=1) if text in line and not line.startswith("#"))


@pytest.mark.parametrize(
    ("name", "failing", "file", "text"),
    [
        ("text-vae-frequencies", "C3", "encoder.yaml", "features:"),
        ("mnist-bernoulli-vae", "C2", "decoder.yaml", "prior:"),
        ("aevb-mnist", "C1", "decoder.yaml", "map:"),
        ("vdsh", "C3", "encoder.yaml", "log_variance:"),
        ("hyperspherical-vae", "C3", "encoder.yaml", "concentration:"),
    ],
)
def test_the_guilty_term_has_its_place(name: str, failing: str, file: str, text: str) -> None:
    found = [c for c in example(name).declared.conditions if c.status == "fails"]
    assert [c.name for c in found] == [failing]
    place = found[0].place
    assert place is not None
    assert place.file is not None
    assert (Path(place.file).name, place.line) == (file, line_of(name, file, text))
    assert found[0].term


def test_probabilistic_pca_asks_for_orthogonal_columns() -> None:
    answer = example("ppca-diagonal").declared
    assert answer.constraints == ("W'W diagonal",)
    assert condition(example("ppca-diagonal"), "C2").status == "restricts"
    equations = 10 * 9 // 2
    assert f"{784 * 10 - equations} of its {784 * 10} dimensions" in answer.remaining


def test_a_text_vae_with_counts_asks_for_affine_log_partition() -> None:
    answer = example("text-vae-counts").declared
    assert any("affine in z on {0,1}^64" in line and "2^64 - 1 - 64 equations" in line for line in answer.constraints)
    assert condition(example("text-vae-counts"), "C1").status == "restricts"


def test_frequencies_leave_one_law_of_words() -> None:
    analysis = example("text-vae-frequencies")
    assert analysis.declared.constraints == ("W = 0",)
    assert analysis.declared.blocks == {"z": "z collapses: in every consistent model x does not depend on z"}
    assert "9999 parameters" in analysis.declared.remaining
    assert "q(z | x) = p(z) for every x" in analysis.encoder_map


def test_a_block_that_survives_is_told_from_one_that_collapses() -> None:
    """In M2 the class may move the picture, the style may not."""
    blocks = example("m2").declared.blocks
    assert "some consistent models depend on y" in blocks["y"]
    assert "z collapses" in blocks["z"]


def test_bits_with_a_bernoulli_decoder_have_no_interaction() -> None:
    answer = example("bernoulli-vae").declared
    assert "f = W z + a" in answer.constraints
    assert any("2^200 - 1 - 200 equations" in line for line in answer.constraints)


def test_the_exact_encoder_is_in_the_designs_own_parameters() -> None:
    assert "logits = W' x + b" in example("text-vae-counts").encoder_map
    assert "mean = (W' x + b) variance_z" in example("ppca-diagonal").encoder_map


def test_an_output_out_of_reach_is_named_with_the_value_it_would_need() -> None:
    """VDSH's log-variance is a sigmoid, and a standard normal prior needs the log-variance 0."""
    sentence = condition(example("vdsh"), "C3").sentence
    assert "sigmoid(output)" in sentence
    assert "would have to be 0" in sentence


def test_what_is_outside_is_named_with_what_can_still_be_said() -> None:
    analysis = example("iaf")
    assert analysis.verdict is Verdict.OUTSIDE
    assert "flow: iaf" in analysis.declared.reason
    assert "gaussian" in analysis.declared.reason
    assert any("Without `flow: iaf`" in remark and "collapse" in remark for remark in analysis.remarks)


def test_the_objective_is_remarked_upon() -> None:
    assert any("tempered" in remark and "beta = 4" in remark for remark in example("beta-vae").remarks)
    assert any("50 importance samples" in remark for remark in example("iwae").remarks)
    assert any("no bound" in remark for remark in example("beta-tcvae").remarks)


def test_a_weighted_objective_has_the_tempered_prior_and_encoder() -> None:
    """C2 of p(x | z)^(1/4): log p - A(f)/4 in span(psi, 1), g* = F' nu/4 + c; the models' joint is not Theorem 1's."""
    analysis = example("beta-vae")
    assert analysis.implied_prior.endswith("+ (1/4) A(f(z)))")
    assert analysis.joint is None
    pca = analyze(read_design(Path(__file__).parent / "designs" / "restricted" / "objective-beta-gaussian.yaml"))
    assert "plus (1/4) W'W" in condition(pca, "C2").sentence
    assert "g = (1/4) W' x + b" in pca.encoder_map
    assert "1 equation leaves" in pca.declared.remaining


@pytest.mark.parametrize("name", sorted(folder.name for folder in EXAMPLES.iterdir() if folder.is_dir()))
def test_at_most_three_ways_to_mend_a_design(name: str) -> None:
    assert len(example(name).suggestions) <= 3


@pytest.mark.parametrize("name", sorted(folder.name for folder in EXAMPLES.iterdir() if folder.is_dir()))
def test_every_answer_is_in_sentences(name: str) -> None:
    for answer in (example(name).declared, example(name).implied):
        assert answer.reason.endswith(".")
        assert bool(answer.missing) == (answer.verdict is Verdict.UNDECIDED)
        assert {c.status for c in answer.conditions} <= STATUSES
        for c in answer.conditions:
            assert c.sentence.endswith((".", ")"))
            assert c.sentence[0].isupper()
        if answer.verdict in (Verdict.COLLAPSE, Verdict.IMPOSSIBLE):
            assert any(c.status == "fails" for c in answer.conditions)
        if answer.verdict is Verdict.TIGHT:
            assert {c.status for c in answer.conditions} == {"holds"}
            assert answer.constraints == ()


def test_a_joint_that_cannot_be_written_leaves_the_verdict(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(design: object) -> None:
        raise NotImplementedError

    monkeypatch.setattr("tightcheck.account.case.joint_form", fails)
    folder = EXAMPLES / "ppca-diagonal"
    analysis = analyze(read_design(folder / "encoder.yaml", folder / "decoder.yaml"))
    assert analysis.verdict is example("ppca-diagonal").verdict
    assert analysis.joint is None


def test_every_lemma_has_its_sentence() -> None:
    assert set(SENTENCES) == set(ZERO_LEMMAS)
    assert set(TOLD) == {*NO_MODEL, "unreachable"}


GAUSSIAN = {"family": "gaussian", "mean": 0, "variance": 1}
MEAN = ["mean", {"variance": {"fixed": 1}}]


def written(folder: Path, encoder: dict[str, object], decoder: dict[str, object]) -> Analysis:
    """The analysis of a design that is written to files first."""
    for name, part in (("encoder", encoder), ("decoder", decoder)):
        (folder / f"{name}.yaml").write_text(yaml.safe_dump(part))
    return analyze(read_design(folder / "encoder.yaml", folder / "decoder.yaml"))


def test_an_affine_decoder_of_a_number_and_a_class_satisfies_c1(tmp_path: Path) -> None:
    """W z + V one-hot(c) + a is in span(z, z^2, indicators of c, 1): there is no z^2 to lose."""
    latent = [{"name": "z", "family": "gaussian", "dim": 3}, {"name": "c", "family": "categorical", "categories": 4}]
    prior = [{"name": "z", **GAUSSIAN}, {"name": "c", "family": "categorical", "probs": [0.25] * 4}]
    analysis = written(
        tmp_path,
        {"latent": latent, "map": {"kind": "unrestricted"}, "output": [["mean", "log_variance"], "logits"]},
        {"observed": {"family": "bernoulli", "dim": 5}, "map": {"kind": "affine"}, "output": "logits", "prior": prior},
    )
    assert condition(analysis, "C1").status == "holds"
    assert condition(analysis, "C2").constraints == ("W_11 = 0",)


def test_every_vanishing_block_of_a_condition_is_an_equation(tmp_path: Path) -> None:
    latent = [{"name": name, "family": "gaussian", "dim": 2} for name in "uv"]
    analysis = written(
        tmp_path,
        {
            "latent": latent,
            "map": {"kind": "unrestricted"},
            "output": [["mean", "log_variance"], ["mean", "log_variance"]],
        },
        {
            "observed": {"family": "bernoulli", "dim": 5},
            "map": {"kind": "affine"},
            "output": "logits",
            "prior": [{"name": name, **GAUSSIAN} for name in "uv"],
        },
    )
    found = condition(analysis, "C2")
    assert found.constraints == ("W_11 = 0", "W_13 = 0")
    assert found.sentence.count("one sign") == 1, "the same argument is told once"
    assert "The same holds for v: W_13 = 0." in found.sentence


def test_two_gaussian_blocks_add_up_in_the_posterior_precision(tmp_path: Path) -> None:
    """Lambda_q = Lambda_p + W' S W + V' T V, by completing the square; diagonal, since q's coordinates are independent."""
    analysis = written(
        tmp_path,
        {"latent": {"family": "gaussian", "dim": 3}, "map": {"kind": "unrestricted"}, "output": ["mean", "variance"]},
        {
            "observed": [{"name": name, "family": "gaussian", "dim": 4} for name in "xy"],
            "map": {"kind": "affine"},
            "output": [MEAN, ["mean", {"variance": {"fixed": 2}}]],
            "prior": GAUSSIAN,
        },
    )
    assert "W_11'W_11 + 2 W_21'W_21 diagonal" in analysis.declared.constraints


def test_a_conjugate_pair_is_told_why_the_prior_restricts() -> None:
    """Three coins of one bias: the beta prior is conjugate to f = W log(z) + V log(1 - z) + a for some W, V, a only."""
    path = Path(__file__).parent / "designs" / "restricted" / "conjugate-beta-bernoulli.yaml"
    found = condition(analyze(read_design(path)), "C2")
    assert found.status == "restricts"
    assert "log p(z) - A(f(z)) must be a combination of log(z), log(1 - z) and 1" in found.sentence


@pytest.mark.parametrize("side", ["encoder", "decoder"])
def test_angles_are_offered_their_cosine_and_sine(tmp_path: Path, side: str) -> None:
    """An affine function of an angle is none of its cosine and sine, and the statistics mend that."""
    angle, bits = {"family": "von_mises", "dim": 4}, {"family": "bernoulli", "dim": 4}
    latent, observed = (bits, angle) if side == "encoder" else (angle, bits)
    ways = {"von_mises": "natural", "bernoulli": "logits"}
    prior = {"family": "bernoulli", "probs": 0.5} if side == "encoder" else {**angle, "loc": 0, "concentration": 1}
    analysis = written(
        tmp_path,
        {"latent": latent, "map": {"kind": "affine"}, "output": ways[str(latent["family"])]},
        {
            "observed": observed,
            "map": {"kind": "affine"},
            "output": ways[str(observed["family"])],
            "prior": {key: value for key, value in prior.items() if key != "dim"},
        },
    )
    assert analysis.verdict is Verdict.COLLAPSE
    assert any("cos(" in s.change and s.verdict in ("restricted", "tight") for s in analysis.suggestions)
