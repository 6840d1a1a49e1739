"""Curves of the text VAEs: test NELBO and span residual, epoch by epoch."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from matplotlib.ticker import MaxNLocator

from tightcheck.experiments.reproduce import style
from tightcheck.experiments.reproduce.text_model import ENCODERS

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

LINES = {"e1": (style.BLUE, "-"), "e2": (style.ORANGE, "--"), "e3": (style.VERMILLION, ":")}
BITS = (8, 16, 32, 64)


def curves(records: Sequence[Mapping[str, Any]], column: str, label: str, is_logarithmic: bool = False) -> Figure:
    """A panel per code length (columns) and decoder depth (rows), a line per encoder; titles name the epochs reached."""
    depths = sorted({record["depth"] for record in records})
    figure = style.new_figure(7.2, 1.5 + 1.35 * len(depths))
    panels = figure.subplots(len(depths), len(BITS), squeeze=False, sharey="row")
    for row, depth in zip(panels, depths, strict=True):
        for panel, bits in zip(row, BITS, strict=True):
            shown = {r["encoder"]: r for r in records if (r["bits"], r["depth"]) == (bits, depth)}
            _panel(panel, shown, column)
            if is_logarithmic:
                style.logarithmic(panel)
            panel.set_title(f"{bits} bits, {depth} hidden\n{_epochs(shown.values())}", fontsize=8)
        row[0].set_ylabel(label)
    for panel in panels[-1]:
        panel.set_xlabel("epoch")
    handles, labels = panels[0, -1].get_legend_handles_labels()
    if handles:
        figure.legend(handles, labels, loc="outside upper center", ncols=3)
    return figure


def _epochs(shown: Collection[Mapping[str, Any]]) -> str:
    return f"{max(record['epochs'] for record in shown)} epochs" if shown else "not reached"


def _panel(panel: Axes, shown: Mapping[str, Mapping[str, Any]], column: str) -> None:
    panel.xaxis.set_major_locator(MaxNLocator(3, integer=True))
    for encoder in ENCODERS:
        if encoder in shown:
            values = shown[encoder][column]
            colour, dashes = LINES[encoder]
            panel.plot(range(1, len(values) + 1), values, dashes, color=colour, label=encoder, linewidth=1.5)
    if not shown:
        panel.set_xticks([])


PRIORS = {"declared": "-", "implied": "--"}
COLOURS = {"e1": style.BLUE, "e2": style.ORANGE, "e3": style.VERMILLION, "tight": style.GREEN, "table": style.PURPLE}
MARKS = {"e1": "o", "e2": "s", "e3": "^", "tight": "D", "table": "v"}


def without_sampling(records: Sequence[Mapping[str, Any]]) -> Figure:
    """Gap and span residual on test documents of the designs trained by enumeration: a row per shape, a line per design."""
    shapes = sorted({(r["depth"], r["bits"]) for r in records})
    figure = style.new_figure(7.2, 1.1 + 1.9 * len(shapes))
    panels = figure.subplots(len(shapes), 2, squeeze=False)
    for (depth, bits), row in zip(shapes, panels, strict=True):
        shown = [r for r in records if (r["depth"], r["bits"]) == (depth, bits)]
        for record in shown:
            _line(row, record)
        for panel, label in zip(row, ("gap, nats", "span residual, nats"), strict=True):
            style.logarithmic(panel)
            panel.xaxis.set_major_locator(MaxNLocator(4, integer=True))
            panel.set_ylabel(label)
            panel.set_title(f"{bits} bits, {depth} hidden, {_epochs(shown)}", fontsize=8)
    for panel in panels[-1]:
        panel.set_xlabel("epoch")
    named = {
        label: line for panel in panels[:, 0] for line, label in zip(*panel.get_legend_handles_labels(), strict=True)
    }
    figure.legend(list(named.values()), list(named), loc="outside upper center", ncols=4)
    return figure


def _line(panels: Sequence[Axes], record: Mapping[str, Any]) -> None:
    gap = [max(a - b, 1e-6) for a, b in zip(record["test_log_likelihood"], record["test_elbo"], strict=True)]
    for panel, values in zip(panels, (gap, record["residual"]), strict=True):
        if min(values) == 0:
            continue  # an implied prior's residual has no place on a logarithmic axis
        panel.plot(
            range(1, len(values) + 1), values, PRIORS[record["prior"]], color=COLOURS[record["encoder"]],
            marker=MARKS[record["encoder"]], markevery=max(len(values) // 6, 1), markersize=4,
            label=f"{record['encoder']}, {record['prior']} prior", linewidth=1.5,
        )  # fmt: skip
