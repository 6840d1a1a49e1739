"""Designs whose verdicts were derived by hand: the published ones that are shipped, and small ones for each condition.

The first line of every decoder (or single file) states what was derived, under the declared prior and under the implied
one, and whether every p(x) of the design is reached by a consistent model; the comments below it are the derivation.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from tightcheck.analysis import analyze
from tightcheck.read_yaml import read_design
from tightcheck.verdict import Analysis, Lossless, Verdict

TESTS = Path(__file__).parent
EXAMPLES = TESTS.parent / "tightcheck" / "examples"
FOLDERS = tuple(sorted(folder for folder in EXAMPLES.iterdir() if (folder / "decoder.yaml").exists()))
DESIGNS = tuple(sorted((TESTS / "designs").glob("*/*.yaml")))
OPEN = frozenset((TESTS / "designs" / "open.txt").read_text(encoding="utf-8").splitlines())
"""Questions whose answer was derived by hand and is not decided yet: sound, and to be shortened."""
ROW = re.compile(r"^\| \[([\w-]+)\]\([\w-]+/decoder\.yaml\) \| (\w+) \| (\w+) \| ([\w ]+) \|", re.MULTILINE)
HEADER = re.compile(r"# expect: (\w+); implied: (\w+); lossless: ([\w ]+)")
VERDICTS = {verdict.word for verdict in Verdict}
CONDITIONS = (
    "linear",
    "link",
    "conjugation",
    "conjugate",
    "features",
    "encoder",
    "one",
    "implied",
    "blocks",
    "objective",
)


@dataclass(frozen=True)
class Expectation:
    """What was derived by hand for one design."""

    declared: str
    implied: str
    lossless: str


def files_of(path: Path) -> tuple[Path, ...]:
    """The files of a design: encoder and decoder of a folder, or the one file."""
    return (path / "encoder.yaml", path / "decoder.yaml") if path.is_dir() else (path,)


def expectation(path: Path) -> Expectation:
    """The first line of the decoder or of the single file."""
    found = HEADER.fullmatch(files_of(path)[-1].read_text(encoding="utf-8").splitlines()[0])
    assert found, f"{path}: the first line must read `# expect: tight; implied: tight; lossless: yes`"
    return Expectation(*found.groups())


@cache
def analysis(path: Path) -> Analysis:
    """The analysis, once per design."""
    return analyze(read_design(*files_of(path)))


def difference(found: str, expected: str) -> str:
    """What to read when an answer is not the derived one."""
    kind = "not decided" if found == Verdict.UNDECIDED.word else "contradicted"
    return f"{kind}: {found} where {expected} was derived"


every_design = pytest.mark.parametrize("path", [*FOLDERS, *DESIGNS], ids=lambda path: f"{path.parent.name}/{path.stem}")


def agree(question: str, path: Path, found: str, expected: str) -> None:
    """The answer is the derived one; where it is on the list of open questions, it is still "undecided".

    The list keeps itself true: a question that is decided leaves it, and no answer may contradict the derivation.
    """
    name = f"{question} {path.parent.name}/{path.stem}"
    if name not in OPEN:
        assert found == expected, difference(found, expected)
    elif found != Verdict.UNDECIDED.word:
        assert found == expected, difference(found, expected)
        pytest.fail(f"this is decided now: take the line {name!r} off tests/designs/open.txt")


@every_design
def test_declared_verdict(path: Path) -> None:
    agree("declared", path, analysis(path).declared.verdict.word, expectation(path).declared)


@every_design
def test_implied_verdict(path: Path) -> None:
    agree("implied", path, analysis(path).implied.verdict.word, expectation(path).implied)


@every_design
def test_lossless(path: Path) -> None:
    agree("lossless", path, analysis(path).declared.lossless.value, expectation(path).lossless)


def test_open_questions_are_about_designs() -> None:
    names = {f"{path.parent.name}/{path.stem}" for path in (*FOLDERS, *DESIGNS)}
    assert all(line.split()[1] in names for line in OPEN)


@every_design
def test_every_answer_has_a_reason(path: Path) -> None:
    for answer in (analysis(path).declared, analysis(path).implied):
        assert answer.reason
        assert bool(answer.missing) == (answer.verdict is Verdict.UNDECIDED)


@every_design
def test_expectation_is_possible(path: Path) -> None:
    expected = expectation(path)
    assert {expected.declared, expected.implied} <= VERDICTS
    assert expected.lossless in {answer.value for answer in Lossless}
    assert expected.declared != "tight" or expected.lossless == "yes"  # S = D
    assert expected.declared != "impossible" or expected.lossless == "no"  # S is empty
    assert (expected.declared == "outside") == (expected.implied == "outside")


@pytest.mark.parametrize("path", DESIGNS, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_folder_is_the_declared_verdict(path: Path) -> None:
    assert path.parent.name == expectation(path).declared
    assert path.parent.name == "outside" or path.stem.split("-")[0] in CONDITIONS


def test_every_verdict_has_designs() -> None:
    assert {path.parent.name for path in DESIGNS} == VERDICTS


def test_table_of_examples_is_complete() -> None:
    rows = ROW.findall((EXAMPLES / "README.md").read_text(encoding="utf-8"))
    assert rows == [(path.name, *vars(expectation(path)).values()) for path in FOLDERS]


@pytest.mark.parametrize("path", FOLDERS, ids=lambda path: path.name)
def test_sources_are_named(path: Path) -> None:
    assert "Facts:" in (path / "encoder.yaml").read_text(encoding="utf-8")
