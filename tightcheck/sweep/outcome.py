"""What an engine says about a run that it does no more."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Outcome:
    """The run is finished, its record durable; or it failed, for the reason given."""

    key: str
    error: str | None = None
