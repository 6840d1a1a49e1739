"""One random function of a conditional's class: from the other side's variables to natural parameters."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from random import Random

import sympy as sp
import torch
from torch import Tensor

from tightcheck.attack.numbers import constant, matrix, tensor, weight
from tightcheck.attack.refusal import NotDrawn
from tightcheck.attack.shown import Shown, by_name
from tightcheck.design import OUTPUT, SOFTMAX, Conditional, Constant, Head, Map
from tightcheck.kernel.classes import family_of, own_coordinate
from tightcheck.numeric.translate import Translated
from tightcheck.training import networks
from tightcheck.training.conditional import Interval, interval_of
from tightcheck.training.formula import Formula

ACTIVATIONS: Mapping[str, Callable[[Tensor], Tensor]] = {
    **networks.ACTIVATIONS,
    "softplus": lambda t: torch.logaddexp(t, torch.zeros_like(t)),  # PyTorch's own is the identity from 20 on
}
EVERYTHING = Interval(-float("inf"), float("inf"))
HOLDS_AFFINE = ("relu", "leaky_relu", "softplus", "silu", "gelu")
"""With these a width of twice the rank is enough for every affine map."""


@dataclass
class Drawn:
    """A conditional's function and the exact numbers in it, by name."""

    conditional: Conditional
    natural: Callable[[Tensor], Tensor]
    numbers: dict[str, object] = field(default_factory=dict)


def holds_affine(source: Map, rank: int) -> bool:
    """Whether the class surely holds every affine map of this rank (those without a constant if it has no bias)."""
    if source.kind in ("affine", "unrestricted") or (rank == 0 and source.kind == "mlp"):
        return True
    if source.kind != "mlp" or not source.bias:
        return False
    return all(width >= 2 * rank for width in source.hidden) and source.activation in HOLDS_AFFINE


def draw(
    conditional: Conditional,
    see: Shown,
    width: int,
    names: Mapping[str, int],
    covariates: Mapping[str, Tensor],
    style: str,
    random: Random,
    shared: dict[str, list[Fraction]],
) -> Drawn:
    """One function of the class; `names` are the other side's blocks. Raises NotDrawn where the class has no simple one.

    A parameter of expressions is one number (for each copy) wherever its name stands: `shared` holds those drawn so far.
    """
    copies, drawn = conditional.block.copies, Drawn(conditional, lambda points: points)
    parameters: dict[str, Tensor] = {}
    constants = {h.symbol: h.source for h in conditional.heads if isinstance(h.source, Constant)}
    for symbol, source in constants.items():
        parameters[symbol.name] = _constant(symbol, source, copies, random, drawn.numbers)
    for name, source in conditional.block.fixed.items():
        symbol = next((s for e in conditional.natural for s in e.free_symbols if s.name == name), None)
        if symbol is not None and name not in parameters:
            parameters[name] = _constant(symbol, source, 1, random, drawn.numbers)
    mapped = [h for h in conditional.heads if isinstance(h.source, Map)]
    outputs = _outputs(mapped, see, width, names, covariates, copies, style, random, drawn.numbers, conditional, shared)
    symbols = [h.symbol for h in mapped]
    others = sorted(
        {s.name for e in conditional.natural for s in sp.sympify(e).free_symbols} - {s.name for s in symbols}
    )
    assert set(others) <= set(parameters), others
    translated = Translated([sp.sympify(e) for e in conditional.natural], symbols)

    def natural(points: Tensor) -> Tensor:
        raw = outputs(points)
        heads = [
            _bounded(head, _linked(conditional, k, raw, names, covariates, parameters, points))
            for k, head in enumerate(mapped)
        ]
        stacked = torch.stack(heads, -1) if heads else points.new_empty(*points.shape[:-1], copies, 0)
        eta = translated(stacked, parameters)
        return eta.expand(*points.shape[:-1], copies, eta.shape[-1]).flatten(-2)

    drawn.natural = natural
    return drawn


def _constant(symbol: sp.Symbol, source: Constant, copies: int, random: Random, numbers: dict[str, object]) -> Tensor:
    """The constant's value, or one drawn: for all copies or for each."""
    if source.value is not None:
        return torch.tensor(float(source.value), dtype=torch.float64)
    shared = source.sharing == "shared"
    values = [constant(symbol, random) for _ in range(1 if shared else copies)]
    numbers[symbol.name] = [str(v) for v in values]
    return tensor(values * (copies if shared else 1))


def _outputs(
    mapped: Sequence[Head],
    see: Shown,
    width: int,
    names: Mapping[str, int],
    covariates: Mapping[str, Tensor],
    copies: int,
    style: str,
    random: Random,
    numbers: dict[str, object],
    conditional: Conditional,
    shared: dict[str, list[Fraction]],
) -> Callable[[Tensor], list[Tensor]]:
    """The maps' outputs, one tensor (..., copies) for each head."""
    runs: list[Callable[[Tensor], Tensor]] = []
    for head in mapped:
        assert isinstance(head.source, Map)
        name = head.symbol.name
        if head.source.kind == "expression":
            runs.append(_expression(conditional, head, names, covariates, copies, style, random, numbers, shared))
        else:
            values = _values(head, conditional)
            network = _network(head.source, width, copies, style, random, numbers, name, values)
            runs.append(lambda points, network=network: network(see(points)))  # type: ignore[misc]
    return lambda points: [run(points) for run in runs]


def _values(head: Head, conditional: Conditional) -> Interval:
    """What the map may put out: everything before a link or a clipping, else the values of the parameter itself."""
    if head.link is not None or head.bounds is not None:
        return EVERYTHING
    return interval_of(head.symbol, family_of(conditional.block), conditional.natural)


def _network(
    source: Map,
    width: int,
    count: int,
    style: str,
    random: Random,
    numbers: dict[str, object],
    name: str,
    values: Interval,
) -> Callable[[Tensor], Tensor]:
    """One function of the class from `width` features to `count` outputs, which are seldom outside of `values`."""
    rank = {"sparse": 1, "constant": 0, "paired": min(width, count), "lattice": min(width, count)}
    if source.kind in ("affine", "unrestricted") or (style in rank and holds_affine(source, rank[style])):
        if source.kind == "unrestricted" and style == "generic" and random.random() < 0.6:
            affine = _affine(width, count, source.bias, style, random, numbers, name, EVERYTHING)
            bent = _bent(affine, width, count, random, numbers, name)
            numbers[f"{name}: onto"] = f"({values.lower:g}, {values.upper:g})"
            return lambda features: values.of_real(bent(features))
        return _affine(width, count, source.bias, style, random, numbers, name, values)
    if source.kind != "mlp":
        raise NotDrawn(f"a map of the kind {source.kind} is not drawn")
    if style in rank:
        raise NotDrawn("this network is not known to hold such a map")
    layers, size = [], width
    for number, hidden in enumerate(source.hidden):
        layers.append(_affine(size, hidden, source.bias, style, random, numbers, f"{name} layer {number}", EVERYTHING))
        size = hidden
    last = _affine(size, count, source.bias, style, random, numbers, name, values)
    activation = ACTIVATIONS[source.activation]

    def run(features: Tensor) -> Tensor:
        for layer in layers:
            features = activation(layer(features))
        return last(features)

    return run


def _affine(
    width: int,
    count: int,
    bias: bool,
    style: str,
    random: Random,
    numbers: dict[str, object],
    name: str,
    values: Interval,
) -> Callable[[Tensor], Tensor]:
    """Positive weights for outputs that have a lower end, and so small ones that few features cross an upper one."""
    weights = matrix(count, width, style, random)
    offsets = [weight(random, "generic") if bias else Fraction(0) for _ in range(count)]
    if not values.is_everything:
        scale = 1 if values.upper == float("inf") else 8 * (width + 1)
        weights = [[abs(w) / scale for w in row] for row in weights]
        offsets = [Fraction(values.inside) + abs(b) / scale if bias else b for b in offsets]
    numbers[f"{name}: weights"] = [[str(w) for w in row] for row in weights]
    numbers[f"{name}: offsets"] = [str(b) for b in offsets]
    W, b = tensor(weights), tensor(offsets)
    return lambda features: features @ W.T + b


def _bent(
    affine: Callable[[Tensor], Tensor],
    width: int,
    count: int,
    random: Random,
    numbers: dict[str, object],
    name: str,
) -> Callable[[Tensor], Tensor]:
    """The affine map with a sine and a square of linear functions added: interactions of all orders."""
    drawn = [matrix(count, width, "small", random) for _ in range(2)]
    numbers[f"{name}: sines of, squares / 8 of"] = [[[str(w) for w in row] for row in each] for each in drawn]
    u, v = map(tensor, drawn)
    return lambda features: affine(features) + torch.sin(features @ u.T) + (features @ v.T) ** 2 / 8


def _expression(
    conditional: Conditional,
    head: Head,
    names: Mapping[str, int],
    covariates: Mapping[str, Tensor],
    copies: int,
    style: str,
    random: Random,
    numbers: dict[str, object],
    shared: dict[str, list[Fraction]],
) -> Callable[[Tensor], Tensor]:
    """The formula of the head, with parameters of its own for each copy."""
    assert isinstance(head.source, Map)
    values = {}
    for parameter in head.source.parameters:
        chosen = shared.setdefault(parameter.name, [])
        chosen += [Fraction(0) if style == "constant" else weight(random, style) for _ in range(copies - len(chosen))]
        chosen = chosen[:copies]
        values[parameter.name] = tensor(chosen)
        numbers[parameter.name] = [str(v) for v in chosen]
    formula = Formula(own_coordinate(conditional, head))

    def run(points: Tensor) -> Tensor:
        shape = (*points.shape[:-1], copies)
        coordinates = {**by_name(names, points), **covariates}
        value: Tensor = formula({**coordinates, **values}, points)
        if value.shape[-1] not in (1, copies):
            raise NotDrawn("the expression's coordinates do not match")
        return value.expand(shape)

    return run


def _bounded(head: Head, value: Tensor) -> Tensor:
    """The parameter clipped to its bounds."""
    return value if head.bounds is None else value.clamp(*map(float, head.bounds))


def _linked(
    conditional: Conditional,
    k: int,
    raw: Sequence[Tensor],
    names: Mapping[str, int],
    covariates: Mapping[str, Tensor],
    parameters: Mapping[str, Tensor],
    points: Tensor,
) -> Tensor:
    """The head's parameter: (..., copies)."""
    mapped = [h for h in conditional.heads if isinstance(h.source, Map)]
    head, output = mapped[k], raw[k]
    if head.link is None:
        return output
    known: dict[str, Tensor] = {**by_name(names, points), **covariates, **parameters, OUTPUT.name: output}
    if head.link.has(SOFTMAX):
        known[SOFTMAX.name] = _softmax(conditional, mapped, k, raw)
    value: Tensor = Formula(head.link)(known, points)
    if value.shape[-1] not in (1, output.shape[-1]):
        raise NotDrawn("the link's coordinates do not match")
    return value.expand(output.shape)


def _softmax(conditional: Conditional, mapped: Sequence[Head], k: int, raw: Sequence[Tensor]) -> Tensor:
    """Over the copies of a number, over the components of a vector."""
    if conditional.block.dimension is None:
        return torch.softmax(raw[k], -1)
    base = mapped[k].symbol.name.rpartition("_")[0]
    peers = [j for j, head in enumerate(mapped) if head.symbol.name.rpartition("_")[0] == base]
    return torch.softmax(torch.stack([raw[j] for j in peers], -1), -1)[..., peers.index(k)]
