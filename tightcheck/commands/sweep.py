"""`tightcheck sweep`: any grid of designs and seeds."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from tightcheck.commands import DECIDED, NOT_MET, cores, require_extra

if TYPE_CHECKING:
    from tightcheck.sweep.outcome import Outcome
    from tightcheck.sweep.plan import Plan
    from tightcheck.sweep.records import Records, Table
    from tightcheck.sweep.run import Run


@click.command("sweep")
@click.argument("file", type=click.Path())
@click.option("--out", type=click.Path(), help="The sweep's folder; the file's name without its ending if not given.")
@click.option("--engine", type=click.Choice(["local", "ray"]), default="local", show_default=True)
@click.option("--processes", type=click.IntRange(1), help="How many runs at once (local); as many as there are cores.")
@click.option("--address", help="A running Ray cluster's address; without it Ray starts on this machine.")
def command(file: str, out: str | None, engine: str, processes: int | None, address: str | None) -> None:
    """Do every run of the sweep in FILE that is not done yet.

    \b
    designs: [{encoder: encoder.yaml, decoder: decoder.yaml}]
    grid: {encoder.latent.dim: [16, 32], encoder.features: [counts, frequencies]}
    seeds: 5
    task: train                                  or analyze, which needs no options
    options: {data: counts.npz, epochs: 100}     as those of `tightcheck train`

    Results are lines of FOLDER/results.jsonl. Whatever is killed, the same command goes on: no finished run is lost and
    none is done twice. Returns 0 when every run is finished, 1 when some failed (they are tried again next time), and 2
    for bad input.
    """
    from tightcheck.sweep.plan import read_plan
    from tightcheck.sweep.records import IsRunningError, Records

    if address is not None and engine != "ray":
        raise click.UsageError("--address is for --engine ray; give both or none.")
    if processes is not None and engine == "ray":
        raise click.UsageError("--processes is for --engine local; Ray counts by `resources` in the file.")
    plan = read_plan(file)
    _require_libraries(engine, {run.task for run in plan.runs})
    records = Records(Path(out) if out else Path(file).with_suffix(""))
    left = [run for run in plan.runs if not records.has(run.key)]
    try:
        with records.driven() as table:
            click.echo(f"{len(plan.runs)} runs, {len(plan.runs) - len(left)} of them finished before")
            found = _outcomes(left, records, plan, engine, processes, address)
            failures = _follow(found, table, len(left))
    except (IsRunningError, ConnectionError) as error:
        raise click.UsageError(f"{error}.") from None
    for key, reason in failures:
        run = next(run for run in plan.runs if run.key == key)
        click.echo(f"failed: {dict(run.point)}, seed {run.seed}: {reason}", err=True)
    click.echo(f"{len(plan.runs) - len(failures)} of {len(plan.runs)} runs are finished: {records.table}")
    sys.exit(NOT_MET if failures else DECIDED)


def _outcomes(
    left: list[Run], records: Records, plan: Plan, engine: str, processes: int | None, address: str | None
) -> Iterator[Outcome]:
    """The outcomes of the runs that are left, as they end, on Ray or in processes of this machine."""
    if engine == "ray":
        from tightcheck.sweep import cluster

        return cluster.outcomes(left, records, address, plan.cpus, plan.gpus)
    from tightcheck.sweep import local

    return local.outcomes(left, records, processes or cores())


def _require_libraries(engine: str, tasks: set[str]) -> None:
    """Ends the process where Ray, or what this machine trains with, is not installed."""
    if engine == "ray":
        require_extra("ray", "ray")
    elif "train" in tasks:
        require_extra("train", "torch", "scipy")


def _follow(found: Iterator[Outcome], table: Table, total: int) -> list[tuple[str, str]]:
    """Appends what is finished to the table, with a progress bar; returns the failed runs' keys and reasons."""
    from rich.progress import track

    failures = []
    for outcome in track(found, "runs", total=total, disable=not sys.stderr.isatty()):
        if outcome.error is None:
            table.append(outcome.key)
        else:
            failures.append((outcome.key, outcome.error))
    return failures
