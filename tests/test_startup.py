"""The quick start of short commands: what they leave out, and the measure of it."""

from __future__ import annotations

import gc
import sys
from collections.abc import Iterator

import click
import pytest

from tightcheck.cli import SHORT, Commands, main
from tightcheck.experiments import startup

CONTEXT = click.Context(main)


@pytest.fixture
def uncollected() -> Iterator[None]:
    gc.disable()
    yield
    gc.enable()


def commands() -> list[str]:
    assert isinstance(main, Commands)
    return main.list_commands(CONTEXT)


@pytest.mark.usefixtures("uncollected")
@pytest.mark.parametrize("name", commands())
def test_only_short_commands_leave_their_garbage(name: str) -> None:
    assert main.get_command(CONTEXT, name) is not None
    assert gc.isenabled() is (name not in SHORT)


def test_short_commands_are_commands() -> None:
    assert set(SHORT) < set(commands())


def test_time_on_the_processor_is_that_of_the_process() -> None:
    busy, idle = (startup.time_of((sys.executable, "-c", f"sum(range({n}))")) for n in (20_000_000, 1))
    assert busy.processor > idle.processor > 0


def test_a_process_that_fails_is_no_measurement() -> None:
    with pytest.raises(SystemExit, match="returned 2"):
        startup.time_of((sys.executable, "-c", "raise SystemExit(2)"))


def test_ratios_are_taken_side_by_side() -> None:
    assert startup.ratio([1, 2, 4], [2, 2, 6]) == 1.5


def test_an_example_is_measured(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(startup, "RUNS", 1)
    monkeypatch.setattr(sys, "argv", ["startup", "iaf"])
    startup.main()
    printed = capsys.readouterr().out.splitlines()
    assert printed[1].startswith("iaf ")
    assert "median" in printed[-1]
    monkeypatch.setattr(sys, "argv", ["startup", "no-such-example"])
    with pytest.raises(SystemExit, match="no example no-such-example"):
        startup.main()
