"""What the writer says when it cannot write a file."""

from __future__ import annotations


class Unwritten(Exception):  # noqa: N818 - what happened, as kernel.Rejected
    """The design, or its verdict, is not covered by the theorems on designs in `proofs/`; the message says why."""


def need(condition: object, reason: str) -> None:
    """Raises Unwritten with the reason unless the condition holds."""
    if not condition:
        raise Unwritten(reason)
