"""What can still be said of a design with a part outside the theorem."""

from __future__ import annotations

from dataclasses import replace

from tightcheck.decide import decide
from tightcheck.design import Design, Outside
from tightcheck.verdict import ORDER, Verdict

REMOVABLE = ("flow:", "hierarchical:")
"""Keywords beside a family that is inside: the design without them is a design."""


def outside_reason(design: Design) -> str:
    """Each part by name, why, and the nearest thing inside."""
    told = [
        f"{o.name} is outside the theorem: {o.reason}. The nearest thing inside: {o.nearest}."
        for o in _distinct(design)
    ]
    return " ".join(told)


def _distinct(design: Design) -> list[Outside]:
    return [*{o.name: o for o in design.outside}.values()]


def without(design: Design) -> tuple[str, ...]:
    """The verdict of the design without the keyword, where only keywords are outside."""
    if not all(o.name.startswith(REMOVABLE) for o in design.outside) or not (design.encoder and design.decoder):
        return ()
    inside = decide(replace(design, outside=()), design.prior.kind).verdict
    if inside not in ORDER:
        return ()
    names = " and ".join(f"`{o.name}`" for o in design.outside)
    words = f"Without {names} the design is {inside.word}."
    if all(o.name.startswith("flow:") for o in design.outside) and inside is not Verdict.IMPOSSIBLE:
        words += " Where the flow can be the identity, the models that are consistent without it stay consistent, and there may be more."
    return (words,)
