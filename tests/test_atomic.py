"""A file is whole or as it was, whenever its writer ends."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from tightcheck import atomic


def test_the_draft_is_a_neighbour_with_the_same_suffix(tmp_path: Path) -> None:
    with atomic.replacing(tmp_path / "figure.png") as draft:
        assert (draft.parent, draft.suffix) == (tmp_path, ".png")
        draft.write_bytes(b"new")
    assert [file.name for file in tmp_path.iterdir()] == ["figure.png"]


KILLED = """
import os, signal, sys
from pathlib import Path
from tightcheck import atomic
with atomic.replacing(Path(sys.argv[1])) as draft:
    draft.write_text("half")
    os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_writer_killed_before_the_replacement_leaves_the_old_file(tmp_path: Path) -> None:
    target = tmp_path / "state.json"
    target.write_text("old")
    ended = subprocess.run([sys.executable, "-c", KILLED, str(target)], check=False)
    assert ended.returncode == -signal.SIGKILL
    assert target.read_text() == "old"
    assert len([*tmp_path.iterdir()]) == 2  # the draft was begun


def test_a_file_in_place_of_a_folder_is_told_by_the_name_that_was_asked_for(tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text("a file")
    target = tmp_path / "page.html" / "report.html"
    with pytest.raises(NotADirectoryError) as error, atomic.replacing(target) as draft:
        draft.write_text("new")
    assert error.value.filename == str(target)


def write_half(target: Path) -> None:
    with atomic.replacing(target) as draft:
        draft.write_text("half")
        raise ValueError("full")


def test_a_writer_that_fails_leaves_the_old_file_and_no_draft(tmp_path: Path) -> None:
    target = tmp_path / "state.json"
    target.write_text("old")
    with pytest.raises(ValueError, match="full"):
        write_half(target)
    assert [(file.name, file.read_text()) for file in tmp_path.iterdir()] == [("state.json", "old")]


def test_the_content_is_on_disk_before_the_name_and_the_name_before_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fsync, replace, seen = os.fsync, os.replace, []

    def forced(descriptor: int) -> None:
        seen.append("folder" if stat.S_ISDIR(os.fstat(descriptor).st_mode) else "draft")
        fsync(descriptor)

    def replaced(draft: Path, target: Path) -> None:
        seen.append("name")
        replace(draft, target)

    monkeypatch.setattr(os, "fsync", forced)
    monkeypatch.setattr(os, "replace", replaced)
    with atomic.replacing(tmp_path / "state.json") as draft:
        draft.write_text("new")
    assert seen == ["draft", "name", "folder"]
