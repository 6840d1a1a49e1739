"""The atlas as HTML: one page with the table of all pairs, and one page for each pair. Nothing is loaded over a network."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from hashlib import sha256
from html import escape
from importlib.resources import files
from re import split, sub

from tightcheck.atlas.facts import Pair, certificate_note, words
from tightcheck.atlas.text import divergence
from tightcheck.density import What
from tightcheck.report import html
from tightcheck.report.mathml import mathml

SYMBOLS = {
    What.EVERYTHING.word: "●",
    What.INEQUALITIES.word: "◐",
    What.ZEROS.word: "◔",
    What.ONLY_ZERO.word: "○",
    What.UNDECIDED.word: "?",
}
"""A shape for every colour, so that no meaning hangs on colour."""

MEANINGS = {what.word: what.value for what in What}
GENERIC = "exponential-family harmonium"


@dataclass(frozen=True)
class Cell:
    """What the table shows of a pair."""

    x: str
    z: str
    what: str
    name: str

    @property
    def file(self) -> str:
        """The pair's page, beside the table's."""
        return file_of(self.x, self.z)


def file_of(x: str, z: str) -> str:
    """The page of a pair."""
    return f"{x}--{z}.html"


def certificate_of(found: Pair) -> str:
    """The file of a pair's certificate, which both of its pages name."""
    first, second = sorted((found.x.family.name, found.z.family.name))
    return f"{first}--{second}.json"


def cell(found: Pair) -> Cell:
    """The pair's place in the table; only a name of its own is kept."""
    name = found.joint.name or ""
    own = "" if name.startswith(GENERIC) else name
    return Cell(found.x.family.name, found.z.family.name, found.density.what.word, own)


def index(names: Sequence[str], cells: Mapping[tuple[str, str], Cell]) -> str:
    """The table's page."""
    counts = {word: sum(each.what == word for each in cells.values()) for word in SYMBOLS}
    legend = "".join(
        f'<li><span class="what {word}"><span aria-hidden="true">{SYMBOLS[word]}</span> {words(word)}</span>: '
        f"{escape(MEANINGS[word])} <small>({count})</small></li>"
        for word, count in counts.items()
    )
    head = "".join(f'<th scope="col"><span>{words(z)}</span></th>' for z in names)
    rows = "".join(
        f'<tr><th scope="row">{words(x)}</th>{"".join(_in_table(cells[x, z]) for z in names)}</tr>\n' for x in names
    )
    body = (
        '<main class="tightcheck atlas index"><h1>Which joints exist</h1>'
        '<p class="lead">p(x, z) ∝ h(x) h′(z) exp(ν(x)′ W ψ(z) + a′ν(x) + b′ψ(z)) for every pair of families: '
        "what the interaction W may be if this is a density. Rows are the family of x given z, columns that of z given "
        "x.</p>"
        f'<ul class="legend">{legend}</ul>'
        '<label class="search">Search families, names and answers (press /) <input type="search" autocomplete="off" '
        'placeholder="poisson gamma"></label><p role="status" aria-live="polite"></p><ul class="found"></ul>'
        '<div class="grid" tabindex="-1"><table><thead><tr><th>x \\ z</th>'
        f"{head}</tr></thead><tbody>\n{rows}</tbody></table></div></main>"
        f"<script>{_script()}</script>"
    )
    return _page("Which joints exist", body)


def _in_table(shown: Cell) -> str:
    title = f"{words(shown.x)} × {words(shown.z)}: {words(shown.what)}"
    name = f' data-name="{escape(shown.name)}"' if shown.name else ""
    return (
        f'<td class="{shown.what}"><a href="{shown.file}" title="{title}" aria-label="{title}"{name}>'
        f"{SYMBOLS[shown.what]}</a></td>"
    )


def pair(found: Pair, picture: str | None, weights: Mapping[str, Fraction] | None) -> str:
    """The page of one pair."""
    x, z = found.x.family.name, found.z.family.name
    title = f"{words(x)} × {words(z)}"
    body = "\n".join(
        [
            '<main class="tightcheck atlas">',
            f'<nav><a href="index.html">All pairs</a><a href="{file_of(z, x)}">x and z exchanged</a></nav>',
            f"<header><h1>{title}</h1>",
            f'<p class="sentence">{_what(found)}: {escape(found.density.what.value)}.</p></header>',
            *_sections(found, picture, weights),
            "</main>",
        ]
    )
    return _page(title, body)


def _what(found: Pair) -> str:
    word = found.density.what.word
    return f'<span class="what {word}"><span aria-hidden="true">{SYMBOLS[word]}</span> {words(word)}</span>'


def _sections(found: Pair, picture: str | None, weights: Mapping[str, Fraction] | None) -> Iterator[str]:
    joint, density = found.joint, found.density
    yield f"<p>{escape(joint.name or '')}</p>"
    yield f'<div class="display">{mathml(joint.latex, joint.formula, "block")}</div>'
    yield from _list("A density if and only if", density.sentences, condition)
    yield from _list("Not shown", (density.undecided_because,) if density.undecided_because else ())
    yield from _list("Why entries are zero", tuple(map(divergence, density.witness)))
    yield from _list("The cost of testing one W", (density.cost,) if density.cost else ())
    if picture and weights:
        moved = {name: value for name, value in weights.items() if value}
        caption = ", ".join(f"{name} = {value}" for name, value in moved.items()) or "W = 0"
        yield f"<figure>{picture}<figcaption>p(x, z) at {sentence(caption)}; entries not named are 0.</figcaption></figure>"
    yield '<h2>The blocks of W</h2><div class="scroll"><table><thead><tr><th>of x</th><th>of z</th><th>weight</th></tr>'
    yield "</thead><tbody>"
    for row, column, weight in joint.blocks:
        yield f"<tr><td>{sentence(row)}</td><td>{sentence(column)}</td><td>{html.weight(weight)}</td></tr>"
    yield "</tbody></table></div>"
    yield from _list("Decoder", tuple(joint.decoder.splitlines()))
    yield from _list("Encoder", tuple(joint.encoder.splitlines()))
    yield from _list("Implied prior", (joint.marginal_z,) if joint.marginal_z else ())
    yield from _list("Distribution of x", (joint.marginal_x,) if joint.marginal_x else ())
    if note := certificate_note(found):
        yield (
            f'<h2>Certificate</h2><p>{escape(note)} <a href="{certificate_of(found)}">{certificate_of(found)}</a>: '
            f"<code>tightcheck check {certificate_of(found)}</code></p>"
        )
    yield "<h2>Sources</h2><ul>"
    yield from (f"<li>{escape(reference)}</li>" for reference in found.references)
    yield "</ul>"


@cache
def sentence(text: str) -> str:
    """A sentence as HTML; the weights beyond W_33 have a comma in their index."""
    return html.sentence(sub(r"_(\d+),(\d+)", r"_{\1,\2}", text))


def condition(text: str) -> str:
    """Relations with `and` and `or` between them as HTML; brackets around several are words, not part of a formula."""
    found = []
    for part in split(r"( (?:and|or) )", text):
        start, end = 0, len(part)
        while part[start:end].startswith("(") and part[start:end].count("(") > part[start:end].count(")"):
            start += 1
        while part[start:end].endswith(")") and part[start:end].count(")") > part[start:end].count("("):
            end -= 1
        found.append(f"{part[:start]}{sentence(part[start:end])}{part[end:]}")
    return "".join(found)


def _list(title: str, lines: Sequence[str], written: Callable[[str], str] = sentence) -> Iterator[str]:
    """A titled list of sentences with formulas."""
    if lines:
        items = "".join(f"<li>{written(line)}</li>" for line in lines)
        yield f'<h2>{title}</h2><ul class="formulas">{items}</ul>'


def _page(title: str, body: str) -> str:
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; img-src data:; style-src 'self'; "
        f"script-src '{_digest()}'\">\n"
        '<meta name="color-scheme" content="light dark">\n<link rel="icon" href="data:,">\n'
        f'<title>{escape(title)}</title>\n<link rel="stylesheet" href="atlas.css">\n</head>\n<body>\n{body}\n</body>\n</html>\n'
    )


@cache
def style() -> str:
    """The style of all pages: that of reports, and the table's."""
    report = files("tightcheck.report").joinpath("page.css").read_text(encoding="utf-8")
    return report + files("tightcheck.atlas").joinpath("page.css").read_text(encoding="utf-8")


@cache
def _script() -> str:
    return files("tightcheck.atlas").joinpath("index.js").read_text(encoding="utf-8")


@cache
def _digest() -> str:
    return "sha256-" + b64encode(sha256(_script().encode()).digest()).decode()
