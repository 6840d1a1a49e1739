"""Table 2, ours beside the paper's: cells, the constant between them, and in how many rows e1 < e2 < e3."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from statistics import fmean
from typing import Any

from tightcheck.experiments.reproduce.text_model import ENCODERS

SPLITS = ("train", "test")
ORDER = (8, 16, 32, 64)

PAPER_ROWS = {
    "train": """419 429 439 321 390 415 325 370 421
                382 398 419 201 329 407 164 269 413
                337 358 412 165 189 403 132 159 411
                296 324 407 171 189 398 134 149 409""",
    "test": """423 429 435 413 421 424 418 423 427
               409 417 421 404 422 420 410 416 422
               396 413 416 399 413 418 406 416 421
               392 411 414 398 413 417 406 417 422""",
}
"""The paper's Table 2: a row per code length, in each the decoder depths 0, 1, 2 with e1, e2, e3."""


@dataclass(frozen=True, order=True)
class Cell:
    """Which number of the table."""

    split: str
    bits: int
    depth: int
    encoder: str


def paper() -> dict[Cell, float]:
    """All 72 numbers."""
    cells: dict[Cell, float] = {}
    for split, rows in PAPER_ROWS.items():
        for bits, row in zip(ORDER, rows.splitlines(), strict=True):
            columns = [(depth, encoder) for depth in (0, 1, 2) for encoder in ENCODERS]
            cells |= {
                Cell(split, bits, *column): float(value) for column, value in zip(columns, row.split(), strict=True)
            }
    return cells


def ours(records: Iterable[Mapping[str, Any]]) -> dict[Cell, float]:
    """The lowest NELBO of any epoch."""
    return {
        Cell(split, record["bits"], record["depth"], record["encoder"]): min(record[split])
        for record in records
        for split in SPLITS
    }


def constant(own: Mapping[Cell, float], theirs: Mapping[Cell, float]) -> float:
    """The least-squares c in own = theirs + c, over the cells that there are."""
    return fmean(value - theirs[cell] for cell, value in own.items())


@dataclass(frozen=True)
class Ordering:
    """Of `rows` triples (bits, depth) on one split, how many have e1 < e2 < e3, and the others."""

    holds: int
    rows: int
    fails: tuple[tuple[int, int], ...]


def ordering(cells: Mapping[Cell, float], split: str) -> Ordering:
    """Whether a simpler, fitting encoder wins, row by row."""
    all_rows = rows(cells, split)
    fails = [row for row in all_rows if not _is_ordered([cells[Cell(split, *row, encoder)] for encoder in ENCODERS])]
    return Ordering(len(all_rows) - len(fails), len(all_rows), tuple(fails))


def rows(cells: Iterable[Cell], split: str) -> list[tuple[int, int]]:
    """The (bits, depth) that there are."""
    return sorted({(cell.bits, cell.depth) for cell in cells if cell.split == split})


def _is_ordered(values: list[float]) -> bool:
    return values[0] < values[1] < values[2]
