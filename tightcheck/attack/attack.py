"""The attack: many random models of a design against its verdict, one after the other.

tight        every model is in S                     refuted by one that is not
collapse     every model of S is independent         refuted by a dependent one in S, or by an independent one outside it
impossible   S is empty                              refuted by one in S
restricted   the exhibited model is in S, gap 0      refuted by its residual or its gap

A model is put outside S by a span residual that no rounding explains, or by outputs that the encoder's network cannot
have; it is put inside by residuals at rounding level. Neither confirms a verdict.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import ROUND_CEILING, Context
from random import Random
from typing import Any

import torch

from tightcheck.attack.draw import Sample, draw, require_drawable, temperature
from tightcheck.attack.exhibit import exhibited
from tightcheck.attack.judge import Judgement, judge
from tightcheck.attack.measured import measured_gap
from tightcheck.attack.numbers import STYLES
from tightcheck.attack.refusal import NotDrawn
from tightcheck.decide import Decision
from tightcheck.design import Constant, Design
from tightcheck.verdict import Verdict

GAP = 1e-7
"""A gap above this and above its stated error is none that the sum over z left."""


@dataclass(frozen=True)
class Finding:
    """One model that was looked at: what was seen, and why it contradicts the verdict (empty: it does not)."""

    sample: Sample
    judgement: Judgement
    objection: str = ""
    gap: float | None = None
    gap_error: float = 0.0


@dataclass
class Report:
    """All findings about one verdict; `unseen` counts what numbers did not look at. `is_reduced`: at a smaller size."""

    verdict: Verdict
    prior: str
    is_reduced: bool = False
    findings: list[Finding] = field(default_factory=list)
    unseen: Counter[str] = field(default_factory=Counter)

    def add(self, found: Finding | str) -> None:
        """Takes what `attack` yields."""
        if isinstance(found, Finding):
            self.findings.append(found)
        else:
            self.unseen[found] += 1

    @property
    def contradictions(self) -> list[Finding]:
        """The findings that refute the verdict."""
        return [finding for finding in self.findings if finding.objection]

    @property
    def sentence(self) -> str:
        """How many models were looked at, on which side of the consistent set they were, and the gaps measured."""
        if not self.findings:
            reasons = "; ".join(sorted(self.unseen)) or "none was drawn"
            return f"No model of it was looked at, so numbers say nothing: {reasons}."
        members = [finding.judgement.is_member for finding in self.findings]
        counts = f"{members.count(True)} in the consistent set, {members.count(False)} outside, {members.count(None)} not told"
        gaps = [(finding.gap, finding.gap_error) for finding in self.findings if finding.gap is not None]
        measured = f" The largest gap inside it is {_largest(gaps)}." if gaps else ""
        against = len(self.contradictions)
        return (
            f"{len(members)} models: {counts}; {against or 'no'} contradiction{'s' if against > 1 else ''}.{measured}"
        )


def _largest(gaps: list[tuple[float, float]]) -> str:
    """The largest gap in words; gaps that are not above their errors are told by what they can be at most, rounded up."""
    if all(gap <= error for gap, error in gaps):
        most = max(max(gap, 0.0) + error for gap, error in gaps)
        return f"at most {Context(1, ROUND_CEILING).create_decimal(most):g} nats"
    gap, error = max(gaps)
    return f"{gap:.2g} nats, with an error of {error:.1g}"


def use_one_thread() -> None:
    """A model's tensors are small: threads would only wait for each other."""
    torch.set_num_threads(1)


def number_of_rounds(models: int) -> int:
    """Rounds of one model of every style, for at least so many models."""
    return -(-models // len(STYLES))


def attack(
    design: Design, decision: Decision, rounds: int, seed: int = 0, with_gaps: bool = True
) -> Iterator[Finding | str]:
    """Findings, or sentences about what was not looked at; `rounds` models of every style."""
    random, generator = Random(seed), torch.Generator().manual_seed(seed)
    try:
        require_drawable(design)
    except NotDrawn as refusal:
        yield str(refusal)
        return
    for step in decision.steps:
        if step["lemma"] == "member":
            yield from _exhibit(design, decision, step, random, generator, with_gaps)
    for _ in range(rounds):
        for style in STYLES:
            yield from _one(design, decision, style, random, generator, with_gaps)


def _exhibit(
    design: Design,
    decision: Decision,
    step: dict[str, Any],
    random: Random,
    generator: torch.Generator,
    with_gaps: bool,
) -> Iterator[Finding | str]:
    """The certificate's own model must be consistent and dependent."""
    try:
        sample = exhibited(design, decision.prior, step, random)
        judgement = judge(design, sample, generator)
    except NotDrawn as refusal:
        yield str(refusal)
        return
    if judgement is None:
        yield "the exhibited model's prior was not seen to be a density"
        return
    objection = ""
    is_stated = decision.prior == "declared" and _has_one_prior(
        design
    )  # else the prior of what rests is ours to choose
    if judgement.is_consistent is False or (is_stated and judgement.is_member is False):
        objection = "the model that the certificate exhibits is not consistent"
    elif not judgement.is_dependent:
        objection = "in the model that the certificate exhibits x does not depend on z"
    yield _with_gap(sample, judgement, objection, with_gaps)


def _one(
    design: Design, decision: Decision, style: str, random: Random, generator: torch.Generator, with_gaps: bool
) -> Iterator[Finding | str]:
    try:
        sample = draw(design, decision.prior, style, random)
        judgement = None if sample is None else judge(design, sample, generator)
    except NotDrawn as refusal:
        yield str(refusal)
        return
    if sample is None or judgement is None:
        yield f"a {style} model was no valid model"
        return
    is_plain = temperature(design) == 1 and not any(block.given for block in design.latent)
    yield _with_gap(sample, judgement, objection(design, decision.verdict, judgement), with_gaps and is_plain)


def _with_gap(sample: Sample, judgement: Judgement, reason: str, with_gaps: bool) -> Finding:
    """The finding, with the exact gap where the model is a member and a sum over z is possible."""
    if reason or not with_gaps or not judgement.is_consistent:
        return Finding(sample, judgement, reason)
    found = measured_gap(sample.model)
    if found is None:
        return Finding(sample, judgement)
    gap, error = found
    if gap > GAP + 10 * error:
        reason = f"the span residual is 0 and the gap is {gap:.3g} nats, with an error of {error:.1g}"
    return Finding(sample, judgement, reason, gap, error)


def objection(design: Design, verdict: Verdict, seen: Judgement) -> str:
    """Why this model refutes the verdict, or nothing."""
    if verdict is Verdict.TIGHT and seen.is_member is False:
        return "the verdict is tight and this model is not in the consistent set"
    if verdict is Verdict.IMPOSSIBLE and seen.is_member:
        return "the verdict is impossible and this model is in the consistent set"
    if verdict is Verdict.COLLAPSE and seen.is_member and seen.is_dependent:
        return "the verdict is collapse and in this model of the consistent set x depends on z"
    if verdict is Verdict.COLLAPSE and not seen.is_dependent and seen.is_member is False and _has_one_prior(design):
        return "the verdict is collapse and this independent model is not in the consistent set"
    return ""


def _has_one_prior(design: Design) -> bool:
    """Whether the design's prior is one density, with nothing to learn."""
    constants = [c for block in design.prior.blocks for c in block.parameters.values()]
    return design.prior.kind == "declared" and not any(isinstance(c, Constant) and c.value is None for c in constants)
