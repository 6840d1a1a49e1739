"""What each rule said, in the order tried, lines that repeat told once."""

from __future__ import annotations

import re
from collections import Counter

from tightcheck.decide import Decision


def trace(decision: Decision) -> tuple[tuple[str, str], ...]:
    """(rule, outcome), each once, with how often; an unnamed constant is called c."""
    counted = Counter((rule, re.sub(r"_Dummy_\d+", "c", outcome)) for rule, outcome in decision.trace)
    return tuple(
        (rule, f"{outcome} ({times} times)" if times > 1 else outcome) for (rule, outcome), times in counted.items()
    )
