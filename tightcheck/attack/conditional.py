"""One random function of a conditional's class: from the other side's variables to natural parameters."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

import sympy as sp
import torch
from torch import Tensor

from tightcheck.attack.network import EVERYTHING, Network, network
from tightcheck.attack.numbers import Chance, tensor
from tightcheck.attack.refusal import NotDrawn
from tightcheck.attack.shown import Shown, by_name
from tightcheck.design import OUTPUT, SOFTMAX, Conditional, Constant, Head, Map
from tightcheck.kernel.classes import family_of, own_coordinate
from tightcheck.numeric.translate import Translated
from tightcheck.training.conditional import Interval, interval_of
from tightcheck.training.formula import Formula


@dataclass(frozen=True)
class Given:
    """The other side: what is shown of it, in how many features, the coordinates of its blocks, and the covariates.

    A parameter of expressions is one number (for each copy) wherever its name stands: `shared` holds those drawn so far.
    """

    see: Shown
    width: int
    names: Mapping[str, int]
    covariates: Mapping[str, Tensor]
    shared: dict[str, list[Fraction]]

    def coordinates(self, points: Tensor) -> dict[str, Tensor]:
        """Blocks and covariates by name, at points (..., V)."""
        return {**by_name(self.names, points), **self.covariates}


def draw(conditional: Conditional, given: Given, chance: Chance) -> Callable[[Tensor], Tensor]:
    """One function of the class: natural parameters at points (..., V). Raises NotDrawn where the class has no simple one."""
    copies = conditional.block.copies
    parameters: dict[str, Tensor] = {}
    constants = {h.symbol: h.source for h in conditional.heads if isinstance(h.source, Constant)}
    for symbol, source in constants.items():
        parameters[symbol.name] = _constant(symbol, source, copies, chance)
    for name, source in conditional.block.fixed.items():
        symbol = next((s for e in conditional.natural for s in e.free_symbols if s.name == name), None)
        if symbol is not None and name not in parameters:
            parameters[name] = _constant(symbol, source, 1, chance)
    mapped = [h for h in conditional.heads if isinstance(h.source, Map)]
    outputs = [_output(conditional, head, given, chance) for head in mapped]
    symbols = [h.symbol for h in mapped]
    others = {s.name for e in conditional.natural for s in sp.sympify(e).free_symbols} - {s.name for s in symbols}
    assert others <= set(parameters), sorted(others)
    translated = Translated([sp.sympify(e) for e in conditional.natural], symbols)

    def natural(points: Tensor) -> Tensor:
        raw = [output(points) for output in outputs]
        known = {**given.coordinates(points), **parameters}
        heads = [_bounded(head, _linked(conditional, mapped, k, raw, known, points)) for k, head in enumerate(mapped)]
        stacked = torch.stack(heads, -1) if heads else points.new_empty(*points.shape[:-1], copies, 0)
        eta = translated(stacked, parameters)
        return eta.expand(*points.shape[:-1], copies, eta.shape[-1]).flatten(-2)

    return natural


def _constant(symbol: sp.Symbol, source: Constant, copies: int, chance: Chance) -> Tensor:
    """The constant's value, or one drawn: for all copies or for each."""
    if source.value is not None:
        return torch.tensor(float(source.value), dtype=torch.float64)
    shared = source.sharing == "shared"
    values = [chance.constant(symbol) for _ in range(1 if shared else copies)]
    chance.numbers[symbol.name] = [str(v) for v in values]
    return tensor(values * (copies if shared else 1))


def _output(conditional: Conditional, head: Head, given: Given, chance: Chance) -> Network:
    """What the head's map puts out at points (..., V): (..., copies)."""
    assert isinstance(head.source, Map)
    if head.source.kind == "expression":
        return _expression(conditional, head, given, chance)
    values = _values(head, conditional)
    drawn = network(head.source, given.width, conditional.block.copies, chance, head.symbol.name, values)
    return lambda points: drawn(given.see(points))


def _values(head: Head, conditional: Conditional) -> Interval:
    """What the map may put out: everything before a link or a clipping, else the values of the parameter itself."""
    if head.link is not None or head.bounds is not None:
        return EVERYTHING
    return interval_of(head.symbol, family_of(conditional.block), conditional.natural)


def _expression(conditional: Conditional, head: Head, given: Given, chance: Chance) -> Network:
    """The formula of the head, with parameters of its own for each copy."""
    assert isinstance(head.source, Map)
    values, copies = {}, conditional.block.copies
    for parameter in head.source.parameters:
        chosen = given.shared.setdefault(parameter.name, [])
        is_constant = chance.style == "constant"
        chosen += [Fraction(0) if is_constant else chance.weight() for _ in range(copies - len(chosen))]
        chosen = chosen[:copies]
        values[parameter.name] = tensor(chosen)
        chance.numbers[parameter.name] = [str(v) for v in chosen]
    formula = Formula(own_coordinate(conditional, head))

    def run(points: Tensor) -> Tensor:
        value: Tensor = formula({**given.coordinates(points), **values}, points)
        if value.shape[-1] not in (1, copies):
            raise NotDrawn("the expression's coordinates do not match")
        return value.expand(*points.shape[:-1], copies)

    return run


def _bounded(head: Head, value: Tensor) -> Tensor:
    """The parameter clipped to its bounds."""
    return value if head.bounds is None else value.clamp(*map(float, head.bounds))


def _linked(
    conditional: Conditional,
    mapped: Sequence[Head],
    k: int,
    raw: Sequence[Tensor],
    known: Mapping[str, Tensor],
    points: Tensor,
) -> Tensor:
    """The parameter of head k from all outputs: (..., copies)."""
    head, output = mapped[k], raw[k]
    if head.link is None:
        return output
    values = {**known, OUTPUT.name: output}
    if head.link.has(SOFTMAX):
        values[SOFTMAX.name] = _softmax(conditional, mapped, k, raw)
    value: Tensor = Formula(head.link)(values, points)
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
