"""What a reader says when a file is no design."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

from tightcheck.design import NOWHERE, Place


class DesignError(ValueError):
    """A file that is no design: where, what was found, what was expected and what to write, in one paragraph."""

    def __init__(self, message: str, place: Place = NOWHERE) -> None:
        super().__init__(f"{place}: {message}")
        self.message = message
        self.place = place


def nearest(word: str, known: Iterable[str]) -> str:
    """The known words, the nearest first: the end of a sentence about an unknown one."""
    names = list(dict.fromkeys(known))
    close = get_close_matches(str(word)[:60].lower(), names, 3, 0.5)
    if close:
        return f"the nearest {'are' if len(close) > 1 else 'is'} {', '.join(close)}"
    return f"write one of {', '.join(names[:12])}{', ...' if len(names) > 12 else ''}"
