"""Training the text VAEs: ARM (Yin and Zhou 2019) and Adam, an epoch at a time, from a checkpoint to the next."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from tightcheck import atomic
from tightcheck.experiments.reproduce.text_data import Corpus
from tightcheck.experiments.reproduce.text_likelihood import Documents
from tightcheck.experiments.reproduce.text_model import ENCODERS, Models, Shape, divergence
from tightcheck.numeric.memory import keep_freed_memory
from tightcheck.training.estimators import arm

LEARNING_RATE = 0.001
BATCH = 64
"""Documents per step; the paper does not state its own."""

SAVED_EVERY = 60.0
"""Seconds between checkpoints."""


@dataclass
class State:
    """Three VAEs in training: parameters, optimiser, and what each epoch gave."""

    models: Models
    optimiser: torch.optim.Adam
    history: list[dict[str, Any]] = field(default_factory=list)

    @property
    def epoch(self) -> int:
        """How many epochs are done."""
        return len(self.history)


def start(shape: Shape, train: Corpus, device: torch.device, seed: int) -> State:
    """Untrained models."""
    models = Models(shape, frequencies(train), seed).to(device)
    return State(models, torch.optim.Adam(models.parameters(), LEARNING_RATE, fused=True))


def frequencies(train: Corpus) -> Tensor:
    """The words' frequencies in training, one occurrence added to each."""
    occurrences = np.asarray(train.counts.sum(0)) + 1.0
    return torch.as_tensor(occurrences / occurrences.sum(), dtype=torch.float32)


def epoch(state: State, data: Documents, samples: int, seed: int) -> list[float]:
    """One epoch of ARM with this many pairs of samples; the three running training NELBOs in nats per document.

    The seed and the epoch's number fix the order of the documents and the noise: a resumed run repeats none of it.
    """
    seeds = np.random.SeedSequence([seed, state.epoch]).generate_state(2)
    generator = torch.Generator(data.device).manual_seed(int(seeds[0]))
    total = torch.zeros(len(ENCODERS), dtype=torch.float64, device=data.device)
    keep_freed_memory()
    with fast_products(data.device):
        for batch in data.shuffled(BATCH, int(seeds[1])):
            bounds = estimate(state.models, batch, samples, generator)
            state.optimiser.zero_grad()
            (-bounds.sum(0).mean()).backward()
            state.optimiser.step()
            total += (bounds.detach() + batch.log_base_measure).sum(1)
    return [-value / len(data) for value in total.tolist()]


@contextmanager
def fast_products(device: torch.device) -> Iterator[None]:
    """On a CPU, oneDNN's matrix products: on an AMD processor twice as fast as the default's, in the same precision.

    A processor that multiplies in bfloat16 may round the factors to it: for training only, what is reported is measured
    outside.
    """
    before = torch.get_float32_matmul_precision()
    if device.type == "cpu":
        torch.set_float32_matmul_precision("medium")
    try:
        yield
    finally:
        torch.set_float32_matmul_precision(before)


def estimate(models: Models, batch: Documents, samples: int, generator: torch.Generator) -> Tensor:
    """Surrogates of the three models' ELBOs without log h(x|l), (3, B): ARM for the encoders, KL(q || p) exact.

    Of ARM's two codes the decoder learns from one: as unbiased as from both, and half of the backward pass.
    """
    natural = models.encoders(batch)
    noise = torch.rand(
        (len(natural), samples, *natural.shape[1:]), generator=generator, device=natural.device, dtype=natural.dtype
    )

    def values(pairs: Tensor) -> Tensor:
        learnt, other = models.log_likelihood(pairs.flatten(0, 1).transpose(0, 1), batch).transpose(0, 1).chunk(2)
        return torch.stack([2 * learnt - learnt.detach(), other.detach()])

    return arm(natural, values, noise.transpose(0, 1)).mean(0) - divergence(natural)


@torch.no_grad()
def evaluate(models: Models, data: Documents, seed: int) -> tuple[list[float], list[float]]:
    """The three NELBOs, log h(x|l) included and from one code per document, and KL(q || p), in nats per document."""
    generator = torch.Generator(data.device).manual_seed(seed)
    total = torch.zeros(2, len(ENCODERS), dtype=torch.float64, device=data.device)
    for batch in data.ordered(4 * BATCH):
        natural = models.encoders(batch)
        noise = torch.rand(natural.shape, generator=generator, device=data.device)
        codes = (noise < torch.sigmoid(natural)).to(natural.dtype)
        values = models.log_likelihood(codes[:, None], batch)[:, 0]
        divergences = divergence(natural)
        total += torch.stack([divergences - values - batch.log_base_measure, divergences]).sum(2)
    nelbo, kl = (total / len(data)).tolist()
    return nelbo, kl


def save(state: State, file: Path) -> None:
    """Writes the state's checkpoint: whole or not at all."""
    preserve(state.models, state.optimiser, state.history, file)


def load(state: State, file: Path) -> None:
    """Puts the checkpoint into an untrained state of the same shape."""
    state.history[:] = restore(state.models, state.optimiser, file)


def preserve(model: nn.Module, optimiser: torch.optim.Optimizer, history: list[dict[str, Any]], file: Path) -> None:
    """Writes a checkpoint in one step."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with atomic.replacing(file) as draft, draft.open("wb") as opened:
        torch.save({"models": model.state_dict(), "optimiser": optimiser.state_dict(), "history": history}, opened)


def restore(model: nn.Module, optimiser: torch.optim.Optimizer, file: Path) -> list[dict[str, Any]]:
    """Puts a checkpoint into untrained models, and returns its history."""
    saved = torch.load(file, map_location=next(model.parameters()).device, weights_only=True)
    model.load_state_dict(saved["models"])
    optimiser.load_state_dict(saved["optimiser"])
    return list(saved["history"])
