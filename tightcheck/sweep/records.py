"""The records of finished runs: durable, and once each, whatever is killed and whenever.

A run is finished at the instant its record has its name: the record is written under another name, forced to the disk, and
linked, which succeeds for one writer only. `results.jsonl` has a line per record; one process at a time appends to it.
"""

from __future__ import annotations

import fcntl
import json
import os
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tightcheck.atomic import force


class IsRunningError(Exception):
    """Another process drives this sweep."""


@dataclass(frozen=True)
class Records:
    """The folder of a sweep."""

    folder: Path

    @property
    def table(self) -> Path:
        """A line of JSON per finished run."""
        return self.folder / "results.jsonl"

    def work(self, key: str) -> Path:
        """The folder in which an unfinished run keeps what it resumes from."""
        return self.folder / "work" / key

    def record(self, key: str) -> Path:
        """The file of the finished run, which is there once it is finished."""
        return self.folder / "records" / f"{key}.json"

    def has(self, key: str) -> bool:
        """Whether the run is finished."""
        return self.record(key).exists()

    def keep(self, key: str, result: Mapping[str, Any]) -> None:
        """Finishes a run. A second record of the same run is dropped."""
        target = self.record(key)
        target.parent.mkdir(parents=True, exist_ok=True)
        draft = target.with_name(f".{key}.{socket.gethostname()}.{os.getpid()}")
        try:
            draft.write_text(json.dumps(result, sort_keys=True, allow_nan=False), encoding="utf-8")
            force(draft)
            os.link(draft, target)
        except FileExistsError:
            pass
        finally:
            draft.unlink(missing_ok=True)
        force(target.parent)

    @contextmanager
    def driven(self) -> Iterator[Table]:
        """The right to append to the table. Raises IsRunningError while another process has it."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / "driver.lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise IsRunningError(
                    f"{self.folder} belongs to a sweep that is running; wait for it, or stop it"
                ) from None
            yield Table(self)


class Table:
    """`results.jsonl`, which is brought up to the records whenever it is opened."""

    def __init__(self, records: Records) -> None:
        self.records = records
        self.keys = set(_whole_lines(records.table))
        folder = records.folder / "records"
        for record in sorted(folder.glob("[!.]*.json"), key=lambda file: (file.stat().st_mtime_ns, file.name)):
            self.append(record.stem)

    def append(self, key: str) -> None:
        """Adds the line of a finished run, once."""
        if key in self.keys:
            return
        line = self.records.record(key).read_text(encoding="utf-8")
        with self.records.table.open("a", encoding="utf-8") as file:
            file.write(line + "\n")
            file.flush()
            os.fsync(file.fileno())
        self.keys.add(key)


def _whole_lines(table: Path) -> Iterator[str]:
    """The keys of the table's lines; a last line that was cut by a kill is taken off."""
    if not table.exists():
        return
    raw = table.read_bytes()
    whole = raw[: raw.rfind(b"\n") + 1]
    if len(whole) < len(raw):
        with table.open("r+b") as file:
            file.truncate(len(whole))
    for line in whole.splitlines():
        yield str(json.loads(line)["key"])
