"""Reports of the published designs name what is in the way with its place in the file, and a design that mends it."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from tightcheck.analysis import analyze
from tightcheck.read_yaml import read_design
from tightcheck.verdict import ORDER, Analysis, Verdict

EXAMPLES = Path(__file__).parent.parent / "tightcheck" / "examples"
NAMES = sorted(path.name for path in EXAMPLES.iterdir() if path.is_dir())


@cache
def analysed(name: str) -> Analysis:
    return analyze(read_design(EXAMPLES / name / "encoder.yaml", EXAMPLES / name / "decoder.yaml"))


@pytest.mark.parametrize("name", NAMES)
def test_the_guilty_term_has_its_place(name: str) -> None:
    answer = analysed(name).declared
    guilty = [condition for condition in answer.conditions if condition.status in ("restricts", "fails")]
    assert guilty or answer.verdict not in (Verdict.IMPOSSIBLE, Verdict.COLLAPSE, Verdict.RESTRICTED)
    for condition in guilty:
        assert condition.term
        assert condition.place is not None
        assert condition.place.file
        assert condition.place.line
        lines = Path(condition.place.file).read_text().splitlines()
        assert not lines[condition.place.line - 1].startswith("#")


@pytest.mark.parametrize("name", NAMES)
def test_a_part_outside_the_theorem_has_its_place(name: str) -> None:
    design = read_design(EXAMPLES / name / "encoder.yaml", EXAMPLES / name / "decoder.yaml")
    assert bool(design.outside) is (analysed(name).verdict is Verdict.OUTSIDE)
    for part in design.outside:
        assert f"{part.place.file}:{part.place.line}" in analysed(name).declared.reason
        assert part.place.file
        assert part.place.line
        written = Path(part.place.file).read_text().splitlines()[part.place.line - 1]
        assert any(word in written for word in part.name.replace(":", " ").split())


@pytest.mark.parametrize("name", NAMES)
def test_there_is_a_remedy_with_its_verdict(name: str) -> None:
    analysis = analysed(name)
    words = [verdict.word for verdict in ORDER]
    is_wanted = analysis.verdict in ORDER and analysis.verdict is not Verdict.TIGHT
    assert bool(analysis.suggestions) is is_wanted or analysis.verdict not in ORDER
    for suggestion in analysis.suggestions:
        is_lossless = suggestion.change.endswith("(lossless)")
        assert not is_wanted or is_lossless or words.index(suggestion.verdict) > ORDER.index(analysis.verdict)
