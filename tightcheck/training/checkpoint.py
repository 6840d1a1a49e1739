"""What is kept of a training on disk: a checkpoint, replaced in one step, and a log with one line for each epoch.

FOLDER/checkpoint.pt   parameters, Adam's state, the epoch; read with weights_only=True
FOLDER/log.jsonl       {"epoch": 1, "objective": [...], "seconds": ...}, on disk before the next epoch starts
"""

from __future__ import annotations

import json
import os
import pickle
import time
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch
from torch import nn

from tightcheck import atomic
from tightcheck.training.data import DataError
from tightcheck.training.measure import Measured
from tightcheck.training.trained import Trained

FORMAT = 1
SECONDS = 5.0
"""Between two checkpoints; the last epoch is always kept."""


class Checkpoint:
    """One folder's checkpoint; `identity` says which training it belongs to."""

    def __init__(self, folder: Path, identity: Mapping[str, Any]) -> None:
        self.path, self.identity = folder / "checkpoint.pt", dict(identity)
        self.next = 0.0

    def start(self, model: nn.Module, optimizer: torch.optim.Optimizer, trained: Trained, is_resumed: bool) -> int:
        """The epochs done so far: restores everything from the checkpoint, or begins a folder. Raises DataError."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        if not self.path.exists():
            return 0
        if not is_resumed:
            raise DataError(f"{self.path} exists; write --resume to go on with it, or another --out.")
        device = next(model.parameters()).device
        try:
            state = torch.load(self.path, map_location=device, weights_only=True)
        except (OSError, RuntimeError, pickle.UnpicklingError, EOFError, ValueError) as error:
            raise DataError(f"{self.path} is no checkpoint ({str(error)[:120]}); remove it and start again.") from None
        if not isinstance(state, dict) or state.get("format") != FORMAT:
            raise DataError(f"{self.path} is no checkpoint of this version; remove it and start again.")
        for part, mine in self.identity.items():
            if state[part] != mine:
                raise DataError(f"{self.path} belongs to other {part}; give those it was begun with, or another --out.")
        model.load_state_dict(state["model"])
        optimizer.load_state_dict(state["optimizer"])
        trained.objectives[:] = state["objectives"]
        trained.measured |= {int(epoch): Measured(**values) for epoch, values in state["measured"].items()}
        return int(state["epoch"])

    def keep(
        self, epoch: int, model: nn.Module, optimizer: torch.optim.Optimizer, trained: Trained, is_last: bool
    ) -> None:
        """Replaces the checkpoint if the last one is old enough, or this is the end."""
        if not is_last and time.monotonic() < self.next:
            return
        state = {
            "format": FORMAT,
            **self.identity,
            "epoch": epoch,
            "model": model.state_dict(),
            "optimizer": optimizer.state_dict(),
            "objectives": trained.objectives,
            "measured": {str(e): asdict(values) for e, values in trained.measured.items()},
        }
        with atomic.replacing(self.path) as draft, draft.open("wb") as file:
            torch.save(state, file)
        self.next = time.monotonic() + SECONDS


class Log:
    """The log of one folder: lines of epochs after the checkpoint, and a torn last one, are taken back."""

    def __init__(self, folder: Path, epochs_done: int) -> None:
        self.path = folder / "log.jsonl"
        kept = b"".join(line + b"\n" for line in self._lines() if _epoch_of(line) in range(1, epochs_done + 1))
        with atomic.replacing(self.path) as draft:
            draft.write_bytes(kept)

    def _lines(self) -> list[bytes]:
        return self.path.read_bytes().split(b"\n") if self.path.exists() else []

    def append(self, line: Mapping[str, Any]) -> None:
        """Adds one line and waits until it is on disk."""
        with self.path.open("ab") as file:
            file.write(json.dumps(line).encode() + b"\n")
            file.flush()
            os.fsync(file.fileno())


def _epoch_of(line: bytes) -> int | None:
    """The epoch of a line of the log; None for what is no line."""
    try:
        found = json.loads(line)
    except ValueError:
        return None
    return found.get("epoch") if isinstance(found, dict) else None
