"""Each latent block's part in the consistent models, in a sentence."""

from __future__ import annotations

from tightcheck.account.case import Case
from tightcheck.account.words import listed
from tightcheck.verdict import Verdict


def blocks(case: Case) -> dict[str, str]:
    """Latent block -> its status; nothing outside the theorem."""
    if case.verdict is Verdict.OUTSIDE:
        return {}
    return {latent.block.name: _status(case, latent.block.name) for latent in case.design.encoder}


def _status(case: Case, name: str) -> str:
    own = {entry for entry in case.entries if entry[2] == name}
    names = [o.block.name for o in case.design.decoder if any(e[0] == o.block.name for e in own)]
    x = listed(names) or case.x
    if case.verdict is Verdict.IMPOSSIBLE:
        return "no consistent model"
    if case.verdict is Verdict.TIGHT:
        return "free: every dependence that the design allows is consistent"
    if own <= case.decision.zero:
        return (
            f"{name} collapses: in every consistent model {x} {'do' if len(names) > 1 else 'does'} not depend on {name}"
        )
    gone = case.dead_among(own)
    lost = f"; {' = '.join((*gone, '0'))}" if gone else ""
    if any(step["lemma"] == "member" and step["latent"] == name for step in case.decision.steps):
        return f"some consistent models depend on {name}{lost}"
    return f"not shown whether a consistent model depends on {name}{lost}"
