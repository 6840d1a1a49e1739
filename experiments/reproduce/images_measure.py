"""What Table 1 reports: the ELBO on images of the ground truth, and the Frechet distance of a decoder from it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

import torch
from torch import Tensor

from tightcheck.experiments.reproduce.images_networks import Decoder, Encoder, Features, bound
from tightcheck.experiments.reproduce.images_stages import CODES, drawn_pairs, noise_source

BATCH = 250

Estimate = tuple[float, float]
"""A mean and its standard error."""


@torch.no_grad()
def elbo(encoder: Encoder, decoder: Decoder, truth: Decoder, count: int, seed: int, device: torch.device) -> Estimate:
    """The mean ELBO in nats per image over `count` drawn images, with its standard error."""
    encoder.eval()
    values = []
    for number in range(-(-count // BATCH)):
        source = noise_source(seed, "elbo", number, device)
        _, x = drawn_pairs(truth, BATCH, source, device)
        noise = torch.randn(BATCH, CODES, generator=source, device=device)
        values.append(bound(encoder, decoder, x, noise).double())
    every = torch.cat(values)
    return float(every.mean()), float(every.std() / len(every) ** 0.5)


def images(decoder: Decoder, seed: int, device: torch.device) -> Callable[[int], Tensor]:
    """Numbered batches of images x of p(x|z), z of N(0, I), for colours in [-1, 1]."""

    @torch.no_grad()
    def batch(number: int) -> Tensor:
        return drawn_pairs(decoder, BATCH, noise_source(seed, "images", number, device), device)[1].clamp(-1, 1)

    return batch


@torch.no_grad()
def frechet_distances(
    features: Features | Path, truth: Callable[[int], Tensor], others: Iterable[Callable[[int], Tensor]], count: int
) -> list[float]:
    """The Frechet distance of each source of images from the truth's, under Gaussians fitted to `count` features of each.

    `features`: the network trained on the faces, or the file with Inception's weights (then it is the FID of Heusel et
    al. 2017, and needs the package torch-fidelity).
    """
    from torchmetrics.image.fid import FrechetInceptionDistance

    if isinstance(features, Path):
        metric = FrechetInceptionDistance(
            2048, reset_real_features=False, normalize=True, feature_extractor_weights_path=str(features)
        )
        colours = _in_unit_interval
    else:
        metric, colours = FrechetInceptionDistance(features.eval(), reset_real_features=False), _as_they_are
    metric = metric.to(truth(0).device)

    def show(source: Callable[[int], Tensor], is_real: bool) -> None:
        for number in range(-(-count // BATCH)):
            metric.update(colours(source(number)), real=is_real)

    def distance(source: Callable[[int], Tensor]) -> float:
        metric.reset()
        show(source, is_real=False)
        return float(metric.compute())

    show(truth, is_real=True)
    return [distance(source) for source in others]


def _in_unit_interval(x: Tensor) -> Tensor:
    return (x + 1) / 2


def _as_they_are(x: Tensor) -> Tensor:
    return x
