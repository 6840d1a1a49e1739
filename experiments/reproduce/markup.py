"""The page's parts: paragraphs, tables and figures as HTML, every value escaped."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from tightcheck.experiments.reproduce.frame import Record, Store


def paragraph(text: str) -> str:
    """One paragraph."""
    return f"<p>{escape(text)}</p>"


def items(texts: Iterable[str]) -> str:
    """A list."""
    return f"<ul>{''.join(f'<li>{escape(text)}</li>' for text in texts)}</ul>"


def table(caption: str, header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A table whose first column names the row; numbers are written as they come."""
    head = "".join(f'<th scope="col">{escape(cell)}</th>' for cell in header)
    body = "".join(
        f'<tr><th scope="row">{escape(str(row[0]))}</th>{"".join(f"<td>{escape(str(cell))}</td>" for cell in row[1:])}</tr>'
        for row in rows
    )
    return (
        f'<div class="wide"><table><caption>{escape(caption)}</caption><thead><tr>{head}</tr></thead>'
        f"<tbody>{body}</tbody></table></div>"
    )


def figure(store: Store, name: str, caption: str) -> str:
    """A figure of the store, drawn into the page; nothing if it is not there."""
    file = store.folder / f"{name}.svg"
    if not file.exists():
        return ""
    drawn = file.read_text(encoding="utf-8")
    drawn = drawn[drawn.index("<svg") :].replace(
        "<svg", f'<svg role="img" aria-label="{escape(caption, quote=True)}"', 1
    )
    for reference in ('id="', "url(#", 'href="#'):  # names that several figures on one page would share
        drawn = drawn.replace(reference, f"{reference}{name}-")
    return f"<figure>{drawn}<figcaption>{escape(caption)}</figcaption></figure>"


def provenance(records: Iterable[Record], seconds: float) -> str:
    """On what, with what and how long: from the records themselves."""
    places = sorted({_place(record) for record in records})
    return f'<p class="provenance">{escape("; ".join(places))}; {seconds:.0f} s in all.</p>'


def _place(record: Record) -> str:
    versions = ", ".join(f"{name} {version}" for name, version in sorted(record["versions"].items()))
    return f"{record['device']}, {record['threads']} thread(s), {versions}, seed {record['seed']}"
