"""What one run does with a design: `analyze` it, or `train` it and measure its gap."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tightcheck import __version__, serial
from tightcheck.sweep import train
from tightcheck.sweep.records import Records
from tightcheck.sweep.run import Run

if TYPE_CHECKING:
    from tightcheck.reading.validate import At

Task = Callable[[Run, Path], dict[str, Any]]


def options(task: str, written: Mapping[str, Any], at: At, folder: Path) -> dict[str, Any]:
    """The task's options, complete and checked. Raises DesignError."""
    if task == "train":
        return train.options(written, at, folder)
    for key in written:
        raise (at / key).error(f"the task {task!r} has no options, but {key!r} was found; leave it out")
    return {}


def analyze(run: Run, work: Path) -> dict[str, Any]:
    """The verdicts of the design; nothing depends on the seed."""
    from tightcheck.analysis import analyze as analysis_of

    analysis = analysis_of(serial.design_from_json(run.design))
    return {
        "verdict": analysis.verdict.word,
        "verdict_implied_prior": analysis.implied.verdict.word,
        "lossless": analysis.declared.lossless.value,
    }


TASKS: Mapping[str, Task] = {"analyze": analyze, "train": train.train}


def finish(run: Run, folder: str) -> dict[str, Any] | None:
    """Does the run and makes its record durable; does nothing if it has one.

    Returns the record where the sweep's folder is not this machine's to see, for the driver to keep.
    """
    records = Records(Path(folder))
    if records.has(run.key):
        return None
    is_shared = (records.folder / "driver.lock").exists()
    work = records.work(run.key)
    started = time.monotonic()
    result = TASKS[run.task](run, work)
    record = {
        "key": run.key,
        "task": run.task,
        "seed": run.seed,
        **run.point,
        **result,
        "seconds": round(time.monotonic() - started, 3),
        "version": __version__,
    }
    if not is_shared:
        return record
    records.keep(run.key, record)
    shutil.rmtree(work, ignore_errors=True)
    return None
