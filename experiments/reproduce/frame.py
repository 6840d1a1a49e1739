"""What every experiment is given, and what it gives: a module NAME.py here with `run` and `section`.

    run(request) -> bool        works until finished (True) or until `request.is_over()`; a later run goes on from there.
                                Raises MissingDataError
    section(store) -> str       the experiment's part of the page, from the stored results alone, as HTML under a heading;
                                empty if there are none

It writes JSON lines and figures through the store, whole or not at all, and keeps what it resumes from in
`store.checkpoints`, which is not part of the results.
"""

from __future__ import annotations

import json
import platform
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path
from typing import Any

from tightcheck.report import file

Record = Mapping[str, Any]

TITLES = {"toy": "4.1 Four Gaussians", "images": "4.2 Images", "text": "4.3 Text documents"}
"""The experiments' names and their headings, in the order of the paper's sections and of the page's."""


class MissingDataError(FileNotFoundError):
    """An experiment's data are not there: the sentence names the public original and the layout."""

    def __str__(self) -> str:
        return str(self.args[0])


@dataclass(frozen=True)
class Store:
    """A folder of results: `*.jsonl`, figures, and the page."""

    folder: Path

    @property
    def checkpoints(self) -> Path:
        """What unfinished runs resume from."""
        return self.folder / "checkpoints"

    def write(self, name: str, records: Iterable[Record]) -> None:
        """Replaces the file NAME.jsonl by these records, one a line, in one step."""
        lines = [json.dumps(record, sort_keys=True, allow_nan=False) + "\n" for record in records]
        self.write_text(f"{name}.jsonl", "".join(lines))

    def write_text(self, name: str, text: str) -> None:
        """Replaces a file in one step."""
        target = self.folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        file.write(target, text)

    def read(self, pattern: str) -> list[dict[str, Any]]:
        """The records of all files that match PATTERN.jsonl, in the files' order."""
        files = sorted(self.folder.glob(f"{pattern}.jsonl"))
        return [json.loads(line) for each in files for line in each.read_text(encoding="utf-8").splitlines()]


@dataclass(frozen=True)
class Request:
    """What the user asked for."""

    store: Store
    data: Path
    is_quick: bool = False
    device: str = "cpu"
    seed: int = 0
    seconds: float = float("inf")
    is_searching: bool = False
    started: float = field(default_factory=time.monotonic)

    def left(self) -> float:
        """Seconds until this slice is over."""
        return self.started + self.seconds - time.monotonic()

    def is_over(self) -> bool:
        """Whether to stop at the next point from which the work can go on."""
        return self.left() <= 0


def circumstances(request: Request) -> dict[str, Any]:
    """Device, versions and seed, for every record."""
    import torch

    versions = {name: metadata.version(name) for name in ("torch", "numpy", "scipy")}
    return {
        "device": device_name(request.device),
        "versions": versions,
        "seed": request.seed,
        "threads": torch.get_num_threads(),
    }


def device_name(device: str) -> str:
    """The processor's name."""
    import torch

    return torch.cuda.get_device_name(device) if device.startswith("cuda") else _processor()


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    named = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return f"{named[0]} (CPU)" if named else platform.machine()
