"""One prior's answer in words."""

from __future__ import annotations

from tightcheck.account import no_model, outside
from tightcheck.account.blocks import blocks
from tightcheck.account.case import Case
from tightcheck.account.conditions import asked, conditions, telling
from tightcheck.account.consistent import constraints, remaining
from tightcheck.account.findings import summary
from tightcheck.account.missing import missing
from tightcheck.account.trace import trace
from tightcheck.account.words import listed
from tightcheck.decide import certificate
from tightcheck.verdict import Answer, Condition, Lossless, Verdict

LONGEST = 70
"""Equations of more letters than this are left to the list below the summary."""


def answer(case: Case, lossless: tuple[Lossless, str]) -> Answer:
    """The answer that a decision proves; `lossless` is another question's answer."""
    equations = asked(case)
    told = conditions(case, equations)
    lines = constraints(case, equations)
    return Answer(
        verdict=case.verdict,
        reason=reason(case, told, lines),
        conditions=told,
        constraints=lines,
        remaining=remaining(case, equations),
        blocks=blocks(case),
        lossless=lossless[0],
        lossless_reason=lossless[1],
        divergence=tuple(dict.fromkeys(d for f in telling(case) for d in f.divergence)),
        missing=missing(case),
        certificate=certificate(case.design, case.decision),
        trace=trace(case.decision),
    )


def reason(case: Case, told: tuple[Condition, ...], lines: tuple[str, ...]) -> str:
    """The verdict in a sentence or two of this design's own words."""
    if case.verdict is Verdict.OUTSIDE:
        is_first = case.decision.prior != "implied" or case.design.prior.kind == "implied"
        return outside.reason(case.design) if is_first else "The same holds for the implied prior."
    if case.verdict is Verdict.TIGHT:
        return " ".join(dict.fromkeys(condition.sentence for condition in told[:2]))
    if case.verdict is Verdict.RESTRICTED:
        return _restricted(told, lines)
    last = [finding for finding in telling(case) if case.is_empty]
    brief = summary([finding for finding in last if finding.condition == last[-1].condition])
    if case.verdict is Verdict.COLLAPSE:
        return brief or case.verdict.value
    if case.verdict is Verdict.IMPOSSIBLE:
        return _impossible(case, told, brief)
    shown = listed(lines) if lines and len(" ".join(lines)) < LONGEST else ""
    return f"Shown so far, for every consistent model: {shown}." if shown else "No verdict was proved."


def _restricted(told: tuple[Condition, ...], lines: tuple[str, ...]) -> str:
    """The conditions that restrict, with their equations where these are short."""
    names = listed([condition.name for condition in told if condition.status == "restricts"])
    if lines and len(" ".join(lines)) < LONGEST:
        return f"The consistent ones have {listed(lines)}{f' ({names})' if names else ''}."
    return f"What restricts them: {names}." if names else Verdict.RESTRICTED.value


def _impossible(case: Case, told: tuple[Condition, ...], lead: str) -> str:
    """Why dependence is excluded, and why independence is."""
    failing = next((condition for condition in told if condition.status == "fails"), None)
    if failing is None:
        return case.verdict.value
    if no_model.is_never_constant(case):
        return f"{lead} And no decoder of the design ignores {case.z}.".strip()
    head = failing.term[:1].upper() + failing.term[1:]
    excluded = "the models that are left" if lead else "every model"
    return f"{lead} {head} excludes {excluded} ({failing.name}).".strip()
