"""The report as a LaTeX fragment for a paper's appendix: no preamble, nothing needed but amsmath and amssymb."""

from __future__ import annotations

from collections.abc import Iterator

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
            *(line for part in section.parts for line in _part(part)),
        ]
    return "\n".join(lines) + "\n"


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
                yield rf"\textbf{{{escaped(label)}:}}"
            yield from _list("itemize", (sentence(line) for line in lines))
        case Display(text, _) if len(text) > LONG_DISPLAY:
            yield rf"{sentence(text)}\par"
        case Display(_, latex):
            yield rf"\[ {latex} \]"
        case Table(header, rows):
            yield from _table("l" * (len(header) - 1) + r"p{0.65\linewidth}", [header, *rows])
        case Weights(blocks):
            yield from _table(
                "lll",
                [("statistics of $x$", "statistics of $z$", "$W$ there"), *map(_block, blocks)],
                is_ready=True,
            )
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


def _sentences(cells: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(map(sentence, cells))


def _table(columns: str, rows: list[tuple[str, ...]], is_ready: bool = False) -> Iterator[str]:
    yield rf"\par\noindent\begin{{tabular}}{{{columns}}}"
    for row in rows:
        yield " & ".join(row if is_ready else _sentences(row)) + r" \\"
    yield r"\end{tabular}\par"
