"""The report as JSON: the keys below are stable; `format` changes when one of them does."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, TypedDict

from tightcheck.design import Place
from tightcheck.verdict import Analysis, Answer, Condition, Divergence, Joint, Suggestion

FORMAT = "tightcheck-analysis-1"


class PlaceReport(TypedDict):
    """Where a part was written; null where the design was not read from a file."""

    file: str | None
    line: int | None
    text: str


class ConditionReport(TypedDict):
    """`name` is C1 to C4; `status` is holds, restricts, fails or undecided."""

    name: str
    status: str
    sentence: str
    constraints: list[str]
    term: str
    place: PlaceReport | None


class SuggestionReport(TypedDict):
    """A neighbouring design and its verdict; `kind` is features, prior, encoder, link or decoder."""

    change: str
    verdict: str
    kind: str
    place: PlaceReport | None


class BlockReport(TypedDict):
    """One block of W: the statistics of x and of z that it couples, and what it may be."""

    row: str
    column: str
    weight: str


class JointReport(TypedDict):
    """Theorem 1's form of the consistent models."""

    name: str | None
    formula: str
    latex: str
    blocks: list[BlockReport]
    decoder: str
    encoder: str
    marginal_x: str | None
    marginal_z: str | None
    integrates: str


class DivergenceReport(TypedDict):
    """Where the joint of one draw of each block diverges if they depend on each other."""

    observed: str
    latent: str
    direction: str
    rate: str


class AnswerReport(TypedDict):
    """What is known under one prior; `verdict` is tight, restricted, collapse, impossible, undecided or outside."""

    verdict: str
    reason: str
    conditions: list[ConditionReport]
    constraints: list[str]
    remaining: str
    blocks: dict[str, str]
    lossless: str
    lossless_reason: str
    divergence: list[DivergenceReport]
    missing: str
    trace: list[list[str]]
    certificate: Mapping[str, Any] | None


class AnalysisReport(TypedDict):
    """The whole report. `verdict`, `lossless`, `conditions` and `certificate` are those under the declared prior."""

    format: str
    verdict: str
    verdict_implied_prior: str
    lossless: str
    conditions: list[ConditionReport]
    joint: JointReport | None
    encoder_map: str
    implied_prior: str
    suggestions: list[SuggestionReport]
    remarks: list[str]
    certificate: Mapping[str, Any] | None
    declared: AnswerReport
    implied: AnswerReport


def render(analysis: Analysis) -> str:
    """The report as text, two spaces a level."""
    return json.dumps(report(analysis), indent=2, ensure_ascii=False, allow_nan=False)


def report(analysis: Analysis) -> AnalysisReport:
    """The report as plain data."""
    declared, implied = _answer(analysis.declared), _answer(analysis.implied)
    return {
        "format": FORMAT,
        "verdict": declared["verdict"],
        "verdict_implied_prior": implied["verdict"],
        "lossless": declared["lossless"],
        "conditions": declared["conditions"],
        "joint": _joint(analysis.joint),
        "encoder_map": analysis.encoder_map,
        "implied_prior": analysis.implied_prior,
        "suggestions": [_suggestion(suggestion) for suggestion in analysis.suggestions],
        "remarks": list(analysis.remarks),
        "certificate": declared["certificate"],
        "declared": declared,
        "implied": implied,
    }


def _answer(answer: Answer) -> AnswerReport:
    return {
        "verdict": answer.verdict.word,
        "reason": answer.reason,
        "conditions": [_condition(condition) for condition in answer.conditions],
        "constraints": list(answer.constraints),
        "remaining": answer.remaining,
        "blocks": dict(answer.blocks),
        "lossless": answer.lossless.value,
        "lossless_reason": answer.lossless_reason,
        "divergence": [_divergence(each) for each in answer.divergence],
        "missing": answer.missing,
        "trace": [list(step) for step in answer.trace],
        "certificate": answer.certificate,
    }


def _divergence(found: Divergence) -> DivergenceReport:
    return {
        "observed": found.observed,
        "latent": found.latent,
        "direction": found.direction,
        "rate": found.rate,
    }


def _condition(condition: Condition) -> ConditionReport:
    return {
        "name": condition.name,
        "status": condition.status,
        "sentence": condition.sentence,
        "constraints": list(condition.constraints),
        "term": condition.term,
        "place": _place(condition.place),
    }


def _suggestion(suggestion: Suggestion) -> SuggestionReport:
    return {
        "change": suggestion.change,
        "verdict": suggestion.verdict,
        "kind": suggestion.kind,
        "place": _place(suggestion.place),
    }


def _joint(joint: Joint | None) -> JointReport | None:
    if joint is None:
        return None
    return {
        "name": joint.name,
        "formula": joint.formula,
        "latex": joint.latex,
        "blocks": [{"row": row, "column": column, "weight": weight} for row, column, weight in joint.blocks],
        "decoder": joint.decoder,
        "encoder": joint.encoder,
        "marginal_x": joint.marginal_x,
        "marginal_z": joint.marginal_z,
        "integrates": joint.integrates,
    }


def _place(place: Place | None) -> PlaceReport | None:
    if place is None or place.file is None:
        return None
    return {"file": place.file, "line": place.line, "text": place.text}
