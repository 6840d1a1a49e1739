"""Writes a report to a file: all of it or nothing."""

from __future__ import annotations

import os
from pathlib import Path

from tightcheck import atomic


def write(path: str | Path, text: str) -> None:
    """Replaces the file by `text` in one step; a device or pipe is written to as it is. Raises OSError."""
    target = Path(os.path.realpath(path))
    if target.exists() and not target.is_file():
        target.write_text(text, encoding="utf-8")
        return
    with atomic.replacing(target) as draft:
        draft.write_text(text, encoding="utf-8")
