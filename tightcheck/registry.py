"""The registry: which families there are, found by listing the files of `tightcheck.families`, loaded one by one.

A file states `FAMILY`, or `build` where the family depends on a choice (a dimension, a number of trials, a graph); the
defaults of `build` are a small representative. Other packages add families by entry points of the group
`tightcheck.families`, each a `Family` or such a `build`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from difflib import get_close_matches
from functools import cache
from importlib import import_module
from inspect import signature
from pathlib import Path
from typing import Any

from tightcheck.family import Family
from tightcheck.parametrise import complete
from tightcheck.refused import REFUSED, Refusal

__all__ = [
    "ENTRY_POINTS",
    "REFUSED",
    "Refusal",
    "RefusedFamily",
    "UnknownFamily",
    "choices",
    "extensions",
    "load",
    "names",
]

ENTRY_POINTS = "tightcheck.families"
FOLDER = Path(__file__).parent / "families"


class UnknownFamily(LookupError):  # noqa: N818 (what is wrong, said in words)
    """No family has this name; the sentence says which names are near."""


class RefusedFamily(UnknownFamily):
    """The name is of no exponential family: `refusal` says why, and which family is nearest."""

    def __init__(self, name: str, refusal: Refusal) -> None:
        super().__init__(f"{name} is no exponential family: {refusal.reason}. The nearest one is {refusal.nearest}.")
        self.refusal = refusal


@cache
def names() -> tuple[str, ...]:
    """The names of the built-in families, in order, without importing any."""
    return tuple(sorted(file.stem for file in FOLDER.glob("[!_]*.py")))


def load(name: str, dimension: int | None = None, fixed: Mapping[str, Any] | None = None, **choices: Any) -> Family:
    """The family called `name` (or one of its aliases), with every way to write its parameters.

    `dimension` is the size of one draw of a vector family (None: a small representative). `fixed` gives values to fixed
    parameters: those that `build` takes shape the family, the others replace their symbols; a fixed parameter without a
    value stays a symbol. `choices` are what else `build` takes (`edges`).
    Raises UnknownFamily (RefusedFamily where the name is of no exponential family), ValueError for a choice the family
    does not have.
    """
    sizes = {} if dimension is None else {"dimension": dimension}
    wanted = {key: _frozen(value) for key, value in {**choices, **sizes}.items()}
    given = {key: _frozen(value) for key, value in (fixed or {}).items()}
    return _load(name, tuple(given.items()), tuple(wanted.items()))


@cache
def _load(name: str, fixed: tuple[tuple[str, Any], ...], choices: tuple[tuple[str, Any], ...]) -> Family:
    """`load`, once for each request."""
    made = _find(_canonical(name), name)
    if not fixed and not choices:
        return complete(made if isinstance(made, Family) else made())
    wanted = {**(load(name).fixed_values(dict(fixed)) if fixed else {}), **dict(choices)}
    taken: dict[str, Any] = {}
    if isinstance(made, Family):
        stated = made
    else:
        parameters = signature(made).parameters
        taken = {key: value for key, value in wanted.items() if key in parameters}
        sizes = {key: _size(_canonical(name), key, taken[key]) for key in taken if parameters[key].annotation is int}
        stated = made(**{**taken, **sizes})
    rest = {key: value for key, value in wanted.items() if key not in taken}
    if strange := sorted(rest.keys() - {parameter.symbol.name for parameter in stated.fixed}):
        raise ValueError(f"the family {stated.name} has no choice {', '.join(strange)}.")
    return complete(stated.with_fixed(rest))


def choices(name: str) -> tuple[str, ...]:
    """What the family's `build` takes (`dimension`, `trials`, `edges`); nothing where the file states one family."""
    made = _find(_canonical(name), name)
    return () if isinstance(made, Family) else tuple(signature(made).parameters)


def _size(family: str, key: str, value: Any) -> int:
    """The value as a whole number from 1."""
    if value != int(value) or value < 1:
        raise ValueError(f"the {key} of the family {family} is a whole number from 1, not {value}.")
    return int(value)


def _frozen(value: Any) -> Any:
    """The value with its lists (of edges, of a matrix's rows) as tuples."""
    return tuple(map(_frozen, value)) if isinstance(value, Iterable) else value


def representative_edges(
    dimension: int, edges: Iterable[tuple[int, int]], size: int = 3
) -> tuple[tuple[int, int], ...]:
    """The edges among `size` nodes that stand for a larger graph: all of them if it is complete, else two nodes without an
    edge and a third that is joined to one of them, if any is. A product of two bits that some pair lacks is then lacking here
    too.
    """
    joined = {(min(edge), max(edge)) for edge in edges}
    if dimension <= size or not joined:
        return tuple(sorted(joined))
    near: dict[int, set[int]] = {i: set() for i in range(dimension)}
    for a, b in joined:
        near[a].add(b)
        near[b].add(a)
    apart = ((i, j) for j in range(dimension) for i in range(j) if (i, j) not in joined)
    found = next(((pair, near[pair[0]] | near[pair[1]]) for pair in apart if near[pair[0]] | near[pair[1]]), None)
    if found is None:
        return tuple((i, j) for j in range(size) for i in range(j))
    pair, neighbours = found
    return tuple((a, 2) for a in (0, 1) if min(neighbours) in near[pair[a]])


def extensions() -> tuple[str, ...]:
    """The names of the families that other installed packages add."""
    from importlib.metadata import entry_points

    return tuple(sorted(point.name for point in entry_points(group=ENTRY_POINTS)))


def _canonical(name: str) -> str:
    """The name as a file would have it: `Negative-Binomial` is negative_binomial."""
    return name.strip().lower().replace("-", "_").replace(" ", "_")


def _find(name: str, written: str) -> Family | Callable[..., Family]:
    """What the file, the alias or the entry point of this name states."""
    if name in names():
        return _stated(name)
    if name in REFUSED:
        raise RefusedFamily(written, REFUSED[name])
    for made in (*_aliased(name), *_from_other_packages(name)):
        return made
    near = get_close_matches(name, (*names(), *REFUSED), n=3, cutoff=0.5)
    hint = f" The nearest name{'s are' if len(near) > 1 else ' is'} {', '.join(near)}." if near else ""
    raise UnknownFamily(f"No family is called {written[:60]!r}.{hint} `tightcheck families` lists them all.")


def _stated(file: str) -> Family | Callable[..., Family]:
    """What one family's file states."""
    module = import_module(f"tightcheck.families.{file}")
    made: Family | Callable[..., Family] = module.FAMILY if hasattr(module, "FAMILY") else module.build
    return made


def _aliased(name: str) -> Iterator[Family | Callable[..., Family]]:
    """The built-in family with this alias; only files in which the word is written are imported."""
    for file in names():
        if f'"{name}"' in (FOLDER / f"{file}.py").read_text(encoding="utf-8"):
            made = _stated(file)
            if name in (made if isinstance(made, Family) else made()).aliases:
                yield made


def _from_other_packages(name: str) -> Iterator[Family | Callable[..., Family]]:
    """The family that another installed package adds under this name."""
    from importlib.metadata import entry_points

    for point in entry_points(group=ENTRY_POINTS, name=name):
        yield point.load()
