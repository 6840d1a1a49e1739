"""An edit of a design's files: what changes, how much, where; and what every module of edits needs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from tightcheck.design import NOWHERE, Block, Conditional, Constant, Design, Map, Place
from tightcheck.family import Family
from tightcheck.suggestions.files import Files

Kind = Literal["features", "prior", "encoder", "link", "decoder", "latents"]
COSTS: Mapping[Kind, int] = {"features": 1, "prior": 2, "encoder": 4, "link": 8, "decoder": 16, "latents": 32}
"""How much a change of this kind is: more than all smaller ones together."""


@dataclass(frozen=True)
class Edit:
    """One change of the files; `place` is where in the given files it is."""

    words: str
    kind: Kind
    files: Files
    place: Place = NOWHERE


Edits = Callable[[Files, Design], Iterator[Edit]]
"""The edits of one sort that a design has."""


def size(block: Block) -> int:
    """How many coordinates the block has in all."""
    return block.copies * (block.dimension or 1)


def place_of_map(conditional: Conditional) -> Place:
    """Where the conditional's map is written."""
    return next((h.source.place for h in conditional.heads if isinstance(h.source, Map)), conditional.place)


def is_constant(conditional: Conditional, name: str) -> bool:
    """Whether the parameter of this name, however it is spelled, depends on nothing."""
    return any(isinstance(h.source, Constant) for h in conditional.heads if h.symbol.name.startswith(name))


def customary(family: Family) -> tuple[str, ...]:
    """The names of a parametrisation in which every network's output is admitted, else the family's own first one."""
    ways = [tuple(way.parameters) for way in family.parametrisations]
    for wanted in (("logits",), ("log_rate",), ("natural",)):
        if wanted in ways and not family.natural_domain:
            return wanted
    return ("mean", "log_variance") if {"mean", "log_variance"} in map(set, ways) else ways[0]


def output(names: tuple[str, ...], constants: tuple[str, ...] = (), sharing: str = "per_coordinate") -> Any:
    """Heads as a file writes them: names, of which some are learned constants."""
    heads: list[Any] = [{name: {"learned": sharing}} if name in constants else name for name in names]
    return heads[0] if len(heads) == 1 and isinstance(heads[0], str) else heads


def keeping(block: Mapping[str, Any], **changes: Any) -> dict[str, Any]:
    """A latent block of another family: its name and what it is given stay, its own constants go."""
    kept = {key: value for key, value in block.items() if key in ("name", "given")}
    return {**({"name": kept.pop("name")} if "name" in kept else {}), **changes, **kept}
