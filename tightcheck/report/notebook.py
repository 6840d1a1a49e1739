"""An analysis that a notebook shows as a page, and that prints as LaTeX."""

from __future__ import annotations

from dataclasses import fields

from tightcheck.report import html, latex, text
from tightcheck.verdict import Analysis


class Report(Analysis):
    """An `Analysis` with its reports."""

    @classmethod
    def of(cls, analysis: Analysis) -> Report:
        """The same analysis, with its reports."""
        return cls(**{field.name: getattr(analysis, field.name) for field in fields(Analysis)})

    def __str__(self) -> str:
        return text.render(self)

    def _repr_html_(self) -> str:
        return html.fragment(self)

    def _repr_latex_(self) -> str:
        return latex.render(self)
