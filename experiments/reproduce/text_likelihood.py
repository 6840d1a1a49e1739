"""The multinomial log-likelihood of sparse counts: no dense x, each distinct code once, one matrix of logits in memory."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate, chain, pairwise
from typing import Any, TypeAlias

import numpy as np
import torch
from torch import Tensor

from tightcheck.experiments.reproduce.text_data import Corpus
from tightcheck.training.sparse import SparseRows

Layer: TypeAlias = tuple[Tensor, Tensor, Tensor]
"""What a decoder's logits are made of: hidden (U, H) of its codes, weight (H, words), bias (words)."""


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
        return self.select(order).ordered(size)

    def ordered(self, size: int) -> Iterator[Documents]:
        """Batches in the corpus' order, which share its memory."""
        firsts = [*range(0, len(self), size), len(self)]
        for (first, last), (start, stop) in zip(
            pairwise(firsts), pairwise(self.rows.starts[firsts].tolist()), strict=True
        ):
            starts = self.rows.starts[first : last + 1] - start
            columns, values = self.rows.columns[start:stop], self.rows.values[start:stop]
            rows = SparseRows(starts, columns, values, self.rows.width)
            yield Documents(rows, self.lengths[first:last], self.log_base_measure[first:last])


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
    def forward(ctx: Any, batch: Documents, code: Tensor, *layers: Tensor) -> Tensor:
        sizes = [len(hidden) for hidden in layers[::3]]
        probabilities = layers[0].new_empty(sum(sizes), layers[1].shape[1])
        tables = probabilities.split(sizes)
        for table, hidden, weight, bias in zip(tables, layers[::3], layers[1::3], layers[2::3], strict=True):
            torch.mm(hidden, weight, out=table)
            torch.softmax(table.add_(bias), 1, out=table)
        firsts = torch.tensor([0, *accumulate(sizes[:-1])], device=code.device)
        place = (code + firsts[:, None, None])[..., batch.document] * probabilities.shape[1] + batch.rows.columns
        ctx.save_for_backward(probabilities, place, code, *layers)
        ctx.batch, ctx.sizes = batch, sizes
        seen = probabilities.view(-1)[place].clamp(min=torch.finfo(probabilities.dtype).tiny)
        return batch.rows.sum_entries(seen.log() * batch.rows.values)

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor | None, ...]:
        probabilities, place, code, *layers = ctx.saved_tensors
        batch: Documents = ctx.batch
        learnt = gradient.any(2).any(0)
        gradient, code, place = gradient[:, learnt], code[:, learnt], place[:, learnt]
        used = (code.amax((1, 2)) + 1).tolist()
        tables = [table[:rows] for table, rows in zip(probabilities.split(ctx.sizes), used, strict=True)]
        for table, numbers, weights in zip(tables, code, gradient * batch.lengths, strict=True):
            share = table.new_zeros(len(table)).index_add_(0, numbers.reshape(-1), weights.reshape(-1))
            table.mul_(-share[:, None])
        of_counts = gradient[..., batch.document] * batch.rows.values
        probabilities.view(-1).index_add_(0, place.reshape(-1), of_counts.reshape(-1))
        gradients: list[Tensor | None] = [None, None]
        for number, of_logits in enumerate(tables):
            hidden, weight, _ = layers[3 * number : 3 * number + 3]
            of_hidden = None
            if ctx.needs_input_grad[2 + 3 * number]:
                of_hidden = torch.zeros_like(hidden)
                torch.mm(of_logits, weight.T, out=of_hidden[: len(of_logits)])
            gradients += [of_hidden, hidden[: len(of_logits)].T @ of_logits, of_logits.sum(0)]
        return tuple(gradients)


def log_likelihood(layers: Sequence[Layer], code: Tensor, batch: Documents) -> Tensor:
    """log p(x|z, l) - log h(x|l) of document b in decoder d under its code number code[d, s, b], as (D, S, B).

    The logits of decoder d at its code u are hidden[u] @ weight + bias: a layer is hidden (U, H), weight (H, words), bias
    (words). Differentiable once in hidden, weight and bias; costs U rows of logits however many pairs share a code, and
    backwards only the rows up to the last one that a sample s with a gradient uses. A word counts with the smallest
    positive number at least.
    """
    return _LogLikelihood.apply(batch, code, *chain.from_iterable(layers))  # type: ignore[no-any-return, no-untyped-call]


def distinct(codes: Tensor) -> tuple[Tensor, Tensor]:
    """The distinct codes among (R, m) bits, m at most 64, as (U, m) in the order they occur in; each row's number, (R,)."""
    rows = torch.arange(len(codes), device=codes.device)
    packed = (codes.long() << torch.arange(codes.shape[1], device=codes.device)).sum(1)
    values, number = torch.unique(packed, return_inverse=True)
    first = torch.full_like(values, len(codes)).scatter_reduce_(0, number, rows, "amin")
    order = first.argsort()
    return codes[first[order]], order.argsort()[number]
