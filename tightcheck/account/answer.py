"""One prior's answer in words."""

from __future__ import annotations

from tightcheck.account.blocks import blocks
from tightcheck.account.case import Case
from tightcheck.account.conditions import conditions
from tightcheck.account.consistent import constraints, remaining
from tightcheck.account.findings import findings
from tightcheck.account.missing import missing
from tightcheck.account.outside import outside_reason
from tightcheck.account.trace import trace
from tightcheck.account.words import listed
from tightcheck.verdict import Answer, Condition, Lossless, Verdict


def answer(case: Case, lossless: tuple[Lossless, str] = (Lossless.UNDECIDED, "")) -> Answer:
    """The answer that a decision proves; `lossless` is found elsewhere."""
    told = conditions(case)
    return Answer(
        verdict=case.verdict,
        reason=reason(case, told),
        conditions=told,
        constraints=constraints(case),
        remaining=remaining(case),
        blocks=blocks(case),
        lossless=lossless[0],
        lossless_reason=lossless[1],
        missing=missing(case),
        certificate=case.decision.certificate,
        trace=trace(case.decision),
    )


def reason(case: Case, told: tuple[Condition, ...]) -> str:
    """The verdict in a sentence or two of this design's own words."""
    if case.verdict is Verdict.OUTSIDE:
        return outside_reason(case.design)
    if case.verdict is Verdict.TIGHT:
        return " ".join(c.sentence for c in told[:2])
    if case.verdict is Verdict.IMPOSSIBLE:
        return next((c.sentence for c in told if c.status == "fails"), case.verdict.value)
    if case.verdict is Verdict.RESTRICTED:
        return _restricted(told, constraints(case)) or case.verdict.value
    briefs = [finding.brief for finding in findings(case)]
    if case.verdict is Verdict.COLLAPSE:
        return f"{'. '.join(briefs)}." if briefs else case.verdict.value
    shown = [line for condition in told if condition.status == "restricts" for line in condition.constraints]
    return (
        f"Shown so far: {', '.join(shown)}."
        if shown
        else "Nothing was shown to restrict the design, and nothing to be consistent."
    )


def _restricted(told: tuple[Condition, ...], lines: tuple[str, ...]) -> str:
    """The conditions that restrict, with their equations where these are short."""
    names = listed([c.name for c in told if c.status == "restricts"])
    if lines and len(" ".join(lines)) < 70:
        return f"The consistent ones have {listed(lines)}{f' ({names})' if names else ''}."
    return f"What restricts them: {names}." if names else ""
