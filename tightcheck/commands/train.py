"""`tightcheck train`: a design's networks, trained, and what was measured beside what was predicted."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from tightcheck.commands import progress, require_device, require_extra, show, table

if TYPE_CHECKING:
    from tightcheck.training.split import Split
    from tightcheck.training.trained import Settings, Trained
    from tightcheck.verdict import Analysis

ESTIMATORS = ("path", "arm", "disarm", "rloo", "exact")
MEASUREMENTS = 20
"""How often the gap and the span residual are measured during training."""


@click.command()
@click.argument("encoder", type=click.Path())
@click.argument("decoder", type=click.Path(), required=False)
@click.option("--data", "sources", multiple=True, required=True, metavar="FILE|DIR|NAME=FILE", help="Examples by rows.")
@click.option("--epochs", type=click.IntRange(1), default=100, show_default=True)
@click.option("--batch", type=click.IntRange(1), default=100, show_default=True, help="Examples in one step.")
@click.option("--seed", type=click.IntRange(0, 2**31), default=0, show_default=True)
@click.option("--members", type=click.IntRange(1), default=1, show_default=True, help="Seeds trained as one program.")
@click.option("--learning-rate", type=click.FloatRange(0, min_open=True), default=1e-3, show_default=True)
@click.option("--estimator", type=click.Choice(ESTIMATORS), help="Of the gradient; by default the design decides.")
@click.option("--draws", type=click.IntRange(1), default=1, show_default=True, help="Latent draws for each example.")
@click.option("--clip", type=click.FloatRange(0, min_open=True), help="The largest norm of a gradient.")
@click.option("--device", default="cpu", show_default=True, help="cpu, cuda, cuda:1, ...")
@click.option("--double", "is_double", is_flag=True, help="Train in double precision.")
@click.option(
    "--out", type=click.Path(file_okay=False, path_type=Path), help="A folder for checkpoint, log and report."
)
@click.option("--resume", "is_resumed", is_flag=True, help="Go on from the checkpoint in --out.")
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON.")
def command(
    encoder: str,
    decoder: str | None,
    sources: tuple[str, ...],
    out: Path | None,
    is_resumed: bool,
    as_json: bool,
    **options: Any,
) -> None:
    """Train a design on data, and measure the gap beside the verdict.

    The design is in two files, ENCODER and DECODER, or in one that holds both. --data takes a file (.npy, .npz, .csv;
    scipy.sparse for counts), a folder with a file for each block, or NAME=FILE for each. Training goes on after a kill
    with --resume and ends with the same parameters. Returns 0, or 2 for bad input.
    """
    require_extra("train", "torch", "scipy")
    from tightcheck import analysis
    from tightcheck.read_yaml import read_design
    from tightcheck.training.data import read_data
    from tightcheck.training.split import split

    if is_resumed and out is None:
        raise click.UsageError("--resume needs --out FOLDER, where the checkpoint is.")
    design = read_design(encoder, decoder)
    data = read_data(design, sources)
    settings = _settings(**options)
    trained = _train(design, data, settings, out, is_resumed)
    predicted = analysis.analyze(design)
    import json

    from tightcheck.report import file

    best = _best(trained)
    parts = split(trained.model, trained.data, best)
    summary = json.dumps(_summary(trained, predicted, parts), indent=2)
    if out is not None:
        file.write(out / "report.json", summary + "\n")
    if as_json:
        show(summary)
    else:
        _print(trained, predicted, best, parts)


def _settings(
    seed: int, members: int, estimator: Any, device: str, is_double: bool, epochs: int, **same: Any
) -> Settings:
    """The options as the training loop has them. Raises click.UsageError for a device that is not there."""
    from tightcheck.training.trained import Settings

    require_device(device)
    return Settings(
        epochs=epochs,
        seed=seed,
        seeds=tuple(range(seed, seed + members)),
        estimator=estimator,
        device=device,
        dtype="float64" if is_double else "float32",
        measure_every=max(1, epochs // MEASUREMENTS),
        **same,
    )


def _train(design: Any, data: Any, settings: Settings, out: Path | None, is_resumed: bool) -> Trained:
    """Training with a progress bar on the error stream."""
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn

    from tightcheck.training.fit import fit

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with progress(*columns) as bar:
        task = bar.add_task("training", total=settings.epochs)

        def report(epoch: int, trained: Trained) -> None:
            value = sum(trained.objectives[-1]) / len(trained.objectives[-1])
            bar.update(task, completed=epoch, description=f"objective {value:.4f}")

        return fit(design, data, settings, out, is_resumed, report=report)


def _best(trained: Trained) -> int:
    """The member with the best objective."""
    return max(range(trained.model.members), key=lambda k: trained.objectives[-1][k])


def _summary(trained: Trained, predicted: Analysis, parts: Split | None) -> dict[str, Any]:
    """Everything that is printed, for a program."""
    from dataclasses import asdict

    return {
        "verdict": predicted.verdict.word,
        "implied": predicted.implied.verdict.word,
        "estimator": trained.estimator,
        "settings": asdict(trained.settings),
        "examples": len(trained.data),
        "objectives": trained.objectives,
        "measured": {str(epoch): asdict(values) for epoch, values in sorted(trained.measured.items())},
        "split": None if parts is None else asdict(parts),
        "remarks": list(trained.model.remarks),
    }


def _print(trained: Trained, predicted: Analysis, best: int, parts: Split | None) -> None:
    """Measured beside predicted, for people; with several members the one with the best objective."""
    settings = trained.settings
    many = f", best of {trained.model.members} members" if trained.model.members > 1 else ""
    show(f"trained    {settings.epochs} epochs of {len(trained.data)} examples, gradient by {trained.estimator}{many}")
    show(f"objective  {trained.objectives[-1][best]:.6g} (first epoch {trained.objectives[0][best]:.6g})")
    show(f"predicted  {predicted.verdict.word}. {predicted.verdict.value}")
    last = trained.measured[max(trained.measured)]
    kind = "exact sum over z" if last.is_exact else "at least, by importance sampling"
    show(f"measured   gap {last.gap[best]:.3g} +- {last.gap_error[best]:.1g} nats ({kind})")
    if parts is not None:
        show(
            f"of which   {parts.family:.3g} by the decoder's map, {parts.prior:.3g} by the prior, "
            f"{parts.amortisation:.3g} by the encoder's network (some examples, +- {parts.error:.1g})"
        )
    show(_comparison(predicted.verdict.word))
    show(_course(trained, best))
    for remark in trained.model.remarks:
        show(remark)
    rows: list[tuple[str, ...]] = [
        (
            str(epoch),
            f"{values.elbo[best]:.5g}",
            f"{values.gap[best]:.3g}",
            "-" if values.span_residual is None else f"{values.span_residual[best]:.3g}",
            "-" if values.span_share is None else f"{values.span_share[best]:.2g}",
        )
        for epoch, values in sorted(trained.measured.items())
    ]
    table(("epoch", "ELBO", "gap", "span residual", "of variance"), rows)


def _course(trained: Trained, best: int) -> str:
    """From the first measurement to the last: the gap, and the decoder's distance from the consistent models."""
    first, last = trained.measured[min(trained.measured)], trained.measured[max(trained.measured)]
    gap = f"Here the gap went from {first.gap[best]:.3g} to {last.gap[best]:.3g} nats"
    if first.span_residual is None or last.span_residual is None:
        return f"{gap}."
    return f"{gap}, the span residual from {first.span_residual[best]:.3g} to {last.span_residual[best]:.3g} nats."


def _comparison(verdict: str) -> str:
    """What the verdict lets one expect of the numbers; they prove nothing."""
    return {
        "tight": "A tight design's gap goes to 0 as the encoder is trained; the span residual is 0 throughout.",
        "restricted": "A restricted design's decoder is pulled towards the consistent models, where the span residual is 0.",
        "collapse": "The gap goes to 0 only where x and z are independent.",
        "impossible": "No model of the design has gap 0.",
    }.get(verdict, "There is no prediction to compare with.")


__all__ = ["command"]
