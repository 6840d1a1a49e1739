"""The report as a LaTeX fragment for a paper's appendix: no preamble, nothing needed but amsmath and amssymb."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from tightcheck.report.notation import formula, split
from tightcheck.report.outline import (
    LONG_DISPLAY,
    LOSSLESS,
    Display,
    Formulas,
    Paragraph,
    Part,
    Remedies,
    Table,
    Weights,
    notation,
    outline,
    place_of,
)
from tightcheck.verdict import Analysis

SPECIAL = {
    **{sign: f"\\{sign}" for sign in "&%$#_{}"},
    **{"~": r"\textasciitilde{}", "^": r"\textasciicircum{}", "\\": r"\textbackslash{}"},
    **{"<": r"\textless{}", ">": r"\textgreater{}", "|": r"\textbar{}", '"': "''"},
    **{"∝": r"$\propto$", "≤": r"$\le$", "≥": r"$\ge$", "≠": r"$\ne$", "→": r"$\to$", "∈": r"$\in$", "∞": r"$\infty$"},
}  # fmt: skip


def render(analysis: Analysis) -> str:
    """The whole report as paragraphs, displays, lists and tables."""
    answer = analysis.declared
    lossless = answer.lossless_reason or LOSSLESS[answer.lossless]
    lines = [
        rf"\paragraph{{Verdict: {answer.verdict.word}}} {sentence(answer.verdict.value)} {sentence(answer.reason)}",
        rf"Under the implied prior: {escaped(analysis.implied.verdict.word)}. "
        rf"Lossless: {escaped(answer.lossless.value)} ({sentence(lossless.rstrip('.'))}).",
    ]
    if told := notation(analysis):
        lines += ["", sentence(told)]
    for section in outline(analysis):
        lines += [
            "",
            rf"\paragraph{{{escaped(section.title)}}}",
            fragment(section.parts).rstrip("\n"),
        ]
    return "\n".join(lines) + "\n"


def fragment(parts: Iterable[Part]) -> str:
    """Some parts of a report."""
    return "\n".join(line for part in parts for line in _part(part)) + "\n"


def sentence(text: str) -> str:
    """A sentence with its formulas between dollars, everything else escaped."""
    return "".join(
        f"${piece.latex}$"
        if piece.kind == "formula"
        else rf"\texttt{{{escaped(piece.text)}}}"
        if piece.kind == "code"
        else escaped(piece.text)
        for piece in split(text)
    )


def escaped(text: str) -> str:
    """Words with LaTeX's special characters made harmless; control characters and line ends become spaces."""
    return "".join(SPECIAL.get(sign, sign if sign.isprintable() else " ") for sign in text)


def _part(part: Part) -> Iterator[str]:
    match part:
        case Paragraph(text, label, place):
            start = rf"\textbf{{{escaped(label)}:}} " if label else ""
            yield rf"{start}{sentence(text)}{_at(place)}\par"
        case Formulas(lines, label):
            if label:
                yield rf"\par\noindent\textbf{{{escaped(label)}:}}"
            yield from _list("itemize", (sentence(line) for line in lines))
        case Display(text, _) if len(text) > LONG_DISPLAY:
            yield rf"{sentence(text)}\par"
        case Display(_, latex):
            yield rf"\[ {latex} \]"
        case Table(_, rows):
            yield from _list(
                "description", (rf"[{{{sentence(': '.join(row[:-1]))}}}] {sentence(row[-1])}" for row in rows)
            )
        case Weights(blocks):
            yield r"\par\noindent\begin{tabular}{lll}"
            yield r"statistics of $x$ & statistics of $z$ & $W$ there \\"
            yield from (" & ".join(_block(cells)) + r" \\" for cells in blocks)
            yield r"\end{tabular}\par"
        case Remedies(suggestions):
            yield from _list(
                "enumerate",
                (rf"{sentence(s.change)} $\to$ {escaped(s.verdict)}{_at(place_of(s))}" for s in suggestions),
            )


def _at(place: str) -> str:
    """Where it is written; a long path may be broken."""
    shown = escaped(place).replace("/", r"/\allowbreak{}")
    return rf" (at \texttt{{{shown}}})" if place else ""


def _list(kind: str, items: Iterator[str]) -> Iterator[str]:
    yield rf"\begin{{{kind}}}"
    yield from (rf"\item {item}" for item in items)
    yield rf"\end{{{kind}}}"


def _block(cells: tuple[str, str, str]) -> tuple[str, ...]:
    name, comma, rest = cells[2].partition(", ")
    return sentence(cells[0]), sentence(cells[1]), f"${formula(name)}${comma}{sentence(rest)}"
