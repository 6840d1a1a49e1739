"""One pair as plain text, at most 100 columns wide."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator

from tightcheck.atlas.facts import Pair, certificate_note
from tightcheck.density import Divergence

WIDTH = 96
INDENT = " " * 4


def render(found: Pair) -> str:
    """The pair's facts, title by title."""
    return "\n".join(line for title, lines in _paragraphs(found) if lines for line in _paragraph(title, lines))


def _paragraphs(found: Pair) -> Iterator[tuple[str, tuple[str, ...]]]:
    joint, density = found.joint, found.density
    yield f"{density.what.word}: {density.what.value}", (joint.name or "",)
    yield "form", (joint.formula,)
    yield "the blocks of W", tuple(f"{row} with {column}: {weight}" for row, column, weight in joint.blocks)
    yield "a density if and only if", density.sentences
    yield "why entries are zero", tuple(map(divergence, density.witness))
    yield "the cost of testing one W", _one(density.cost)
    yield "not shown", _one(density.undecided_because)
    yield "decoder", tuple(joint.decoder.splitlines())
    yield "encoder", tuple(joint.encoder.splitlines())
    yield "implied prior", _one(joint.marginal_z)
    yield "distribution of x", _one(joint.marginal_x)
    yield "sources", found.references
    note = certificate_note(found)
    yield "certificate", (note, "--json prints it; tightcheck check FILE re-checks it") if note else ()


def divergence(witness: Divergence) -> str:
    """Why entries are zero, in one sentence."""
    entries = ", ".join(entry.name for entry in witness.entries)
    return f"{entries}: {witness.direction}; {witness.rate}"


def _one(words: str | None) -> tuple[str, ...]:
    return (words,) if words else ()


def _paragraph(title: str, lines: tuple[str, ...]) -> Iterator[str]:
    yield title
    for line in lines:
        yield from textwrap.wrap(
            line,
            WIDTH,
            initial_indent=INDENT,
            subsequent_indent=INDENT + "  ",
            break_long_words=False,
            break_on_hyphens=False,
        )
    yield ""
