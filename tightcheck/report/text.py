"""The report as plain text, at most 100 columns wide; formulas are never broken inside a word."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from tightcheck.report.outline import (
    LOSSLESS,
    Display,
    Formulas,
    Paragraph,
    Part,
    Remedies,
    Section,
    Table,
    Weights,
    notation,
    outline,
    place_of,
)
from tightcheck.verdict import Analysis, Answer

WIDTH = 96
BOLD, PLAIN = "\033[1m", "\033[0m"


def render(analysis: Analysis, is_styled: bool = False) -> str:
    """The whole report; with titles in bold when `is_styled`."""
    lines = [*_head(analysis)]
    for section in outline(analysis):
        lines += ["", _title(section.title, is_styled), *_section(section)]
    lines += ["", *_certificate(analysis)]
    return "\n".join(lines)


def _title(title: str, is_styled: bool) -> str:
    return f"{BOLD}{title.upper()}{PLAIN}" if is_styled else title.upper()


def _head(analysis: Analysis) -> Iterator[str]:
    answer = analysis.declared
    yield from _labelled("verdict", answer.verdict.word)
    yield from _labelled("implied prior", analysis.implied.verdict.word)
    yield from _labelled("lossless", _lossless(answer))
    yield ""
    yield from _wrapped(answer.verdict.value)
    if answer.reason and answer.reason != answer.verdict.value:
        yield from _wrapped(answer.reason)
    if told := notation(analysis):
        yield from ("", *_wrapped(told))


def _lossless(answer: Answer) -> str:
    return f"{answer.lossless.value}: {answer.lossless_reason or LOSSLESS[answer.lossless]}"


def _section(section: Section) -> Iterator[str]:
    for part in section.parts:
        yield from _part(part)


def _part(part: Part) -> Iterator[str]:
    match part:
        case Paragraph(text, label, place):
            label = f"{label}: " if label else ""
            yield from _wrapped(f"{label}{text}", "  ")
            if place:
                yield from _wrapped(f"at {place}", "    ")
        case Formulas(lines, label):
            if label:
                yield from _wrapped(f"{label}:", "  ")
            for line in lines:
                yield from _wrapped(line, "    ")
        case Display(text, _):
            yield from _wrapped(text, "    ")
        case Table(_, rows) | Weights(rows):
            yield from _table(rows)
        case Remedies(suggestions):
            for number, suggestion in enumerate(suggestions, start=1):
                where = f", at {place_of(suggestion)}" if place_of(suggestion) else ""
                yield from _wrapped(f"{number}. {suggestion.change} -> {suggestion.verdict}{where}", "  ", "     ")


def _table(rows: tuple[tuple[str, ...], ...]) -> Iterator[str]:
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]) - 1)]
    for row in rows:
        first = "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=False))
        yield from _wrapped(f"  {first}  {row[-1]}", "", " " * (min(sum(widths), 40) + 2 * len(row)))


def _certificate(analysis: Analysis) -> Iterator[str]:
    if analysis.declared.certificate:
        yield from _wrapped(
            "A certificate was accepted by the kernel: --json holds it, `tightcheck check` checks it again."
        )
    else:
        yield from _wrapped("This verdict carries no certificate.")


def _labelled(label: str, text: str) -> Iterator[str]:
    yield from _wrapped(f"{label:<15}{text}", "", " " * 15)


def _wrapped(text: str, indent: str = "", hanging: str | None = None) -> list[str]:
    hanging = f"{indent}  " if hanging is None and indent else hanging or ""
    return textwrap.wrap(
        text,
        WIDTH,
        initial_indent=indent,
        subsequent_indent=hanging,
        break_long_words=False,
        break_on_hyphens=False,
        drop_whitespace=True,
        replace_whitespace=True,
    ) or [""]
