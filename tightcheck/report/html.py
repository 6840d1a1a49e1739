"""The report as one HTML page: no script, nothing loaded, formulas as MathML; for a screen, a phone and a printer."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from html import escape
from importlib.resources import files
from typing import Any

from tightcheck.report.mathml import mathml
from tightcheck.report.notation import formula, split
from tightcheck.report.outline import (
    LONG_DISPLAY,
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
from tightcheck.verdict import Analysis, Answer, Lossless, Verdict

SYMBOLS = {
    **{"tight": "●", "restricted": "◐", "collapse": "○", "impossible": "✕", "undecided": "?", "outside": "↗"},
    **{"holds": "✓", "restricts": "◐", "fails": "✕"},
}
"""A shape beside every coloured word, so that no meaning hangs on colour."""

DIAGRAMS = {
    Verdict.TIGHT: '<circle cx="60" cy="60" r="50" fill="currentColor" fill-opacity=".28"/>'
    '<text x="60" y="67">S = D</text>',
    Verdict.RESTRICTED: '<circle cx="60" cy="60" r="50" fill="none"/>'
    '<ellipse cx="66" cy="72" rx="30" ry="21" fill="currentColor" fill-opacity=".28"/>'
    '<text x="38" y="38">D</text><text x="66" y="79">S</text>',
    Verdict.COLLAPSE: '<circle cx="60" cy="60" r="50" fill="none"/><circle cx="68" cy="78" r="7" fill="currentColor"/>'
    '<text x="42" y="46">D</text><text x="88" y="80">S</text>',
    Verdict.IMPOSSIBLE: '<circle cx="60" cy="60" r="50" fill="none"/><text x="60" y="67">S = ∅</text>',
    Verdict.UNDECIDED: '<circle cx="60" cy="60" r="50" fill="none" stroke-dasharray="6 6"/>'
    '<text x="60" y="67">S = ?</text>',
    Verdict.OUTSIDE: '<circle cx="50" cy="66" r="42" fill="none" stroke-dasharray="6 6"/>'
    '<circle cx="104" cy="22" r="7" fill="currentColor"/><text x="50" y="73">?</text>',
}
"""The consistent set S within the design D."""


def render(analysis: Analysis, title: str = "") -> str:
    """A whole page; `title` names the design (its files)."""
    heading = f"{analysis.verdict.word}: {title}" if title else analysis.verdict.word
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
        '<meta name="color-scheme" content="light dark">\n'
        f"<title>{escape(heading)}</title>\n</head>\n<body>\n{fragment(analysis, title)}\n</body>\n</html>\n"
    )


def fragment(analysis: Analysis, title: str = "") -> str:
    """The report as an element with its own style, to stand in a notebook."""
    return _styled([*_header(analysis, title), *map(_section, outline(analysis)), *_appendix(analysis)])


def some(parts: Iterable[Part]) -> str:
    """Some parts of a report, with the report's style."""
    return _styled(map(_part, parts))


def _styled(elements: Iterable[str]) -> str:
    style = files("tightcheck.report").joinpath("page.css").read_text(encoding="utf-8")
    body = "\n".join(elements)
    return f'<main class="tightcheck">\n<style>\n{style}</style>\n{body}\n</main>'


def sentence(text: str) -> str:
    """A sentence as HTML, its formulas as inline MathML, everything else escaped."""
    written: list[str] = []
    for piece in split(text):
        words = piece.text
        if piece.kind == "formula":
            written.append(mathml(piece.latex, words))
            continue
        if piece.kind == "words" and words[:1] in {",", ".", ";", ":"} and written and written[-1].startswith("<math"):
            written[-1], words = f'<span class="kept">{written[-1]}{words[0]}</span>', words[1:]
        written.append(f"<code>{escape(words)}</code>" if piece.kind == "code" else escape(words))
    return "".join(written)


def _header(analysis: Analysis, title: str) -> Iterator[str]:
    answer = analysis.declared
    word = answer.verdict.word
    yield "<header>"
    yield f'<p class="kicker">Can the ELBO be tight? <code>{escape(title)}</code></p>' if title else ""
    yield f'<div class="top">{_diagram(answer.verdict)}<div><h1 class="{word}">{word}</h1>'
    yield f'<p class="sentence">{sentence(answer.verdict.value)}</p></div></div>'
    if answer.reason and answer.reason != answer.verdict.value:
        yield f'<p class="reason">{sentence(answer.reason)}</p>'
    if told := notation(analysis):
        yield f'<p class="notation">{sentence(told)}</p>'
    yield '<dl class="facts">'
    yield f"<div><dt>Prior as declared</dt><dd>{_verdict(word)}</dd></div>"
    yield f"<div><dt>Implied prior</dt><dd>{_verdict(analysis.implied.verdict.word)}</dd></div>"
    yield f"<div><dt>Lossless</dt><dd>{_lossless(answer)}</dd></div>"
    yield "</dl>\n</header>"


def _diagram(verdict: Verdict) -> str:
    label = f"The consistent models S within the design D: {verdict.word}"
    return (
        f'<svg class="{verdict.word}" viewBox="0 0 120 120" role="img" aria-label="{label}" stroke="currentColor" '
        'stroke-width="2.5" font-family="Georgia, serif" font-style="italic" font-size="21" text-anchor="middle">'
        f"{_filled(DIAGRAMS[verdict])}</svg>"
    )


def _filled(drawing: str) -> str:
    return drawing.replace("<text ", '<text fill="currentColor" stroke="none" ')


def _verdict(word: str) -> str:
    """A verdict or status as a coloured word with its shape."""
    if word not in SYMBOLS:
        return f'<span class="verdict">{escape(word)}</span>'
    return f'<span class="verdict {word}"><span aria-hidden="true">{SYMBOLS[word]}</span> {word}</span>'


def _lossless(answer: Answer) -> str:
    name = {Lossless.APPROACHED: "approached"}.get(answer.lossless, answer.lossless.value)
    reason = answer.lossless_reason or LOSSLESS[answer.lossless]
    return f'<span class="verdict {name}">{answer.lossless.value}</span> <small>{sentence(reason)}</small>'


def _section(section: Section) -> str:
    return f"<section>\n<h2>{escape(section.title)}</h2>\n" + "\n".join(map(_part, section.parts)) + "\n</section>"


def _part(part: Part) -> str:
    match part:
        case Paragraph(text, label, place):
            start = f'<span class="label">{_label(label)}</span> ' if label else ""
            where = f'<span class="place">{_place(place)}</span>' if place else ""
            return f"<p>{start}{sentence(text)}{where}</p>"
        case Formulas(lines, label):
            start = f'<p class="label">{escape(label)}:</p>' if label else ""
            return (
                f'{start}<ul class="formulas" tabindex="0">'
                + "".join(f"<li>{sentence(line)}</li>" for line in lines)
                + "</ul>"
            )
        case Display(text, _) if len(text) > LONG_DISPLAY:
            return f'<ul class="formulas" tabindex="0"><li>{sentence(text)}</li></ul>'
        case Display(text, latex):
            return f'<div class="display" tabindex="0">{mathml(latex, text, "block")}</div>'
        case Table(header, rows):
            return _table(header, rows)
        case Weights(blocks):
            return _weights(blocks)
        case Remedies(suggestions):
            items = (
                f'<li>{sentence(s.change)} <span aria-label="gives">→</span> {_verdict(s.verdict)}'
                f'<span class="place">{_place(place_of(s))}</span></li>'
                for s in suggestions
            )
            return f'<ol class="remedies">{"".join(items)}</ol>'


def _label(label: str) -> str:
    return _verdict(label) if label in SYMBOLS else f"{escape(label)}:"


def _place(place: str) -> str:
    return f"at <code>{escape(place)}</code>" if place else ""


def _table(header: tuple[str, ...], rows: tuple[tuple[str, ...], ...]) -> str:
    head = "".join(f'<th scope="col">{escape(cell)}</th>' for cell in header)
    body = "".join(
        f'<tr><th scope="row">{sentence(row[0])}</th>{"".join(_cell(cell) for cell in row[1:])}</tr>' for row in rows
    )
    return f'<table class="rows"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'


def _cell(cell: str) -> str:
    return f'<td class="status">{_verdict(cell)}</td>' if cell in SYMBOLS else f"<td>{sentence(cell)}</td>"


def _weights(blocks: tuple[tuple[str, str, str], ...]) -> str:
    """W as a matrix of blocks: statistics of x down, statistics of z across."""
    rows, columns = (tuple(dict.fromkeys(block[axis] for block in blocks)) for axis in (0, 1))
    entries = {(row, column): weight for row, column, weight in blocks}
    head = "".join(f'<th scope="col">{sentence(column)}</th>' for column in columns)
    body = "".join(
        f'<tr><th scope="row">{sentence(row)}</th>'
        + "".join(f"<td>{weight(entries.get((row, column), ''))}</td>" for column in columns)
        + "</tr>"
        for row in rows
    )
    return (
        '<div class="scroll" tabindex="0"><table class="weights">'
        "<caption>W by blocks: statistics of x down, statistics of z across</caption>"
        f"<thead><tr><td></td>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def weight(shown: str) -> str:
    """The name of a block of W as a formula, whatever it is, and what it may be."""
    name, comma, rest = shown.partition(", ")
    return f'<span class="kept">{mathml(formula(name), name)}{comma}</span>{sentence(rest)}' if name else ""


def _appendix(analysis: Analysis) -> Iterator[str]:
    if analysis.declared.trace:
        steps = "".join(
            f"<li><code>{escape(rule)}</code> {sentence(outcome)}</li>" for rule, outcome in analysis.declared.trace
        )
        yield f"<details><summary>The rules in the order tried</summary><ol>{steps}</ol></details>"
    if analysis.declared.certificate:
        yield from _certificate(analysis.declared.certificate)


def _certificate(certificate: Mapping[str, Any]) -> Iterator[str]:
    data = escape(json.dumps(certificate, indent=1, ensure_ascii=False))
    yield "<details><summary>The certificate, for <code>tightcheck check</code></summary>"
    yield f'<pre tabindex="0">{data}</pre></details>'
