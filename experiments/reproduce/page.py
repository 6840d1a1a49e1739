"""The page: ours beside the paper's, made from the stored results alone."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

from tightcheck.experiments.reproduce.frame import TITLES, Store

STYLE = """
:root { color-scheme: light; }
body { font: 16px/1.5 system-ui, sans-serif; color: #1a1a1a; background: #fff; }
body { max-width: 62rem; margin: 2rem auto; padding: 0 1rem; }
h1, h2, h3 { line-height: 1.2; margin: 2rem 0 .6rem; }
.wide { overflow-x: auto; margin: 1rem 0; }
table { border-collapse: collapse; font-size: .82rem; font-variant-numeric: tabular-nums; }
caption { text-align: left; font-weight: 600; padding-bottom: .3rem; }
th, td { padding: .2rem .55rem; text-align: right; border-bottom: 1px solid #ddd; }
thead th { border-bottom: 2px solid #555; vertical-align: bottom; }
th[scope=row] { text-align: left; font-weight: 400; white-space: nowrap; }
figure { margin: 1.2rem 0; } figure svg { max-width: 100%; height: auto; }
figcaption, .provenance { font-size: .85rem; color: #444; }
@media print {
  body { font-size: 10pt; margin: 0; padding: 0; }
  table { font-size: 6.5pt; } th, td { padding: .1rem .3rem; }
  .wide { overflow: visible; }
  h2, h3, caption { break-after: avoid; } .wide, figure { break-inside: avoid; }
}
"""


def write(store: Store) -> Path:
    """Writes index.html and returns its path."""
    store.write_text("index.html", render(store))
    return store.folder / "index.html"


def render(store: Store) -> str:
    """All sections."""
    parts = "".join(f"<h2>{title}</h2>{_section(store, name)}" for name, title in TITLES.items())
    return (
        '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>VAE Approximation Error, reproduced</title><style>{STYLE}</style></head><body>"
        "<h1>VAE Approximation Error: ours beside the paper's</h1>"
        "<p>Section 4 of Schlesinger, Shekhovtsov, Flach, "
        "<cite>VAE Approximation Error: ELBO and Conditional Independence</cite> (arXiv 2102.09310). "
        "Every number of ours is read from the results beside this page.</p>"
        f"{parts}</body></html>\n"
    )


def _section(store: Store, name: str) -> str:
    section = import_module(f"tightcheck.experiments.reproduce.{name}").section(store)
    return section or f"<p>Not run yet: <code>tightcheck reproduce {name}</code>.</p>"
