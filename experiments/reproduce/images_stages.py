"""The stages of section 4.2, each a number of steps that go on from a checkpoint wherever they were stopped.

gan        the ground truth decoder d(z), from the faces
features   the network whose features the Frechet distance compares, from the faces
encoder    the encoder by conditional likelihood on drawn pairs (z, x)
fixed      ELBO of both on drawn images, sigma_d fixed
learned    the same with sigma_d learned
"""

from __future__ import annotations

import copy
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from tightcheck import atomic
from tightcheck.experiments.reproduce.images_data import as_colours
from tightcheck.experiments.reproduce.images_networks import (
    Decoder,
    Encoder,
    Features,
    bound,
    convolutions,
    generator,
    log_normal_density,
)

CODES = 100
NOISE = 0.05
"""sigma_d, for colours in [-1, 1]."""
SECONDS_BETWEEN_CHECKPOINTS = 30.0
ORDER = ("gan", "features", "encoder", "fixed", "learned")


@dataclass(frozen=True)
class Size:
    """How large the experiment is: channels, images a step, and steps of each stage."""

    name: str
    width: int
    batch: int
    steps: dict[str, int]
    images: int
    """Images drawn from each model for the Frechet distance."""


QUICK = Size("quick", 16, 32, {"gan": 3000, "features": 400, "encoder": 1500, "fixed": 1500, "learned": 1500}, 4000)
FULL = Size(
    "full", 64, 128, {"gan": 40000, "features": 4000, "encoder": 100000, "fixed": 100000, "learned": 100000}, 200000
)


@dataclass
class Stage:
    """Modules, their optimisers, and what one step does with a generator of noise: it returns the number to watch."""

    modules: Sequence[nn.Module]
    optimisers: Sequence[torch.optim.Optimizer]
    step: Callable[[torch.Generator], Tensor]

    def state(self) -> dict[str, Any]:
        """All that a resumed run needs."""
        return {
            "modules": [module.state_dict() for module in self.modules],
            "optimisers": [optimiser.state_dict() for optimiser in self.optimisers],
        }

    def load(self, state: dict[str, Any]) -> None:
        """Takes up a state."""
        for module, values in zip(self.modules, state["modules"], strict=True):
            module.load_state_dict(values)
        for optimiser, values in zip(self.optimisers, state["optimisers"], strict=True):
            optimiser.load_state_dict(values)


def run(
    name: str, stage: Stage, steps: int, folder: Path, seed: int, device: torch.device, is_over: Callable[[], bool]
) -> int:
    """Steps until they are done or the time is over; returns how many are done. Progress on standard error."""
    from rich.progress import Progress

    checkpoint = folder / f"{name}.pt"
    done, seconds = 0, 0.0
    if checkpoint.exists():
        saved = torch.load(checkpoint, map_location=device, weights_only=True)
        stage.load(saved)
        done, seconds = int(saved["step"]), float(saved["seconds"])
    began = last = time.monotonic()
    found = done

    def save() -> None:
        _save({**stage.state(), "step": done, "seconds": seconds + time.monotonic() - began}, checkpoint)

    with Progress(transient=True) as progress:
        task = progress.add_task(name, total=steps, completed=done)
        while done < steps and not is_over():
            watched = float(stage.step(noise_source(seed, name, done, device)).detach())
            done += 1
            progress.update(task, completed=done, description=f"{name} {watched:.4g}")
            if time.monotonic() - last > SECONDS_BETWEEN_CHECKPOINTS:
                save()
                last = time.monotonic()
    if done > found:
        save()
    return done


def seconds(folder: Path) -> float:
    """How long the stages' checkpoints say that they took."""
    files = [folder / f"{name}.pt" for name in ORDER]
    return sum(float(torch.load(file, weights_only=True)["seconds"]) for file in files if file.exists())


def noise_source(seed: int, name: str, step: int, device: torch.device) -> torch.Generator:
    """The noise of one step: a resumed run draws what an uninterrupted one would."""
    words = [seed, ORDER.index(name) if name in ORDER else len(ORDER), step]
    return torch.Generator(device).manual_seed(int(np.random.SeedSequence(words).generate_state(1)[0]))


def _save(state: dict[str, Any], target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    with atomic.replacing(target) as draft, draft.open("wb") as file:
        torch.save(state, file)


def gan(faces: Tensor, size: Size, device: torch.device) -> Stage:
    """The generator against a discriminator (Goodfellow et al. 2014, the non-saturating loss)."""
    network, critic = generator(CODES, size.width).to(device), convolutions(1, size.width).to(device)
    optimisers = [torch.optim.Adam(m.parameters(), 0.0002, betas=(0.5, 0.999)) for m in (network, critic)]

    def step(source: torch.Generator) -> Tensor:
        real = _drawn(faces, size.batch, source, device)
        fake = network(_noise(size.batch, source, device))
        loss = functional.softplus(-critic(real)).mean() + functional.softplus(critic(fake.detach())).mean()
        _descend(optimisers[1], loss)
        chance = functional.softplus(-critic(fake)).mean()
        _descend(optimisers[0], chance)
        return loss

    return Stage([network, critic], optimisers, step)


def features(faces: Tensor, size: Size, device: torch.device) -> Stage:
    """The network that tells by how many right angles a face was turned."""
    network = Features(size.width).to(device)
    optimiser = torch.optim.Adam(network.parameters(), 0.001)

    def step(source: torch.Generator) -> Tensor:
        real = _drawn(faces, size.batch, source, device)
        turns = torch.randint(4, (size.batch,), generator=source, device=device)
        turned = torch.stack([torch.rot90(x, int(k), (1, 2)) for x, k in zip(real, turns, strict=True)])
        loss = functional.cross_entropy(network.rotation(turned), turns)
        _descend(optimiser, loss)
        return loss

    return Stage([network], [optimiser], step)


def encoder(truth: Decoder, size: Size, device: torch.device) -> Stage:
    """The encoder by conditional likelihood, E log q(z|x) under the ground truth."""
    network = Encoder(CODES, size.width).to(device)
    optimiser = torch.optim.Adam(network.parameters(), 0.001)

    def step(source: torch.Generator) -> Tensor:
        z, x = drawn_pairs(truth, size.batch, source, device)
        loss = -log_normal_density(z, *network(x)).mean()
        _descend(optimiser, loss)
        return loss

    return Stage([network], [optimiser], step)


def joint(truth: Decoder, start: Encoder, size: Size, device: torch.device, is_learned: bool) -> Stage:
    """Encoder and decoder by the ELBO on images of the ground truth, from that decoder and the trained encoder."""
    network, decoder = copy.deepcopy(start), copy.deepcopy(truth)
    decoder.log_deviation.requires_grad_(is_learned)
    decoder.network.requires_grad_(True)
    parameters = [p for module in (network, decoder) for p in module.parameters() if p.requires_grad]
    optimiser = torch.optim.Adam(parameters, 0.0002)

    def step(source: torch.Generator) -> Tensor:
        _, x = drawn_pairs(truth, size.batch, source, device)
        value = bound(network, decoder, x, _noise(size.batch, source, device)).mean()
        _descend(optimiser, -value)
        return value

    return Stage([network, decoder], [optimiser], step)


def drawn_pairs(truth: Decoder, count: int, source: torch.Generator, device: torch.device) -> tuple[Tensor, Tensor]:
    """Codes and images drawn from the model: z of N(0, I), x of N(d(z), sigma_d^2 I)."""
    with torch.no_grad():
        z = _noise(count, source, device)
        mean = truth(z)
        deviation = torch.exp(truth.log_deviation)
        x = mean + deviation * torch.randn(mean.shape, generator=source, device=device)
    return z, x


def _noise(count: int, source: torch.Generator, device: torch.device) -> Tensor:
    return torch.randn(count, CODES, generator=source, device=device)


def _drawn(faces: Tensor, count: int, source: torch.Generator, device: torch.device) -> Tensor:
    """So many faces, mirrored or not."""
    rows = torch.randint(len(faces), (count,), generator=source, device=device)
    is_mirrored = torch.rand(count, 1, 1, 1, generator=source, device=device) < 0.5
    found = as_colours(faces[rows.to(faces.device)].to(device))
    return torch.where(is_mirrored, found.flip(3), found)


def _descend(optimiser: torch.optim.Optimizer, loss: Tensor) -> None:
    optimiser.zero_grad()
    loss.backward()
    optimiser.step()
