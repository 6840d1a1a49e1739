"""What each rule said, in the order tried, lines that repeat told once."""

from __future__ import annotations

from collections import Counter

from tightcheck.decide import Decision


def trace(decision: Decision) -> tuple[tuple[str, str], ...]:
    """(rule, outcome), each once, with how often."""
    counted = Counter(decision.trace)
    return tuple(
        (rule, f"{outcome} ({times} times)" if times > 1 else outcome) for (rule, outcome), times in counted.items()
    )
