"""`tightcheck atlas`: the table of all pairs of families, as HTML."""

from __future__ import annotations

import click

from tightcheck.commands import cores, progress, require_extra


@click.command("atlas")
@click.option(
    "--html", "folder", required=True, type=click.Path(file_okay=False), metavar="DIR", help="Where to write."
)
@click.option("--families", "chosen", metavar="NAMES", help="Only these families, with commas between them.")
@click.option("--workers", type=click.IntRange(1, 256), help="Processes at work (otherwise one a core).")
def command(folder: str, chosen: str | None, workers: int | None) -> None:
    """Write what W may be for every pair of families, as HTML.

    DIR/index.html is the table of the pairs, and each pair has its page. Pages that are there already are kept; a
    changed family makes its row and its column again. Nothing is loaded over a network.
    """
    from pathlib import Path

    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn

    require_extra("plot", "contourpy")
    from tightcheck.atlas.build import build

    names = _names(chosen)
    columns = (TextColumn("pairs of families"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with progress(*columns) as bar:
        task = bar.add_task("", total=None)
        count = build(
            Path(folder),
            names,
            workers or cores(),
            lambda total: bar.update(task, total=total),
            lambda done: bar.advance(task, done),
        )
    click.echo(f"{Path(folder) / 'index.html'}: {len(names) ** 2} pairs, {count} of them made now.")


def _names(chosen: str | None) -> tuple[str, ...]:
    """The families asked for, by their own names, in order."""
    from tightcheck import registry

    if chosen is None:
        return registry.names()
    asked = [name for name in chosen.split(",") if name.strip()]
    if not asked:
        raise click.UsageError("--families: write names with commas between them, for example poisson,gaussian.")
    found = tuple(sorted({registry.load(name).name for name in asked}))
    if strange := [name for name in found if name not in registry.names()]:
        raise click.UsageError(f"--families: the atlas has the families of this package, not {', '.join(strange)}.")
    return found
