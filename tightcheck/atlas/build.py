"""Writes the atlas: only what is not there yet or was made from other files, a row at a time, so that a stop costs a row.

A pair is decided once for both orders of its families. Its key is a hash of the files of its two families and of everything
the facts and the pages are made with; `rows/X.json` keeps the keys of X with the families from X on. A page is written
before its row says so.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from hashlib import sha256
from importlib.metadata import version
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tightcheck import atomic, registry

if TYPE_CHECKING:
    from tightcheck.atlas.facts import Pair

PACKAGE = Path(__file__).parent.parent
PARTS = ("atlas", "density", "joint", "kernel", "report")
"""The packages whose files the facts and the pages are made with, beside the modules below them."""
LIBRARIES = ("sympy", "numpy", "contourpy")


@dataclass(frozen=True)
class Row:
    """The pairs of one family with itself and with those after it that are to be made, by the name of the other."""

    first: str
    keys: Mapping[str, str]

    @property
    def count(self) -> int:
        """How many pages they have: one for each order."""
        return sum(1 + (name != self.first) for name in self.keys)


def build(
    folder: Path, names: Sequence[str], workers: int, began: Callable[[int], None], made: Callable[[int], None]
) -> int:
    """Brings the atlas of these families in `folder` up to date; the number of pairs that were made.

    `began` is told how many pairs there are to make, `made` how many more there are. Raises OSError.
    """
    (folder / "rows").mkdir(parents=True, exist_ok=True)
    keys = _keys(names)
    rows = [row for k, x in enumerate(names) if (row := _missing(folder, x, names[k:], keys)).keys]
    count = sum(row.count for row in rows)
    began(count)
    for done in _made(folder, rows, workers):
        made(done)
    _write_index(folder, names, keys)
    return count


def _made(folder: Path, rows: Sequence[Row], workers: int) -> Iterator[int]:
    """Makes the rows, in other processes where there is much to do; the number of pairs of each row when it is done."""
    if workers < 2 or len(rows) < 2:
        yield from (make(folder, row) for row in rows)
        return
    with ProcessPoolExecutor(min(workers, len(rows)), mp_context=get_context("spawn")) as pool:
        tasks = [pool.submit(make, folder, row) for row in rows]
        try:
            for task in as_completed(tasks):
                yield task.result()
        finally:
            pool.shutdown(cancel_futures=True)


def make(folder: Path, row: Row) -> int:
    """Writes the pages of a row's pairs in both orders, then the row; the number of pages."""
    from tightcheck.atlas.choices import Asked
    from tightcheck.atlas.facts import pair
    from tightcheck.report import file

    cells = _row(folder, row.first)
    x = Asked(registry.load(row.first), 1)
    for name, key in row.keys.items():
        found = pair(x, Asked(registry.load(name), 1))
        cells[name] = {"key": key, **_written(folder, found)}
    file.write(folder / "rows" / f"{row.first}.json", json.dumps(cells, indent=0))
    return row.count


def _written(folder: Path, found: Pair) -> dict[str, Any]:
    """Writes a pair's certificate and its pages; what the table shows of it."""
    from tightcheck.atlas import page
    from tightcheck.atlas.example import example, transposed
    from tightcheck.atlas.facts import exchanged
    from tightcheck.atlas.picture import is_drawn, picture

    if found.certificate is not None:
        _put(folder / page.certificate_of(found), json.dumps(found.certificate, indent=1))
    weights = example(found) if is_drawn(found) else None
    shown = page.cell(found)
    orders = [(found, weights)]
    if found.x.family.name != found.z.family.name:
        other = exchanged(found)
        orders.append((other, transposed(found, other, weights) if weights else None))
    for each, own in orders:
        drawing = picture(each, own) if own else None
        _put(folder / page.file_of(each.x.family.name, each.z.family.name), page.pair(each, drawing, own))
    return {"what": shown.what, "names": [page.cell(each).name for each, _ in orders]}


def _put(path: Path, text: str) -> None:
    """Writes a page; one that a loss of power leaves empty is made again."""
    with atomic.replacing(path, is_forced=False) as draft:
        draft.write_text(text, encoding="utf-8")


def _row(folder: Path, x: str) -> dict[str, Any]:
    """The pairs of a row that are there; none where the row cannot be read."""
    try:
        found = json.loads((folder / "rows" / f"{x}.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _missing(folder: Path, x: str, names: Sequence[str], keys: Mapping[tuple[str, str], str]) -> Row:
    """The pairs of x with these that are not there, or of another key."""
    cells = _row(folder, x)
    pages = {entry.name for entry in os.scandir(folder) if entry.stat().st_size} if cells else set()
    is_there = {
        z for z in names if {f"{x}--{z}.html", f"{z}--{x}.html"} <= pages and cells.get(z, {}).get("key") == keys[x, z]
    }
    return Row(x, {z: keys[x, z] for z in names if z not in is_there})


def _keys(names: Sequence[str]) -> dict[tuple[str, str], str]:
    """The key of every pair, in one order."""
    engine = _hash(*(path.read_bytes() for path in _engine()), *(version(name).encode() for name in LIBRARIES))
    families = {name: _hash((registry.FOLDER / f"{name}.py").read_bytes()) for name in names}
    return {
        (x, z): _hash(engine.encode(), families[x].encode(), families[z].encode())
        for k, x in enumerate(names)
        for z in names[k:]
    }


def _engine() -> Iterator[Path]:
    """The files that every pair is made with."""
    yield from sorted(PACKAGE.glob("*.py"))
    for part in PARTS:
        yield from sorted(path for path in (PACKAGE / part).rglob("*") if path.suffix in (".py", ".css", ".js"))


def _hash(*parts: bytes) -> str:
    digest = sha256()
    for part in parts:
        digest.update(len(part).to_bytes(8, "big") + part)
    return digest.hexdigest()


def _write_index(folder: Path, names: Sequence[str], keys: Mapping[tuple[str, str], str]) -> None:
    """Writes the table's page and the style, where they are not those already there."""
    signature = _hash(json.dumps([[*pair, key] for pair, key in keys.items()]).encode())
    mark = folder / "rows" / "index"
    if mark.is_file() and mark.read_text(encoding="utf-8") == signature and (folder / "index.html").is_file():
        return
    from tightcheck.atlas import page
    from tightcheck.report import file

    cells: dict[tuple[str, str], page.Cell] = {}
    rows = {x: _row(folder, x) for x in names}
    for x, z in keys:
        known = rows[x][z]
        for (first, second), name in zip(((x, z), (z, x)), known["names"], strict=False):
            cells[first, second] = page.Cell(first, second, known["what"], name)
    file.write(folder / "atlas.css", page.style())
    file.write(folder / "index.html", page.index(names, cells))
    file.write(mark, signature)
