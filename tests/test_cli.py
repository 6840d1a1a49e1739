"""The command line: what it prints, what it returns, and that no input leads to a traceback."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

import tightcheck
from tightcheck import cli, commands, kernel, registry
from tightcheck.commands.analyze import exit_code
from tightcheck.report import json as data
from tightcheck.verdict import Analysis, Lossless, Verdict

EXAMPLE = Path(tightcheck.__file__).parent / "examples" / "text-vae-counts"
FILES = (str(EXAMPLE / "encoder.yaml"), str(EXAMPLE / "decoder.yaml"))


def run(*arguments: str) -> Result:
    return CliRunner().invoke(cli.main, arguments)


@pytest.fixture
def decided(monkeypatch: pytest.MonkeyPatch, analysis: Analysis) -> Analysis:
    """The hand-made analysis, whatever the files."""
    monkeypatch.setattr(commands, "analysis_of", lambda encoder, decoder: analysis)
    return analysis


@pytest.mark.parametrize("stop", [KeyboardInterrupt, click.Abort])
def test_a_stop_is_not_a_requirement_that_is_not_met(
    monkeypatch: pytest.MonkeyPatch, stop: type[BaseException]
) -> None:
    def stopped(encoder: str, decoder: str | None) -> Analysis:
        raise stop

    monkeypatch.setattr(commands, "analysis_of", stopped)
    result = run("analyze", *FILES, "--require", "tight")
    assert (result.exit_code, result.output) == (130, "tightcheck: stopped.\n")


def with_verdict(analysis: Analysis, verdict: Verdict, lossless: Lossless = Lossless.NO) -> Analysis:
    return replace(analysis, declared=replace(analysis.declared, verdict=verdict, lossless=lossless))


@pytest.mark.parametrize(
    ("verdict", "codes"),
    [  # without --require, then tight, restricted, collapse
        (Verdict.TIGHT, (0, 0, 0, 0)),
        (Verdict.RESTRICTED, (0, 1, 0, 0)),
        (Verdict.COLLAPSE, (0, 1, 1, 0)),
        (Verdict.IMPOSSIBLE, (0, 1, 1, 1)),
        (Verdict.UNDECIDED, (3, 3, 3, 3)),
        (Verdict.OUTSIDE, (3, 3, 3, 3)),
    ],
)
def test_the_process_returns_whether_the_requirement_is_met(
    analysis: Analysis, verdict: Verdict, codes: tuple[int, ...]
) -> None:
    found = with_verdict(analysis, verdict)
    assert tuple(exit_code(found, require) for require in (None, "tight", "restricted", "collapse")) == codes


@pytest.mark.parametrize(
    ("lossless", "code"), [(Lossless.YES, 0), (Lossless.APPROACHED, 1), (Lossless.NO, 1), (Lossless.UNDECIDED, 3)]
)
def test_lossless_can_be_required(analysis: Analysis, lossless: Lossless, code: int) -> None:
    assert exit_code(with_verdict(analysis, Verdict.RESTRICTED, lossless), "lossless") == code
    assert exit_code(with_verdict(analysis, Verdict.OUTSIDE, lossless), "lossless") == 3


@pytest.mark.usefixtures("decided")
def test_analyze_prints_text() -> None:
    result = run("analyze", "e.yaml", "d.yaml")
    assert (result.exit_code, result.output.splitlines()[0]) == (0, "verdict        collapse")
    assert run("analyze", "e.yaml", "d.yaml", "--require", "restricted").exit_code == 1


def test_analyze_prints_json(decided: Analysis) -> None:
    result = run("analyze", "e.yaml", "--json")
    assert json.loads(result.output) == json.loads(data.render(decided))


@pytest.mark.usefixtures("decided")
def test_analyze_writes_files(tmp_path: Path) -> None:
    page, fragment = tmp_path / "report.html", tmp_path / "report.tex"
    result = run("analyze", "e.yaml", "d.yaml", "--html", str(page), "--latex", str(fragment))
    assert result.exit_code == 0
    assert "<title>collapse: e.yaml d.yaml</title>" in page.read_text(encoding="utf-8")
    assert fragment.read_text(encoding="utf-8").startswith(r"\paragraph{Verdict: collapse}")


@pytest.mark.usefixtures("decided")
def test_a_file_that_cannot_be_written_is_bad_input(tmp_path: Path) -> None:
    result = run("analyze", "e.yaml", "--html", str(tmp_path / "no" / "report.html"))
    assert result.exit_code == 2
    assert f"{tmp_path}/no/report.html: no such file" in result.stderr


@pytest.mark.usefixtures("decided")
def test_explain_shows_the_rules_in_order() -> None:
    lines = run("explain", "e.yaml", "d.yaml").output.splitlines()
    assert "nu and psi the statistics of x and z" in lines[-2]
    assert lines[0].startswith("Prior as declared: collapse.")
    assert [line.split()[:2] for line in lines if "fire" in line or "fails" in line] == [
        ["1", "tight"],
        ["2", "features"],
    ]


def test_a_mistake_of_ours_is_one_paragraph_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(encoder: str, decoder: str | None) -> Analysis:
        raise ZeroDivisionError("on purpose")

    monkeypatch.setattr(commands, "analysis_of", broken)
    result = run("analyze", "e.yaml")
    assert result.exit_code == 70
    assert "ZeroDivisionError: on purpose (test_cli.py:" in result.stderr
    assert "Traceback" not in result.output + result.stderr


@pytest.mark.parametrize("command", ["analyze", "explain"])
@pytest.mark.parametrize(
    "written",
    [
        "latent: {family: posson, dim: 3}",
        "{",
        "",
        "latent: !!python/object:os.system x",
        "a: &a [*a]",
        "\x00",
        "[" * 10_000,
    ],
)
def test_bad_files_are_one_paragraph(tmp_path: Path, command: str, written: str) -> None:
    bad = tmp_path / "bad.yaml"
    bad.write_text(written)
    result = run(command, str(bad), FILES[1])
    assert result.exit_code == 2
    assert result.stderr.startswith(f"tightcheck: {bad}")
    assert len(result.stderr.strip().splitlines()) == 1


def test_no_command_is_summed_up_in_half_a_sentence() -> None:
    summaries = run("--help").output.partition("Commands:")[2].splitlines()[1:]
    assert len(summaries) == len(cli.main.list_commands(click.Context(cli.main)))  # type: ignore[attr-defined]
    assert all(summary.endswith(".") and not summary.endswith("...") for summary in summaries)


@pytest.mark.parametrize(
    ("extra", "arguments"),
    [
        ("train", ("verify", *FILES)),
        ("train", ("train", *FILES, "--data", "x.npy")),
        ("train", ("sweep", "{folder}/train.yaml")),
        ("ray", ("sweep", "{folder}/analyze.yaml", "--engine", "ray")),
        ("plot", ("atlas", "--html", "{folder}")),
        ("reproduce", ("reproduce", "toy", "--out", "{folder}")),
    ],
)
def test_a_missing_extra_is_told_in_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, extra: str, arguments: tuple[str, ...]
) -> None:
    designs = f"designs: [{{encoder: {FILES[0]}, decoder: {FILES[1]}}}]\nseeds: 1\n"
    (tmp_path / "x.npy").touch()
    (tmp_path / "train.yaml").write_text(designs + "options: {data: x.npy}\n")
    (tmp_path / "analyze.yaml").write_text(designs + "task: analyze\n")
    before = [*tmp_path.iterdir()]
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    result = run(*(argument.format(folder=tmp_path) for argument in arguments))
    assert result.exit_code == 2
    assert f"{arguments[0]}' needs" in result.output
    assert f"write: pip install 'tightcheck[{extra}]'." in result.output
    assert [*tmp_path.iterdir()] == before


def test_missing_files_and_folders_are_bad_input(tmp_path: Path) -> None:
    for path in (tmp_path / "none.yaml", tmp_path):
        result = run("analyze", str(path), FILES[1])
        assert (result.exit_code, result.output.count("Traceback")) == (2, 0)
        assert str(path) in result.stderr


def test_families_are_listed_with_those_refused() -> None:
    output = run("families").output
    assert all(name in output for name in registry.names())
    assert "student_t" in output


def test_one_family_states_its_facts() -> None:
    output = run("families", "poisson").output
    for fact in (
        "x from 0 to ∞",
        "log-partition       exp(eta)",
        "rate: natural parameters log(rate)",
        "or their logarithms log_rate",
        "scipy.stats",
    ):
        assert fact in output


def test_unknown_and_refused_families_are_bad_input() -> None:
    unknown, refused = run("families", "posson"), run("families", "zinb")
    assert unknown.exit_code == refused.exit_code == 2
    assert "nearest names are poisson" in unknown.stderr
    assert "no exponential family" in refused.stderr


def test_schema_accepts_the_examples() -> None:
    import jsonschema
    import yaml

    schema = json.loads(run("schema").output)
    jsonschema.Draft202012Validator.check_schema(schema)
    for file in FILES:
        jsonschema.validate(yaml.safe_load(Path(file).read_text(encoding="utf-8")), schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({"latent": {"family": "poisson"}, "unknown": 1}, schema)


@pytest.fixture
def certificate(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, analysis: Analysis) -> Path:
    """A file with a report whose certificate a stand-in for the kernel accepts when it says collapse."""

    def check(certificate: dict[str, object]) -> Verdict:
        if certificate["verdict"] != "collapse":
            raise kernel.Rejected("made up")
        return Verdict.COLLAPSE

    monkeypatch.setattr(kernel, "check", check)
    file = tmp_path / "certificate.json"
    file.write_text(data.render(analysis), encoding="utf-8")
    return file


def test_check_accepts_a_report_or_a_certificate(certificate: Path) -> None:
    result = run("check", str(certificate))
    assert (result.exit_code, result.output.startswith("accepted: collapse (prior: declared)")) == (0, True)
    certificate.write_text(json.dumps(json.loads(certificate.read_text())["certificate"]))
    assert run("check", str(certificate)).output == result.output


def test_check_rejects_what_the_kernel_rejects(certificate: Path) -> None:
    report = json.loads(certificate.read_text())["certificate"]
    certificate.write_text(json.dumps(report | {"verdict": "tight"}))
    result = run("check", str(certificate))
    assert (result.exit_code, result.output) == (1, "rejected: made up\n")


def test_check_compares_the_files(certificate: Path) -> None:
    result = run("check", str(certificate), *FILES)
    assert result.exit_code == 1
    assert "about another design" in result.output


@pytest.mark.parametrize("written", ["", "[]", "3", "{", "[" * 100_000, '{"declared": {}}', '{"declared": 3}'])
def test_check_refuses_what_holds_no_certificate(tmp_path: Path, written: str) -> None:
    file = tmp_path / "certificate.json"
    file.write_text(written)
    result = run("check", str(file))
    assert result.exit_code == 2
    assert "Traceback" not in result.output + result.stderr


def test_the_module_is_the_command() -> None:
    command = [sys.executable, "-m", "tightcheck", "--version"]
    finished = subprocess.run(command, capture_output=True, text=True, check=True)
    assert finished.stdout == f"tightcheck, version {tightcheck.__version__}\n"


def test_a_terminal_without_unicode_still_shows_the_report(tmp_path: Path, analysis: Analysis) -> None:
    code = f"from tightcheck.commands import show\nshow({'p ∝ 1'!r})"
    command = [sys.executable, "-c", code]
    finished = subprocess.run(command, capture_output=True, check=True, env={"PYTHONIOENCODING": "ascii"})
    assert finished.stdout == b"p \\u221d 1\n"


def test_public_names_are_what_they_say() -> None:
    for name in tightcheck.__all__:
        assert getattr(tightcheck, name).__name__ == name
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        tightcheck.nothing  # noqa: B018


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["analyze"], "ENCODER is missing; write: tightcheck analyze ENCODER [DECODER]"),
        (["certify", "encoder.yaml"], "--coq is missing; write: tightcheck certify ENCODER [DECODER] --coq OUT.v"),
        (["train", "encoder.yaml"], "--data is missing; write: tightcheck train ENCODER [DECODER] --data FILE"),
        (["atlas"], "--html is missing; write: tightcheck atlas --html DIR"),
        (["check", "no-such-file.json"], "no such file or directory; give one that exists"),
        (["joint", "negative_binomial", "beta", "--fix", "q=3"], "negative_binomial has r (otherwise 1); beta has"),
    ],
)
def test_what_is_missing_is_told_with_what_to_write(arguments: list[str], told: str) -> None:
    result = CliRunner().invoke(cli.main, arguments, prog_name="tightcheck")
    assert result.exit_code == 2
    assert told in result.output


def test_a_library_that_no_one_declared_is_told_where_to_declare_it(tmp_path: Path) -> None:
    folder = Path(tightcheck.__file__).parent / "examples" / "scvi-observed-library"
    lines = (folder / "decoder.yaml").read_text().splitlines()
    (tmp_path / "decoder.yaml").write_text("\n".join(line for line in lines if not line.startswith("covariates:")))
    result = run("analyze", str(folder / "encoder.yaml"), str(tmp_path / "decoder.yaml"))
    assert result.exit_code == 2
    assert "`covariates: [library]`" in result.output
    assert "`covariates: {library: {computed_from: x}}`" in result.output


def test_the_laws_are_run_on_one_family() -> None:
    assert run("families", "--laws").exit_code == 2
    result = run("families", "exponential", "--laws")
    assert result.exit_code == 0
    assert "minimality: holds" in result.output
