"""One run of a sweep."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Run:
    """One run: plain data, so that it goes to any process; its `key` is a digest of all that determines its result."""

    key: str
    task: str
    seed: int
    point: Mapping[str, Any]
    design: Mapping[str, Any]
    options: Mapping[str, Any]
