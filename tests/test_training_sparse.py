"""Sparse rows against the same matrix written out."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse
from torch import Tensor

from tightcheck.training.sparse import SparseRows


@st.composite
def counts(draw: st.DrawFn) -> Tensor:
    """A small matrix of counts, with empty rows and columns."""
    rows, width = draw(st.integers(1, 5)), draw(st.integers(1, 6))
    entries = draw(st.lists(st.sampled_from([0, 0, 0, 1, 2, 7]), min_size=rows * width, max_size=rows * width))
    return torch.tensor(entries, dtype=torch.float64).reshape(rows, width)


@settings(deadline=None)
@given(matrix=counts(), data=st.data())
def test_selected_rows_are_those_of_the_dense_matrix(matrix: Tensor, data: st.DataObject) -> None:
    rows = torch.tensor(data.draw(st.lists(st.integers(0, len(matrix) - 1), max_size=6)), dtype=torch.int64)
    selected = SparseRows.from_scipy(sparse.coo_array(matrix.numpy()), torch.float64).select(rows)
    torch.testing.assert_close(selected.dense(), matrix[rows])
    torch.testing.assert_close(selected.sums(), matrix[rows].sum(1))
    assert selected.shape == (len(rows), matrix.shape[1])


@settings(deadline=None)
@given(matrix=counts(), outputs=st.integers(1, 3))
def test_products_and_their_gradients_are_those_of_the_dense_matrix(matrix: Tensor, outputs: int) -> None:
    generator = torch.Generator().manual_seed(1)
    rows = SparseRows.from_torch(matrix)
    weights = torch.randn(matrix.shape[1], outputs, generator=generator, dtype=torch.float64, requires_grad=True)
    direction = torch.randn(len(matrix), outputs, generator=generator, dtype=torch.float64)
    torch.testing.assert_close(rows @ weights, matrix @ weights)
    found = torch.autograd.grad(((rows @ weights) * direction).sum(), weights)[0]
    torch.testing.assert_close(found, matrix.T @ direction)
    dense = torch.randn(2, *matrix.shape, generator=generator, dtype=torch.float64)
    torch.testing.assert_close(rows.inner(dense), (dense * matrix).sum(-1))


def test_a_shifted_matrix_is_multiplied_with_its_shift() -> None:
    rows = SparseRows.from_torch(torch.tensor([[0.0, 2.0], [0.0, 0.0]]))
    shifted = SparseRows(rows.starts, rows.columns, rows.values, 2, torch.tensor([-1.0, 0.5]))
    weights = torch.tensor([[1.0], [10.0]])
    torch.testing.assert_close(shifted @ weights, shifted.dense() @ weights)
    torch.testing.assert_close(shifted.dense(), torch.tensor([[-1.0, 2.5], [-1.0, 0.5]]))


def test_a_wide_product_writes_out_no_wide_matrix(monkeypatch: pytest.MonkeyPatch) -> None:
    """A million columns, 2,000 rows: the dense matrix would be 8 GB; the product needs its entries only."""
    columns = torch.randint(0, 10**6, (2_000, 3), generator=torch.Generator().manual_seed(0)).sort(1).values
    rows = SparseRows(torch.arange(0, 6_001, 3), columns.flatten(), torch.ones(6_000), 10**6)
    monkeypatch.setattr(SparseRows, "dense", lambda self: pytest.fail("written out"))
    weights = torch.ones(10**6, 2)
    assert (rows @ weights == 3).all()
