"""Writes the atlas: only what is not there yet or was made from other files, a row at a time, so that a stop costs a row.

A pair's key is a hash of the files of its two families and of everything the facts and the pages are made with; a row of
the table is kept as `rows/X.json` with the key of each of its pairs. A page is written before its row says so.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from hashlib import sha256
from importlib.metadata import version
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from tightcheck import registry

PACKAGE = Path(__file__).parent.parent
PARTS = ("atlas", "density", "joint", "kernel", "report")
"""The packages whose files the facts and the pages are made with, beside the modules below them."""
LIBRARIES = ("sympy", "numpy", "contourpy")


@dataclass(frozen=True)
class Row:
    """The pairs of one family of x that are to be made."""

    x: str
    keys: Mapping[str, str]


def build(
    folder: Path, names: Sequence[str], workers: int, began: Callable[[int], None], made: Callable[[int], None]
) -> int:
    """Brings the atlas of these families in `folder` up to date; the number of pairs that were made.

    `began` is told how many pairs there are to make, `made` how many more there are. Raises OSError.
    """
    (folder / "rows").mkdir(parents=True, exist_ok=True)
    keys = _keys(names)
    rows = [row for x in names if (row := _missing(folder, x, names, keys)).keys]
    count = sum(len(row.keys) for row in rows)
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
    """Writes the pages of a row's pairs, then the row; the number of pairs."""
    from tightcheck.atlas import page
    from tightcheck.atlas.choices import Asked
    from tightcheck.atlas.example import example
    from tightcheck.atlas.facts import pair
    from tightcheck.atlas.picture import is_drawn, picture
    from tightcheck.report import file

    cells = _row(folder, row.x)
    x = Asked(registry.load(row.x), 1)
    for name, key in row.keys.items():
        found = pair(x, Asked(registry.load(name), 1))
        weights = example(found) if is_drawn(found) else None
        drawing = picture(found, weights) if weights else None
        file.write(folder / page.file_of(row.x, name), page.pair(found, drawing, weights))
        shown = page.cell(found)
        cells[name] = {"key": key, "what": shown.what, "name": shown.name}
    file.write(folder / "rows" / f"{row.x}.json", json.dumps(cells, indent=0))
    return len(row.keys)


def _row(folder: Path, x: str) -> dict[str, Any]:
    """The pairs of a row that are there; none where the row cannot be read."""
    try:
        found = json.loads((folder / "rows" / f"{x}.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _missing(folder: Path, x: str, names: Sequence[str], keys: Mapping[tuple[str, str], str]) -> Row:
    """The pairs of a row that are not there, or of another key."""
    cells = _row(folder, x)
    pages = {entry.name for entry in folder.iterdir()} if cells else set()
    is_there = {z for z in names if f"{x}--{z}.html" in pages and cells.get(z, {}).get("key") == keys[x, z]}
    return Row(x, {z: keys[x, z] for z in names if z not in is_there})


def _keys(names: Sequence[str]) -> dict[tuple[str, str], str]:
    """The key of every pair."""
    engine = _hash(*(path.read_bytes() for path in _engine()), *(version(name).encode() for name in LIBRARIES))
    families = {name: _hash((registry.FOLDER / f"{name}.py").read_bytes()) for name in names}
    return {(x, z): _hash(engine.encode(), families[x].encode(), families[z].encode()) for x in names for z in names}


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
    for x in names:
        row = _row(folder, x)
        cells |= {(x, z): page.Cell(x, z, row[z]["what"], row[z]["name"]) for z in names}
    file.write(folder / "atlas.css", page.style())
    file.write(folder / "index.html", page.index(names, cells))
    file.write(mark, signature)
