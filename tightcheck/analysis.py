"""The analysis of a design: both decisions, the joint of the consistent models, and the account of them."""

from __future__ import annotations

from tightcheck.account.answer import answer
from tightcheck.account.case import UNFORESEEN, Case, case_of
from tightcheck.account.conjugation import implied_prior
from tightcheck.account.encoder import exact_encoder
from tightcheck.account.lossless import lossless
from tightcheck.account.outside import without
from tightcheck.account.remarks import remarks
from tightcheck.account.suggest import suggestions
from tightcheck.decide import decide
from tightcheck.design import Design
from tightcheck.joint import describe
from tightcheck.verdict import Analysis, Joint


def analyze(design: Design) -> Analysis:
    """Everything that is said about one design, under its own prior and under the implied one."""
    declared = case_of(design, decide(design, design.prior.kind))
    implied = case_of(design, decide(design, "implied"))
    joint = _joint(declared)
    return Analysis(
        declared=answer(declared, lossless(design, declared.decision)),
        implied=answer(implied, lossless(design, implied.decision)),
        joint=joint,
        encoder_map=exact_encoder(declared),
        implied_prior=implied_prior(declared) if joint is None else joint.marginal_z or "",
        suggestions=suggestions(design, declared.decision, implied.decision),
        remarks=(*remarks(design), *without(design)),
    )


def _joint(case: Case) -> Joint | None:
    """The joint in words, where it has a form that is known; a tempered posterior's is not Theorem 1's."""
    if case.form is None or case.design.objective.kind == "beta":
        return None
    try:
        return describe(case.form)
    except UNFORESEEN:
        return None
