"""What the paper lacks: text VAEs with few bits trained without sampling, under the declared and the implied prior.

Every expectation is a sum over the 2^bits codes, so that an encoder need not factorise. Two designs are tight:

* the *tight* encoder with the declared uniform prior: q(z|x) ∝ exp(<V x + b, z> + (t l + s) C(z)), C(z) = -A(f(z)), the
  smallest family that holds the posterior of an affine decoder (theory: the span of the f_i and log p - log h' - A∘f);
* the *implied* prior p(z|l) ∝ exp(<c, z> + l A(f(z))) with the linear encoder on counts: the joint (23), given the length,
  which is the replicated softmax (Salakhutdinov and Hinton 2009).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from tightcheck.experiments.reproduce import text_exact
from tightcheck.experiments.reproduce.text_exact import Gap, log_code
from tightcheck.experiments.reproduce.text_likelihood import Documents, log_partition
from tightcheck.experiments.reproduce.text_model import ENCODERS, Decoder, Encoders, Shape
from tightcheck.experiments.reproduce.text_span import Residual, every_code, of_values

TIGHT = "tight"


@dataclass(frozen=True)
class Design:
    """A prior (declared or implied) with an encoder (e1, e2, e3, tight)."""

    shape: Shape
    prior: str
    encoder: str

    def __str__(self) -> str:
        return f"{self.shape}-{self.prior}-{self.encoder}"


def designs(shape: Shape) -> list[Design]:
    """Both priors with the paper's encoders, and the tight encoder with the declared one."""
    return [Design(shape, prior, encoder) for prior in ("declared", "implied") for encoder in ENCODERS] + [
        Design(shape, "declared", TIGHT)
    ]


class Model(nn.Module):
    """One design, with every quantity exact; `forward` gives the ELBOs and the log-likelihoods of a batch."""

    def __init__(self, design: Design, frequencies: Tensor, seed: int) -> None:
        super().__init__()
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            kind = "e1" if design.encoder == TIGHT else design.encoder
            self.encoders = Encoders(design.shape.bits, len(frequencies), (kind,))
            self.decoder = Decoder(design.shape, torch.log(frequencies))
        self.design = design
        self.prior = nn.Parameter(torch.zeros(design.shape.bits))
        self.slope = nn.Parameter(torch.zeros(2))

    def forward(self, batch: Documents) -> tuple[Tensor, Tensor]:
        """The ELBO and log p(x), each (B,), without log h(x|l)."""
        codes = every_code(self.decoder.bits, self.decoder.bias)
        partition, table = self._log_joint(batch, codes)
        log_q = self._log_encoder(batch, codes, partition)
        return (log_q.exp() * (table - log_q)).sum(1), torch.logsumexp(table, 1)

    def _log_joint(self, batch: Documents, codes: Tensor) -> tuple[Tensor, Tensor]:
        """A(f(z)), (2^bits), and log p(x, z | l) - log h(x|l), (B, 2^bits), in double precision."""
        features = self.decoder.features(codes)
        logits = torch.addmm(self.decoder.bias, features, self.decoder.weight)
        partition = log_partition(logits).double()
        inner = ((batch @ self.decoder.weight.T) @ features.T + batch @ self.decoder.bias[:, None]).double()
        scaled = batch.lengths.double()[:, None] * partition
        if self.design.prior == "declared":
            return partition, inner - scaled - self.decoder.bits * math.log(2)
        linear = (codes @ self.prior).double()
        return partition, inner + linear - torch.logsumexp(linear + scaled, 1, keepdim=True)

    def _log_encoder(self, batch: Documents, codes: Tensor, partition: Tensor) -> Tensor:
        """log q(z|x), (B, 2^bits)."""
        natural = self.encoders(batch)[0]
        if self.design.encoder != TIGHT:
            return log_code(natural.double())
        statistic = self.slope[0] * batch.lengths + self.slope[1]
        centred = partition - partition.mean()
        return torch.log_softmax((natural @ codes.T).double() - statistic.double()[:, None] * centred, 1)

    @torch.no_grad()
    def gap(self, batch: Documents) -> Gap:
        """The gap in parts: the encoder's family against the best of it for each document, and the network's loss to that.

        The tight family's best is the exact posterior of an affine decoder: V = W, b = 0, t = 1, s = 0.
        """
        codes = every_code(self.decoder.bits, self.decoder.bias)
        partition, table = self._log_joint(batch, codes)
        if self.design.encoder != TIGHT:
            return text_exact.measure(table, self.encoders(batch)[0])
        exact = ((batch @ self.decoder.weight.T) @ codes.T).double() - batch.lengths.double()[:, None] * partition
        own, best = (
            (log_q.exp() * (table - log_q)).sum(1).mean()
            for log_q in (self._log_encoder(batch, codes, partition), torch.log_softmax(exact, 1))
        )
        evidence = torch.logsumexp(table, 1).mean()
        return Gap(float(evidence), float(own), float(evidence - best), float(best - own))

    @torch.no_grad()
    def residual(self, batch: Documents) -> Residual:
        """log p(x, z) regressed on (1, z) over all codes."""
        codes = every_code(self.decoder.bits, self.decoder.bias)
        return of_values(codes.double(), self._log_joint(batch, codes)[1].T)
