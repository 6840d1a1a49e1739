"""The runs on a Ray cluster, unchanged. A node that dies is Ray's to replace: its runs go to another one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import ray

from tightcheck.sweep.outcome import Outcome
from tightcheck.sweep.records import Records
from tightcheck.sweep.run import Run
from tightcheck.sweep.tasks import finish

RETRIES = 5
"""So many nodes or processes may die under one run."""


def outcomes(runs: Sequence[Run], records: Records, address: str | None, cpus: float, gpus: float) -> Iterator[Outcome]:
    """Each run's outcome, as it comes. `address` is that of a running cluster; None starts Ray on this machine.

    Raises ConnectionError where there is no cluster at the address.
    """
    ray.init(address=address, log_to_driver=False, include_dashboard=False if address is None else None)
    try:
        remote = ray.remote(num_cpus=cpus, num_gpus=gpus, max_retries=RETRIES)(finish)
        pending = {remote.remote(run, str(records.folder.resolve())): run for run in runs}
        while pending:
            (done,), _ = ray.wait(list(pending))
            yield _outcome(pending.pop(done), done, records)
    finally:
        ray.shutdown()


def _outcome(run: Run, done: ray.ObjectRef[Any], records: Records) -> Outcome:
    try:
        record = ray.get(done)
    except ray.exceptions.RayError as error:
        if records.has(run.key):
            return Outcome(run.key)
        cause = getattr(error, "cause", None) or error
        return Outcome(run.key, error=f"{type(cause).__name__}: {str(cause).strip().splitlines()[-1]}")
    if record is not None:
        records.keep(run.key, record)
    return Outcome(run.key)
