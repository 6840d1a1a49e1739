"""The paper's statements as a ledger: each with its status, the reason, and a check that runs.

One file of `entries/` is one statement; a file is added and nothing else changes.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from pathlib import Path

from tightcheck.claims.claim import Claim, Status

__all__ = ["Claim", "Status", "find", "names"]

ENTRIES = Path(__file__).parent / "entries"


def names() -> tuple[str, ...]:
    """The identifiers of all statements, in the order of the paper."""
    return tuple(
        sorted((name for name in map(identifier, ENTRIES.glob("[a-z]*.py"))), key=lambda name: find(name).order)
    )


def identifier(path: Path) -> str:
    """The identifier that a file's name gives: `corollary_1.py` is corollary-1."""
    return path.stem.replace("_", "-")


@cache
def find(name: str) -> Claim:
    """The statement with this identifier; raises KeyError."""
    stem = name.replace("-", "_")
    if not stem.isidentifier() or not (ENTRIES / f"{stem}.py").exists():
        raise KeyError(name)
    claim = import_module(f"tightcheck.claims.entries.{stem}").CLAIM
    assert isinstance(claim, Claim)
    return claim
