"""The decision: rules propose, the kernel checks, the verdict is what the accepted certificate proves."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from tightcheck import serial
from tightcheck.design import Design
from tightcheck.kernel.check import FORMAT, NO_MODEL, ZERO_LEMMAS, prove, run
from tightcheck.kernel.classes import all_entries
from tightcheck.kernel.rejected import Rejected
from tightcheck.kernel.zero import Entries
from tightcheck.rules import (
    ZERO_RULES,
    between,
    contrast_member,
    counterexample,
    explicit,
    gaussian_member,
    member,
    out_of_reach,
    prior_reach,
    tight,
)
from tightcheck.verdict import Verdict

MOST_CANDIDATES = 600
"""How many single models are tried before a rule gives up."""


MEMBERS = (member, gaussian_member, contrast_member, between)
"""The rules that look for a consistent model with dependence."""


@dataclass
class Decision:
    """A verdict with its certificate, the steps that were accepted, and what each rule said."""

    verdict: Verdict
    prior: str
    zero: Entries = frozenset()
    steps: list[dict[str, Any]] = field(default_factory=list)
    added: list[tuple[dict[str, Any], Entries]] = field(default_factory=list)
    trace: list[tuple[str, str]] = field(default_factory=list)


def certificate(design: Design, decision: Decision) -> dict[str, Any] | None:
    """The decision's certificate: plain data that a fresh process checks again; None without a proof."""
    if decision.verdict in (Verdict.UNDECIDED, Verdict.OUTSIDE):
        return None
    return {
        "format": FORMAT,
        "design": serial.normalised(design),
        "prior": decision.prior,
        "verdict": decision.verdict.word,
        "steps": decision.steps,
    }


def decide(design: Design, prior: str, only_tight: bool = False) -> Decision:
    """The strongest verdict that the rules can prove, in the order tight, collapse or impossible, restricted.

    `prior` is the design's own kind, or "implied". A verdict other than undecided has steps that the kernel accepted.
    `only_tight` looks for no other verdict: undecided then says nothing.
    """
    decision = Decision(Verdict.UNDECIDED, prior)
    if design.outside:
        decision.verdict = Verdict.OUTSIDE
        return decision
    attempts: tuple[Callable[[Design, Decision], Attempt], ...] = (_tight, _empty, _restricted)
    for attempt in attempts[:1] if only_tight else attempts:
        for steps, verdict in attempt(design, decision):
            try:
                proved = prove(design, prior, steps)
            except Rejected as error:
                decision.trace.append(("certificate", str(error)))
                continue
            if proved is verdict:
                decision.verdict, decision.steps = verdict, steps
                return decision
    return decision


Attempt = Iterator[tuple[list[dict[str, Any]], Verdict]]


def _accepted(design: Design, decision: Decision, step: dict[str, Any], rule: str) -> Entries | None:
    """The entries a step adds to zero (none for other lemmas), or None where the kernel refuses it; noted in the trace."""
    try:
        zero = run(design, decision.prior, step, decision.zero)
    except (Rejected, NotImplementedError) as error:
        decision.trace.append((rule, f"did not apply: {error}"))
        return None
    if step["lemma"] not in ZERO_LEMMAS or zero - decision.zero:
        decision.trace.append((rule, "applies"))
    return zero


def _tight(design: Design, decision: Decision) -> Attempt:
    """S = D."""
    for step in tight.propose(design, decision.prior, decision.zero):
        if _accepted(design, decision, step, "tight") is not None:
            if decision.prior == "implied" and all_entries(design):
                found = _inside(design, decision)
                yield ([step] if found is None else [step, found]), Verdict.TIGHT
            else:
                yield [step], Verdict.TIGHT


def _empty(design: Design, decision: Decision) -> Attempt:
    """Remove entries of F until nothing changes; if none is left, S holds only models without dependence."""
    changed = True
    while changed:
        changed = False
        for rule in ZERO_RULES:
            if all_entries(design) <= decision.zero:
                break
            for step in rule.propose(design, decision.prior, decision.zero):
                name = f"{rule.__name__.rpartition('.')[2]}: {step['lemma']}"
                zero = _accepted(design, decision, step, name)
                if zero is not None and zero - decision.zero:
                    decision.steps.append(step)
                    decision.added.append((step, zero - decision.zero))
                    decision.zero |= zero
                    changed = True
    is_empty = all_entries(design) <= decision.zero
    for step in prior_reach.propose(design, decision.prior, decision.zero):
        if step["lemma"] not in NO_MODEL and not is_empty:
            continue
        if _accepted(design, decision, step, f"prior_reach: {step['lemma']}") is not None:
            verdict = Verdict.COLLAPSE if step["lemma"] == "constants" else Verdict.IMPOSSIBLE
            yield ([step] if step["lemma"] in NO_MODEL else [*decision.steps, step]), verdict


def _restricted(design: Design, decision: Decision) -> Attempt:
    """One consistent model with dependence, and one model that is not consistent."""
    if all_entries(design) <= decision.zero:
        return
    inside = _inside(design, decision)
    if inside is not None and inside["lemma"] == "between":
        yield [inside], Verdict.RESTRICTED
        return
    outside = _first(design, decision, counterexample)
    if outside is None:
        outside = _first(design, decision, explicit, explicit.counterexamples(design))
    if outside is None and inside is not None:
        outside = _first(design, decision, out_of_reach)
    if inside is None:
        if outside is not None and outside.get("condition") in ("C1", "C2"):
            outside = {"lemma": "single", "step": outside}
            if _accepted(design, decision, outside, "single") is None:
                return
        if outside is not None and outside["lemma"] in NO_MODEL:
            yield [outside], Verdict.IMPOSSIBLE
        return
    if outside is not None:
        needed = decision.steps if outside.get("condition") == "zero" else []
        yield [*needed, inside, outside], Verdict.RESTRICTED


def _inside(design: Design, decision: Decision) -> dict[str, Any] | None:
    """A consistent model in which x depends on z."""
    for rule in MEMBERS:
        if (found := _first(design, decision, rule)) is not None:
            return found
    return _first(design, decision, explicit, explicit.members(design))


def _first(
    design: Design, decision: Decision, rule: Any, steps: Iterator[dict[str, Any]] | None = None
) -> dict[str, Any] | None:
    """The first step of the rule that the kernel accepts."""
    name = rule.__name__.rpartition(".")[2]
    proposed = rule.propose(design, decision.prior, decision.zero) if steps is None else steps
    for step in islice(proposed, MOST_CANDIDATES):
        if _accepted(design, decision, step, name) is not None:
            return dict(step)
    decision.trace.append((name, "no candidate was accepted"))
    return None
