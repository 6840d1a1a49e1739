"""Faces of 64 x 64 pixels in colour: the CelebA images, scaled and cropped as in section 4.2 of the paper."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import numpy as np
import torch
from torch import Tensor

from tightcheck import atomic
from tightcheck.experiments.reproduce.frame import MissingDataError

SIZE = 64
LAYOUT = (
    "expected DIR/celeba/*.tar.gz (or DIR/celeba/*.jpg): aligned CelebA faces as JPEG, from "
    "https://mmlab.ie.cuhk.edu.hk/projects/CelebA.html (img_align_celeba); any number of them, non-commercial use only"
)


def faces(data: Path, cache: Path) -> Tensor:
    """The faces, uint8 of shape (N, 3, 64, 64). Decoded once into `cache`. Raises MissingDataError."""
    if not cache.exists():
        images = np.stack([_scaled(file) for file in _files(data)])
        cache.parent.mkdir(parents=True, exist_ok=True)
        with atomic.replacing(cache) as draft:
            np.save(draft, images)
    return torch.from_numpy(np.load(cache, allow_pickle=False))


def _files(data: Path) -> Iterator[IO[bytes]]:
    folder = data / "celeba"
    archives, images = sorted(folder.glob("*.tar.gz")), sorted(folder.glob("*.jpg"))
    if not archives and not images:
        raise MissingDataError(f"{folder} holds no faces; {LAYOUT}.")
    for archive in archives:
        with tarfile.open(archive) as tar:
            for member in tar:
                file = tar.extractfile(member) if member.isfile() and member.name.endswith(".jpg") else None
                if file is not None:
                    yield io.BytesIO(file.read())
    for image in images:
        yield image.open("rb")


def _scaled(file: IO[bytes]) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    """The central square, scaled: (3, 64, 64)."""
    from PIL import Image

    with file, Image.open(file) as image:
        side = min(image.size)
        left, top = (image.width - side) // 2, (image.height - side) // 2
        square = image.convert("RGB").crop((left, top, left + side, top + side))
        pixels = np.asarray(square.resize((SIZE, SIZE), Image.Resampling.LANCZOS))
    return np.ascontiguousarray(pixels.transpose(2, 0, 1))


def as_colours(pixels: Tensor) -> Tensor:
    """Colour values in [-1, 1]."""
    return pixels.float() / 127.5 - 1
