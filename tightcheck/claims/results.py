"""What the runs in `experiments/results` say beside the paper's numbers, where there are any."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).parent.parent / "experiments" / "results"


def ours(columns: Mapping[str, tuple[str, ...]], folder: Path = RESULTS) -> dict[str, list[dict[str, Any]]]:
    """For each pattern of JSONL files the named columns of every record; of a column over epochs, its best value.

    Best is the least of positive numbers (a negative ELBO) and the greatest of negative ones (an ELBO).
    """
    found: dict[str, list[dict[str, Any]]] = {}
    for pattern, names in columns.items():
        for path in sorted(folder.glob(pattern)):
            records = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line]
            rows = [{name: _best(record[name]) for name in names if name in record} for record in records]
            found[path.relative_to(folder).as_posix()] = rows
    return found


def _best(value: Any) -> Any:
    if not isinstance(value, list) or not value:
        return value
    return min(value) if min(value) > 0 else max(value)
