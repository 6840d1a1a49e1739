"""How the kernel says no."""

from __future__ import annotations


class Rejected(Exception):
    """The certificate does not prove its verdict; the message says which condition of which step failed."""


def require(condition: bool, sentence: str) -> None:
    """Raise Rejected with this sentence unless the condition holds."""
    if not condition:
        raise Rejected(sentence)
