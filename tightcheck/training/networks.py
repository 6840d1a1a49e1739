"""The maps of K designs of one shape as one network: every weight has a leading axis of K members.

Tensors have the axes (member, draw, example, coordinate); the first and the second may be 1. One design is K = 1.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional

from tightcheck.design import Map
from tightcheck.training.sparse import SparseRows

PLAIN: Mapping[str, Callable[[Tensor], Tensor]] = {
    "relu": functional.relu,
    "leaky_relu": functional.leaky_relu,
    "elu": functional.elu,
    "selu": functional.selu,
    "softplus": functional.softplus,
    "silu": functional.silu,
    "gelu": functional.gelu,
    "celu": functional.celu,
    "mish": functional.mish,
    "hardtanh": functional.hardtanh,
    "relu6": functional.relu6,
    "softsign": functional.softsign,
    "tanh": torch.tanh,
    "sigmoid": torch.sigmoid,
    "identity": lambda t: t,
}


def _after_layer_norm(activation: Callable[[Tensor], Tensor]) -> Callable[[Tensor], Tensor]:
    """The activation of a layer's normalised numbers, with PyTorch's eps and no weights of its own."""
    return lambda t: activation(functional.layer_norm(t, t.shape[-1:]))


ACTIVATIONS: Mapping[str, Callable[[Tensor], Tensor]] = {
    **PLAIN,
    **{f"layer-normalised {word}": _after_layer_norm(activation) for word, activation in PLAIN.items()},
}
UNRESTRICTED = (64, 64)
"""Hidden widths of the network that stands for a map with no restriction."""

Piece = Tensor | SparseRows
"""Part of a network's input: a tensor with the four axes, or sparse rows (example, coordinate) for all members."""


class Linear(nn.Module):
    """W phi + b for every member, phi given in pieces; initialised as torch.nn.Linear is, member by member."""

    def __init__(self, inputs: int, outputs: int, has_bias: bool, generators: Sequence[torch.Generator]) -> None:
        super().__init__()
        bound = max(inputs, 1) ** -0.5
        self.weight = nn.Parameter(torch.stack([_uniform((inputs, outputs), bound, g) for g in generators]))
        self.bias = (
            nn.Parameter(torch.stack([_uniform((outputs,), bound, g) for g in generators])) if has_bias else None
        )

    def forward(self, pieces: Sequence[Piece]) -> Tensor:
        """(K, draws, examples, outputs)."""
        result: Tensor | None = None
        start = 0
        for piece in pieces:
            width = piece.shape[-1]
            part = self._product(piece, self.weight[:, start : start + width])
            result, start = part if result is None else result + part, start + width
        assert start == self.weight.shape[1], "the pieces' widths add up to the inputs"
        if result is None:
            result = self.weight.new_zeros(self.weight.shape[0], 1, 1, self.weight.shape[2])
        return result if self.bias is None else result + self.bias[:, None, None]

    @staticmethod
    def _product(piece: Piece, weight: Tensor) -> Tensor:
        members, width, outputs = weight.shape
        if isinstance(piece, SparseRows):
            product = piece @ weight.transpose(0, 1).reshape(width, members * outputs)
            return product.reshape(len(piece), members, outputs).transpose(0, 1).unsqueeze(1)
        if piece.shape[0] == 1 and members > 1:  # what all members see is multiplied once
            shared = torch.matmul(piece[0], weight.transpose(0, 1).reshape(width, members * outputs))
            split: Tensor = shared.unflatten(-1, (members, outputs))
            return split.movedim(-2, 0)
        flat = piece.reshape(piece.shape[0], -1, width)
        return torch.bmm(flat, weight).reshape(members, *piece.shape[1:-1], outputs)


class BatchNorm(nn.Module):
    """Every unit normalised over draws and examples while training, by running averages afterwards."""

    def __init__(self, width: int, members: int) -> None:
        super().__init__()
        self.norm = nn.BatchNorm1d(width * members)
        self.members = members

    def forward(self, hidden: Tensor) -> Tensor:
        """The same shape, (K, draws, examples, width)."""
        units = hidden.movedim(0, -2)
        rows = units.reshape(-1, units.shape[-2] * units.shape[-1])
        norm = self.norm
        normalised = functional.batch_norm(
            rows,
            norm.running_mean,
            norm.running_var,
            norm.weight,
            norm.bias,
            self.training and len(rows) > 1,
            eps=norm.eps,
        )
        return normalised.reshape(units.shape).movedim(-2, 0)


class Network(nn.Module):
    """A map's class of functions: affine, or hidden layers with an activation and an affine last layer."""

    def __init__(self, source: Map, inputs: int, outputs: int, generators: Sequence[torch.Generator]) -> None:
        super().__init__()
        widths = {"affine": (), "mlp": source.hidden, "unrestricted": UNRESTRICTED}[source.kind]
        ends = [inputs, *widths, outputs]
        self.layers = nn.ModuleList(Linear(a, b, source.bias, generators) for a, b in pairwise(ends))
        norms = widths if source.batch_norm else ()
        self.norms = nn.ModuleList(BatchNorm(width, len(generators)) for width in norms)
        self.activation = ACTIVATIONS[source.activation]

    def forward(self, pieces: Sequence[Piece]) -> Tensor:
        """(K, draws, examples, outputs)."""
        hidden = self.layers[0](pieces)
        for number, layer in enumerate(self.layers[1:]):
            if self.norms:
                hidden = self.norms[number](hidden)
            hidden = layer([self.activation(hidden)])
        assert isinstance(hidden, Tensor)
        return hidden

    def raise_bias(self, outputs: slice, amount: float) -> None:
        """Starts some outputs near `amount`: the weights that lead to them a tenth as large."""
        last = self.layers[-1]
        assert isinstance(last, Linear)
        with torch.no_grad():
            last.weight[:, :, outputs] *= 0.1
            if last.bias is not None:
                last.bias[:, outputs] = amount


def _uniform(shape: tuple[int, ...], bound: float, generator: torch.Generator) -> Tensor:
    """Uniform between -bound and bound."""
    return torch.rand(shape, generator=generator, dtype=torch.float64) * (2 * bound) - bound
