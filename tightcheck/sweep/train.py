"""The task `train`: a design and a seed, trained; what was measured beside what was predicted."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal

from tightcheck import serial
from tightcheck.reading.shape import Limits, Shape
from tightcheck.reading.validate import At, validated
from tightcheck.sweep.run import Run

Positive = Annotated[int, Limits(ge=1)]


class Options(Shape):
    """What may be written under `options`; the words are those of `tightcheck train`."""

    data: str | list[str]
    epochs: Positive = 100
    batch: Positive = 100
    learning_rate: Annotated[int | Decimal, Limits(gt=0)] = Decimal("0.001")
    estimator: Literal["path", "arm", "disarm", "rloo", "exact"] | None = None
    draws: Positive = 1
    clip: Annotated[int | Decimal, Limits(gt=0)] | None = None
    device: str = "cpu"
    double: bool = False


def options(written: Mapping[str, Any], at: At, folder: Path) -> dict[str, Any]:
    """The options, with the data's places and what is in them. Raises DesignError."""
    found = validated(Options, at, dict(written))
    sources = [found.data] if isinstance(found.data, str) else found.data
    placed, digests = zip(*(_placed(source, at / "data", folder) for source in sources), strict=True)
    return {
        "data": list(placed),
        "digests": list(digests),
        "epochs": found.epochs,
        "batch": found.batch,
        "learning_rate": float(found.learning_rate),
        "estimator": found.estimator,
        "draws": found.draws,
        "clip": None if found.clip is None else float(found.clip),
        "device": found.device,
        "dtype": "float64" if found.double else "float32",
    }


def _placed(source: str, at: At, folder: Path) -> tuple[str, str]:
    """FILE, DIR or NAME=FILE with its full path, and the digest of what it holds."""
    name, equals, path = source.rpartition("=")
    place = (folder / path).resolve()
    files = sorted(file for file in place.iterdir() if file.is_file()) if place.is_dir() else [place]
    digest = hashlib.sha256()
    for file in files:
        if not file.is_file():
            raise at.error(f"there is no file {place}; write the path of the data, relative to this file's folder")
        digest.update(file.name.encode() + b"\0" + hashlib.sha256(file.read_bytes()).digest())
    return f"{name}{equals}{place}", digest.hexdigest()


def train(run: Run, work: Path) -> dict[str, Any]:
    """Trains, from the checkpoint in `work` if there is one, and measures at the end."""
    import torch

    from tightcheck.analysis import analyze
    from tightcheck.training.data import read_data
    from tightcheck.training.fit import fit
    from tightcheck.training.trained import Settings

    torch.set_num_threads(1)
    words = {key: value for key, value in run.options.items() if key not in ("data", "digests")}
    settings = Settings(seed=run.seed, seeds=(run.seed,), measure_every=run.options["epochs"], **words)
    design = serial.design_from_json(run.design)
    trained = fit(design, read_data(design, run.options["data"]), settings, work, is_resumed=True)
    measured = trained.measured[settings.epochs]
    analysis = analyze(design)
    return {
        "verdict": analysis.verdict.word,
        "verdict_implied_prior": analysis.implied.verdict.word,
        "epochs": settings.epochs,
        "estimator": trained.estimator,
        "objective": _finite(trained.objectives[-1]),
        "elbo": _finite(measured.elbo),
        "log_likelihood": _finite(measured.log_likelihood),
        "gap": _finite(measured.gap),
        "gap_error": _finite(measured.gap_error),
        "is_exact": measured.is_exact,
        "span_residual": None if measured.span_residual is None else _finite(measured.span_residual),
    }


def _finite(values: list[float]) -> float | None:
    """The one member's value; None where training has diverged."""
    (value,) = values
    return value if math.isfinite(value) else None
