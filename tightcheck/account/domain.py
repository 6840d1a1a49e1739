"""C4 in words: the decoder's parameters stay in their domain and the joint integrates."""

from __future__ import annotations

from tightcheck.account import tempered
from tightcheck.account.case import Case
from tightcheck.account.equations import Equations
from tightcheck.joint.integrable import condition as when
from tightcheck.verdict import Condition, Verdict

ALWAYS = "always"
IMPLIED = "the implied prior"


def equations(case: Case) -> Equations:
    """When the joint is a density, for an implied prior; the sentence is `always` where it is for all parameters."""
    if case.form is None or case.decision.prior != "implied" or case.is_empty:
        return Equations()
    words = ALWAYS if all(o.block.length == "random" for o in case.live) else when(case.form)
    if tempered.beta(case.design):
        words = _tempered(words)
    if words in ("", ALWAYS):
        return Equations((), words)
    return Equations((_without_zero(case, words.removeprefix("iff ")),), words)


def _tempered(words: str) -> str:
    """What holds with A / beta for A as well: a Gaussian joint, an exponential margin and a corner of g are other ones."""
    return "" if "positive definite" in words or "b < 0" in words else words.partition(": c_j")[0]


def _without_zero(case: Case, words: str) -> str:
    """The condition without the block V that vanishes."""
    if "V" not in case.dead:
        return words
    shorter = words.removeprefix("V = 0 and ")
    for summed in ("sum_i max(V_ij, 0)", "sum_i |V_ij|", "sum_j max(V_ij, 0)", "sum_j |V_ij|"):
        shorter = shorter.replace(f" + {summed}", "")
    return shorter


def condition(case: Case, asked: Equations) -> Condition:
    """C4 where no lemma removed anything."""
    if case.decision.prior != "implied":
        if all(case.has_full_domain(observed.block.name) for observed in case.moving):
            domain = f"Every real natural parameter is allowed for {case.decoder} {case.x}"
        else:
            domain = f"Models of the design keep the parameters of {case.x} in their domain"
        return Condition("C4", "holds", f"{domain}, and the prior is a density.")
    if case.is_empty:
        return Condition("C4", "holds", "Without dependence the joint is the product of two densities.")
    if asked.sentence == ALWAYS:
        return Condition("C4", "holds", "The joint is a density for all parameters.")
    if case.verdict is Verdict.TIGHT:
        tail = f": {asked.lines[0]}" if asked.lines else ""
        return Condition("C4", "holds", f"Models of the design have a joint that integrates{tail}.", asked.lines)
    place = case.design.prior.place
    if asked.lines:
        return Condition("C4", "restricts", f"The joint must integrate: {asked.lines[0]}.", asked.lines, IMPLIED, place)
    sentence = "No exact condition for the joint to integrate is known here."
    return Condition("C4", "undecided", sentence, (), IMPLIED, place)
