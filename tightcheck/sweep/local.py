"""The runs on processes of this machine. A process that dies is replaced, and what it did not finish is done again."""

from __future__ import annotations

import multiprocessing
import os
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from multiprocessing.connection import wait
from typing import Any

from tightcheck.sweep.outcome import Outcome
from tightcheck.sweep.records import Records
from tightcheck.sweep.run import Run
from tightcheck.sweep.tasks import finish

MOST_DEATHS = 3
"""So many times in a row may processes die without one run finished in between."""


def outcomes(runs: Sequence[Run], records: Records, processes: int) -> Iterator[Outcome]:
    """Each run's outcome, as it comes."""
    left = {run.key: run for run in runs}
    deaths = 0
    while left and deaths < MOST_DEATHS:
        before = len(left)
        for outcome in _until_a_death(tuple(left.values()), records, processes):
            del left[outcome.key]
            yield outcome
        for key in [key for key in left if records.has(key)]:
            del left[key]
            yield Outcome(key)
        deaths = deaths + 1 if len(left) == before else 0
    for key in left:
        yield Outcome(key, error=f"the process that did this run died {MOST_DEATHS} times (out of memory?)")


def _until_a_death(runs: Sequence[Run], records: Records, processes: int) -> Iterator[Outcome]:
    """The outcomes until a process dies, which ends all of a pool's work."""
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(processes, mp_context=context, initializer=_end_with_the_driver)
    try:
        futures = {pool.submit(finish, run, str(records.folder)): run for run in runs}
        for future in as_completed(futures):
            try:
                yield _outcome(futures[future], future)
            except BrokenProcessPool:
                return
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _outcome(run: Run, future: Future[dict[str, Any] | None]) -> Outcome:
    try:
        future.result()
    except BrokenProcessPool:
        raise
    except Exception as error:
        return Outcome(run.key, error=f"{type(error).__name__}: {error}")
    return Outcome(run.key)


def _end_with_the_driver() -> None:
    """A driver that is killed takes its processes with it, so that none works beside those of the next."""
    parent = multiprocessing.parent_process()
    assert parent is not None

    def watch() -> None:
        wait([parent.sentinel])
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
