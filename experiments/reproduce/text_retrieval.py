"""Semantic hashing as it is used: how many of the 100 nearest codes are of the same newsgroup."""

from __future__ import annotations

import torch
from torch import Tensor

from tightcheck.experiments.reproduce.text_likelihood import Documents
from tightcheck.experiments.reproduce.text_model import Models

NEAREST = 100
QUERIES = 512
"""At a time."""


@torch.no_grad()
def most_probable_codes(models: Models, data: Documents) -> Tensor:
    """argmax_z q(z|x) of every document, (encoders, documents, bits)."""
    return torch.cat([models.encoders(batch) > 0 for batch in data.ordered(QUERIES)], 1)


def precision(queries: Tensor, query_labels: Tensor, codes: Tensor, labels: Tensor, nearest: int = NEAREST) -> float:
    """The mean share of a query's own label among its nearest codes by Hamming distance, ties broken at random.

    Exact in the expectation over ties: of the last distance that is reached, every document counts by the share taken.
    """
    bits = codes.shape[1]
    signs = 2.0 * codes.float() - 1
    total = 0.0
    for block, own in zip(queries.split(QUERIES), query_labels.split(QUERIES), strict=True):
        distance = ((bits - (2.0 * block.float() - 1) @ signs.T) / 2).round().long()
        found = _histogram(distance, torch.ones_like(distance, dtype=torch.float32), bits)
        relevant = _histogram(distance, (own[:, None] == labels).float(), bits)
        before = found.cumsum(1) - found
        taken = ((nearest - before) / found.clamp(min=1)).clamp(0, 1)
        total += float((taken * relevant).sum()) / nearest
    return total / len(queries)


def _histogram(distance: Tensor, weight: Tensor, bits: int) -> Tensor:
    return weight.new_zeros(len(distance), bits + 1).scatter_add_(1, distance, weight)
