"""The consistent set S: its equations, and what they leave of the design."""

from __future__ import annotations

from tightcheck.account.case import Case
from tightcheck.account.conditions import Asked
from tightcheck.design import Conditional, Constant
from tightcheck.joint.domain import lives
from tightcheck.verdict import Verdict


def constraints(case: Case, equations: Asked) -> tuple[str, ...]:
    """All equations of S that are known; none where S = D or S is empty."""
    if case.verdict in (Verdict.TIGHT, Verdict.IMPOSSIBLE, Verdict.OUTSIDE):
        return ()
    parts = (equations.linear, equations.conjugate, equations.normalised)
    return tuple(dict.fromkeys((*vanishing(case), *(line for part in parts for line in part.lines))))


def vanishing(case: Case) -> tuple[str, ...]:
    """W = 0 for every block that vanishes, and the signs that the natural domains force on the others."""
    if case.form is None:
        return ()
    names = {i.weight.name: lives(i, case.forced) for i in case.form.interactions if i.weight.name in case.interactions}
    zero = [f"{name} = 0" for name, is_alive in names.items() if not is_alive]
    signed = [
        f"{name}_ij {case.forced[name]} for every i, j"
        for name, is_alive in names.items()
        if is_alive and name in case.forced
    ]
    return (*zero, *signed)


def remaining(case: Case, equations: Asked) -> str:
    """What is left of the design."""
    if case.verdict is Verdict.COLLAPSE:
        return _one_law(case)
    if case.verdict is not Verdict.RESTRICTED:
        return ""
    return " ".join(words for words in (equations.conjugate.remaining, _example(case)) if words)


def _one_law(case: Case) -> str:
    """Without dependence p(x | z) = p(x)."""
    parts = [case.part(observed.block.name) for observed in case.moving]
    count = sum(group.size for part in parts if part is not None for group in part.groups)
    count -= sum(1 for observed in case.moving if observed.block.length == "random")
    learned = [_learned(observed) for observed in case.design.decoder]
    total = None if None in learned else count + sum(number for number in learned if number is not None)
    given = f" given {', '.join(case.design.covariates)}" if case.design.covariates else ""
    numbers = f", with at most {total} parameter{'s' if total > 1 else ''}" if total and not given else ""
    law = f"One {case.decoder} law of {case.x}{given}{numbers}, the same for every {case.z}"
    return f"{law}; the code carries nothing about {case.x}."


def _learned(observed: Conditional) -> int | None:
    """How many numbers the block learns beside its map: one, or one for each coordinate; None for those of a vector."""
    block = observed.block
    constants = [head.source for head in observed.heads if isinstance(head.source, Constant)]
    free = [c for c in (*constants, *dict(block.fixed).values()) if c.value is None and c.sharing != "fixed"]
    if free and block.dimension is not None:
        return None
    return sum(1 if c.sharing == "shared" else block.copies for c in free)


def _example(case: Case) -> str:
    """The consistent model that the certificate exhibits."""
    step = next((s for s in case.decision.steps if s["lemma"] == "member"), None)
    if step is None:
        return ""
    latent, observed = case.latent_named(step["latent"]).block, case.observed_named(step["observed"]).block
    if latent.copies == 1:
        subject = f"{latent.name} moves"
    elif step.get("spread"):
        subject = f"every coordinate of {latent.name} moves"
    else:
        subject = f"one coordinate of {latent.name} moves"
    target = f"a coordinate of {observed.name}" if observed.copies > 1 else observed.name
    return f"The certificate exhibits a consistent model in which {subject} {target}."
