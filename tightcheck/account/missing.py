"""For an open verdict: which condition is not shown, and what the last candidate failed on."""

from __future__ import annotations

from tightcheck.account.case import Case
from tightcheck.account.words import listed
from tightcheck.verdict import Verdict

REFUSED = "did not apply: "
LONGEST = 110
CONSTANTS = "prior_reach: constants"


def missing(case: Case) -> str:
    """What a proof of any verdict lacks; empty for a verdict."""
    if case.verdict is not Verdict.UNDECIDED:
        return ""
    if case.is_empty:
        return f"All dependence is excluded. Open is whether the encoder reaches the prior{_because(case, CONSTANTS)}."
    if case.decision.prior == "free":
        return "Nothing was shown about a free prior. The implied prior has an answer of its own."
    if ("member", "applies") in case.decision.trace:
        return f"Some dependent models are consistent. Open is whether all are{_because(case, 'counterexample')}."
    weights = [name for name in case.interactions if name not in case.dead]
    which = listed([f"{name} = 0" for name in weights]) or f"{case.x} is independent of {case.z}"
    return (
        f"Open is whether {which} in every consistent model: no lemma known here excludes dependence, and no dependent"
        f" model was shown to be consistent{_because(case, 'member')}."
    )


def _because(case: Case, rule: str) -> str:
    """What the last candidate of a rule failed on, where that is short enough to read."""
    failed = [outcome for name, outcome in case.decision.trace if name.startswith(rule) and outcome.startswith(REFUSED)]
    reason = failed[-1].removeprefix(REFUSED) if failed else ""
    return f" (the last candidate: {reason})" if reason and len(reason) < LONGEST else ""
