"""How figures look: fonts embedded as text, colours that colour-blind readers and grey printers tell apart, both formats."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from tightcheck import atomic
from tightcheck.experiments.reproduce.frame import Store

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

BLUE, ORANGE, GREEN, VERMILLION, SKY, PURPLE = "#0072B2", "#E69F00", "#009E73", "#D55E00", "#56B4E9", "#CC79A7"
"""Okabe and Ito's palette."""

SETTINGS: dict[Any, Any] = {
    "font.size": 9,
    "axes.titlesize": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "legend.frameon": False,
    "legend.fontsize": 8,
    "svg.fonttype": "path",
    "svg.hashsalt": "tightcheck",
    "pdf.fonttype": 42,
}


def new_figure(width: float, height: float) -> Figure:
    """An empty figure of this size in inches."""
    import matplotlib as mpl
    from matplotlib.figure import Figure

    mpl.rcParams.update(SETTINGS)
    logging.getLogger("fontTools").setLevel(logging.ERROR)  # it remarks on the dates inside the fonts
    return Figure(figsize=(width, height), layout="constrained")


def logarithmic(panel: Axes) -> None:
    """A logarithmic vertical axis whose marks are written as numbers."""
    from matplotlib.ticker import LogLocator, NullFormatter, StrMethodFormatter

    panel.set_yscale("log")
    panel.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    panel.yaxis.set_major_formatter(StrMethodFormatter("{x:g}"))
    panel.yaxis.set_minor_formatter(NullFormatter())


def save(store: Store, name: str, figure: Figure) -> None:
    """Writes NAME.svg and NAME.pdf, each in one step; the same figure gives the same bytes."""
    store.folder.mkdir(parents=True, exist_ok=True)
    for suffix, metadata in (("svg", {"Date": None}), ("pdf", {"CreationDate": None})):
        with atomic.replacing(store.folder / f"{name}.{suffix}") as draft:
            figure.savefig(draft, metadata=metadata, dpi=200)
