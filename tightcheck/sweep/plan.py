"""A sweep file, and the runs it asks for: every design x every point of the grid x every seed."""

from __future__ import annotations

import hashlib
import itertools
import json
from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal

from tightcheck import serial
from tightcheck.read_yaml import design_of
from tightcheck.reading.nodes import Path_, Tree, read_tree
from tightcheck.reading.shape import Limits, Shape
from tightcheck.reading.validate import At, validated
from tightcheck.sweep import tasks
from tightcheck.sweep.run import Run

MOST_RUNS = 100_000
PARTS = ("encoder", "decoder")


class Files(Shape):
    """The files of one design, relative to the sweep's."""

    encoder: str
    decoder: str | None = None


class Resources(Shape):
    """What one run takes of a machine; a fraction of a GPU lets several runs share it."""

    cpus: int | Decimal = 1
    gpus: int | Decimal = 0


class Sweep(Shape):
    """What may be written in a sweep file."""

    designs: Annotated[list[Files], Limits(min_length=1)]
    grid: dict[str, Annotated[list[Any], Limits(min_length=1)]] = {}
    seeds: int | list[int] = 1
    task: Literal["analyze", "train"] = "train"
    options: dict[str, Any] = {}
    resources: Resources = Resources()


@dataclass(frozen=True)
class Plan:
    """The runs of a sweep, in the order of the file, and what each takes."""

    runs: tuple[Run, ...]
    cpus: float
    gpus: float


def read_plan(path: str | Path) -> Plan:
    """The plan in a sweep file. Raises DesignError for a file that is none, before anything runs."""
    at = At(read_tree(path))
    sweep = validated(Sweep, at, at.tree.data)
    folder = Path(path).parent
    seeds = tuple(range(sweep.seeds)) if isinstance(sweep.seeds, int) else tuple(sweep.seeds)
    if not seeds or len(set(seeds)) < len(seeds):
        raise (at / "seeds").error("the seeds must be a number of at least 1, or a list of different whole numbers")
    options = tasks.options(sweep.task, sweep.options, at / "options", folder)
    size = len(sweep.designs) * len(seeds) * _product(len(values) for values in sweep.grid.values())
    if size > MOST_RUNS:
        raise At(at.tree).error(
            f"this is a sweep of {size} runs, and at most {MOST_RUNS} are planned; write a smaller grid"
        )
    runs: dict[str, Run] = {}
    for number, files in enumerate(sweep.designs):
        for point, design in _variants(files, at / "designs" / number, sweep.grid, at / "grid", folder):
            for seed in seeds:
                run = _run(sweep.task, seed, {"design": files.encoder, **point}, design, options)
                runs.setdefault(run.key, run)
    return Plan(tuple(runs.values()), float(sweep.resources.cpus), float(sweep.resources.gpus))


def _product(sizes: Iterator[int]) -> int:
    total = 1
    for size in sizes:
        total *= size
    return total


def _run(task: str, seed: int, point: Mapping[str, Any], design: Mapping[str, Any], options: Mapping[str, Any]) -> Run:
    determining = json.dumps([task, seed, design, options], sort_keys=True)
    return Run(hashlib.sha256(determining.encode()).hexdigest()[:24], task, seed, point, design, options)


def _variants(
    files: Files, at: At, grid: Mapping[str, list[Any]], grid_at: At, folder: Path
) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Every point of the grid (as written) with the design it makes (as plain data)."""
    trees = _trees(files, at, folder)
    for values in itertools.product(*(range(len(choices)) for choices in grid.values())):
        chosen = {name: grid[name][index] for name, index in zip(grid, values, strict=True)}
        variant = {part: Tree(deepcopy(tree.data), dict(tree.places)) for part, tree in trees.items()}
        for (name, value), index in zip(chosen.items(), values, strict=True):
            _replace(variant, name, value, grid_at / name / index)
        yield _plain(chosen), serial.normalised(design_of(*variant.values()))


def _trees(files: Files, at: At, folder: Path) -> dict[str, Tree]:
    """The two parts as trees of their own, from two files or from one."""
    first = read_tree(folder / files.encoder)
    if files.decoder is not None:
        return {"encoder": first, "decoder": read_tree(folder / files.decoder)}
    if not all(isinstance(first.data.get(part), dict) for part in PARTS):
        raise at.error("one file is given, and it does not hold both parts; write `decoder: FILE` beside it")
    return {part: _branch(first, part) for part in PARTS}


def _branch(tree: Tree, part: str) -> Tree:
    places = {path[1:]: place for path, place in tree.places.items() if path[:1] == (part,)}
    return Tree(tree.data[part], places)


def _replace(variant: Mapping[str, Tree], name: str, value: Any, at: At) -> None:
    """Writes `value` at the part that `encoder.latent.dim` names; a key of a mapping may be new."""
    part, *steps = name.split(".")
    if part not in variant or not steps:
        raise at.error(f"{name!r} names no part of a design; write the path of one, such as `encoder.latent.dim`")
    tree = variant[part]
    path: Path_ = ()
    owner: Any = tree.data
    for step in steps[:-1]:
        owner, path = _inner(owner, step, name, at), (*path, int(step) if isinstance(owner, list) else step)
    last = steps[-1]
    if isinstance(owner, list):
        _inner(owner, last, name, at)
        owner[int(last)], path = value, (*path, int(last))
    elif isinstance(owner, dict):
        owner[last], path = value, (*path, last)
    else:
        raise at.error(f"{name!r} goes into a part that holds no others; write the path of a part")
    tree.places[path] = at.place


def _inner(owner: Any, step: str, name: str, at: At) -> Any:
    if isinstance(owner, list) and step.isdigit() and int(step) < len(owner):
        return owner[int(step)]
    if isinstance(owner, dict) and step in owner:
        return owner[step]
    raise at.error(f"{name!r} names no part of the design: there is no {step!r}; write a part that the file has")


def _plain(data: Any) -> Any:
    """The data with numbers that JSON knows."""
    if isinstance(data, dict):
        return {key: _plain(value) for key, value in data.items()}
    if isinstance(data, list):
        return [_plain(value) for value in data]
    return float(data) if isinstance(data, Decimal) else data
