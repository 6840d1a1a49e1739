"""What a network is shown of a block, in pieces; sparse counts stay sparse wherever a feature keeps zeros."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import torch
from torch import Tensor, nn
from torch.nn import functional

from tightcheck import registry
from tightcheck.design import Block, Inputs
from tightcheck.numeric.torch_family import TorchFamily, torch_family
from tightcheck.training.formula import Formula
from tightcheck.training.networks import Piece
from tightcheck.training.sparse import SparseRows
from tightcheck.training.untrainable import Untrainable

LARGEST_INDICATOR = 4096
"""Joint values of finite blocks that are written as indicators."""
SMALLEST = 1e-5
"""Added to a variance before dividing by its root, as in torch.nn.LayerNorm."""


def width_of(block: Block) -> int:
    """The coordinates of all copies in a row."""
    return block.copies * (block.dimension or 1)


def points_of(block: Block) -> Tensor | None:
    """Every value of one copy of a finite block (values, coordinates); None where there are too many, or infinitely many."""
    if block.family == "categorical":
        assert block.dimension is not None
        return torch.eye(block.dimension, dtype=torch.float64)
    values = {name: constant.value for name, constant in block.fixed.items() if constant.value is not None}
    if block.dimension is not None and block.family != "markov_random_field":
        return None
    if block.family == "markov_random_field":
        assert block.dimension is not None
        if 2**block.dimension > LARGEST_INDICATOR:
            return None
        return torch.tensor([*product((0.0, 1.0), repeat=block.dimension)], dtype=torch.float64)
    facts = torch_family(registry.load(block.family, fixed=values))
    if not facts.family.support.is_finite:
        return None
    return facts.points


def joint_values(blocks: tuple[Block, ...], largest: int) -> dict[str, Tensor] | None:
    """Every joint value of the blocks' copies, block -> (values, coordinates); None where there are more than `largest`."""
    points = {block.name: points_of(block) for block in blocks}
    count = 1
    for block in blocks:
        found = points[block.name]
        if found is None:
            return None
        count *= len(found) ** block.copies
        if count > largest:
            return None
    copies = [block.name for block in blocks for _ in range(block.copies)]
    chosen = torch.cartesian_prod(*(torch.arange(len(points[name])) for name in copies)).reshape(count, len(copies))  # type: ignore[arg-type]
    return {
        block.name: torch.cat([points[n][chosen[:, i]] for i, n in enumerate(copies) if n == block.name], -1)  # type: ignore[index]
        for block in blocks
    }


def indicator(blocks: tuple[Block, ...], values: dict[str, Tensor]) -> Tensor:
    """Which joint value of finite blocks it is, one-hot along the last axis (joint_values's order)."""
    result: Tensor | None = None
    for block in blocks:
        points = points_of(block)
        if points is None:
            raise Untrainable(f"the block {block.name} has too many values to be written as indicators")
        copies = values[block.name].unflatten(-1, (block.copies, -1))
        is_value = (copies.unsqueeze(-2) == points.to(copies)).all(-1).to(copies)  # (..., copies, values)
        for copy in is_value.unbind(-2):
            result = copy if result is None else (result.unsqueeze(-1) * copy.unsqueeze(-2)).flatten(-2)
            if result.shape[-1] > LARGEST_INDICATOR:
                raise Untrainable(f"the block {block.name} has too many joint values to be written as indicators")
    assert result is not None
    return result


class Features(nn.Module):
    """The inputs of one conditional: features of the other side's blocks, the blocks it is given, and covariates.

    What the training data decide (means, deviations, document frequencies) is a buffer set by `see`. An affine map picks
    its coefficients by the value of a given block: it is shown the products of all inputs with the value's indicators; any
    other network is shown the indicators themselves.
    """

    def __init__(
        self, inputs: Inputs, others: tuple[Block, ...], given: tuple[Block, ...], widths: dict[str, int], picks: bool
    ) -> None:
        super().__init__()
        self.kind, self.others, self.given, self.picks = inputs.kind, others, given, picks and bool(given)
        self.covariates = inputs.covariates
        self.formula = None if inputs.expression is None else Formula(inputs.expression)
        self.names = () if inputs.expression is None else tuple(sorted(s.name for s in inputs.expression.free_symbols))
        if self.kind in ("standardize", "tfidf"):
            for block in others:
                self.register_buffer(f"centre_{block.name}", torch.zeros(width_of(block), dtype=torch.float64))
                self.register_buffer(f"scale_{block.name}", torch.ones(width_of(block), dtype=torch.float64))
        self.width = self._width(widths)

    def _width(self, widths: dict[str, int]) -> int:
        with torch.no_grad():
            sample = {block.name: possible_value(block).reshape(1, 1, 1, -1) for block in (*self.others, *self.given)}
            sample |= {name: torch.ones(1, 1, 1, widths[name], dtype=torch.float64) for name in self.covariates}
            return sum(piece.shape[-1] for piece in self(sample))

    def see(self, data: dict[str, Tensor | SparseRows]) -> None:
        """Takes means, deviations and document frequencies from the training data (examples, coordinates)."""
        if self.kind not in ("standardize", "tfidf"):
            return
        for block in self.others:
            rows = data.get(block.name)
            if rows is None:
                raise Untrainable(f"`{self.kind}` needs data of the block {block.name}, and it has none")
            centre, scale = _standard(rows) if self.kind == "standardize" else _inverse_document_frequency(rows)
            getattr(self, f"centre_{block.name}").copy_(centre)
            getattr(self, f"scale_{block.name}").copy_(scale)

    def forward(self, values: dict[str, Piece]) -> list[Piece]:
        """The pieces, each (member, draw, example, width) or sparse rows."""
        pieces: list[Piece] = []
        if self.kind == "one_hot":
            pieces.append(indicator(self.others, values))  # type: ignore[arg-type]
        elif self.kind == "expression":
            assert self.formula is not None
            named = {name: dense(values[name.partition("[")[0]]) for name in self.names}
            pieces.append(self.formula({name.partition("[")[0]: value for name, value in named.items()}))
        else:
            pieces += [self._shown(block, values[block.name]) for block in self.others]
        pieces += [values[name] for name in self.covariates]
        if not self.given:
            return pieces
        value = indicator(self.given, values)  # type: ignore[arg-type]
        if not self.picks:
            return [*pieces, value]
        full = [dense(piece) for piece in pieces]
        shape = torch.broadcast_shapes(*(piece.shape[:-1] for piece in (*full, value)))
        together = torch.cat([piece.expand(*shape, -1) for piece in (*full, torch.ones_like(value[..., :1]))], -1)
        return [(together.unsqueeze(-1) * value.unsqueeze(-2)).flatten(-2)]

    def _shown(self, block: Block, value: Piece) -> Piece:
        """One block as the feature's word says."""
        if self.kind in ("identity", "counts"):
            return value
        if self.kind == "log1p":
            return value.with_values(value.values.log1p()) if isinstance(value, SparseRows) else value.log1p()
        if self.kind == "frequencies":
            return _shares(value)
        if self.kind in ("standardize", "tfidf"):
            value = _shares(value) if self.kind == "tfidf" else value
            centre: Tensor = getattr(self, f"centre_{block.name}")
            scale: Tensor = getattr(self, f"scale_{block.name}")
            if not isinstance(value, SparseRows):
                return (value - centre) * scale
            shift = None if self.kind == "tfidf" else -centre * scale
            return replace(value, values=value.values * scale[value.columns], shift=shift)
        full = dense(value)
        if self.kind == "softmax":
            return torch.softmax(full, -1)
        if self.kind == "layer_norm":
            return functional.layer_norm(full, full.shape[-1:], eps=SMALLEST)
        assert self.kind == "statistics", self.kind
        return statistics_of(block, full).flatten(-2)


def _shares(value: Piece) -> Piece:
    """x / sum(x)."""
    if isinstance(value, SparseRows):
        return value.with_values(value.values / value.sums()[value.row_of_entry])
    return value / value.sum(-1, keepdim=True)


def dense(piece: Piece) -> Tensor:
    """The piece with its four axes."""
    return piece.dense()[None, None] if isinstance(piece, SparseRows) else piece


def statistics_of(block: Block, value: Tensor) -> Tensor:
    """The minimal statistics of each copy: (..., coordinates) to (..., copies, statistics)."""
    copies: Tensor = value.unflatten(-1, (block.copies, -1))
    if block.family in ("categorical", "multinomial"):
        is_free: bool = block.length in ("random", "depends_on_z")
        return copies if is_free else copies[..., :-1]
    if block.family == "isotropic_gaussian":
        return torch.cat([copies, (copies**2).sum(-1, keepdim=True)], -1)
    if block.family == "full_gaussian":
        rows, columns = torch.tril_indices(copies.shape[-1], copies.shape[-1], device=value.device)
        return torch.cat([copies, copies[..., rows] * copies[..., columns]], -1)
    return facts_of(block).statistics(copies, fixed_values(block, value))


def facts_of(block: Block) -> TorchFamily:
    """The block's family at its own dimension."""
    values = {name: constant.value for name, constant in block.fixed.items() if constant.value is not None}
    choices = {} if block.edges is None else {"edges": block.edges}
    return torch_family(registry.load(block.family, block.dimension, values, **choices))


def fixed_values(block: Block, like: Tensor) -> dict[str, Tensor]:
    """Fixed parameters without a value do not enter the statistics of any family here: any value will do."""
    return {name: like.new_ones(()) for name, constant in block.fixed.items() if constant.value is None}


def possible_value(block: Block) -> Tensor:
    """One possible value of the block, for its shape."""
    points = points_of(block)
    return torch.ones(width_of(block), dtype=torch.float64) if points is None else points[0].repeat(block.copies)


def _standard(rows: Tensor | SparseRows) -> tuple[Tensor, Tensor]:
    """Mean and one over the standard deviation of each column; 1 where a column is constant."""
    if isinstance(rows, SparseRows):
        sums, squares = (
            rows.values.new_zeros(rows.width).index_add(0, rows.columns, rows.values**power) for power in (1, 2)
        )
        mean = sums / len(rows)
        variance = squares / len(rows) - mean**2
    else:
        flat = rows.reshape(-1, rows.shape[-1])
        mean, variance = flat.mean(0), flat.var(0, correction=0)
    return mean, torch.where(variance > SMALLEST**2, variance, torch.ones_like(variance)).rsqrt()


def _inverse_document_frequency(rows: Tensor | SparseRows) -> tuple[Tensor, Tensor]:
    """log((1 + N) / (1 + documents with the word)) + 1, never 0; the shares that it multiplies are not centred."""
    if isinstance(rows, SparseRows):
        documents = rows.values.new_zeros(rows.width).index_add(0, rows.columns, torch.ones_like(rows.values))
        count = len(rows)
    else:
        flat = rows.reshape(-1, rows.shape[-1])
        documents, count = (flat > 0).to(flat).sum(0), len(flat)
    return torch.zeros_like(documents), ((1 + count) / (1 + documents)).log() + 1
