"""Designs meant to fool the rules, each with its verdict worked out by hand (truths.yaml)."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml


@dataclass(frozen=True)
class Truth:
    """A design in the words of its two files, its verdict under the declared prior, and the derivation."""

    name: str
    verdict: str
    why: str
    encoder: dict[str, Any]
    decoder: dict[str, Any]


TRUTHS = tuple(Truth(**entry) for entry in yaml.safe_load(Path(__file__).with_suffix(".yaml").read_text("utf-8")))
