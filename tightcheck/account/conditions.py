"""C1 to C4 one by one: whether the condition holds, restricts, fails or is open, in the words of what was proved."""

from __future__ import annotations

from dataclasses import dataclass, replace

from tightcheck.account import conjugation, domain, linear, no_model, reach
from tightcheck.account.case import Case
from tightcheck.account.equations import Equations
from tightcheck.account.findings import Finding, arguments, findings
from tightcheck.kernel.finite_chain import is_chain
from tightcheck.kernel.tight import live_columns
from tightcheck.kernel.zero import Entry
from tightcheck.verdict import Condition, Verdict

NAMES = ("C1", "C2", "C3", "C4")


@dataclass(frozen=True)
class Asked:
    """What C1, C2 and C4 ask of the blocks of W that are left."""

    linear: Equations
    conjugate: Equations
    normalised: Equations


def asked(case: Case) -> Asked:
    """The equations of the three conditions."""
    return Asked(linear.equations(case), conjugation.equations(case), domain.equations(case))


def conditions(case: Case, equations: Asked) -> tuple[Condition, ...]:
    """The four conditions under this prior; none outside the theorem."""
    if case.verdict is Verdict.OUTSIDE:
        return ()
    told = telling(case)
    last = told[-1].condition if told and case.is_empty else ""
    blame = no_model.condition(case) if case.verdict is Verdict.IMPOSSIBLE else None
    found = {name: [finding for finding in told if finding.condition == name] for name in NAMES}
    return tuple(_condition(case, equations, name, found[name], last, blame) for name in NAMES)


def telling(case: Case) -> list[Finding]:
    """The findings about statistics that some decoder moves along: an affine decoder has no z^2 to lose."""
    return [*findings(case, frozenset(entry for entry in case.entries if not _is_idle(case, entry)))]


def _is_idle(case: Case, entry: Entry) -> bool:
    """Whether every decoder of the design has 0 there, its block being affine without this statistic of z."""
    observed = case.observed_named(entry[0])
    if is_chain(case.design) or not linear.is_affine(case, observed):
        return False
    return entry[3] not in live_columns(case.design, case.latent_named(entry[2]), [observed])


def _condition(
    case: Case, equations: Asked, name: str, found: list[Finding], last: str, blame: Condition | None
) -> Condition:
    """What its lemmas found, what leaves no model, or what can be said without either."""
    sentences = arguments(found)
    lines = tuple(f"{weight} = 0" for weight in case.dead_among(entry for f in found for entry in f.entries))
    if blame is not None and blame.name == name:
        return replace(blame, sentence=f"{sentences} {blame.sentence}".strip(), constraints=lines)
    if found:
        status = "fails" if name == last and blame is None else "restricts"
        left = {"C1": equations.linear, "C2": equations.conjugate, "C4": equations.normalised}.get(name, Equations())
        told = f"{sentences} {left.sentence}" if name == "C2" and left.sentence else sentences
        if status == "fails" and no_model.is_never_constant(case):
            told = f"{told} No decoder of the design ignores {case.z}, so none is left."
        return Condition(name, status, told, (*lines, *left.lines), found[-1].term, found[-1].place)
    if name == "C1":
        return linear.condition(case, equations.linear)
    if name == "C2":
        return conjugation.condition(case, equations.conjugate)
    return reach.condition(case) if name == "C3" else domain.condition(case, equations.normalised)
