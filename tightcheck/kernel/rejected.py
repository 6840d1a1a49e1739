"""How the kernel says no."""

from __future__ import annotations

from collections.abc import Callable


class Rejected(Exception):  # noqa: N818 - the kernel's answer, not a fault
    """The certificate does not prove its verdict; the message says which condition of which step failed."""


def require(condition: bool, sentence: str | Callable[[], str]) -> None:
    """Raise Rejected with this sentence unless the condition holds; one that shows a formula is written when needed."""
    if not condition:
        raise Rejected(sentence if isinstance(sentence, str) else sentence())
