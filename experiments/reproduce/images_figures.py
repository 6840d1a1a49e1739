"""Figures 3 and 4 of the paper with our models. They show faces made from the data, and stay with the results' folder."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from tightcheck import atomic
from tightcheck.experiments.reproduce.images import Models
from tightcheck.experiments.reproduce.images_stages import CODES, drawn_pairs, noise_source

COLUMNS = 10


@torch.no_grad()
def draw(models: Models, folder: Path, seed: int, device: torch.device) -> tuple[Path, Path]:
    """Writes both figures and returns their files."""
    source = noise_source(seed, "figures", 0, device)
    z, x = drawn_pairs(models.truth, COLUMNS, source, device)
    encoder, truth = models.pairs["encoder"]
    mean, log_deviation = encoder.eval()(x)
    sampled = mean + log_deviation.exp() * torch.randn(COLUMNS, CODES, generator=source, device=device)
    third = {"drawn image": x, "from the encoder's mean": truth(mean), "from a draw of the encoder": truth(sampled)}
    fourth = {
        "ground truth": models.truth(z),
        "learned, $\\sigma_d$ fixed": models.pairs["fixed"][1](z),
        "learned, $\\sigma_d$ learned": models.pairs["learned"][1](z),
    }
    return _grid(third, folder / "figure-3.png"), _grid(fourth, folder / "figure-4.png")


def _grid(rows: dict[str, Tensor], file: Path) -> Path:
    """Writes a figure of rows of images, colours in [-1, 1]."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(COLUMNS, len(rows) * 1.15), layout="constrained")
    for (title, images), axes in zip(rows.items(), figure.subplots(len(rows), 1, squeeze=False)[:, 0], strict=True):
        colours = ((images.clamp(-1, 1) + 1) / 2).cpu().numpy().transpose(0, 2, 3, 1)
        axes.imshow(np.concatenate(list(colours), axis=1))
        axes.set_title(title, loc="left", fontsize=9)
        axes.set_axis_off()
    file.parent.mkdir(parents=True, exist_ok=True)
    with atomic.replacing(file) as draft:
        figure.savefig(draft, dpi=150)
    return file
