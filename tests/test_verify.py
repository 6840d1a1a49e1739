"""`tightcheck verify`: exit codes, what is printed, and that a contradiction is shown with its exact numbers."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from tightcheck.commands import verify
from tightcheck.verdict import Verdict

EXAMPLES = Path(__file__).parent.parent / "tightcheck" / "examples"
DESIGNS = Path(__file__).parent / "designs"


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(verify.command, [*map(str, arguments), "--models", "6"])


def of(name: str) -> tuple[Path, Path]:
    return EXAMPLES / name / "encoder.yaml", EXAMPLES / name / "decoder.yaml"


DECIDED = (
    "one-bernoulli-latent",
    "gamma-poisson",
    "ppca-full",
    "ppca-diagonal",
    "bernoulli-vae",
    "rbm",
    "rate-adapting-poisson",
    "beta-bernoulli",
    "text-vae-counts",
    "mnist-bernoulli-vae",
)


@pytest.mark.parametrize("name", DECIDED)
def test_nothing_contradicts_a_decided_design(name: str) -> None:
    result = run(*of(name))
    assert result.exit_code == 0, result.output
    assert "no contradiction" in result.output


def test_what_is_not_looked_at_is_said() -> None:
    result = run(*of("beta-tcvae"))
    assert result.exit_code == 3
    assert "numbers say nothing" in result.output
    assert "the objective other is not looked at" in result.output


@pytest.mark.parametrize("name", ["m2", "replicated-softmax", "lda-dirichlet"])
def test_blocks_given_others_and_texts_of_any_length_are_looked_at(name: str) -> None:
    result = run(*of(name))
    assert result.exit_code == 0, result.output
    assert "no contradiction" in result.output


def test_a_gap_below_its_error_is_told_by_what_it_is_at_most() -> None:
    output = run(*of("one-bernoulli-latent")).output
    assert "-0 nats" not in output and "is -" not in output
    assert re.search(r"The largest gap inside it is at most \d+e-1\d nats\.", output), output


@pytest.mark.parametrize(
    ("gaps", "words"),
    [
        ([(-1e-16, 6.2e-14), (1e-15, 1e-14)], "at most 7e-14 nats"),
        ([(0.25, 1e-13), (-1e-16, 1e-12)], "0.25 nats, with an error of 1e-13"),
    ],
)
def test_the_largest_gap_in_words(gaps: list[tuple[float, float]], words: str) -> None:
    from tightcheck.attack.attack import _largest

    assert _largest(gaps) == words


def test_outside_the_theorem_is_undecided() -> None:
    result = run(DESIGNS / "outside" / "flow-encoder.yaml")
    assert result.exit_code == 3
    assert "outside the theorem" in result.output


def test_bad_input_is_told_by_its_place(tmp_path: Path) -> None:
    from tightcheck.read_yaml import DesignError

    file = tmp_path / "design.yaml"
    file.write_text("encoder: {latent: {family: berni}}\n")
    assert isinstance(run(file).exception, DesignError)  # which the command line ends with 2


def test_a_contradiction_is_shown_and_returns_1(monkeypatch: pytest.MonkeyPatch) -> None:
    from tightcheck import decide

    proved = decide.decide

    def wrong(*arguments: object) -> decide.Decision:
        decision = proved(*arguments)  # type: ignore[arg-type]
        decision.verdict = Verdict.TIGHT
        return decision

    monkeypatch.setattr(decide, "decide", wrong)
    result = run(*of("bernoulli-vae"))
    assert result.exit_code == 1
    assert "contradiction: the verdict is tight" in result.output
    assert "weights = [['" in result.output
