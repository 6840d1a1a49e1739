"""Section 4.2: Gaussian VAEs on faces. Optimising the ELBO harms a decoder that was the truth (Table 1, Figs. 3 and 4)."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from tightcheck.experiments.reproduce import images_measure, images_stages
from tightcheck.experiments.reproduce.frame import Request, Store, circumstances
from tightcheck.experiments.reproduce.images_data import faces
from tightcheck.experiments.reproduce.images_networks import Decoder, Encoder, Features, generator
from tightcheck.experiments.reproduce.images_stages import CODES, FULL, NOISE, QUICK, Size
from tightcheck.experiments.reproduce.markup import items, paragraph, provenance, table

PAPER: tuple[tuple[str, str, float, float], ...] = (
    ("encoder", "optimize conditional likelihood", -364513.78, 0.13),
    ("fixed", "optimize ELBO, fixed sigma_d", -5898.94, 77.10),
    ("learned", "optimize ELBO, learned sigma_d", 9035.69, 117.87),
)
"""Table 1: stage, experiment, ELBO in nats per image, FID."""


@dataclass(frozen=True)
class Models:
    """What the stages give: the ground truth, the features, and an encoder and decoder for each row of Table 1."""

    faces: int
    """How many pictures the ground truth was trained on."""
    truth: Decoder
    features: Features
    pairs: dict[str, tuple[Encoder, Decoder]]


def train(
    data: Path, out: Path, size: Size, seed: int, device: torch.device, is_over: Callable[[], bool]
) -> Models | None:
    """Every stage in order; None while one is not done. Raises MissingDataError."""
    folder = _folder(out, size, seed)
    torch.manual_seed(seed)
    pictures = faces(data, out / "faces.npy")

    def done(name: str, stage: images_stages.Stage) -> bool:
        steps = size.steps[name]
        return images_stages.run(name, stage, steps, folder, seed, device, is_over) == steps

    gan = images_stages.gan(pictures, size, device)
    features = images_stages.features(pictures, size, device)
    if not done("gan", gan) or not done("features", features):
        return None
    truth = _truth(gan, size, device)
    first = images_stages.encoder(truth, size, device)
    if not done("encoder", first):
        return None
    encoder = first.modules[0]
    assert isinstance(encoder, Encoder)
    pairs = {"encoder": (encoder, truth)}
    for name in ("fixed", "learned"):
        stage = images_stages.joint(truth, encoder, size, device, is_learned=name == "learned")
        if not done(name, stage):
            return None
        learned_encoder, decoder = stage.modules
        assert isinstance(learned_encoder, Encoder)
        assert isinstance(decoder, Decoder)
        pairs[name] = (learned_encoder, decoder)
    network = features.modules[0]
    assert isinstance(network, Features)
    return Models(len(pictures), truth, network, pairs)


def _folder(out: Path, size: Size, seed: int) -> Path:
    return out / f"images-{size.name}-{seed}"


def _truth(gan: images_stages.Stage, size: Size, device: torch.device) -> Decoder:
    network = generator(CODES, size.width).to(device)
    network.load_state_dict(gan.modules[0].state_dict())
    return Decoder(network.requires_grad_(False), NOISE).to(device)


def measure(
    models: Models, size: Size, seed: int, device: torch.device, inception: Path | None
) -> list[dict[str, Any]]:
    """The rows of Table 1, ours beside the paper's."""
    drawn = images_measure.images(models.truth, seed, device)
    others = [images_measure.images(models.pairs[name][1], seed + 1, device) for name, *_ in PAPER]
    distances = images_measure.frechet_distances(inception or models.features, drawn, others, size.images)
    rows = []
    for (name, experiment, elbo, fid), distance in zip(PAPER, distances, strict=True):
        encoder, decoder = models.pairs[name]
        mean, error = images_measure.elbo(encoder, decoder, models.truth, min(size.images, 10000), seed, device)
        rows.append(
            {
                "experiment": experiment,
                "steps": size.steps[name],
                "elbo": mean,
                "elbo_standard_error": error,
                "distance": distance,
                "features": "Inception" if inception else "network trained on the faces to tell four rotations",
                "sigma_d": float(decoder.log_deviation.detach().exp()),
                "paper_elbo": elbo,
                "paper_fid": fid,
            }
        )
    return rows


def run(request: Request) -> bool:
    """Trains stage by stage until the time is over; at the end images.jsonl, and Figs. 3 and 4 beside the checkpoints."""
    from tightcheck.experiments.reproduce import images_figures

    size, device = QUICK if request.is_quick else FULL, torch.device(request.device)
    models = train(request.data, request.store.checkpoints, size, request.seed, device, request.is_over)
    if models is None:
        return False
    begin = time.monotonic()
    weights = sorted((request.data / "inception").glob("*.pth"))
    rows = measure(models, size, request.seed, device, weights[0] if weights else None)
    seconds = images_stages.seconds(_folder(request.store.checkpoints, size, request.seed)) + time.monotonic() - begin
    common = {"size": size.name, "width": size.width, "batch": size.batch, "images": size.images, "faces": models.faces}
    shared = {**common, **circumstances(request), "seconds": round(seconds, 1)}
    request.store.write("images", [{**row, **shared} for row in rows])
    images_figures.draw(models, request.store.checkpoints, request.seed, device)
    return True


def section(store: Store) -> str:
    """The images' part of the page: Table 1 beside ours, and the figures where this machine has them."""
    rows = store.read("images")
    if not rows:
        return ""
    titles = ("", "steps", "ELBO, nats per image", "paper's ELBO", "Fréchet distance", "paper's FID", "σ_d")
    cells = (
        (
            row["experiment"], row["steps"], f"{row['elbo']:.1f} ± {row['elbo_standard_error']:.1f}", row["paper_elbo"],
            f"{row['distance']:.3f}", row["paper_fid"], f"{row['sigma_d']:.4f}",
        )
        for row in rows
    )  # fmt: skip
    pictures = "".join(
        f"<figure><img src='checkpoints/{name}.png' alt='{name}'><figcaption>{caption}</figcaption></figure>"
        for name, caption in PICTURES.items()
        if (store.checkpoints / f"{name}.png").exists()
    )
    return "".join(
        (
            table("Table 1", titles, cells),
            paragraph(_explanation(rows[0])),
            items(_agreement(rows)),
            pictures,
            provenance(rows, rows[0]["seconds"]),
        )
    )


PICTURES = {
    "figure-3": "Fig. 3: drawn images, and what the encoder by conditional likelihood makes of them.",
    "figure-4": "Fig. 4: images of the ground truth and of the two learned decoders, from the same codes.",
}


def _explanation(row: dict[str, Any]) -> str:
    """Why the numbers are not the paper's."""
    return (
        f"Ours, the {row['size']} size: a DCGAN of width {row['width']} trained on {row['faces']} faces, batches of "
        f"{row['batch']}, {row['images']} images of each model in the Fréchet distance, whose features are those of: "
        f"{row['features']}. The paper's: the full CelebA, a DCGAN of width 64, 200,000 images and Inception's features. Another "
        "ground truth has another likelihood, so the columns are compared by their order. The decoder is used and trained with "
        "its batch normalisation in evaluation mode, since in training mode p(x|z) is no density of one image. The size of "
        f"--quick takes {_steps(QUICK)} and the full one {_steps(FULL)} steps."
    )


def _steps(size: Size) -> str:
    """Of each stage."""
    return ", ".join(f"{size.steps[name]} ({name})" for name in images_stages.ORDER)


def _agreement(rows: list[dict[str, Any]]) -> list[str]:
    """Where the order is the paper's."""
    elbos, distances = [row["elbo"] for row in rows], [row["distance"] for row in rows]
    said = [
        ("the ELBO goes up from row to row, as in the paper", elbos == sorted(elbos)),
        ("the Fréchet distance goes up from row to row, as in the paper", distances == sorted(distances)),
    ]
    lines = [f"{claim}: {'yes' if holds else 'no'}" for claim, holds in said]
    *_, fixed, learned = distances
    *_, (*_, paper_fixed), (*_, paper_learned) = PAPER
    lines.append(
        f"learning σ_d raises the distance by {learned / fixed - 1:.1%} in this one run of {rows[-1]['steps']} steps; the "
        f"paper's by {paper_learned / paper_fixed - 1:.0%}"
    )
    return lines
