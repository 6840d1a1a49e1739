"""What can still be said of a design with a part outside the theorem."""

from __future__ import annotations

from dataclasses import replace

from tightcheck.account.words import listed
from tightcheck.decide import decide
from tightcheck.design import Design
from tightcheck.verdict import ORDER, Verdict

REMOVABLE = ("flow:", "hierarchical:")
"""Keywords beside a family that is inside: without them there is still a design."""


def reason(design: Design) -> str:
    """Each part by name, where it is written, why, and the nearest thing inside."""
    parts = {part.name: part for part in design.outside}.values()
    return " ".join(
        f"`{p.name}`{_where(design, p.name)}: {p.reason}. The nearest thing inside the theorem: {p.nearest}."
        for p in parts
    )


def _where(design: Design, name: str) -> str:
    """The files and lines of the parts of this name; nothing for a design built in Python."""
    places = [part.place for part in design.outside if part.name == name and part.place.file]
    return f" at {listed(list(dict.fromkeys(str(replace(place, text='')) for place in places)))}" if places else ""


def without(design: Design) -> tuple[str, ...]:
    """The verdict of the design without the keyword, where only keywords are outside."""
    names = [part.name for part in design.outside]
    if not names or not all(name.startswith(REMOVABLE) for name in names) or not (design.encoder and design.decoder):
        return ()
    inside = decide(replace(design, outside=()), design.prior.kind).verdict
    if inside not in ORDER:
        return ()
    words = f"Without {' and '.join(f'`{name}`' for name in names)} the verdict is: {inside.word}."
    if all(name.startswith("flow:") for name in names) and inside is not Verdict.IMPOSSIBLE:
        words += " If the flow can be the identity, what is consistent without it stays so, and there may be more."
    return (words,)
