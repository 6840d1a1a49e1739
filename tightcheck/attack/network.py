"""One random network of a map's class, with numbers that are kept so that it can be read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction

import torch
from torch import Tensor

from tightcheck.attack.numbers import Chance, tensor
from tightcheck.attack.refusal import NotDrawn
from tightcheck.design import Map
from tightcheck.training import networks
from tightcheck.training.conditional import Interval

ACTIVATIONS: Mapping[str, Callable[[Tensor], Tensor]] = {
    **networks.ACTIVATIONS,
    "softplus": lambda t: torch.logaddexp(t, torch.zeros_like(t)),  # PyTorch's own is the identity from 20 on
}
EVERYTHING = Interval(-float("inf"), float("inf"))
HOLDS_AFFINE = ("relu", "leaky_relu", "softplus", "silu", "gelu")
"""With these a width of twice the rank is enough for every affine map."""

Network = Callable[[Tensor], Tensor]
"""From features (..., width) to outputs (..., count)."""


def holds_affine(source: Map, rank: int) -> bool:
    """Whether the class surely holds every affine map of this rank (those without a constant if it has no bias)."""
    if source.kind in ("affine", "unrestricted") or (rank == 0 and source.kind == "mlp"):
        return True
    if source.kind != "mlp" or not source.bias:
        return False
    return all(width >= 2 * rank for width in source.hidden) and source.activation in HOLDS_AFFINE


def network(source: Map, width: int, count: int, chance: Chance, name: str, values: Interval) -> Network:
    """One function of the class from `width` features to `count` outputs, which are seldom outside of `values`.

    Raises NotDrawn for a class that is not known to hold a map of the style.
    """
    rank = {"sparse": 1, "constant": 0, "paired": min(width, count), "lattice": min(width, count)}
    style = chance.style
    if source.kind in ("affine", "unrestricted") or (style in rank and holds_affine(source, rank[style])):
        if source.kind == "unrestricted" and style == "generic" and chance.random.random() < 0.6:
            affine = _affine(width, count, source.bias, chance, name, EVERYTHING)
            bent = _bent(affine, width, count, chance, name)
            chance.numbers[f"{name}: onto"] = f"({values.lower:g}, {values.upper:g})"
            return lambda features: values.of_real(bent(features))
        return _affine(width, count, source.bias, chance, name, values)
    if source.kind != "mlp":
        raise NotDrawn(f"a map of the kind {source.kind} is not drawn")
    if style in rank:
        raise NotDrawn("this network is not known to hold such a map")
    layers, size = [], width
    for number, hidden in enumerate(source.hidden):
        layers.append(_affine(size, hidden, source.bias, chance, f"{name} layer {number}", EVERYTHING))
        size = hidden
    last = _affine(size, count, source.bias, chance, name, values)
    activation = ACTIVATIONS[source.activation]

    def run(features: Tensor) -> Tensor:
        for layer in layers:
            features = activation(layer(features))
        return last(features)

    return run


def _affine(width: int, count: int, bias: bool, chance: Chance, name: str, values: Interval) -> Network:
    """Positive weights for outputs that have a lower end, and so small ones that few features cross an upper one."""
    weights = chance.matrix(count, width)
    offsets = [chance.weight("generic") if bias else Fraction(0) for _ in range(count)]
    if not values.is_everything:
        scale = 1 if values.upper == float("inf") else 8 * (width + 1)
        weights = [[abs(w) / scale for w in row] for row in weights]
        offsets = [Fraction(values.inside) + abs(b) / scale if bias else b for b in offsets]
    chance.numbers[f"{name}: weights"] = [[str(w) for w in row] for row in weights]
    chance.numbers[f"{name}: offsets"] = [str(b) for b in offsets]
    W, b = tensor(weights), tensor(offsets)
    return lambda features: features @ W.T + b


def _bent(affine: Network, width: int, count: int, chance: Chance, name: str) -> Network:
    """The affine map with a sine and a square of linear functions added: interactions of all orders."""
    drawn = [chance.matrix(count, width, "small") for _ in range(2)]
    chance.numbers[f"{name}: sines of, squares / 8 of"] = [[[str(w) for w in row] for row in each] for each in drawn]
    u, v = map(tensor, drawn)
    return lambda features: affine(features) + torch.sin(features @ u.T) + (features @ v.T) ** 2 / 8
