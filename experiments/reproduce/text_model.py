"""The text VAE of Section 4.3: the three encoders e1, e2, e3 of one code length and decoder depth, side by side.

Configurations of one shape train together: their input weights are columns of one matrix, so that a batch of sparse
documents is multiplied once for the three, and one optimiser steps over all of them.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import cast

import torch
from torch import Tensor, nn

from tightcheck.experiments.reproduce.text_likelihood import Documents, distinct, log_likelihood

UNITS = 512
"""Of each hidden layer, in encoder and decoder."""

ENCODERS = ("e1", "e2", "e3")
"""Linear on counts (the paper's correction), two hidden layers on frequencies, linear on frequencies."""


@dataclass(frozen=True, order=True)
class Shape:
    """A code length and the number of the decoder's hidden layers: three configurations, one per encoder."""

    bits: int
    depth: int

    def __str__(self) -> str:
        return f"{self.bits}-bits-{self.depth}-hidden"


class Decoder(nn.Module):
    """z -> the logits f(z) of the words: `depth` hidden ReLU layers, then an affine map kept as (inputs, words).

    A linear decoder's bias starts at the words' log frequencies. A deep one's must not: where the bias alone is the best
    constant, units that do not help yet only harm, and all of the last hidden layer's may fall silent at every code, for good.
    """

    def __init__(self, shape: Shape, log_frequencies: Tensor) -> None:
        super().__init__()
        self.bits = shape.bits
        widths = [shape.bits, *[UNITS] * shape.depth]
        self.hidden = nn.ModuleList(nn.Linear(*pair) for pair in pairwise(widths))
        words = len(log_frequencies)
        self.weight = nn.Parameter(_uniform(widths[-1], words, inputs=widths[-1]))
        self.bias = nn.Parameter(_uniform(words, inputs=widths[-1]) if shape.depth else log_frequencies.clone())

    def features(self, codes: Tensor) -> Tensor:
        """The last layer's inputs, of codes (U, bits)."""
        for layer in self.hidden:
            codes = torch.relu(layer(codes))
        return codes

    @torch.no_grad()
    def live_units(self, codes: Tensor) -> int:
        """How many of the last layer's inputs are positive at some of the codes; a silent hidden layer never learns again."""
        return int((self.features(codes) > 0).any(0).sum())

    def logits(self, codes: Tensor) -> Tensor:
        """f(z) of codes (U, bits), as (U, words)."""
        return torch.addmm(self.bias, self.features(codes), self.weight)


class Encoders(nn.Module):
    """Encoders' natural parameters g(x): q(z|x) ∝ exp <g(x), z>, equation (22)."""

    def __init__(self, bits: int, words: int, kinds: tuple[str, ...] = ENCODERS) -> None:
        super().__init__()
        self.kinds = kinds
        self.columns = [UNITS if kind == "e2" else bits for kind in kinds]
        self.weight = nn.Parameter(_uniform(words, sum(self.columns), inputs=words))
        self.bias = nn.Parameter(_uniform(sum(self.columns), inputs=words))
        if "e2" in kinds:
            self.deep = nn.Sequential(nn.ReLU(), nn.Linear(UNITS, UNITS), nn.ReLU(), nn.Linear(UNITS, bits))

    def forward(self, batch: Documents) -> Tensor:
        """g(x) of the encoders, as (encoders, B, bits)."""
        sums = (batch @ self.weight).split(self.columns, 1)
        length = batch.lengths[:, None]
        first = [
            (part if kind == "e1" else part / length) + bias
            for kind, part, bias in zip(self.kinds, sums, self.bias.split(self.columns), strict=True)
        ]
        return torch.stack([self.deep(g) if kind == "e2" else g for kind, g in zip(self.kinds, first, strict=True)])


class Models(nn.Module):
    """The VAEs e1, e2, e3 of one shape."""

    def __init__(self, shape: Shape, frequencies: Tensor, seed: int) -> None:
        super().__init__()
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            self.encoders = Encoders(shape.bits, len(frequencies))
            decoders = nn.ModuleList(Decoder(shape, torch.log(frequencies)) for _ in ENCODERS)
        self.decoders = cast("Sequence[Decoder]", decoders)

    def log_likelihood(self, codes: Tensor, batch: Documents) -> Tensor:
        """log p(x_b | z, l_b) - log h(x_b) of the three at codes (3, S, B, bits), as (3, S, B); equal codes are decoded once."""
        chosen, numbers = zip(*map(distinct, codes.flatten(1, 2)), strict=True)
        layers = [
            (decoder.features(own), decoder.weight, decoder.bias)
            for decoder, own in zip(self.decoders, chosen, strict=True)
        ]
        return log_likelihood(layers, torch.stack(numbers).view(codes.shape[:3]), batch)


def _uniform(*size: int, inputs: int) -> Tensor:
    """The usual initial values of a linear layer: uniform within 1 / sqrt(inputs)."""
    return torch.empty(size).uniform_(-1 / math.sqrt(inputs), 1 / math.sqrt(inputs))


def divergence(natural: Tensor) -> Tensor:
    """KL(q(z|x) || uniform) of natural parameters (..., bits), as (...): log 2 - H(sigmoid(g)) per bit."""
    entropy = nn.functional.softplus(natural) - natural * torch.sigmoid(natural)
    return (math.log(2) - entropy).sum(-1)
