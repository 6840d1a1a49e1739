"""What the ledger says of one statement."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any


class Status(Enum):
    """The judgement on a statement."""

    HOLDS = "holds"
    HYPOTHESIS = "holds with an added hypothesis"
    FALSE = "false as stated"
    EMPIRICAL = "empirical"
    OPEN = "open"


@dataclass(frozen=True)
class Claim:
    """One statement of the paper.

    `order` is its place in the paper, `where` the section and equation, `says` the statement, `because` the paragraph that
    justifies the status, `counterexample` exact numbers where there are some, `data` the table behind an empirical one.
    `check` repeats what can be repeated: it returns the facts that it verified, as sentences, or raises AssertionError.
    """

    order: float
    title: str
    where: str
    says: str
    status: Status
    because: str
    check: Callable[[], tuple[str, ...]]
    counterexample: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)
    ours: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Files of experiments/results, by pattern, with the columns of their records that belong beside `data`."""
    proof: str = ""
    """The theorem of proofs/ that is its machine-checked part."""
