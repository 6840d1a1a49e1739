"""What the README shows is what the program prints."""

from __future__ import annotations

import re
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from tightcheck import cli

README = (Path(__file__).parent.parent / "README.md").read_text(encoding="utf-8")


def test_the_readme_is_short() -> None:
    assert len(README.splitlines()) <= 110


def test_the_readme_shows_a_real_verdict(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The two columns of the first listing are the two files; the second listing is how the report on them begins."""
    columns, shown = re.findall(r"```\w*\n(.*?)```", README, re.DOTALL)[:2]
    lines = columns.splitlines()
    width = lines[0].index("# decoder.yaml")
    (tmp_path / "encoder.yaml").write_text("\n".join(line[:width].rstrip() for line in lines))
    (tmp_path / "decoder.yaml").write_text("\n".join(line[width:] for line in lines))
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(cli.main, ["analyze", "encoder.yaml", "decoder.yaml"])
    assert result.exit_code == 0
    assert len(shown.splitlines()) > 5
    assert result.output.startswith(shown)


def test_the_readme_names_every_command() -> None:
    for command in cli.main.list_commands(click.Context(cli.main)):
        assert f"tightcheck {command}" in README


def test_every_file_that_the_readme_links_is_there() -> None:
    for target in re.findall(r"\]\((?!https?:)([^)]+)\)", README):
        assert (Path(__file__).parent.parent / target).exists(), target
