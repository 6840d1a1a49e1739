"""The kernel's verdicts on the published designs, as facts for the ledger."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from tightcheck.decide import decide
from tightcheck.design import Design, Map
from tightcheck.read_yaml import read_design
from tightcheck.verdict import Verdict

EXAMPLES = Path(__file__).parent.parent / "examples"


def example(name: str) -> Design:
    """One of `tightcheck/examples`."""
    return read_design(EXAMPLES / name / "encoder.yaml", EXAMPLES / name / "decoder.yaml")


def with_encoder(design: Design, network: Map) -> Design:
    """The design with every computed head of the encoder computed by this network."""
    conditionals = tuple(
        replace(
            conditional,
            heads=tuple(
                replace(head, source=network) if isinstance(head.source, Map) else head for head in conditional.heads
            ),
        )
        for conditional in design.encoder
    )
    return replace(design, encoder=conditionals)


def verdict(design: Design) -> Verdict:
    """The verdict under the design's own prior."""
    return decide(design, design.prior.kind).verdict
