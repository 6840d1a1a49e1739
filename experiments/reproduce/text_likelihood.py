"""The multinomial log-likelihood of sparse counts: no dense x, each distinct code once, one matrix of logits in memory."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import torch
from torch import Tensor

from tightcheck.experiments.reproduce.text_data import Corpus
from tightcheck.training.sparse import SparseRows


@dataclass(frozen=True)
class Documents:
    """Word counts of documents on one device, with their lengths l and log h(x|l)."""

    rows: SparseRows
    lengths: Tensor
    log_base_measure: Tensor

    @classmethod
    def of(cls, corpus: Corpus, device: torch.device | str, dtype: torch.dtype = torch.float32) -> Documents:
        """The whole corpus."""
        place = {"dtype": dtype, "device": device}
        return cls(
            SparseRows.from_scipy(corpus.counts).to(device, dtype),
            torch.as_tensor(corpus.lengths, **place),  # type: ignore[arg-type]
            torch.as_tensor(corpus.log_base_measure(), **place),  # type: ignore[arg-type]
        )

    def __len__(self) -> int:
        return len(self.lengths)

    @property
    def device(self) -> torch.device:
        """Where the counts are."""
        return self.lengths.device

    @cached_property
    def document(self) -> Tensor:
        """The number of the document that each nonzero count belongs to."""
        return self.rows.row_of_entry

    def __matmul__(self, weight: Tensor) -> Tensor:
        """counts @ weight for weight (words, c), as (B, c); differentiable once."""
        return _Product.apply(weight, self)  # type: ignore[no-any-return, no-untyped-call]

    def select(self, index: Tensor) -> Documents:
        """The documents of these numbers."""
        return Documents(self.rows.select(index), self.lengths[index], self.log_base_measure[index])

    def shuffled(self, size: int, seed: int) -> Iterator[Documents]:
        """Batches in a random order that the seed fixes on every device."""
        order = torch.as_tensor(np.random.default_rng(seed).permutation(len(self)), device=self.device)
        return map(self.select, torch.split(order, size))

    def ordered(self, size: int) -> Iterator[Documents]:
        """Batches in the corpus' order."""
        return map(self.select, torch.split(torch.arange(len(self), device=self.device), size))


class _Product(torch.autograd.Function):
    """counts @ weight; backwards the words that occur are summed over their documents, as rows are over their words."""

    @staticmethod
    def forward(ctx: Any, weight: Tensor, batch: Documents) -> Tensor:
        ctx.batch, ctx.words = batch, len(weight)
        return batch.rows @ weight

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, None]:
        batch: Documents = ctx.batch
        order = batch.rows.columns.argsort()
        counts = torch.bincount(batch.rows.columns, minlength=ctx.words)
        starts = torch.nn.functional.pad(counts.cumsum(0), (1, 0))
        return SparseRows(starts, batch.document[order], batch.rows.values[order], len(batch)) @ gradient, None


class _LogPartition(torch.autograd.Function):
    """log sum exp of each row; on a CPU PyTorch's softmax is several times as fast as its logsumexp."""

    @staticmethod
    def forward(ctx: Any, logits: Tensor) -> Tensor:
        probabilities = torch.softmax(logits, 1)
        ctx.save_for_backward(probabilities)
        return logits.amax(1) - torch.log(probabilities.amax(1))

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> Tensor:
        (probabilities,) = ctx.saved_tensors
        return probabilities.mul_(gradient[:, None])  # type: ignore[no-any-return]


def log_partition(logits: Tensor) -> Tensor:
    """A(f) = log sum_k exp(f_k) of logits (U, words), as (U,); differentiable once."""
    return _LogPartition.apply(logits)  # type: ignore[no-any-return, no-untyped-call]


class _LogLikelihood(torch.autograd.Function):
    """<x, log softmax f> with f = hidden weight + bias, at (document, code) pairs; see `log_likelihood`."""

    @staticmethod
    def forward(ctx: Any, hidden: Tensor, weight: Tensor, bias: Tensor, code: Tensor, batch: Documents) -> Tensor:
        probabilities = torch.softmax(torch.addmm(bias, hidden, weight), 1)
        place = code[:, batch.document] * probabilities.shape[1] + batch.rows.columns
        ctx.save_for_backward(hidden, weight, probabilities, place, code)
        ctx.batch = batch
        seen = probabilities.view(-1)[place].clamp(min=torch.finfo(probabilities.dtype).tiny)
        return batch.rows.sum_entries(seen.log() * batch.rows.values)

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor | None, ...]:
        hidden, weight, probabilities, place, code = ctx.saved_tensors
        batch: Documents = ctx.batch
        seen = gradient.any(1)
        gradient, code, place = gradient[seen], code[seen], place[seen]
        used = int(code.max()) + 1
        share = hidden.new_zeros(used).index_add_(0, code.reshape(-1), (gradient * batch.lengths).reshape(-1))
        of_logits = probabilities[:used].mul_(-share[:, None])
        of_counts = gradient[:, batch.document] * batch.rows.values
        of_logits.view(-1).index_add_(0, place.view(-1), of_counts.view(-1))
        of_hidden = None
        if ctx.needs_input_grad[0]:
            of_hidden = torch.zeros_like(hidden)
            torch.mm(of_logits, weight.T, out=of_hidden[:used])
        return of_hidden, hidden[:used].T @ of_logits, of_logits.sum(0), None, None


def log_likelihood(hidden: Tensor, weight: Tensor, bias: Tensor, code: Tensor, batch: Documents) -> Tensor:
    """log p(x|z, l) - log h(x|l) of document b under the code number code[s, b], as (S, B).

    The logits of code u are hidden[u] @ weight + bias: hidden (U, H), weight (H, words), bias (words). Differentiable
    once in hidden, weight and bias; costs U rows of logits however many pairs share a code, and backwards only the rows
    up to the last one that a sample s with a gradient uses. A word counts with the smallest positive number at least.
    """
    return _LogLikelihood.apply(hidden, weight, bias, code, batch)  # type: ignore[no-any-return, no-untyped-call]


def distinct(codes: Tensor) -> tuple[Tensor, Tensor]:
    """The distinct codes among (R, m) bits, m at most 64, as (U, m) in the order they occur in; each row's number, (R,)."""
    rows = torch.arange(len(codes), device=codes.device)
    packed = (codes.long() << torch.arange(codes.shape[1], device=codes.device)).sum(1)
    values, number = torch.unique(packed, return_inverse=True)
    first = torch.full_like(values, len(codes)).scatter_reduce_(0, number, rows, "amin")
    order = first.argsort()
    return codes[first[order]], order.argsort()[number]
