"""The exact gap of a trained text VAE with few bits, by listing every code: log p(x), the ELBO, and where it is lost."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass

import torch
from torch import Tensor

from tightcheck.experiments.reproduce.text_likelihood import Documents
from tightcheck.experiments.reproduce.text_model import Decoder
from tightcheck.experiments.reproduce.text_span import every_code, log_likelihoods

LARGEST_BITS = 16
BLOCK = 1024
SWEEPS = 12
STANDSTILL = 1e-9


@dataclass(frozen=True)
class Gap:
    """Means over documents in nats: log p(x) = ELBO + gap, gap = family + amortisation.

    `family` is that of the best factorised q found for each document alone: an upper bound, from two starts of a
    coordinate ascent, of the family's gap.
    """

    log_likelihood: float
    elbo: float
    family: float
    amortisation: float

    @property
    def gap(self) -> float:
        """E KL(q(z|x) || p(z|x))."""
        return self.log_likelihood - self.elbo

    def record(self) -> dict[str, float]:
        """All four, and the gap."""
        return {name: round(value, 4) for name, value in {**asdict(self), "gap": self.gap}.items()}


@torch.no_grad()
def log_joint(decoder: Decoder, documents: Documents) -> Tensor:
    """log p(x, z) under the uniform prior of every document and code, (B, 2^bits)."""
    blocks = every_code(decoder.bits, decoder.bias).split(BLOCK)
    values = torch.cat([log_likelihoods(decoder, block, documents) for block in blocks], 1)
    return values.double() + (documents.log_base_measure - decoder.bits * math.log(2))[:, None]


@torch.no_grad()
def measure(table: Tensor, natural: Tensor) -> Gap:
    """The gap of the factorised q with natural parameters (B, bits) on log p(x, z) (B, 2^bits)."""
    evidence = torch.logsumexp(table, 1)
    own = elbo(table, natural)
    posterior = torch.exp(table - evidence[:, None])
    marginals = posterior @ every_code(natural.shape[1], table)
    starts = (natural, torch.logit(marginals.clamp(1e-6, 1 - 1e-6)))
    best = torch.stack([elbo(table, mean_field(table, start)) for start in starts] + [own]).amax(0)
    means = [float(value.mean()) for value in (evidence, own, evidence - best, best - own)]
    return Gap(*means)


def log_code(natural: Tensor) -> Tensor:
    """log q(z) of every code under natural parameters (B, bits), as (B, 2^bits)."""
    total = natural.new_zeros(len(natural), 1)
    for bit in natural.T:
        pair = torch.stack([torch.nn.functional.logsigmoid(-bit), torch.nn.functional.logsigmoid(bit)], 1)
        total = (pair[:, :, None] + total[:, None, :]).flatten(1)
    return total


def elbo(table: Tensor, natural: Tensor) -> Tensor:
    """E_q [log p(x, z) - log q(z|x)] of every document, (B,)."""
    log_q = log_code(natural.to(table))
    return (log_q.exp() * (table - log_q)).sum(1)


def mean_field(table: Tensor, natural: Tensor, sweeps: int = SWEEPS) -> Tensor:
    """Coordinate ascent of each document's ELBO in its factorised q, until it stands still or the sweeps are done."""
    natural = natural.to(table).clone()
    for _ in range(sweeps):
        before, rest = natural.clone(), table
        for bit in range(natural.shape[1]):
            pairs = rest.view(len(rest), -1, 2)
            values = (log_code(natural[:, bit + 1 :]).exp()[:, None, :] @ pairs).squeeze(1)
            natural[:, bit] = values[:, 1] - values[:, 0]
            rest = torch.lerp(pairs[..., 0], pairs[..., 1], torch.sigmoid(natural[:, bit : bit + 1]))
        if (natural - before).abs().max() < STANDSTILL:
            break
    return natural
