"""Writes a report to a file: all of it or nothing."""

from __future__ import annotations

import os
from pathlib import Path


def write(path: str | Path, text: str) -> None:
    """Replaces the file by `text` in one step; a device or pipe is written to as it is. Raises OSError."""
    target = Path(os.path.realpath(path))
    if target.exists() and not target.is_file():
        target.write_text(text, encoding="utf-8")
        return
    draft = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        draft.write_text(text, encoding="utf-8")
        os.replace(draft, target)
    finally:
        draft.unlink(missing_ok=True)
