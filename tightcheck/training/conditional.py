"""One conditional of a design as a module: features, networks, links and constants, up to the law of its block."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sympy as sp
import torch
from torch import Tensor, nn

from tightcheck.design import OUTPUT, SOFTMAX, Block, Conditional, Constant, Head, Map
from tightcheck.family import Family
from tightcheck.serial import representative, representative_family
from tightcheck.training.features import Features, dense
from tightcheck.training.formula import Formula
from tightcheck.training.laws import Law, lower_triangular, scalar_law, vector_law
from tightcheck.training.networks import Network, Piece
from tightcheck.training.sparse import SparseRows
from tightcheck.training.untrainable import Untrainable

LEAST = 1e-6
"""How far inside its domain a parameter stays when a map puts it out as it is."""
TRIANGLES = ("covariance", "precision", "cholesky", "covariance_matrix", "precision_matrix", "scale_tril")
SHAPING = ("trials", "lower", "upper")
"""Fixed parameters that shape a family's formulas; they have values before anything is trained."""


@dataclass(frozen=True)
class Interval:
    """Where a parameter lives: from `lower` to `upper`."""

    lower: float
    upper: float

    @property
    def inside(self) -> float:
        """A point well inside."""
        if self.lower == -float("inf"):
            return 0.0 if self.upper == float("inf") else self.upper - 1
        return self.lower + 1 if self.upper == float("inf") else (self.lower + self.upper) / 2

    @property
    def is_everything(self) -> bool:
        """Whether every real number is in it."""
        return self.lower == -float("inf") and self.upper == float("inf")

    def clamp(self, value: Tensor) -> Tensor:
        """The nearest value a little inside, with the slope of the value itself."""
        if self.is_everything:
            return value
        nearest = value.clamp(self.lower + LEAST, self.upper - LEAST)
        return value + (nearest - value).detach()

    def of_real(self, raw: Tensor) -> Tensor:
        """An increasing map from the reals onto the interval."""
        if self.is_everything:
            return raw
        if self.upper == float("inf"):
            return self.lower + raw.exp()
        if self.lower == -float("inf"):
            return self.upper - (-raw).exp()
        return self.lower + (self.upper - self.lower) * torch.sigmoid(raw)


def interval_of(symbol: sp.Symbol, family: Family, natural: Sequence[sp.Expr]) -> Interval:
    """The values that a parameter may have, as far as one parameter alone decides it."""
    infinity = float("inf")
    lower, upper = (0.0 if symbol.is_positive else -infinity), infinity
    if symbol.name.partition("_")[0] == "probs":
        lower, upper = 0.0, 1.0
    for eta, expression in zip(family.natural_parameters, natural, strict=False):
        for condition in family.natural_domain:
            if expression == symbol and condition.is_Relational and condition.free_symbols == {eta}:
                ends = condition.as_set()
                lower, upper = max(lower, float(ends.inf)), min(upper, float(ends.sup))
    return Interval(lower, upper)


class ConstantValue(nn.Module):
    """A constant parameter of every member: given values, or learned ones; forward gives (member, states, copies, size).

    `states` > 1: one value for each state of the blocks that it is given. `values` None is learned.
    """

    def __init__(
        self,
        constants: Sequence[Constant],
        copies: int,
        size: int,
        interval: Interval,
        generators: Sequence[torch.Generator],
        states: int = 1,
        triangle: int | None = None,
        spread: float = 0.0,
    ) -> None:
        super().__init__()
        first, members = constants[0], len(constants)
        self.shape = (members, states, copies, size)
        self.interval, self.triangle = interval, triangle
        self.raw: nn.Parameter | None = None
        if first.value is not None:
            values = torch.tensor([float(c.value) for c in constants if c.value is not None], dtype=torch.float64)
            self.register_buffer("value", values.reshape(-1, 1, 1, 1).expand(self.shape).clone())
            return
        if first.sharing == "fixed":
            raise Untrainable(
                f"{first.place}: a list of fixed values is not kept with the design; write one value, "
                "or {learned: per_coordinate}"
            )
        is_shared = first.sharing == "shared" and triangle is None
        shape = (states, 1, 1) if is_shared else (states, copies, size)
        noise = [torch.randn(shape, generator=g, dtype=torch.float64) for g in generators]
        self.raw = nn.Parameter(spread * torch.stack(noise))

    def forward(self) -> Tensor:
        """(member, states, copies, size)."""
        if self.raw is None:
            value = self.value
            assert isinstance(value, Tensor)
            return value
        if self.triangle is None:
            return self.interval.of_real(self.raw).expand(self.shape)
        return _positive_definite(self.raw, self.triangle, has_root=True)


def _positive_definite(entries: Tensor, dimension: int, has_root: bool) -> Tensor:
    """The lower triangle of L L' (or L itself), L's diagonal positive, row by row."""
    lower = lower_triangular(entries, dimension)
    root = lower.tril(-1) + torch.diag_embed(lower.diagonal(dim1=-2, dim2=-1).exp())
    matrix = root @ root.mT if has_root else root
    rows, columns = torch.tril_indices(dimension, dimension, device=entries.device)
    return matrix[..., rows, columns]


class Parameter(nn.Module):
    """One named parameter of the family: its link, its bounds, and the interval it lives in."""

    def __init__(self, name: str, head: Head, size: int, interval: Interval) -> None:
        super().__init__()
        self.name, self.size, self.interval = name, size, interval
        self.link = None if head.link is None else Formula(head.link)
        self.has_softmax = head.link is not None and head.link.has(SOFTMAX)
        self.bounds = None if head.bounds is None else tuple(map(float, head.bounds))

    def forward(self, output: Tensor, values: Mapping[str, Tensor]) -> Tensor:
        """The parameter (member, draw, example, copies * size) of the map's output of the same shape."""
        if self.link is None:
            result = self.interval.clamp(output)
        else:
            named = {**values, OUTPUT.name: output}
            if self.has_softmax:
                named[SOFTMAX.name] = torch.softmax(output, -1)
            result = self.link(named)
        return result if self.bounds is None else result.clamp(*self.bounds)


class Side(nn.Module):
    """The conditional of one block for K members (designs that differ in the values of constants only)."""

    def __init__(
        self,
        conditionals: Sequence[Conditional],
        others: tuple[Block, ...],
        earlier: tuple[Block, ...],
        widths: dict[str, int],
        generators: Sequence[torch.Generator],
        lengths: Any = None,
    ) -> None:
        super().__init__()
        first = conditionals[0]
        self.block, self.members = first.block, len(conditionals)
        self.register_buffer("like", torch.zeros((), dtype=torch.float64), persistent=False)
        given = tuple(block for block in earlier if block.name in self.block.given)
        self.family = representative_family(self.block.family, self.block.dimension, edges=self.block.edges)
        names = parameter_names(self.family, {head.symbol for head in first.heads}, self.block.name)
        self.parameters_of: dict[str, Head] = {name: _head_of(first, symbols) for name, symbols in names.items()}
        self.sizes = {name: size_of(self.block, name, len(symbols)) for name, symbols in names.items()}
        self.maps = list(dict.fromkeys(h.source for h in self.parameters_of.values() if isinstance(h.source, Map)))
        self.constants, self.fixed, self.shaped = nn.ModuleDict(), nn.ModuleDict(), nn.ModuleDict()
        for name in names:
            self._add_parameter(name, [_head_of(c, names[name]) for c in conditionals], first.natural, generators)
        for name in (name for name in first.block.fixed if name not in SHAPING):
            ends = Interval(0.0 if _is_positive(self.family, name) else -float("inf"), float("inf"))
            constants = [c.block.fixed[name] for c in conditionals]
            self.fixed[name] = ConstantValue(constants, self.block.copies, 1, ends, generators)
        self.features, self.networks, self.free = nn.ModuleList(), nn.ModuleList(), nn.ModuleDict()
        self.expressions: dict[int, Formula] = {}
        for number, source in enumerate(self.maps):
            self._add_map(number, source, first, others, given, widths, generators)
        self.names = sorted(_names_in(first) & {*(block.name for block in (*others, *given)), *widths})
        self.make, self.natural = _law_of(first, lengths), first.natural

    def _add_parameter(
        self, name: str, heads: Sequence[Head], natural: Sequence[sp.Expr], generators: Sequence[torch.Generator]
    ) -> None:
        """One parameter of the family, by the heads of the members: a constant, or what a map puts out."""
        interval, size = interval_of(heads[0].symbol, self.family, natural), self.sizes[name]
        constants = [head.source for head in heads if isinstance(head.source, Constant)]
        if not constants:
            self.shaped[name] = Parameter(name, heads[0], size, interval)
            return
        triangle = self.block.dimension if name in TRIANGLES else None
        self.constants[name] = ConstantValue(
            constants, self.block.copies, size, interval, generators, triangle=triangle
        )

    def _add_map(
        self,
        number: int,
        source: Map,
        first: Conditional,
        others: tuple[Block, ...],
        given: tuple[Block, ...],
        widths: dict[str, int],
        generators: Sequence[torch.Generator],
    ) -> None:
        """The network of one map, or its formula with its free parameters."""
        if source.kind == "expression":
            assert source.expression is not None
            self.expressions[number] = Formula(source.expression)
            unknown = Constant(None, "shared", source.place)
            for symbol in source.parameters:
                self.free[symbol.name] = ConstantValue(
                    [unknown] * self.members, 1, 1, Interval(-float("inf"), float("inf")), generators, spread=1.0
                )
            self.features.append(nn.Identity())
            self.networks.append(nn.Identity())
            return
        features = Features(first.inputs, others, given, widths, picks=source.kind == "affine")
        ends = self._ends(source)
        network = Network(source, features.width, max(end.stop for end in ends.values()), generators)
        for name, end in ends.items():
            shaped = self.shaped[name]
            assert isinstance(shaped, Parameter)
            if shaped.link is None and not shaped.interval.is_everything:
                network.raise_bias(end, shaped.interval.inside)
        self.features.append(features)
        self.networks.append(network)

    def _ends(self, source: Map) -> dict[str, slice]:
        """Which of the map's outputs each parameter has."""
        ends, start = {}, 0
        for name, head in self.parameters_of.items():
            if head.source == source:
                width = self.block.copies * self.sizes[name]
                ends[name] = slice(start, start + width)
                start += width
        return ends

    def see(self, data: dict[str, Tensor | SparseRows]) -> None:
        """Takes what features need from the training data."""
        for features in self.features:
            if isinstance(features, Features):
                features.see(data)

    def parameters_at(self, values: dict[str, Piece]) -> dict[str, Tensor]:
        """Every parameter: (member, draw, example, copies), of a vector family (..., copies, size)."""
        named = {name: dense(values[name]) for name in self.names}
        found: dict[str, Tensor] = {}
        like = self.like
        assert isinstance(like, Tensor)
        for number, source in enumerate(self.maps):
            ends = self._ends(source)
            if number in self.expressions:
                free = {name: constant().squeeze(1)[:, None] for name, constant in self.free.items()}
                output = self.expressions[number]({**named, **free}, like)
                axes = torch.broadcast_shapes(output.shape[:-1], (1, 1, 1))
                outputs = {name: output.expand(*axes, end.stop - end.start) for name, end in ends.items()}
            else:
                output = self.networks[number](self.features[number](values))
                outputs = {name: output[..., end] for name, end in ends.items()}
            for name, each in outputs.items():
                value = self.shaped[name](each, named)
                found[name] = value.unflatten(-1, (self.block.copies, self.sizes[name]))
        for name, constant in (*self.constants.items(), *self.fixed.items()):
            found[name] = constant()[:, :, None]
        if self.block.dimension is not None:
            return self._of_vectors(found)
        scalars = {name: value.squeeze(-1) for name, value in found.items()}
        shape = torch.broadcast_shapes(*(value.shape for value in scalars.values()))
        return {name: value.expand(shape) for name, value in scalars.items()}

    def _of_vectors(self, found: dict[str, Tensor]) -> dict[str, Tensor]:
        """Matrices that networks put out are made positive definite."""
        assert self.block.dimension is not None
        for name in TRIANGLES:
            if name in self.shaped:
                has_root = name not in ("cholesky", "scale_tril")
                found[name] = _positive_definite(found[name], self.block.dimension, has_root)
        return found

    def law(self, values: dict[str, Piece]) -> Law:
        """The law of the block."""
        return self.make(self.parameters_at(values))


def _law_of(conditional: Conditional, lengths: Any) -> Callable[[Mapping[str, Tensor]], Law]:
    """From parameters to the law of the block."""
    block = conditional.block
    if block.dimension is not None:
        return vector_law(block.family, block.dimension, block.edges, lengths)
    shaping = {n: c.value for n, c in block.fixed.items() if n in SHAPING}
    return scalar_law(block.family, shaping, conditional.natural)


def parameter_names(family: Family, symbols: set[sp.Symbol], block: str) -> dict[str, tuple[sp.Symbol, ...]]:
    """The parameters that these symbols are: each symbol for a scalar family, else by the names of a parametrisation."""
    for way in family.parametrisations:
        if set(way.symbols) == symbols:
            if family.dimension is None:
                return {symbol.name: (symbol,) for symbol in way.symbols}
            return {name: way.symbols_of(name) for name in way.parameters}
    raise Untrainable(f"the parameters of {block} are none of the {family.name}'s")


def size_of(block: Block, name: str, shown: int) -> int:
    """How many components a parameter of a copy has at the block's dimension, where `shown` stand for them all."""
    dimension = block.dimension
    if dimension is None:
        return 1
    if block.family == "markov_random_field":
        edges = len(block.edges or ())
        return {"bias": dimension, "coupling": edges, "natural": dimension + edges}[name]
    small = representative(dimension)
    assert small is not None
    sizes = {1: 1, small * (small + 1) // 2: dimension * (dimension + 1) // 2, small: dimension}
    if name == "natural":
        sizes |= {small - 1: dimension - 1, small + 1: dimension + 1}
    return shown if dimension == small else sizes[shown]


def _names_in(conditional: Conditional) -> set[str]:
    """The names of blocks and covariates that its formulas mention."""
    formulas = [head.link for head in conditional.heads if head.link is not None]
    formulas += [h.source.expression for h in conditional.heads if isinstance(h.source, Map) and h.source.expression]
    return {symbol.name.partition("[")[0] for formula in formulas for symbol in formula.free_symbols}


def _head_of(conditional: Conditional, symbols: tuple[sp.Symbol, ...]) -> Head:
    """The head of a parameter: a vector's first component stands for all."""
    return next(head for head in conditional.heads if head.symbol == symbols[0])


def _is_positive(family: Family, name: str) -> bool:
    return any(bool(p.symbol.is_positive) for p in family.fixed if p.symbol.name == name)
