"""How far a trained decoder is from the consistent set: log p(x, z) regressed on (1, z) at random codes."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from tightcheck.experiments.reproduce.text_likelihood import Documents
from tightcheck.experiments.reproduce.text_model import Decoder
from tightcheck.numeric.residual import least_squares

CODES = 512
DOCUMENTS = 256


@dataclass(frozen=True)
class Residual:
    """Per document, averaged: what no affine function of z explains of log p(x, z), z uniform.

    `nats` is the residual's standard deviation, `share` its part of the variance, 1 - R^2. Both vanish exactly on the
    consistent set of Theorem 1.
    """

    nats: float
    share: float


def random_codes(bits: int, count: int, seed: int, like: Tensor) -> Tensor:
    """All codes where there are few, else uniform ones, (U, bits)."""
    if 2**bits <= count:
        return every_code(bits, like)
    generator = torch.Generator().manual_seed(seed)
    return torch.randint(2, (count, bits), generator=generator).to(like)


def every_code(bits: int, like: Tensor) -> Tensor:
    """The 2^bits codes in the order of the numbers they write, first bit lowest."""
    numbers = torch.arange(2**bits, device=like.device)
    return (numbers[:, None] >> torch.arange(bits, device=like.device) & 1).to(like)


@torch.no_grad()
def log_likelihoods(decoder: Decoder, codes: Tensor, documents: Documents) -> Tensor:
    """log p(x|z, l) - log h(x|l) of every document under every code, (B, U)."""
    return documents.rows @ torch.log_softmax(decoder.logits(codes), 1).T


@torch.no_grad()
def residual(decoder: Decoder, documents: Documents, seed: int = 0) -> Residual:
    """The span residual under the declared uniform prior, which adds a constant."""
    codes = random_codes(decoder.bits, CODES, seed, decoder.bias)
    values = log_likelihoods(decoder, codes, documents).double().T
    return of_values(codes.double(), values)


def of_values(codes: Tensor, values: Tensor) -> Residual:
    """The residual of values (U, B) at codes (U, bits), its variance freed from the bias of the fitted coefficients."""
    fit = least_squares(codes, values)
    freedom = len(codes) / max(len(codes) - codes.shape[1] - 1, 1)
    variance = fit.residuals.square().mean(0) * freedom
    return Residual(float(variance.sqrt().mean()), float(((1 - fit.r_squared) * freedom).mean()))
