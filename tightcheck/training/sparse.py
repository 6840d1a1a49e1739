"""Rows with few nonzero entries, such as word counts, that are never written out in full."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional


@dataclass(frozen=True)
class SparseRows:
    """A matrix of `rows` x `width` by its nonzero entries, row after row (compressed sparse rows).

    Row i has the entries starts[i], ..., starts[i + 1] - 1 of `columns` and `values`. `shift` (width) is added to every
    row, zeros included: a matrix that is sparse up to the same row everywhere, such as a standardised one.
    """

    starts: Tensor  # (rows + 1), int64
    columns: Tensor  # (entries), int64
    values: Tensor  # (entries)
    width: int
    shift: Tensor | None = None

    @classmethod
    def from_scipy(cls, matrix: Any, dtype: torch.dtype = torch.float32) -> SparseRows:
        """The rows of a SciPy sparse matrix or array of any format."""
        rows = matrix.tocsr(copy=True)
        rows.sum_duplicates()
        rows.eliminate_zeros()
        return cls(
            torch.from_numpy(rows.indptr.astype("int64")),
            torch.from_numpy(rows.indices.astype("int64")),
            torch.from_numpy(rows.data).to(dtype),
            int(rows.shape[1]),
        )

    @classmethod
    def from_torch(cls, matrix: Tensor) -> SparseRows:
        """The rows of a torch matrix: CSR, COO or dense."""
        width = int(matrix.shape[1])
        if matrix.layout == torch.sparse_csr:
            return cls(matrix.crow_indices().long(), matrix.col_indices().long(), matrix.values(), width)
        entries: Tensor = matrix.to_sparse_coo().coalesce()
        rows, columns = entries.indices()
        starts = functional.pad(torch.bincount(rows, minlength=matrix.shape[0]).cumsum(0), (1, 0))
        return cls(starts, columns, entries.values(), width)

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return len(self.starts) - 1, self.width

    def __len__(self) -> int:
        return len(self.starts) - 1

    @property
    def counts(self) -> Tensor:
        """How many entries each row has."""
        return self.starts.diff()

    @property
    def row_of_entry(self) -> Tensor:
        """The row of every entry, (entries)."""
        return torch.repeat_interleave(self.counts)

    def select(self, rows: Tensor) -> SparseRows:
        """The rows with these indices, in this order."""
        counts = self.counts[rows]
        starts = functional.pad(counts.cumsum(0), (1, 0))
        entries = torch.arange(int(starts[-1]), device=starts.device)
        entries += torch.repeat_interleave(self.starts[rows] - starts[:-1], counts)
        return replace(self, starts=starts, columns=self.columns[entries], values=self.values[entries])

    def to(self, device: torch.device | str, dtype: torch.dtype | None = None) -> SparseRows:
        """The same rows elsewhere, or in another precision."""
        shift = None if self.shift is None else self.shift.to(device, dtype)
        return SparseRows(
            self.starts.to(device), self.columns.to(device), self.values.to(device, dtype), self.width, shift
        )

    def with_values(self, values: Tensor) -> SparseRows:
        """Other values in the same places."""
        return replace(self, values=values)

    def sums(self) -> Tensor:
        """The sum of each row's entries, without the shift: (rows)."""
        return self.sum_entries(self.values)

    def sum_entries(self, entries: Tensor) -> Tensor:
        """The sum over each row of a quantity given for every entry: (..., entries) to (..., rows)."""
        zeros = entries.new_zeros(*entries.shape[:-1], len(self))
        return zeros.index_add(-1, self.row_of_entry, entries)

    def __matmul__(self, weights: Tensor) -> Tensor:
        """The product with a matrix (width, outputs); the work is entries x outputs."""
        product = functional.embedding_bag(
            self.columns,
            weights,
            self.starts,
            per_sample_weights=self.values.to(weights.dtype),
            mode="sum",
            include_last_offset=True,
        )
        return product if self.shift is None else product + self.shift.to(weights.dtype) @ weights

    def inner(self, dense: Tensor) -> Tensor:
        """<x_b, dense[..., b, :]> for every row b: (..., rows or 1, width) to (..., rows), reading the nonzero places only."""
        assert self.shift is None, "counts have no shift"
        rows = self.row_of_entry if dense.shape[-2] > 1 else torch.zeros_like(self.columns)
        return self.sum_entries(dense[..., rows, self.columns] * self.values.to(dense.dtype))

    def dense(self) -> Tensor:
        """The matrix written out: (rows, width)."""
        full = self.values.new_zeros(self.shape)
        full[self.row_of_entry, self.columns] = self.values
        return full if self.shift is None else full + self.shift
