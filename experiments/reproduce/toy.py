"""Section 4.1 and Figs. 1 and 2: four Gaussians in the plane under a code of two bits."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from tightcheck.experiments.reproduce import style, toy_pull, toy_search
from tightcheck.experiments.reproduce.frame import Request, Store, circumstances
from tightcheck.experiments.reproduce.markup import figure, paragraph, provenance, table
from tightcheck.experiments.reproduce.toy_model import Mixture, best_factorised_training
from tightcheck.experiments.reproduce.toy_pull import pull, stationary_points

GEOMETRY = Mixture(np.array([[-0.219, 0.545], [2.057, 0.693], [-2.362, -0.282], [0.523, -0.956]]), 1.042)
"""What `toy_search.find(toy_search.SEED)` finds, after 20505 draws; `--search` finds it again."""

NAMES = ("log-likelihood", "ELBO, encoder pre-trained", "ELBO, trained jointly", "log-likelihood, trained jointly")
QUICK = (48, (600, 1200))
"""Grid and steps of `--quick`."""


def run(request: Request) -> bool:
    """Trains the network and writes toy.jsonl, fig-1 and fig-2; half a minute to five, so it is never left half done.

    It runs on the CPU, whatever the device.
    """
    from tightcheck.experiments.reproduce import toy_figures, toy_train

    begin = time.monotonic()
    truth = toy_search.find() if request.is_searching else GEOMETRY
    size, steps = QUICK if request.is_quick else (toy_train.GRID, (toy_train.PRETRAINING, toy_train.JOINT))
    trained = toy_train.train(truth, request.seed, size, steps)
    limit = best_factorised_training(truth, 2 * size)
    points = stationary_points()
    style.save(request.store, "fig-1", toy_figures.pulled(points))
    style.save(request.store, "fig-2", toy_figures.artificial_example(truth, trained))
    made = {"grid": size, "steps": list(steps), "seconds": round(time.monotonic() - begin, 1)}
    common = {**circumstances(replace(request, device="cpu")), **made}
    rows = zip(NAMES, toy_search.PAPER, trained.figures.values(), limit.values(), strict=True)
    geometry = {"centres": truth.centres.tolist(), "sigma": truth.sigma, "search_seed": toy_search.SEED}
    figures = [
        {
            "figure": name,
            "paper": paper,
            "network": round(own, 5),
            "best_factorised": round(best, 5),
            **geometry,
            **common,
        }
        for name, paper, own, best in rows
    ]
    request.store.write("toy", figures)
    request.store.write("toy-points", [_point(name, theta) for name, theta in vars(points).items()])
    return True


def _point(name: str, theta: Any) -> Mapping[str, Any]:
    here = pull(theta)
    return {
        "point": name,
        "theta": theta.round(5).tolist(),
        "log_likelihood": round(here.likelihood, 5),
        "gap": round(here.gap, 5),
        "likelihood_gradient": here.likelihood_gradient.round(5).tolist(),
        "gap_gradient": here.gap_gradient.round(5).tolist(),
    }


def section(store: Store) -> str:
    """The toy's part of the page."""
    records, points = store.read("toy"), store.read("toy-points")
    if not records:
        return ""
    return "".join(
        (
            _setting(records),
            _figures(records),
            figure(store, "fig-2", FIGURE_2),
            figure(store, "fig-1", FIGURE_1),
            _three_points(points),
            provenance(records, records[0]["seconds"]),
        )
    )


def _setting(records: Sequence[Mapping[str, Any]]) -> str:
    """What the paper leaves open, what was found for it, and how near the figures are."""
    first = records[0]
    pretraining, joint = first["steps"]
    worst = max(abs(record["network"] - record["paper"]) for record in records)
    centres = ", ".join(f"({x}, {y})" for x, y in first["centres"])
    return paragraph(
        f"The paper gives neither centres nor sigma. A random search (seed {first['search_seed']}, repeated by "
        f"--search) found centres {centres} and sigma {first['sigma']} for the codes 00, 01, 10, 11. Expectations are "
        "by quadrature. The encoder is the paper's network (two hidden layers of 64 ReLU units), trained "
        f"for {pretraining} steps alone and {joint} with the decoder ({QUICK[1][0]} and {QUICK[1][1]} on a coarser grid "
        f"with --quick). The largest deviation is {worst:.4f} nats."
    )


def _figures(records: Sequence[Mapping[str, Any]]) -> str:
    """The paper's four figures beside ours."""
    header = ("", "paper", "ours, network", "ours - paper", "ours, best factorised q")
    rows = [
        (
            r["figure"],
            f"{r['paper']:.2f}",
            f"{r['network']:.4f}",
            f"{r['network'] - r['paper']:+.4f}",
            f"{r['best_factorised']:.4f}",
        )
        for r in records
    ]
    return table("Nats per point", header, rows) + paragraph(
        "The last column replaces the network by the best factorised q at every x: what the encoder's family costs "
        "alone. The network's own loss after pre-training is the first difference between the two columns."
    )


def _three_points(points: Sequence[Mapping[str, Any]]) -> str:
    """Where the gradient of L, of F, or of L - F is 0."""
    header = ("", "theta", "log-likelihood", "F", "gradient of L", "gradient of F")
    keys = ("theta", "log_likelihood", "gap", "likelihood_gradient", "gap_gradient")
    rows = [(point["point"].replace("_", " "), *(point[key] for key in keys)) for point in points]
    return table("The three points of Fig. 1", header, rows)


FIGURE_2 = (
    "Fig. 2. Dots are the Gaussians' centres with their codes. The factorised encoder separates 00 from 11 and 01 from 10 (c), "
    "and joint training moves the decoder until its posterior does the same (d, e)."
)
FIGURE_1 = (
    f"Fig. 1, computed. Two bits z, {toy_pull.PIXELS} pixels with logit {toy_pull.OFFSET:g} + theta_1 z_1 + theta_2 z_2, data "
    "from the model at theta*. The line is the consistent set. At theta* only F pulls, at theta' only L, at theta'' both cancel. "
    "Small arrows: both fields, their lengths by the square root; large ones to scale; grey: levels of L."
)
