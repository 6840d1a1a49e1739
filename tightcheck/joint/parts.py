"""The two sides as Theorem 1 sees them: each block's statistics that are not tied to constants, in groups by shape."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from math import comb
from typing import Literal

import sympy as sp

from tightcheck import registry
from tightcheck.design import Block, Conditional, Constant
from tightcheck.family import Family
from tightcheck.joint import show
from tightcheck.once import once

REPRESENTATIVE = 3
"""The dimension at which a vector family of a larger dimension is looked at; sizes are then counted, not built."""


@dataclass(frozen=True)
class Group:
    """One vector of statistics of a block: the same function of each of its coordinates (or pairs of coordinates).

    `statistics` are the family's, at the representative dimension; `size` counts them over all copies and all
    configurations of the blocks `given`, at the design's own dimension.
    """

    block: str
    statistics: tuple[sp.Expr, ...]
    natural: tuple[sp.Symbol, ...]
    size: int
    text: str
    latex: str


@dataclass(frozen=True)
class Part:
    """A block with what depends on the other side: log h + sum over groups <T, eta> - A(eta), per copy.

    `log_base_measure` holds the statistics whose natural parameter is constant as well; `substitution` writes the
    natural parameters that went in those that are left; `log_partition` and `natural_domain` are those after it.
    `configurations` counts the values of the blocks it is given; `sharing` says whether copies share what is constant.
    `length` is that of a count vector whose total is not known.
    """

    block: Block
    family: Family
    groups: tuple[Group, ...]
    log_base_measure: sp.Expr
    log_partition: sp.Expr
    natural_domain: tuple[sp.Basic, ...]
    substitution: Mapping[sp.Symbol, sp.Expr] = field(default_factory=dict)
    configurations: int = 1
    sharing: str = "shared"
    length: Literal["random", "depends_on_z"] | None = None

    @property
    def name(self) -> str:
        """The block's name, which stands for its value in formulas."""
        return self.block.name

    @property
    def is_scalar(self) -> bool:
        """Whether one copy is one number."""
        return len(self.family.variables) == 1

    @property
    def natural(self) -> tuple[sp.Symbol, ...]:
        """The natural parameters that depend on the other side."""
        return tuple(eta for group in self.groups for eta in group.natural)

    @property
    def is_finite(self) -> bool:
        """Whether the block takes finitely many values."""
        return self.family.support.is_finite and self.length is None

    @property
    def points(self) -> int | None:
        """How many values the whole block takes, for finite numbers, one-hot vectors and cubes; None for others."""
        cardinality, small, dimension = self.family.support.cardinality, self.family.dimension, self.block.dimension
        if not self.is_finite or not isinstance(cardinality, int):
            return None
        if dimension == small or dimension is None or small is None:
            return int(cardinality**self.block.copies)
        if cardinality == small:
            return int(dimension**self.block.copies)
        return int(2 ** (dimension * self.block.copies)) if cardinality == 2**small else None

    def copies_of(self, expression: sp.Expr) -> tuple[sp.Expr, ...]:
        """The expression in each copy's own variables x_1, x_2, ... (x_1_1, x_1_2, ... when a copy is a vector)."""
        return tuple(expression.subs(dict(zip(self.family.variables, copy, strict=True))) for copy in self.variables)

    @property
    def variables(self) -> tuple[tuple[sp.Symbol, ...], ...]:
        """The variables of each copy; only for blocks small enough to write out."""
        width = range(1, len(self.family.variables) + 1)
        return tuple(
            (self._variable(f"{copy}"),)
            if self.is_scalar
            else tuple(self._variable(f"{copy}_{k}", k - 1) for k in width)
            for copy in range(1, self.block.copies + 1)
        )

    def _variable(self, index: str, coordinate: int = 0) -> sp.Symbol:
        return sp.Symbol(f"{self.name}_{index}", **self.family.variables[coordinate].assumptions0)


@once
def part_of(conditional: Conditional) -> Part:
    """The block of a conditional, with the statistics reduced by the parameters that the design holds constant."""
    block = conditional.block
    if block.length in ("random", "depends_on_z"):
        return counts(block)
    family = _load(block)
    natural = conditional.natural if len(conditional.natural) == len(family.statistics) else family.natural_parameters
    constants = {head.symbol for head in conditional.heads if isinstance(head.source, Constant)}
    values = {
        head.symbol: head.source.value
        for head in conditional.heads
        if isinstance(head.source, Constant) and head.source.value is not None
    }
    held = (head.source for head in conditional.heads if isinstance(head.source, Constant))
    differs = any(c.value is None and c.sharing != "shared" for c in (*held, *dict(block.fixed).values()))
    sharing = "per_coordinate" if differs else "shared"
    return replace(
        reduce(block, family, tuple(eta.subs(values) for eta in natural), constants - set(values)), sharing=sharing
    )


def reduce(block: Block, family: Family, natural: tuple[sp.Expr, ...], constants: set[sp.Symbol]) -> Part:
    """The part whose natural parameters are `natural`, in symbols of which `constants` depend on nothing.

    A constant eta_k moves eta_k T_k into the base measure; eta_q = r eta_p, r constant, joins T_p + r T_q.
    """
    kept: dict[int, sp.Expr] = {}
    etas: dict[sp.Symbol, sp.Expr] = {}
    log_base_measure = family.log_base_measure
    for k, (statistic, symbol, value) in enumerate(
        zip(family.statistics, family.natural_parameters, natural, strict=True)
    ):
        if value.free_symbols <= constants:
            constant = _readable_constant(family, symbol, value)
            log_base_measure += constant * statistic
            etas[symbol] = constant
            continue
        for p in kept:
            if (ratio := _constant_ratio(value, natural[p], constants)) is not None:
                kept[p] += ratio * statistic
                etas[symbol] = ratio * family.natural_parameters[p]
                break
        else:
            kept[k] = statistic
    domain = (condition.xreplace(etas) for condition in family.natural_domain)
    return _own_constants(
        Part(
            block=block,
            family=family,
            groups=_groups(block, family, {k: _owned(statistic, block, family) for k, statistic in kept.items()}),
            log_base_measure=log_base_measure,
            log_partition=family.log_partition.xreplace(etas),
            natural_domain=tuple(condition for condition in domain if condition != sp.true),
            substitution=etas,
        )
    )


def _constant_ratio(value: sp.Expr, other: sp.Expr, constants: set[sp.Symbol]) -> sp.Expr | None:
    """value / other, where it depends on constants alone: then it is the same at points that differ elsewhere."""
    symbols = sorted(value.free_symbols | other.free_symbols, key=str)
    here = {symbol: sp.Rational(k, k + 1) for k, symbol in enumerate(symbols, start=1)}
    there = {symbol: here[symbol] ** (1 if symbol in constants else 2) for symbol in symbols}
    first, second = (value.xreplace(point) / other.xreplace(point) for point in (here, there))
    if first.is_Rational and second.is_Rational and first != second:
        return None
    ratio = sp.cancel(value / other)
    return ratio if ratio.free_symbols <= constants else None


def _own_constants(part: Part) -> Part:
    """The part with its constants named after the block, variance_x, so that two blocks' constants do not meet."""
    block, family = part.block, part.family
    free = part.log_base_measure.free_symbols | part.log_partition.free_symbols
    return replace(
        part,
        log_base_measure=_owned(part.log_base_measure, block, family),
        log_partition=_owned(part.log_partition, block, family),
        substitution={eta: _owned(value, block, family) for eta, value in part.substitution.items()}
        | {symbol: _owned(symbol, block, family) for symbol in free},
        natural_domain=tuple(_owned(condition, block, family) for condition in part.natural_domain),
    )


def _owned(expression: sp.Basic, block: Block, family: Family) -> sp.Basic:
    """The expression with every constant c written c_x for the block x."""
    free = expression.free_symbols - {*family.variables, *family.natural_parameters}
    owned = {symbol: sp.Symbol(f"{symbol.name}_{block.name}", **symbol.assumptions0) for symbol in free}
    return expression.xreplace(owned)


def counts(block: Block) -> Part:
    """Counts of K words in a text of random length l, the paper's (21): K statistics, h(x) = p(l) l! / prod_k x_k!."""
    known_length = _load(block)
    x = known_length.variables
    length = sp.Add(*x)
    natural = sp.symbols(f"eta_1:{len(x) + 1}", real=True)
    weight = sp.log(sp.Function("p", positive=True)(length)) + sp.loggamma(length + 1)
    family = replace(
        known_length, statistics=x, natural_parameters=natural, support=replace(known_length.support, bounds=None)
    )
    assert block.length == "random" or block.length == "depends_on_z"
    return Part(
        block=block,
        family=family,
        groups=_groups(block, family, dict(enumerate(x))),
        log_base_measure=weight - sp.Add(*(sp.loggamma(count + 1) for count in x)),
        log_partition=sp.Integer(0),
        natural_domain=(),
        length=block.length,
    )


def _load(block: Block) -> Family:
    """The block's family, at the representative dimension when its own is larger, with the known fixed parameters."""
    fixed = {name: constant.value for name, constant in dict(block.fixed or {}).items() if constant.value is not None}
    if isinstance(block.length, int):
        fixed = {**fixed, "length": block.length}
    if block.dimension is None:
        return registry.load(block.family, None, fixed)
    edges = None if block.edges is None else registry.representative_edges(block.dimension, block.edges)
    return registry.load(
        block.family, min(block.dimension, REPRESENTATIVE), fixed, **({} if edges is None else {"edges": edges})
    )


def _readable_constant(family: Family, symbol: sp.Symbol, value: sp.Expr) -> sp.Expr:
    """A Gaussian's constant eta_2 = -1/(2 variance); where several parameters make up a constant eta, eta itself."""
    if family.partition == "quadratic_over_linear" and symbol == family.natural_parameters[1] and value.free_symbols:
        return -1 / (2 * sp.Symbol("variance", positive=True))
    return sp.Dummy(symbol.name, real=True) if len(value.free_symbols) > 1 else value


def _groups(block: Block, family: Family, kept: Mapping[int, sp.Expr]) -> tuple[Group, ...]:
    """The kept statistics in groups: one per statistic for a scalar family, one per shape for a vector family."""
    shapes: dict[sp.Expr, list[int]] = {}
    for k, statistic in kept.items():
        shapes.setdefault(_shape(block, family, statistic), []).append(k)
    return tuple(
        Group(
            block=block.name,
            statistics=tuple(kept[k] for k in members),
            natural=tuple(family.natural_parameters[k] for k in members),
            size=block.copies * _count(block, family, shape, len(members)),
            text=_transposed(show.text(shape), " ", "'"),
            latex=_transposed(show.latex(shape), r"\,", r"^\top"),
        )
        for shape, members in shapes.items()
    )


PAIR = sp.Symbol("PAIR")


def _shape(block: Block, family: Family, statistic: sp.Expr) -> sp.Expr:
    """The statistic as a function of one coordinate, written with the block's name; the same for all of a group."""
    if len(family.variables) == 1:
        return statistic.subs(family.variables[0], _letter(block, family.variables[0]))
    if family.dimension is None:
        return statistic.subs({v: sp.Symbol(f"{block.name}_{v.name}", **v.assumptions0) for v in family.variables})
    letter = _letter(block, family.variables[0])
    used = sorted(statistic.free_symbols & set(family.variables), key=str)
    if len(family.variables) == comb(family.dimension + 1, 2) > family.dimension:
        return _shape_of_matrix(statistic, letter)
    if _has_pairs(family) and _is_quadratic_monomial(statistic, used):
        return letter * PAIR
    if len(used) == 1:
        return statistic.subs(used[0], letter)
    summands = {term.subs(v, letter) for term in sp.Add.make_args(statistic) for v in term.free_symbols & set(used)}
    return sp.Function("sum")(summands.pop()) if len(summands) == 1 else statistic


def _shape_of_matrix(statistic: sp.Expr, letter: sp.Symbol) -> sp.Expr:
    """A symmetric matrix X has the statistics X (all entries), its inverse, and log det X."""
    if isinstance(statistic, sp.log):
        return sp.log(sp.Function("det")(letter))
    return letter if statistic.is_polynomial() else sp.Function("inverse")(letter)


def _letter(block: Block, variable: sp.Symbol) -> sp.Symbol:
    """The block's name as a symbol that keeps what is known of the variable (so that log x^2 = 2 log x where x > 0)."""
    return sp.Symbol(block.name, **variable.assumptions0)


def _has_pairs(family: Family) -> bool:
    """Whether some statistic is a product of two coordinates."""
    return any(s.is_Mul and len(s.free_symbols & set(family.variables)) == 2 for s in family.statistics)


def _is_quadratic_monomial(statistic: sp.Expr, used: list[sp.Symbol]) -> bool:
    poly = statistic.as_poly(*used)
    return poly is not None and poly.is_monomial and poly.total_degree() == 2


def _count(block: Block, family: Family, shape: sp.Expr, members: int) -> int:
    """How many statistics of this shape one copy has at the block's own dimension, from their number at a small one."""
    dimension, small = block.dimension, family.dimension
    if dimension is None or small is None or dimension == small:
        return members
    if shape.has(PAIR):
        if block.edges is not None:
            return len(block.edges)
        pairs = {comb(small + 1, 2): comb(dimension + 1, 2), comb(small, 2): comb(dimension, 2)}
        return pairs.get(members, dimension - (small - members))
    if members > small:  # the upper triangle of a symmetric matrix
        return comb(dimension + 1, 2)
    return dimension - (small - members) if members > 1 else 1


def _transposed(shown: str, gap: str, mark: str) -> str:
    """Products of pairs of coordinates are written zz'; names of several letters stand apart."""
    if "PAIR" not in shown:
        return shown
    name = shown.replace("PAIR", "").strip("* ").strip()
    return f"{name}{gap * (len(name) > 1)}{name}{mark}"
