"""Suggestions as text, as JSON data, and as changed files."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tightcheck.reading.write import written
from tightcheck.report import file
from tightcheck.suggestions.search import Suggested, Suggestions
from tightcheck.verdict import Lossless

WIDTH = 96


def text(found: Suggestions) -> str:
    """The suggestions as numbered paragraphs of at most 96 columns."""
    return "\n".join(line for paragraph in _paragraphs(found) for line in (*paragraph, ""))


def _paragraphs(found: Suggestions) -> Iterator[list[str]]:
    yield [f"now            {found.declared.word}; implied prior: {found.implied.word}"]
    if found.smallest:
        yield _wrapped(" ".join(found.smallest))
    if not found.found:
        yield _wrapped(_nothing(found))
    for number, each in enumerate(found.found, start=1):
        yield list(_numbered(number, each))


def _nothing(found: Suggestions) -> str:
    if found.declared.word == "tight":
        return "The design is tight: nothing needs to change."
    return "No design that differs in one to three of the things that are tried has a better verdict."


def _numbered(number: int, each: Suggested) -> Iterator[str]:
    """The changes, the verdicts they lead to, and where they are."""
    verdicts = f"{each.declared.word}; implied prior: {each.implied.word}"
    known = "" if each.lossless is Lossless.UNDECIDED else f"; lossless: {each.lossless.value}"
    yield f"{number}. {verdicts}{known}"
    for edit in each.edits:
        yield from _wrapped(f"{edit.kind}: {edit.words}", "   ")
        if edit.place.file:
            yield f"     at {edit.place}"


def _wrapped(words: str, indent: str = "") -> list[str]:
    return textwrap.wrap(
        words,
        WIDTH,
        initial_indent=indent,
        subsequent_indent=indent + ("  " if indent else ""),
        break_long_words=False,
        break_on_hyphens=False,
    )


def data(found: Suggestions) -> dict[str, Any]:
    """The suggestions as JSON data, each with the changed files."""
    return {
        "declared": found.declared.word,
        "implied": found.implied.word,
        "smallest": list(found.smallest),
        "suggestions": [
            {
                "changes": [
                    {"kind": e.kind, "change": e.words, "file": e.place.file, "line": e.place.line} for e in each.edits
                ],
                "declared": each.declared.word,
                "implied": each.implied.word,
                "lossless": each.lossless.value,
                "encoder": written(each.files.encoder),
                "decoder": written(each.files.decoder),
            }
            for each in found.found
        ],
    }


def write(found: Suggestions, folder: Path) -> list[Path]:
    """Writes each suggestion's `encoder.yaml` and `decoder.yaml` into a folder of its own. Raises OSError."""
    made = []
    for number, each in enumerate(found.found, start=1):
        kinds = "-".join(edit.kind for edit in each.edits)
        place = folder / re.sub(r"[^\w-]", "", f"{number}-{kinds}")
        place.mkdir(parents=True, exist_ok=True)
        remarks = (*(f"{edit.kind}: {edit.words}" for edit in each.edits), f"verdict: {each.declared.word}")
        file.write(place / "encoder.yaml", written(each.files.encoder, remarks))
        file.write(place / "decoder.yaml", written(each.files.decoder, remarks))
        made.append(place)
    return made
