"""An analysis, its answers, conditions and suggestions, that a notebook shows as a page, and that print as LaTeX."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from tightcheck.report import html, latex, outline, text
from tightcheck.verdict import Analysis, Answer, Condition, Suggestion


class _Shown:
    """What is shown as some parts of a report."""

    def _parts(self) -> tuple[outline.Part, ...]:
        raise NotImplementedError

    def _repr_html_(self) -> str:
        return html.some(self._parts())

    def _repr_latex_(self) -> str:
        return latex.fragment(self._parts())


class ShownCondition(_Shown, Condition):
    """A `Condition` for a notebook."""

    def _parts(self) -> tuple[outline.Part, ...]:
        words = f"{self.term}: {self.sentence}" if self.term else self.sentence
        return (outline.Paragraph(words, label=f"{self.name} {self.status}", place=outline.place_of(self)),)


class ShownSuggestion(_Shown, Suggestion):
    """A `Suggestion` for a notebook."""

    def _parts(self) -> tuple[outline.Part, ...]:
        return (outline.Remedies((self,)),)


class ShownAnswer(_Shown, Answer):
    """An `Answer` for a notebook."""

    @classmethod
    def of(cls, answer: Answer) -> ShownAnswer:
        """The same answer, its conditions with their reports."""
        conditions = tuple(ShownCondition(**_fields(condition)) for condition in answer.conditions)
        return cls(**{**_fields(answer), "conditions": conditions})

    def _parts(self) -> tuple[outline.Part, ...]:
        return outline.told(self)


class Report(Analysis):
    """An `Analysis` with its reports."""

    @classmethod
    def of(cls, analysis: Analysis) -> Report:
        """The same analysis, with its reports."""
        answers = {name: ShownAnswer.of(getattr(analysis, name)) for name in ("declared", "implied")}
        suggestions = tuple(ShownSuggestion(**_fields(suggestion)) for suggestion in analysis.suggestions)
        return cls(**{**_fields(analysis), **answers, "suggestions": suggestions})

    def __str__(self) -> str:
        return text.render(self)

    def _repr_html_(self) -> str:
        return html.fragment(self)

    def _repr_latex_(self) -> str:
        return latex.render(self)


def _fields(value: Any) -> dict[str, Any]:
    """The values of a dataclass's fields by their names."""
    return {field.name: getattr(value, field.name) for field in fields(value)}
