"""One prior's answer in words."""

from __future__ import annotations

from tightcheck.decide import Decision
from tightcheck.design import Design
from tightcheck.verdict import Answer, Verdict


def answer(design: Design, decision: Decision) -> Answer:
    """The answer that a decision proves."""
    is_open = decision.verdict is Verdict.UNDECIDED
    return Answer(
        verdict=decision.verdict,
        reason=decision.verdict.value,
        missing="No rule applied." if is_open else "",
        certificate=decision.certificate,
        trace=tuple(dict.fromkeys(decision.trace)),
    )
