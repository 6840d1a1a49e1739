"""Decides whether the ELBO of a variational autoencoder design can be tight.

analysis = tightcheck.analyze("encoder.yaml", "decoder.yaml")
analysis.verdict.word, analysis.implied.verdict.word, analysis.declared.reason
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from tightcheck.design import Design as Design
    from tightcheck.reading.errors import DesignError as DesignError
    from tightcheck.report.notebook import Report
    from tightcheck.verdict import Analysis as Analysis
    from tightcheck.verdict import Verdict as Verdict

__version__ = "0.1.0"
__all__ = ["Analysis", "Design", "DesignError", "Verdict", "analyze"]

HOMES = {
    "Analysis": "tightcheck.verdict",
    "Design": "tightcheck.design",
    "DesignError": "tightcheck.reading.errors",
    "Verdict": "tightcheck.verdict",
}
"""Where each public name lives; nothing is imported before it is asked for."""


def analyze(
    encoder: str | Path | Design | Mapping[str, Any], decoder: str | Path | Mapping[str, Any] | None = None
) -> Report:
    """The analysis of a design: two files, one file that holds both parts, or a `Design` made in Python.

    Two mappings with the keys of the files do as well; their `map` may be a live PyTorch module, or a method of one:

        analyze({"latent": {"family": "gaussian", "dim": 20}, "map": vae.encode, "output": ["mean", "log_variance"]},
                {"observed": {"family": "bernoulli", "dim": 784}, "map": vae.decode, "output": {"probs": "sigmoid"},
                 "prior": {"family": "gaussian", "mean": 0, "variance": 1}})

    Raises DesignError, with the place and what to write instead, for what is no design.
    """
    from os import PathLike

    from tightcheck.analysis import analyze as analysis_of
    from tightcheck.design import Design
    from tightcheck.read_yaml import design_of, read_design
    from tightcheck.report.notebook import Report

    if isinstance(encoder, Design):
        return Report.of(analysis_of(encoder))
    if isinstance(encoder, str | PathLike) and (decoder is None or isinstance(decoder, str | PathLike)):
        return Report.of(analysis_of(read_design(encoder, decoder)))
    from tightcheck.reading.live import trees

    return Report.of(analysis_of(design_of(*trees(encoder, decoder))))


def __getattr__(name: str) -> Any:
    if name not in HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(HOMES[name]), name)
