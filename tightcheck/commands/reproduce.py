"""`tightcheck reproduce`: the paper's experiments, beside the paper's numbers."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from tightcheck import commands


@click.command("reproduce")
@click.argument("name", type=click.Choice(["toy", "text", "images", "all"]), metavar="toy|text|images|all")
@click.option("--quick", "is_quick", is_flag=True, help="Fewer epochs: within an hour on a CPU.")
@click.option("--data", type=click.Path(path_type=Path), default=Path(), metavar="DIR", help="Where the data are.")
@click.option("--out", type=click.Path(path_type=Path), default=Path("reproduction"), metavar="DIR", show_default=True)
@click.option("--device", default="cpu", show_default=True, help="A PyTorch device, such as cuda.")
@click.option(
    "--seconds", type=click.FloatRange(0), default=float("inf"), help="Stop after about this long; run again to go on."
)
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True)
@click.option("--search", is_flag=True, help="Search the toy's geometry again instead of reading the recorded one.")
def command(
    name: str, is_quick: bool, data: Path, out: Path, device: str, seconds: float, seed: int, search: bool
) -> None:
    """Run the paper's experiments, or go on where they stopped.

    The results and a page on them, index.html, are written into the folder of --out. Returns 0 when finished, and 3
    when there is more to do than the time allowed. An experiment whose data are missing is left out, said, and gives 2.
    """
    from importlib import import_module

    commands.require_extra("reproduce", "torch", "scipy", "matplotlib", "PIL", "torchmetrics")
    commands.require_device(device)
    frame = import_module("tightcheck.experiments.reproduce.frame")
    out.mkdir(parents=True, exist_ok=True)  # a folder that cannot be there is told before hours of work
    request = frame.Request(frame.Store(out), data, is_quick, device, seed, seconds, search)
    names = tuple(frame.TITLES) if name == "all" else (name,)
    is_finished, missing = True, []
    for each in names:
        try:
            is_finished = import_module(f"tightcheck.experiments.reproduce.{each}").run(request)
        except frame.MissingDataError as error:
            missing.append(f"{each} was left out: {error}")
        if not is_finished:
            break
    page = import_module("tightcheck.experiments.reproduce.page").write(request.store)
    if missing:
        click.echo("\n".join(f"tightcheck: {line}" for line in missing), err=True)
        click.echo(f"The rest is in {page}")
        sys.exit(commands.BAD_INPUT)
    click.echo(f"{'Finished' if is_finished else 'Stopped before the end; run again to go on'}: {page}")
    sys.exit(commands.DECIDED if is_finished else commands.UNDECIDED)
