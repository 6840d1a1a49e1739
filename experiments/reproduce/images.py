"""Section 4.2: Gaussian VAEs on faces. Optimising the ELBO harms a decoder that was the truth (Table 1, Figs. 3 and 4)."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from tightcheck.experiments.reproduce import images_measure, images_stages
from tightcheck.experiments.reproduce.images_data import faces
from tightcheck.experiments.reproduce.images_networks import Decoder, Encoder, Features, generator
from tightcheck.experiments.reproduce.images_stages import CODES, FULL, NOISE, QUICK, Size

PAPER: tuple[tuple[str, str, float, float], ...] = (
    ("encoder", "optimize conditional likelihood", -364513.78, 0.13),
    ("fixed", "optimize ELBO, fixed sigma_d", -5898.94, 77.10),
    ("learned", "optimize ELBO, learned sigma_d", 9035.69, 117.87),
)
"""Table 1: stage, experiment, ELBO in nats per image, FID."""


@dataclass(frozen=True)
class Models:
    """What the stages give: the ground truth, the features, and an encoder and decoder for each row of Table 1."""

    truth: Decoder
    features: Features
    pairs: dict[str, tuple[Encoder, Decoder]]


def train(
    data: Path, out: Path, size: Size, seed: int, device: torch.device, is_over: Callable[[], bool]
) -> Models | None:
    """Every stage in order; None while one is not done. Raises NoFacesError."""
    folder = out / f"images-{size.name}-{seed}"
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
    return Models(truth, network, pairs)


def _truth(gan: images_stages.Stage, size: Size, device: torch.device) -> Decoder:
    network = generator(CODES, size.width).to(device)
    network.load_state_dict(gan.modules[0].state_dict())
    return Decoder(network.requires_grad_(False), NOISE).to(device)


def measure(
    models: Models, size: Size, seed: int, device: torch.device, inception: Path | None
) -> list[dict[str, Any]]:
    """The rows of Table 1, ours beside the paper's."""
    first = images_measure.images(models.truth, seed, device)
    rows = []
    for name, experiment, elbo, fid in PAPER:
        encoder, decoder = models.pairs[name]
        mean, error = images_measure.elbo(encoder, decoder, models.truth, min(size.images, 10000), seed, device)
        second = images_measure.images(decoder, seed + 1, device)
        distance = images_measure.frechet_distance(inception or models.features, first, second, size.images)
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


def size_named(is_quick: bool) -> Size:
    """The quick size, or the paper's."""
    return QUICK if is_quick else FULL


def until(seconds: float | None) -> Callable[[], bool]:
    """Whether so many seconds have gone by since now."""
    end = None if seconds is None else time.monotonic() + seconds
    return lambda: end is not None and time.monotonic() > end
