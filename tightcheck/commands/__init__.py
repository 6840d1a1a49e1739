"""The commands, one a file: `tightcheck NAME` runs `command` of `tightcheck/commands/NAME.py`, imported only then."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from rich.progress import Progress, ProgressColumn

    from tightcheck.verdict import Analysis

DECIDED, NOT_MET, BAD_INPUT, UNDECIDED, BROKEN, STOPPED = 0, 1, 2, 3, 70, 130
"""What the process returns: decided (and as required), not as required, bad input, not decided, a mistake of ours, Ctrl-C."""


def analysis_of(encoder: str, decoder: str | None) -> Analysis:
    """The analysis of a design's files; raises DesignError where they are no design."""
    from tightcheck.read_yaml import read_design

    design = read_design(encoder, decoder)
    from tightcheck import analysis  # after the files are known to be a design: a mistake in them is told sooner

    return analysis.analyze(design)


def require_extra(extra: str, *modules: str) -> None:
    """Ends the process with a sentence where a module of an optional extra is not installed."""
    from importlib.util import find_spec

    from tightcheck.account.words import listed

    if missing := [name for name in modules if find_spec(name) is None]:
        command = click.get_current_context().command_path
        click.echo(
            f"tightcheck: {command!r} needs {listed(missing)}; write: pip install 'tightcheck[{extra}]'.",
            err=True,
        )
        sys.exit(BAD_INPUT)


def require_device(device: str) -> None:
    """Raises click.UsageError for a device on which PyTorch can put nothing."""
    from tightcheck.training.fit import why_no_device

    if reason := why_no_device(device):
        raise click.UsageError(f"--device {device} cannot be used ({reason}); write cpu.")


def cores() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def progress(*columns: ProgressColumn) -> Progress:
    """A bar on the error stream while something long is done; nothing where that is no terminal."""
    from rich.console import Console
    from rich.progress import Progress

    return Progress(*columns, console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty())


def show(text: str) -> None:
    """Prints to any terminal; what its encoding lacks is escaped."""
    encoding = sys.stdout.encoding or "utf-8"
    click.echo(text.encode(encoding, "backslashreplace").decode(encoding))


def table(header: tuple[str, ...], rows: list[tuple[str, ...]]) -> None:
    """Prints rows under a header."""
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for number, title in enumerate(header, start=1):
        table.add_column(title, no_wrap=number == 1)
    for row in rows:
        table.add_row(*map(Text, row))
    Console(highlight=False).print(table)
