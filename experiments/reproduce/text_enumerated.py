"""What the paper lacks: text VAEs with few bits trained without sampling, under the declared and the implied prior.

Every expectation is a sum over the 2^bits codes, so that an encoder need not factorise. These designs are tight:

* a linear decoder's *tight* encoder with the declared uniform prior: q(z|x) ∝ exp(<V x + b, z> + (t l + s) C(z)),
  C(z) = -A(f(z)), the smallest family that holds its posterior (theory: the span of the f_i and log p - log h' - A∘f);
* the *table* encoder, one categorical code over the joint states of the bits: q(z|x) ∝ exp((V x + b)_z), which holds every
  decoder's posterior, f linear or not: log p(x|z) is linear in the counts;
* a linear decoder with the *implied* prior p(z|l) ∝ exp(<c, z> + l A(f(z))) and the linear encoder on counts: the joint (23),
  given the length, which is the replicated softmax (Salakhutdinov and Hinton 2009).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor, nn

from tightcheck.experiments.reproduce import text_exact
from tightcheck.experiments.reproduce.text_exact import Gap
from tightcheck.experiments.reproduce.text_laws import Factorised, Law, Table
from tightcheck.experiments.reproduce.text_likelihood import Documents, log_partition
from tightcheck.experiments.reproduce.text_model import ENCODERS, Decoder, Encoders, Shape
from tightcheck.experiments.reproduce.text_span import Residual, every_code, of_values

TIGHT, TABLE = "tight", "table"
TABLE_BITS = 8
"""A table has 2^bits columns for every word: longer codes have none, as none is suggested to them."""


@dataclass(frozen=True)
class Design:
    """A prior (declared or implied) with an encoder (e1, e2, e3, tight, table)."""

    shape: Shape
    prior: str
    encoder: str

    def __str__(self) -> str:
        return f"{self.shape}-{self.prior}-{self.encoder}"


def designs(shape: Shape) -> list[Design]:
    """Both priors with the paper's encoders, and the declared one with the encoders that make it tight."""
    tight = [TIGHT] * (shape.depth == 0) + [TABLE] * (shape.bits <= TABLE_BITS)
    return [
        *(Design(shape, prior, encoder) for prior in ("declared", "implied") for encoder in ENCODERS),
        *(Design(shape, "declared", encoder) for encoder in tight),
    ]


@dataclass(frozen=True)
class Codes:
    """A decoder at each of its codes: features h (U, H), <c, z> (U) and A(f(z)) (U), in double precision."""

    features: Tensor
    linear: Tensor
    partition: Tensor


class Model(nn.Module):
    """One design, with every quantity exact; `forward` gives the ELBOs of a batch."""

    def __init__(self, design: Design, frequencies: Tensor, seed: int) -> None:
        super().__init__()
        bits = design.shape.bits
        kind, columns = {TIGHT: ("e1", bits), TABLE: ("e1", 2**bits)}.get(design.encoder, (design.encoder, bits))
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            self.encoders = Encoders(columns, len(frequencies), (kind,))
            self.decoder = Decoder(design.shape, torch.log(frequencies))
        self.design = design
        self.prior = nn.Parameter(torch.zeros(bits))
        self.slope = nn.Parameter(torch.zeros(2))

    def forward(self, batch: Documents) -> Tensor:
        """E_q [log p(x, z) - log q(z|x)] without log h(x|l), (B,)."""
        return self.bounds(batch, self.codes())

    def codes(self) -> Codes:
        """What every batch needs of the decoder."""
        every = every_code(self.decoder.bits, self.decoder.bias)
        partition = partitions(self.decoder)
        return Codes(self.decoder.features(every).double(), (every @ self.prior).double(), partition.double())

    def bounds(self, batch: Documents, codes: Codes) -> Tensor:
        """The ELBOs at these codes, (B,)."""
        law = self.law(batch, codes)
        means = law.expectation(torch.cat([codes.features, codes.linear[:, None], codes.partition[:, None]], 1))
        features, linear, partition = means[:, :-2], means[:, -2], means[:, -1]
        inner, constant = self._inner(batch)
        scaled = batch.lengths.double() * partition
        prior = self._log_prior(batch, codes, linear + scaled)
        return (inner * features).sum(1) + constant - scaled + prior + law.entropy()

    def evidence(self, batch: Documents, codes: Codes) -> Tensor:
        """log p(x) without log h(x|l), (B,)."""
        return torch.logsumexp(self.log_joint(batch, codes), 1)

    def log_joint(self, batch: Documents, codes: Codes) -> Tensor:
        """log p(x, z | l) - log h(x|l), (B, U)."""
        scaled = batch.lengths.double()[:, None] * codes.partition
        prior = self._log_prior(batch, codes, (codes.linear + scaled).T).T
        return self._log_likelihood(batch, codes) + prior

    def law(self, batch: Documents, codes: Codes) -> Law:
        """q(z|x)."""
        natural = self.encoders(batch)[0].double()
        if self.design.encoder == TABLE:
            return Table(torch.log_softmax(natural, 1))
        if self.design.encoder != TIGHT:
            return Factorised(natural)
        statistic = self.slope[0] * batch.lengths + self.slope[1]
        centred = codes.partition - codes.partition.mean()
        return Table(torch.log_softmax(natural @ codes.features.T - statistic.double()[:, None] * centred, 1))

    @torch.no_grad()
    def gap(self, batch: Documents) -> Gap:
        """The gap in parts: the encoder's family against the best of it for each document, and the network's loss to that.

        The tight families' best is the exact posterior, with natural parameters linear in the counts: of a linear decoder
        V = W, b = 0, t = 1, s = 0; in a table (V x)_z = log p(x|z) - log h(x|l).
        """
        codes = self.codes()
        table, law = self.log_joint(batch, codes), self.law(batch, codes)
        if isinstance(law, Factorised):
            return text_exact.measure(table, law.natural)
        exact = torch.log_softmax(self._log_likelihood(batch, codes), 1)
        own, best = ((log_q.exp() * (table - log_q)).sum(1).mean() for log_q in (law.log_q, exact))
        evidence = torch.logsumexp(table, 1).mean()
        return Gap(float(evidence), float(own), float(evidence - best), float(best - own))

    @torch.no_grad()
    def residual(self, batch: Documents) -> Residual:
        """log p(x, z) regressed on (1, z) over all codes."""
        every = every_code(self.decoder.bits, self.decoder.bias)
        return of_values(every.double(), self.log_joint(batch, self.codes()).T)

    def _inner(self, batch: Documents) -> tuple[Tensor, Tensor]:
        """W x, (B, H), and <b, x>, (B,): <x, f(z)> = <W x, h(z)> + <b, x>."""
        sums = batch @ torch.cat([self.decoder.weight, self.decoder.bias[None]]).T
        return sums[:, :-1].double(), sums[:, -1].double()

    def _log_likelihood(self, batch: Documents, codes: Codes) -> Tensor:
        """log p(x|z, l) - log h(x|l), (B, U)."""
        inner, constant = self._inner(batch)
        return (
            torch.addmm(constant[:, None], inner, codes.features.T) - batch.lengths.double()[:, None] * codes.partition
        )

    def _log_prior(self, batch: Documents, codes: Codes, implied: Tensor) -> Tensor:
        """log p(z|l) where <c, z> + l A(f(z)) has these values, (..., B)."""
        if self.design.prior == "declared":
            return torch.full_like(implied, -self.decoder.bits * math.log(2))
        lengths, place = torch.unique(batch.lengths, return_inverse=True)
        every = codes.linear + lengths.double()[:, None] * codes.partition
        return implied - torch.logsumexp(every, 1)[place]


def partitions(decoder: Decoder) -> Tensor:
    """A(f(z)) at every code in the order of `every_code`, (2^bits,).

    A linear decoder's words have exp f(z) = exp f(z') exp(f(z") - f(0)), z' and z" the code's halves: all sums over words are
    one product of two tables of 2^(bits / 2) rows.
    """
    half = decoder.bits // 2
    if decoder.hidden:
        return log_partition(decoder.logits(every_code(decoder.bits, decoder.bias)))
    low = every_code(half, decoder.bias) @ decoder.weight[:half] + decoder.bias
    high = every_code(decoder.bits - half, decoder.bias) @ decoder.weight[half:]
    largest = high.detach().amax(1, keepdim=True)
    sums = torch.exp(high - largest) @ torch.softmax(low, 1).T
    return (log_partition(low) + largest + sums.clamp(min=torch.finfo(sums.dtype).tiny).log()).flatten()
