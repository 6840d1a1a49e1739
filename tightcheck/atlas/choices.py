"""Families as the command line asks for them: sizes, fixed parameters and other choices, each checked in a sentence."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any

import sympy as sp

from tightcheck import registry
from tightcheck.family import Family

NUMBER = re.compile(r"[+-]?\d{1,18}(?:/0*[1-9]\d{0,17}|\.\d{1,18})?")
CHOICE = re.compile(r"(?:(?P<side>[xz])\.)?(?P<name>[A-Za-z_]\w*)=(?P<value>.+)", re.DOTALL)
LARGEST = 12
"""Draws, or the dimension of one draw, that are written out entry by entry."""


class ChoiceError(ValueError):
    """A choice that no family has, or a value it does not admit; the sentence says what to write."""


@dataclass(frozen=True)
class Asked:
    """A family, how many independent draws of it a side has, and what was chosen beside its size.

    `beside`: further blocks of the same side, independent of it given the other side.
    """

    family: Family
    copies: int
    fixed: Mapping[str, sp.Expr] = field(default_factory=dict)
    rows: Mapping[str, tuple[tuple[Any, ...], ...]] = field(default_factory=dict)
    beside: tuple[Asked, ...] = ()

    @property
    def blocks(self) -> tuple[Asked, ...]:
        """All blocks of the side."""
        return (self, *self.beside)

    @property
    def side(self) -> dict[str, Any] | list[dict[str, Any]]:
        """The side as the kernel's certificates write it."""
        return [block.block for block in self.blocks] if self.beside else self.block

    @property
    def block(self) -> dict[str, Any]:
        """The first block alone, as the kernel's certificates write it."""
        is_sized = "dimension" in registry.choices(self.family.name)
        return {
            "family": self.family.name,
            "copies": self.copies,
            "dimension": self.family.dimension if is_sized else None,
            "fixed": {key: str(value) for key, value in self.fixed.items()},
            "rows": {key: [[str(entry) for entry in row] for row in value] for key, value in self.rows.items()},
        }


def asked(names: tuple[str, str], sizes: tuple[int, int] | None, fixes: Iterable[str]) -> tuple[Asked, Asked]:
    """The two sides x and z; several blocks of a side as in `bernoulli:4+poisson`.

    `sizes`: draws of a scalar family, the dimension of one draw of a vector family. `fixes`: `r=3`, or `x.r=3` for one
    side. Raises UnknownFamily, ChoiceError.
    """
    x, z = ("x", "z")
    written = {x: _blocks(names[0], sizes and sizes[0]), z: _blocks(names[1], sizes and sizes[1])}
    wanted: dict[str, list[dict[str, Any]]] = {side: [{} for _ in blocks] for side, blocks in written.items()}
    for text in fixes:
        sides, name, value = _read(text)
        blocks = [
            (side, k) for side in sides for k, (family, _) in enumerate(written[side]) if name in _choices(family)
        ]
        if not blocks:
            words = "; ".join(dict.fromkeys(_offer(family) for side in sides for family, _ in written[side]))
            raise ChoiceError(f"--fix {text}: there is no choice {name!r} here. {words}")
        for side, k in blocks:
            wanted[side][k][name] = value
    first, second = (
        [_load(name, size, own) for (name, size), own in zip(written[side], wanted[side], strict=True)]
        for side in (x, z)
    )
    return replace(first[0], beside=tuple(first[1:])), replace(second[0], beside=tuple(second[1:]))


def _blocks(text: str, size: int | None) -> list[tuple[str, int | None]]:
    """The families of one side with their sizes; `size` is that of a side's only block."""
    found = []
    for part in text.split("+"):
        name, mark, count = part.strip().partition(":")
        if not name:
            raise ChoiceError(f"{text[:40]!r}: the name of a family is missing; write for example bernoulli:4+poisson.")
        if mark and not (count.isdecimal() and len(count) <= 4):
            raise ChoiceError(f"{part.strip()[:40]!r}: after the colon stands a whole number, as in bernoulli:4.")
        found.append((name, int(count) if mark else None))
    if size is not None and (len(found) > 1 or found[0][1] is not None):
        raise ChoiceError("--dims is about one block on each side; write sizes as in bernoulli:4+poisson.")
    return [(name, size if size is not None else count) for name, count in found]


def _read(text: str) -> tuple[tuple[str, ...], str, Any]:
    """The sides, the name and the value of one choice."""
    match = CHOICE.fullmatch(text.strip())
    if match is None:
        raise ChoiceError(f"--fix {text}: write NAME=VALUE, for example r=3, or x.r=3 for one side.")
    side = match["side"]
    return (side,) if side else ("x", "z"), match["name"], _value(text, match["value"])


def _value(text: str, written: str) -> Any:
    """A number, or rows of numbers: `0,1;1,2` (the edges of a graph, or a matrix)."""
    if ";" not in written and "," not in written:
        return _number(text, written)
    return tuple(tuple(_number(text, entry) for entry in row.split(",")) for row in written.split(";"))


def _number(text: str, written: str) -> sp.Expr:
    if not NUMBER.fullmatch(written.strip()):
        raise ChoiceError(f"--fix {text}: {written[:40]!r} is no number; write for example 3, 1/2 or 0.5.")
    return sp.Rational(Fraction(written.strip()))


def _choices(name: str) -> Mapping[str, str]:
    """What may be fixed of a family, with a word on each that has its own name."""
    fixed = registry.load(name).fixed
    found = {p.symbol.name: f"{p.symbol.name} (otherwise {p.default})" for p in fixed}
    found |= {other: "" for p in fixed for other in p.other_names}
    shapes = (choice for choice in registry.choices(name) if choice not in found and choice != "dimension")
    return found | {choice: f"{choice} (rows such as 0,1;1,2)" for choice in shapes}


def _offer(name: str) -> str:
    own = [word for word in _choices(name).values() if word]
    return f"{name} has {', '.join(own)}" if own else f"{name} has nothing to fix"


def _load(name: str, size: int | None, wanted: Mapping[str, Any]) -> Asked:
    """The family at the size asked for."""
    if size is not None and not 1 <= size <= LARGEST:
        raise ChoiceError(f"--dims: a size is a whole number from 1 to {LARGEST}, not {size}.")
    is_vector = "dimension" in registry.choices(name)
    fixed = {key: value for key, value in wanted.items() if not isinstance(value, tuple)}
    rows = {key: _rows(key, value) for key, value in wanted.items() if isinstance(value, tuple)}
    try:
        family = registry.load(name, size if is_vector else None, fixed, **rows)
    except (ValueError, TypeError, AssertionError) as error:
        raise ChoiceError(str(error) if name in str(error) else f"{name}: {error}") from None
    copies = 1 if is_vector or size is None else size
    return Asked(family, copies, fixed, rows)


def _rows(key: str, value: tuple[tuple[sp.Expr, ...], ...]) -> tuple[tuple[Any, ...], ...]:
    """Edges join nodes by their numbers, whole ones; a matrix has exact entries."""
    return tuple(tuple(map(int, row)) for row in value) if key == "edges" else value
