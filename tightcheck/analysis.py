"""The analysis of a design: both decisions, the joint of the consistent models, and the account of them."""

from __future__ import annotations

from tightcheck.account.answer import answer
from tightcheck.decide import decide
from tightcheck.design import Design
from tightcheck.joint import joint
from tightcheck.verdict import Analysis


def analyze(design: Design) -> Analysis:
    """Everything that is said about one design, under its own prior and under the implied one."""
    declared, implied = decide(design, design.prior.kind), decide(design, "implied")
    form = None if design.outside else joint(design)
    return Analysis(
        declared=answer(design, declared),
        implied=answer(design, implied),
        joint=form,
        encoder_map=form.encoder if form else "",
        implied_prior=form.marginal_z or "" if form else "",
        remarks=tuple(f"{remark} ({place})" for place, remark in design.remarks),
    )
