"""Files that are whole or absent: written beside their place and put there in one step, on disk before the call returns."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


@contextmanager
def replacing(target: Path, is_forced: bool = True) -> Iterator[Path]:
    """A draft to write, in the target's folder and with its suffix, which then replaces the target.

    Not forced to disk it may be empty after a loss of power, but thousands of files are quick. If the block raises, the
    draft is removed and the target stays as it was. Raises OSError.
    """
    draft = target.with_name(f".{target.stem}.{os.getpid()}.part{target.suffix}")
    try:
        yield draft
        if is_forced:
            force(draft)
        os.replace(draft, target)
    except OSError as error:
        if error.filename is not None and Path(error.filename) == draft:
            error.filename = str(target)  # the name that its reader knows
        raise
    finally:
        with suppress(OSError):
            draft.unlink()
    if is_forced:
        force(target.parent)


def force(path: Path) -> None:
    """Waits until a file's content, or a folder's names, are on disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
