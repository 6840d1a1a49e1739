"""Figs. 1 and 2 of the paper, computed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from tightcheck.experiments.reproduce import style
from tightcheck.experiments.reproduce.toy_model import CODES, Array, Mixture, joint_code, window
from tightcheck.experiments.reproduce.toy_pull import StationaryPoints, pull
from tightcheck.experiments.reproduce.toy_train import Trained

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

COLOURS = (style.BLUE, style.SKY, style.VERMILLION, "#F0E442")
"""Of the codes 00, 01, 10, 11; their lightness differs, and every region is labelled too."""

PIXELS = 320


def artificial_example(truth: Mixture, trained: Trained) -> Figure:
    """Fig. 2 (a) to (f)."""
    figure = style.new_figure(7.2, 4.9)
    frame = [(axis[0], axis[-1]) for axis in window(Mixture(truth.centres, 0.6 * truth.sigma), 2)]
    axes = [np.linspace(low, high, PIXELS) for low, high in frame]
    points = np.stack(np.meshgrid(*axes, indexing="xy"), -1).reshape(-1, 2)
    learned = trained.figures.decoder
    exact = truth.posterior(points)
    panels = (
        ("(a) posterior p*(z|x)", exact, truth, False),
        ("(b) argmax of p*(z|x)", exact, truth, True),
        ("(c) argmax of q(z|x), pre-trained", trained.pretrained.posterior(points), truth, True),
        ("(d) argmax of q(z|x), joint", trained.joint.posterior(points), learned, True),
        ("(e) argmax of p(z|x), joint", learned.posterior(points), learned, True),
    )
    for number, (title, posterior, mixture, is_map) in enumerate(panels, start=1):
        panel = figure.add_subplot(2, 3, number)
        _map(panel, posterior, mixture, frame, is_map)
        panel.set_title(title)
    simplex(figure.add_subplot(2, 3, 6, projection="3d"))
    return figure


def _map(panel: Axes, posterior: Array, mixture: Mixture, frame: list[tuple[Any, Any]], is_map: bool) -> None:
    from matplotlib.colors import to_rgb

    weight = np.eye(4)[posterior.argmax(1)] if is_map else posterior
    image = (weight @ np.array([to_rgb(colour) for colour in COLOURS])).reshape(PIXELS, PIXELS, 3)
    panel.imshow(image, origin="lower", extent=(*frame[0], *frame[1]), interpolation="nearest")
    if is_map:
        levels = posterior.argmax(1).reshape(PIXELS, PIXELS)
        axes = [np.linspace(low, high, PIXELS) for low, high in frame]
        for code in range(4):
            panel.contour(*axes, levels == code, levels=[0.5], colors="black", linewidths=0.5)
    panel.plot(*mixture.centres.T, "o", color="black", markersize=3)
    for bits, (x, y) in zip(CODES, mixture.centres, strict=True):
        panel.annotate(
            "".join(map(str, bits)), (x, y), (3, 3), textcoords="offset points", fontsize=8,
            bbox={"boxstyle": "square,pad=0.1", "facecolor": "white", "edgecolor": "none", "alpha": 0.75},
        )  # fmt: skip
    panel.set_xticks([])
    panel.set_yticks([])


VERTICES = np.array([[1, 1, 1], [1, -1, -1], [-1, 1, -1], [-1, -1, 1]]) / np.sqrt(3)


def simplex(panel: Any) -> None:
    """Fig. 2 (f): the factorised distributions among all distributions over two bits."""
    side = np.linspace(0, 1, 25)
    bits = np.stack(np.meshgrid(side, side), -1).reshape(-1, 2)
    surface = (joint_code(bits) @ VERTICES).T.reshape(3, 25, 25)
    panel.plot_surface(*surface, color="0.8", alpha=0.75, linewidth=0.3, edgecolor="0.45", rstride=2, cstride=2)
    for first in range(4):
        for second in range(first):
            is_flip_of_one = sum(a != b for a, b in zip(CODES[first], CODES[second], strict=True)) == 1
            ends = VERTICES[[first, second]].T
            panel.plot(
                *ends, color="black", linewidth=1.3 if is_flip_of_one else 0.9, linestyle="-" if is_flip_of_one else ":"
            )
    for code, vertex, colour in zip(CODES, VERTICES, COLOURS, strict=True):
        panel.scatter(*vertex, color=colour, s=45, edgecolors="black", depthshade=False, zorder=10)
        panel.text(
            *(1.3 * vertex), "".join(map(str, code)), fontsize=9, ha="center", va="center", zorder=11, clip_on=False
        )
    panel.set_axis_off()
    panel.view_init(elev=14, azim=28)
    panel.set_box_aspect((1, 1, 1), zoom=1.05)
    panel.computed_zorder = False
    panel.set_title("(f) factorised q in the simplex;\ndotted edges flip both bits", y=1.06)


def pulled(points: StationaryPoints) -> Figure:
    """Fig. 1, for the family of `toy_pull`: both gradient fields, the consistent set and the three points."""
    figure = style.new_figure(6.2, 4.1)
    panel = figure.add_subplot()
    first, second = np.linspace(1.15, 3.35, 23), np.linspace(-0.35, 1.95, 24)
    values = [[pull(np.array([a, b]), sweeps=40) for a in first] for b in second]
    likelihood = np.array([[value.likelihood for value in row] for row in values])
    top = pull(points.likelihood_optimum).likelihood
    panel.contour(
        first,
        second,
        likelihood - top,
        levels=[-0.5, -0.25, -0.12, -0.06, -0.02],
        colors="0.6",
        linewidths=0.7,
        linestyles="solid",
    )
    panel.axhline(0, color="black", linewidth=2)
    panel.annotate("consistent set, F = 0", (1.2, 0), (0, -4), textcoords="offset points", fontsize=8, va="top")
    for name, colour, sign in (("likelihood_gradient", style.ORANGE, 1), ("gap_gradient", style.BLUE, -1)):
        field = sign * np.array([[getattr(value, name) for value in row[1::2]] for row in values[::2]])
        shown = np.sqrt(np.linalg.norm(field, axis=-1, keepdims=True)) + 1e-9
        panel.quiver(
            first[1::2],
            second[::2],
            *np.moveaxis(field / shown, -1, 0),
            color=colour,
            angles="xy",
            scale=26,
            width=0.0024,
            alpha=0.9,
        )
    _points(panel, points)
    panel.set_xlabel(r"$\theta_1$")
    panel.set_ylabel(r"$\theta_2$")
    panel.set_xlim(1.1, 3.4)
    panel.set_ylim(-0.45, 2.0)
    return figure


def _points(panel: Axes, points: StationaryPoints) -> None:
    from matplotlib.lines import Line2D

    named = (
        (r"$\theta^*$ best likelihood", points.likelihood_optimum, "o", (10, 6)),
        (r"$\theta'$ best consistent", points.best_consistent, "s", (10, -11)),
        (r"$\theta''$ best ELBO", points.bound_optimum, "D", (12, 0)),
    )
    for label, point, marker, shift in named:
        here, (x, y) = pull(point), point
        for gradient, colour in ((here.likelihood_gradient, style.ORANGE), (-here.gap_gradient, style.BLUE)):
            if np.linalg.norm(gradient) > 1e-4:
                panel.annotate(
                    "",
                    (x + 2 * gradient[0], y + 2 * gradient[1]),
                    (x, y),
                    arrowprops={"arrowstyle": "-|>", "color": colour, "linewidth": 2, "shrinkA": 0},
                )
        panel.plot(*point, marker, color="white", markeredgecolor="black", markersize=7, zorder=5)
        panel.annotate(
            label, (x, y), shift, textcoords="offset points", fontsize=9, zorder=6,
            bbox={"boxstyle": "square,pad=0.15", "facecolor": "white", "edgecolor": "none", "alpha": 0.85},
        )  # fmt: skip
    panel.legend(
        [Line2D([], [], color=style.ORANGE, linewidth=2), Line2D([], [], color=style.BLUE, linewidth=2)],
        [r"$\nabla L$, up the likelihood", r"$-\nabla F$, towards the set"],
        loc="lower right",
        bbox_to_anchor=(1, 1),
        ncols=2,
    )
