"""The library of proofs that a written file needs, and the command that compiles it."""

from __future__ import annotations

import hashlib
import re
import shlex
from pathlib import Path

PROOFS = Path(__file__).parent.parent / "proofs"
ROOT = "side_conditions"
"""What every written file imports."""


def needed(file: str = ROOT) -> tuple[str, ...]:
    """The files of `proofs/` that one file needs, itself last, each after those that it imports."""
    found: list[str] = []
    _visit(file, found)
    return tuple(found)


def _visit(file: str, found: list[str]) -> None:
    if file in found:
        return
    text = (PROOFS / f"{file}.v").read_text(encoding="utf-8")
    for names in re.findall(r"From tightcheck Require (?:Import|Export)([^.]*)\.", text):
        for name in names.split():
            _visit(name, found)
    found.append(file)


def digest() -> str:
    """Changes with any file that is needed, so that what an older version compiled is not used."""
    state = hashlib.sha256()
    for file in needed():
        state.update((PROOFS / f"{file}.v").read_bytes())
    return state.hexdigest()[:12]


def is_compiled() -> bool:
    """Whether every file that is needed has been compiled where it lies, and not changed since."""
    pairs = [(PROOFS / f"{file}.vo", PROOFS / f"{file}.v") for file in needed()]
    return all(out.exists() and out.stat().st_mtime >= source.stat().st_mtime for out, source in pairs)


def command(path: str) -> str:
    """One line of shell that checks the written file; it first compiles the library, once, into the user's cache."""
    file = shlex.quote(path)
    if is_compiled():
        return f"coqc -q -Q {shlex.quote(str(PROOFS))} tightcheck {file}"
    folder = f'"${{XDG_CACHE_HOME:-$HOME/.cache}}/tightcheck/proofs-{digest()}"'
    names = " ".join(needed())
    return (
        f'(P={folder}; mkdir -p "$P" && for f in {names}; do [ -e "$P/$f.vo" ] || '
        f'{{ cp {shlex.quote(str(PROOFS))}/$f.v "$P/" && coqc -q -Q "$P" tightcheck "$P/$f.v"; }} || exit 1; done; '
        f'coqc -q -Q "$P" tightcheck {file})'
    )
