"""For an open verdict: which condition is not shown, and what the last candidate failed on."""

from __future__ import annotations

from tightcheck.account.case import Case
from tightcheck.account.words import listed
from tightcheck.verdict import Verdict

REFUSED = "did not apply: "


def missing(case: Case) -> str:
    """What a proof of any verdict lacks; empty for a verdict."""
    if case.verdict is not Verdict.UNDECIDED:
        return ""
    if case.is_empty:
        return f"Every dependence is excluded; open is whether the encoder reaches the prior (C3){_because(case, 'prior_reach')}."
    weights = [name for name in case.interactions if name not in case.dead]
    which = listed([f"{name} = 0" for name in weights]) or f"no dependence on {case.z}"
    if ("member", "applies") in case.decision.trace:
        return f"Some dependent models are consistent; open is whether all are{_because(case, 'counterexample')}."
    if case.decision.prior == "free":
        return "Nothing was shown about a free prior; the implied prior has its own answer."
    return f"Open is whether {which} in every consistent model: no lemma that is known here excludes dependence, and no dependent model was shown to be consistent{_because(case, 'member')}."


def _because(case: Case, rule: str) -> str:
    """What the last candidate of a rule failed on."""
    failed = [outcome for name, outcome in case.decision.trace if name.startswith(rule) and outcome.startswith(REFUSED)]
    return f" (the last candidate: {failed[-1].removeprefix(REFUSED)})" if failed else ""
