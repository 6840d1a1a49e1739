"""What a lemma of the certificate says about this design: condition, sentence, guilty term and its place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tightcheck.account import guilty
from tightcheck.account.case import Case
from tightcheck.account.divergence import divergence
from tightcheck.account.fields import Fields
from tightcheck.account.sentences import OTHER, SENTENCES, SQUARE, Template
from tightcheck.account.words import listed
from tightcheck.design import Place
from tightcheck.kernel.partitions import effective_kind
from tightcheck.kernel.zero import Entries
from tightcheck.rules import ZERO_RULES
from tightcheck.verdict import Divergence

QUADRATIC = frozenset(("quadratic", "quadratic_form", "quadratic_over_linear"))


@dataclass(frozen=True)
class Finding:
    """One lemma's part in the verdict: `brief` is a clause for the summary, `sentence` the whole argument.

    Two findings with the same `argument` differ in their blocks alone; `outcome` is what holds of these.
    """

    condition: str
    brief: str
    sentence: str
    argument: str
    blocks: tuple[str, str]
    outcome: str
    term: str
    place: Place
    entries: Entries = frozenset()
    divergence: tuple[Divergence, ...] = ()


def summary(found: Sequence[Finding]) -> str:
    """The clauses for the summary, each argument once."""
    first: dict[str, Finding] = {}
    told: list[str] = []
    for finding in found:
        before = first.setdefault(finding.argument, finding)
        if finding.brief != before.brief:
            told.append(f"{_again(finding, before)}.")
        elif finding is before:
            told.append(f"{finding.brief}.")
    return " ".join(dict.fromkeys(told))


def arguments(found: Sequence[Finding]) -> str:
    """The arguments one after another; what two of them share is said once."""
    said: list[str] = []
    known: set[str] = set()
    first: dict[str, Finding] = {}
    for finding in found:
        opening, stop, rest = finding.sentence.partition(". ")
        if finding.argument in first:
            said.append(f"{_again(finding, first[finding.argument])}: {finding.outcome}.")
        else:
            said.append(rest if opening in known else finding.sentence)
        said += [each.sentence for each in finding.divergence]
        known |= {opening} if stop else set()
        first.setdefault(finding.argument, finding)
    return " ".join(dict.fromkeys(said))


def _again(finding: Finding, first: Finding) -> str:
    """The same holds for the blocks in which two findings differ."""
    other = [name for name, before in zip(finding.blocks, first.blocks, strict=True) if name != before]
    return f"The same holds for {listed(other or finding.blocks[1:])}"


def findings(case: Case, among: Entries) -> tuple[Finding, ...]:
    """What each accepted lemma removed `among` these, in the order in which it did, steps of one lemma together."""
    groups: dict[tuple[str, str], set[Any]] = {}
    for step, entries in case.decision.added:
        for latent in sorted({entry[2] for entry in entries & among}):
            group = step.get("step", step)["lemma"], latent
            groups.setdefault(group, set()).update(e for e in entries & among if e[2] == latent)
    return tuple(
        found for (lemma, latent), entries in groups.items() for found in _told(case, lemma, latent, frozenset(entries))
    )


def _told(case: Case, lemma: str, latent: str, entries: Entries) -> list[Finding]:
    """The lemma's finding; two where Gaussian blocks lose a square and other blocks everything."""
    if lemma != "growth":
        return [_finding(case, _template(case, lemma), lemma, latent, entries)]
    kinds = {o.block.name: effective_kind(case.design, o, frozenset()) for o in case.design.decoder}
    square = frozenset(entry for entry in entries if kinds[entry[0]] in QUADRATIC)
    parts = ((SENTENCES["growth"], entries - square), (SQUARE, square))
    return [_finding(case, template, lemma, latent, own) for template, own in parts if own]


def _template(case: Case, lemma: str) -> Template:
    """The lemma's own sentence, or a plain one under the condition of the rule that proposed it."""
    if lemma in SENTENCES:
        return SENTENCES[lemma]
    names = [rule.partition(":")[0] for rule, _ in case.decision.trace if rule.endswith(f": {lemma}")]
    condition = next((rule.CONDITION for rule in ZERO_RULES if rule.__name__.rpartition(".")[2] in names), "C2")
    return Template(condition, "A lemma excludes {statistic}", OTHER, guilty.latent)


def _finding(case: Case, template: Template, lemma: str, latent: str, entries: Entries) -> Finding:
    names = {entry[0] for entry in entries}
    fields = Fields(
        case, case.latent_named(latent), tuple(o for o in case.design.decoder if o.block.name in names), entries
    )
    texts = {**fields.texts, "lemma": lemma}
    term, place = template.guilty(fields)
    brief, sentence = (text.format(**texts) for text in (template.brief, template.sentence))
    diverging = divergence(case, latent, fields.observed) if template.condition == "C4" else ()
    return Finding(
        template.condition,
        _capital(brief),
        _capital(sentence),
        template.sentence,
        (texts["x"], latent),
        texts["zero"],
        term,
        place,
        entries,
        diverging,
    )


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
