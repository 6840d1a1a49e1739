"""`tightcheck reproduce`: the frame, the command, the page."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from click.testing import CliRunner

pytest.importorskip("torch")
pytest.importorskip("matplotlib")
pytest.importorskip("torchmetrics")

from tightcheck.cli import main
from tightcheck.experiments.reproduce import images, markup, style, text, toy
from tightcheck.experiments.reproduce.frame import Request, Store

RESULTS = Path(__file__).parent.parent / "experiments" / "results"


class Numbers(HTMLParser):
    """All table cells of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.cells: list[str] = []
        self.is_in = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.is_in = tag == "td"

    def handle_data(self, data: str) -> None:
        if self.is_in:
            self.cells.append(data)

    def handle_endtag(self, tag: str) -> None:
        self.is_in = False


def test_missing_documents_are_told_in_a_sentence(tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["reproduce", "text", "--data", str(tmp_path), "--out", str(tmp_path / "out")])
    assert result.exit_code == 2
    assert "qwone.com/~jason/20Newsgroups" in result.output
    assert "Traceback" not in result.output


def test_all_leaves_out_what_has_no_data_and_does_the_rest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(toy, "run", lambda request: not request.seed)
    arguments = ["reproduce", "all", "--data", str(tmp_path), "--out", str(tmp_path / "out")]
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 2
    assert "images was left out: " in result.output
    assert "text was left out: " in result.output
    assert (tmp_path / "out" / "index.html").exists()
    stopped = CliRunner().invoke(main, [*arguments, "--seed", "1"])
    assert stopped.exit_code == 3
    assert "left out" not in stopped.output


def test_the_toy_from_the_command_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(toy, "QUICK", (16, (3, 2)))
    result = CliRunner().invoke(main, ["reproduce", "toy", "--quick", "--out", str(tmp_path)])
    assert result.exit_code == 0, result.output
    names = {file.name for file in tmp_path.iterdir()}
    assert {"toy.jsonl", "fig-1.svg", "fig-1.pdf", "fig-2.svg", "fig-2.pdf", "index.html"} <= names
    cells = Numbers((tmp_path / "index.html").read_text(encoding="utf-8")).cells
    for record in Store(tmp_path).read("toy"):
        assert f"{record['network']:.4f}" in cells
        assert f"{record['paper']:.2f}" in cells


def test_a_slice_without_time_says_there_is_more(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(toy, "run", lambda request: not request.is_over())
    result = CliRunner().invoke(main, ["reproduce", "toy", "--seconds", "0", "--out", str(tmp_path)])
    assert result.exit_code == 3
    assert "run again to go on" in result.output


@pytest.mark.parametrize("wrong", [("--device", "nowhere"), ("--seed", "-1"), ("--seconds", "-1")])
def test_a_wrong_option_is_told_before_anything_runs(tmp_path: Path, wrong: tuple[str, str]) -> None:
    result = CliRunner().invoke(main, ["reproduce", "toy", *wrong, "--out", str(tmp_path / "out")])
    assert result.exit_code == 2
    assert wrong[0] in result.output
    assert not (tmp_path / "out").exists()


def test_a_folder_that_cannot_be_is_told_before_anything_runs(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(toy, "run", lambda request: pytest.fail("it ran"))
    (tmp_path / "file").write_text("")
    result = CliRunner().invoke(main, ["reproduce", "toy", "--out", str(tmp_path / "file" / "results")])
    assert result.exit_code == 2
    assert str(tmp_path / "file" / "results") in result.output


def test_records_are_read_back(tmp_path: Path) -> None:
    store = Store(tmp_path)
    store.write("text/b", [{"x": 1.5}, {"x": None}])
    store.write("text/a", [{"x": 0}])
    assert store.read("text/*") == [{"x": 0}, {"x": 1.5}, {"x": None}]
    with pytest.raises(ValueError, match="JSON"):
        store.write("text/a", [{"x": float("nan")}])
    assert store.read("text/a") == [{"x": 0}]


def test_a_request_ends_with_its_time(tmp_path: Path) -> None:
    assert Request(Store(tmp_path), tmp_path, seconds=0).is_over()
    assert not Request(Store(tmp_path), tmp_path).is_over()


def test_values_are_escaped_and_figures_share_no_names(tmp_path: Path) -> None:
    assert "<td>&lt;b&gt;</td>" in markup.table("t", ("", "x"), [("row", "<b>")])
    store = Store(tmp_path)
    for name in ("one", "two"):
        drawn = style.new_figure(2, 2)
        drawn.add_subplot().plot([0, 1], clip_on=True)
        style.save(store, name, drawn)
    both = "".join(markup.figure(store, name, "caption") for name in ("one", "two"))
    names = re.findall(r'id="([^"]+)"', both)
    assert len(names) == len(set(names))
    assert set(re.findall(r"url\(#([^)]+)\)", both)) | set(re.findall(r'href="#([^"]+)"', both)) <= set(names)


def test_the_same_figure_gives_the_same_bytes(tmp_path: Path) -> None:
    for name in ("one", "two"):
        drawn = style.new_figure(2, 2)
        drawn.add_subplot().plot([0, 1])
        style.save(Store(tmp_path / name), "same", drawn)
    for suffix in ("svg", "pdf"):
        assert (tmp_path / "one" / f"same.{suffix}").read_bytes() == (tmp_path / "two" / f"same.{suffix}").read_bytes()


def test_the_committed_results_make_the_committed_page() -> None:
    committed = (RESULTS / "index.html").read_text(encoding="utf-8")
    for experiment in (toy, images, text):
        section = experiment.section(Store(RESULTS))
        assert section
        assert section in committed
        assert re.search(r'class="provenance">.*, seed \d+; \d+ s in all', section)


def test_the_committed_toy_is_within_a_hundredth_of_the_paper() -> None:
    records = Store(RESULTS).read("toy")
    assert len(records) == 4
    assert all(abs(record["network"] - record["paper"]) < 0.01 for record in records)


def test_the_text_section_shows_a_dash_where_no_epoch_was_reached(tmp_path: Path) -> None:
    record = {
        "bits": 8, "depth": 0, "encoder": "e1", "epochs": 1, "epochs_planned": 2, "batch": 64, "samples": [1], "train": [600.0],
        "test": [590.0], "divergence": [1.0], "residual": [0.5], "residual_share": [0.01], "device": "x", "threads": 1,
        "versions": {}, "seed": 0, "seconds_of_the_three": 2.0, "busy_seconds_of_the_three": 1.0,
    }  # fmt: skip
    store = Store(tmp_path)
    store.write(
        "text/8", [record | {"encoder": encoder, "test": [590.0 + n]} for n, encoder in enumerate(("e1", "e2", "e3"))]
    )
    shown = text.section(store)
    assert "1 of 1" in shown
    assert "<td>-</td>" in shown
