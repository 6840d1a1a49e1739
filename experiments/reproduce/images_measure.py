"""What Table 1 reports: the ELBO on images of the ground truth, and the Frechet distance of a decoder from it."""

from __future__ import annotations

from collections.abc import Callable
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
def frechet_distance(
    features: Features | Path, first: Callable[[int], Tensor], second: Callable[[int], Tensor], count: int
) -> float:
    """The Frechet distance of two sources of images, under Gaussians fitted to `count` features of each.

    `features`: the network trained on the faces, or the file with Inception's weights (then it is the FID of Heusel et
    al. 2017, and needs the package torch-fidelity).
    """
    from torchmetrics.image.fid import FrechetInceptionDistance

    if isinstance(features, Path):
        distance = FrechetInceptionDistance(2048, normalize=True, feature_extractor_weights_path=str(features))
        colours = _in_unit_interval
    else:
        distance, colours = FrechetInceptionDistance(features.eval()), _as_they_are
    distance = distance.to(first(0).device)
    for number in range(-(-count // BATCH)):
        distance.update(colours(first(number)), real=True)
        distance.update(colours(second(number)), real=False)
    return float(distance.compute())


def _in_unit_interval(x: Tensor) -> Tensor:
    return (x + 1) / 2


def _as_they_are(x: Tensor) -> Tensor:
    return x
