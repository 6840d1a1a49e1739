"""C3 in words: the encoder's network reaches the exact posterior g* = F' nu + c."""

from __future__ import annotations

import sympy as sp

from tightcheck.account.case import Case
from tightcheck.design import Conditional, Map, Place
from tightcheck.kernel import Rejected
from tightcheck.kernel.classes import family_of
from tightcheck.kernel.heads import contains
from tightcheck.kernel.model import encoder_side, statistics_of
from tightcheck.verdict import Condition, Verdict

LONGEST_REASON = 90
ADDITIVE = {
    "one_unit": "The encoder's network has one hidden unit. The exact encoder of three coordinates of {observed} that move alike"
    " is their sum, and the unit's activation takes no four equidistant values at equidistant points.",
    "values": "The encoder of {latent} is a sum over the coordinates of {x}. Where {observed} depends on {latent} for one value"
    " of the block that it is given, and not for another, the exact posterior has a product of both.",
    "mixture": "The encoder of {latent} is a sum over the coordinates of {x}. The exact q({latent}|{x}) is not, where a block"
    " given {latent} moves two coordinates of {observed} together: it contains the logarithm of a mixture.",
}
"""What an encoder does not hold that is affine, where blocks are given others, or has one unit."""


def condition(case: Case) -> Condition:
    """C3 where no lemma removed anything."""
    if case.verdict is Verdict.TIGHT:
        return Condition("C3", "holds", f"The encoder's map reaches every exact posterior of {case.z}.")
    if case.verdict is Verdict.COLLAPSE:
        return Condition("C3", "holds", "Without dependence the exact posterior is the prior. The encoder reaches it.")
    step = next((s for s in case.decision.steps if s["lemma"] in ("additive", "one_unit")), None)
    if step is not None:
        told = ADDITIVE[step.get("reason", step["lemma"])]
        return Condition("C3", "restricts", told.format(**step, x=case.x), (), *_map(case))
    reason = "" if case.is_empty else refusal(case)
    if reason is None:
        sentence = "The encoder's map reaches g* = F' nu + c for every F that the other conditions leave."
        return Condition("C3", "holds", sentence)
    term, place = _map(case)
    told = f": {reason}" if reason and len(reason) < LONGEST_REASON and "F_" not in reason else ""
    goal = "the prior" if case.is_empty else "every exact posterior"
    return Condition("C3", "undecided", f"Not shown: whether the encoder reaches {goal}{told}.", (), term, place)


def _map(case: Case) -> tuple[str, Place]:
    """The encoder's first map and where it is written."""
    latent = case.design.encoder[0]
    source = next((h.source for h in latent.heads if isinstance(h.source, Map)), None)
    return "the encoder's map", source.place if source and source.place.file else latent.place


def refusal(case: Case) -> str | None:
    """Why the encoder is not shown to hold g* for all F outside the vanishing entries; None where it is."""
    if case.form is None:
        return "the joint has no form that is known here"
    try:
        for latent in case.design.encoder:
            _reaches(case, latent)
    except (Rejected, NotImplementedError) as error:
        return str(error)
    return None


def _reaches(case: Case, latent: Conditional) -> None:
    """Require that the encoder holds F' nu + c, F free in its live entries; the rank is counted in full dimensions."""
    family, name = family_of(latent.block), latent.block.name
    live = [entry for entry in case.entries - case.decision.zero if entry[2] == name]
    nu = sum(_size(case, observed) for observed in case.live)
    columns = len({entry[3] for entry in live}) * latent.block.copies
    rank = max(1, min(nu, columns))
    for observed in case.live:
        is_random = observed.block.length == "random"
        rows = {(entry[1], entry[3]) for entry in live if entry[0] == observed.block.name}
        g = []
        for k in range(len(family.statistics)):
            coupled = [
                sp.Symbol(f"F_{i}_{k}", real=True) * statistic
                for i, statistic in enumerate(statistics_of(observed))
                if (i, k) in rows or (is_random and any(column == k for _, column in rows))
            ]
            g.append(sp.Add(sp.Symbol(f"c_{k}", real=True), *coupled))
        contains(latent, g, encoder_side(latent, observed), rank, nu if len(case.live) == 1 else None)


def _size(case: Case, observed: Conditional) -> int:
    """How many statistics the block has in its own dimension."""
    part = case.part(observed.block.name)
    return sum(group.size for group in part.groups) if part else 10**9
