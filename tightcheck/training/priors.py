"""The prior p(z) of K members: declared block by block, implied by the decoder, or learned where it is free.

Every prior gives log p(z), (member, draw, example), of latent values (member, draw, example, coordinate).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import sympy as sp
import torch
from torch import Tensor, nn

from tightcheck.design import Block, Constant, PriorBlock
from tightcheck.expression import CoordinateSum
from tightcheck.family import Family
from tightcheck.serial import representative_family
from tightcheck.training.conditional import SHAPING, ConstantValue, Interval, interval_of, parameter_names, size_of
from tightcheck.training.features import (
    facts_of,
    fixed_values,
    indicator,
    joint_values,
    possible_value,
    statistics_of,
    width_of,
)
from tightcheck.training.formula import Formula
from tightcheck.training.laws import scalar_law, vector_law
from tightcheck.training.untrainable import Untrainable

COMPONENTS = 16
"""Of the mixture that stands for a prior of which no form is stated."""
LARGEST_SUM = 2**14
"""Joint latent values over which a density is normalised."""

Values = Mapping[str, Tensor]
Generators = Sequence[torch.Generator]


def _written_in(prior: PriorBlock, family: Family) -> Mapping[str, Sequence[sp.Symbol]]:
    """The parameters of the family in which the prior is written, by name, with their symbols; none where it is uniform."""
    written = {s for way in family.parametrisations for s in way.symbols if s.name in prior.parameters}
    used = {s for eta in prior.natural for s in eta.free_symbols} & written
    return parameter_names(family, used, prior.block) if used else {}


class FamilyPrior(nn.Module):
    """A registry family with constant parameters for one latent block, perhaps chosen by the blocks it is given."""

    def __init__(
        self,
        parts: Sequence[PriorBlock],
        block: Block,
        given: tuple[Block, ...],
        generators: Generators,
        spread: float = 0.0,
    ) -> None:
        super().__init__()
        first = parts[0]
        assert first.family is not None
        self.name, self.given = block.name, given
        width = width_of(block)
        dimension = first.dimension
        edges = block.edges if first.family == "markov_random_field" else None
        like = Block(block.name, first.family, width // (dimension or 1), dimension, edges=edges)
        family = representative_family(first.family, dimension, edges=edges)
        fixed = {parameter.symbol.name for parameter in family.fixed} & first.parameters.keys()
        names = _written_in(first, family)
        states = math.prod(map(_count, given))
        self.constants = nn.ModuleDict()
        for name, symbols in names.items():
            self.constants[name] = ConstantValue(
                [part.parameters[symbols[0].name] for part in parts],
                like.copies,
                size_of(like, name, len(symbols)),
                interval_of(symbols[0], family, first.natural),
                generators,
                states,
                triangle=dimension if name in ("covariance", "precision", "cholesky") else None,
                spread=spread,
            )
        for name in sorted(fixed - {*SHAPING}):
            self.constants[name] = ConstantValue(
                [part.parameters[name] for part in parts], like.copies, 1, _everything(family, name), generators, states
            )
        self.dimension, self.copies = dimension, like.copies
        self.register_buffer("zero", torch.zeros(1, 1, 1, like.copies, dtype=torch.float64), persistent=False)
        self.make: Callable[[Mapping[str, Tensor]], Any]
        if dimension is None:
            shaping = {n: first.parameters[n].value for n in fixed & {*SHAPING}}
            self.make = scalar_law(first.family, shaping, first.natural)
        else:
            self.make = vector_law(first.family, dimension, edges, None)
            self.is_plain = not names
            self.statistics = 0 if names else size_of(like, "natural", len(family.natural_parameters))

    def forward(self, values: Values) -> Tensor:
        """log p(z)."""
        found = {name: self._chosen(constant(), values) for name, constant in self.constants.items()}
        zero = self.zero
        assert isinstance(zero, Tensor)
        if self.dimension is None:
            scalars = {name: value.squeeze(-1) for name, value in found.items()} | {"": zero}
            shape = torch.broadcast_shapes(*(value.shape for value in scalars.values()))
            law = self.make({name: value.expand(shape) for name, value in scalars.items()})
        else:
            uniform = {"natural": zero.unsqueeze(-1).expand(*zero.shape, self.statistics)}
            law = self.make(uniform if self.is_plain else found)
        log_prior: Tensor = law.log_prob(values[self.name])
        return log_prior

    def _chosen(self, constant: Tensor, values: Values) -> Tensor:
        """(member, draw, example, copies, size): the constants of the state of the blocks that are given."""
        if not self.given:
            return constant[:, :, None]
        weights = indicator(self.given, dict(values))
        return torch.einsum("kdes,ksch->kdech", weights.expand(len(constant), -1, -1, -1), constant)


def _count(block: Block) -> int:
    values = joint_values((block,), LARGEST_SUM)
    if values is None:
        raise Untrainable(f"the block {block.name} has too many values for a prior that is given it")
    return len(values[block.name])


def _everything(family: Any, name: str) -> Any:
    symbol = next(p.symbol for p in family.fixed if p.symbol.name == name)
    return Interval(0.0 if symbol.is_positive else -float("inf"), float("inf"))


class Correlated(nn.Module):
    """A Gaussian prior with a precision matrix."""

    def __init__(self, parts: Sequence[PriorBlock], width: int) -> None:
        super().__init__()
        self.name = parts[0].block
        means = [float(c.value) for c in (part.parameters["mean"] for part in parts) if c.value is not None]
        if len(means) < len(parts):
            raise Untrainable(f"{parts[0].place}: the mean beside a matrix has a value here; write `mean: 0`")
        matrices = [[[float(e) for e in row] for row in part.precision.tolist()] for part in parts if part.precision]
        self.register_buffer("mean", torch.tensor(means, dtype=torch.float64)[:, None].expand(-1, width))
        self.register_buffer("precision", torch.tensor(matrices, dtype=torch.float64))

    def forward(self, values: Values) -> Tensor:
        """log p(z)."""
        mean, precision = self.mean[:, None, None], self.precision[:, None, None]  # type: ignore[index]
        law = torch.distributions.MultivariateNormal(mean, precision_matrix=precision, validate_args=False)
        log_prior: Tensor = law.log_prob(values[self.name])
        return log_prior


class DensityPrior(nn.Module):
    """A log-density written as a formula, normalised where it is a finite sum or an integral over one coordinate."""

    def __init__(self, parts: Sequence[PriorBlock], block: Block) -> None:
        super().__init__()
        self.name = block.name
        expressions = [part.log_density for part in parts]
        assert all(expression is not None for expression in expressions)
        self.formulas = [Formula(expression) for expression in dict.fromkeys(expressions)]
        self.which = [list(dict.fromkeys(expressions)).index(expression) for expression in expressions]
        self.is_joint = any(
            e.has(CoordinateSum) or any("[" in s.name for s in e.free_symbols)  # type: ignore[union-attr]
            for e in expressions
        )
        constants = [self._log_mass(formula, block) for formula in self.formulas]
        self.remark = ""
        if None in constants:
            self.remark = (
                f"The prior's log-density of {block.name} is taken as it is written: no integral over several "
                "coordinates is done here. If it is not normalised, the ELBO is known up to a constant."
            )
        self.log_mass = [0.0 if constant is None else constant for constant in constants]

    def _log_mass(self, formula: Formula, block: Block) -> float | None:
        """log of the sum or the integral over one coordinate, or over all of a finite block."""
        copies = block if self.is_joint else Block(block.name, block.family, 1, block.dimension, block.fixed)
        listed = joint_values((copies,), LARGEST_SUM)
        if listed is not None:
            values = listed[block.name]
            each = formula({block.name: values}, values).expand(*values.shape[:-1], -1)
            return float(each.sum(-1).logsumexp(0))
        if (block.copies > 1 and self.is_joint) or block.dimension is not None:
            return None
        return _log_integral(formula, block)

    def forward(self, values: Values) -> Tensor:
        """log p(z)."""
        z = values[self.name]
        results = []
        for formula, log_mass in zip(self.formulas, self.log_mass, strict=True):
            each = formula({self.name: z}, z)
            if self.is_joint:
                results.append(each.sum(-1) - log_mass)
            else:
                results.append((each.expand(z.shape) - log_mass).sum(-1))
        if len(results) == 1:
            return results[0]
        return torch.stack([results[i][min(k, len(results[i]) - 1)] for k, i in enumerate(self.which)])


def _log_integral(formula: Formula, block: Block) -> float | None:
    """log of the integral (sum) of exp(formula) over the family's support, one coordinate."""
    import numpy as np
    from scipy import integrate

    support = facts_of(block).family.support
    if support.bounds is None:
        return None
    lower, upper = (float(end) for end in support.bounds[0])

    def density(t: float) -> float:
        z = torch.tensor([t], dtype=torch.float64)
        return float(formula({block.name: z}, z).exp())

    if support.is_discrete:
        z = torch.arange(lower, lower + 10**6, dtype=torch.float64)[:, None]
        return float(formula({block.name: z}, z)[:, 0].logsumexp(0))
    total, _ = integrate.quad(density, lower, upper, limit=500)
    return float(np.log(total)) if 0 < total < float("inf") else None


class Mixture(nn.Module):
    """A learned mixture of members of the encoder's families, for a prior of which no form is stated."""

    def __init__(self, blocks: tuple[Block, ...], generators: Generators) -> None:
        super().__init__()
        self.weights = nn.Parameter(torch.zeros(len(generators), COMPONENTS, dtype=torch.float64))
        self.components = nn.ModuleList(
            Product(
                [
                    FamilyPrior([_learned(block)] * len(generators), block, (), generators, spread=1.0)
                    for block in blocks
                ]
            )
            for _ in range(COMPONENTS)
        )

    def forward(self, values: Values) -> Tensor:
        """log sum_k w_k p_k(z)."""
        each = torch.stack([part(values) for part in self.components], -1)
        return torch.logsumexp(torch.log_softmax(self.weights, -1)[:, None, None] + each, -1)


def _learned(block: Block) -> PriorBlock:
    """The block's own family with every parameter learned."""
    family = representative_family(block.family, block.dimension, edges=block.edges)
    way = family.parametrisations[0]
    unknown = Constant(None, "per_coordinate", block.place)
    parameters = {symbol.name: unknown for symbol in way.symbols}
    return PriorBlock(block.name, block.family, {**parameters, **block.fixed}, way.natural, dimension=block.dimension)


class Product(nn.Module):
    """A prior for each latent block, one after another."""

    def __init__(self, parts: Sequence[nn.Module]) -> None:
        super().__init__()
        self.parts = nn.ModuleList(parts)

    def forward(self, values: Values) -> Tensor:
        """log p(z)."""
        total: Tensor = sum(part(values) for part in self.parts)
        return total


def declared(
    parts: Sequence[Sequence[PriorBlock]], latent: tuple[Block, ...], generators: Generators
) -> tuple[nn.Module, tuple[str, ...]]:
    """The declared prior and what is to be said about it; `parts` are each member's blocks, in the latent blocks' order."""
    made: list[nn.Module] = []
    remarks: list[str] = []
    for block, each in zip(latent, zip(*parts, strict=True), strict=True):
        first = each[0]
        given = tuple(other for other in latent if other.name in first.given)
        if len(given) < len(first.given):
            raise Untrainable(f"the prior of {block.name} is given a covariate; such priors are not trained yet")
        if first.precision is not None:
            made.append(Correlated(each, width_of(block)))
        elif first.log_density is not None:
            density = DensityPrior(each, block)
            made.append(density)
            remarks += [density.remark] if density.remark else []
        elif first.family is not None:
            made.append(FamilyPrior(each, block, given, generators))
        else:
            made.append(Mixture((block,), generators))
            remarks.append(mixture_remark(block.name))
    return Product(made), tuple(remarks)


def mixture_remark(name: str) -> str:
    """What stands for a prior without a stated form."""
    return f"The prior of {name} has no stated form; a learned mixture of {COMPONENTS} members of its family stands for it."


class Implied(nn.Module):
    """p(z) = h'(z) exp(<c, psi(z)> + A(f(z))) / Z, c learned; Z by the sum over all z, or in closed form.

    The closed form is that of a Gaussian: log p + log Z is then a quadratic function of z, whose coefficients are its
    derivatives at 0.
    """

    def __init__(
        self,
        latent: tuple[Block, ...],
        log_partition: Callable[[Values], Tensor],
        is_quadratic: bool,
        members: int,
    ) -> None:
        super().__init__()
        self.latent, self.log_partition, self.members = latent, log_partition, members
        values = joint_values(latent, LARGEST_SUM)
        if values is None and not is_quadratic:
            raise Untrainable(
                "the implied prior has no normaliser that can be computed here: it needs latent variables with at most "
                f"{LARGEST_SUM} joint values, or Gaussian ones with Gaussian x of constant variance and an affine map; "
                "write another prior, or a smaller latent block"
            )
        self.listed = tuple(values) if values is not None else ()
        for name, points in (values or {}).items():
            self.register_buffer(f"points_{name}", points[None, :, None], persistent=False)
        self.c = nn.ParameterDict({block.name: _start(block, members) for block in latent})

    def forward(self, values: Values) -> Tensor:
        """log p(z)."""
        if self.listed:
            points = {name: getattr(self, f"points_{name}") for name in self.listed}
            return self.unnormalised(values) - self.unnormalised(points).logsumexp(1, keepdim=True)
        return self._gaussian(values)

    def unnormalised(self, values: Values) -> Tensor:
        """log h'(z) + <c, psi(z)> + A(f(z))."""
        total = self.log_partition(values)
        for block in self.latent:
            psi = statistics_of(block, values[block.name])
            total = (
                total + (psi * self.c[block.name][:, None, None]).sum((-2, -1)) + log_base(block, values[block.name])
            )
        return total

    def _gaussian(self, values: Values) -> Tensor:
        """The same with log Z of the quadratic form: derivatives at 0 are exact."""
        names = [block.name for block in self.latent]
        sizes = [width_of(block) for block in self.latent]

        def at(z: Tensor) -> Tensor:
            return self.unnormalised(dict(zip(names, z.split(sizes, -1), strict=True)))

        with torch.enable_grad():
            log_mass = self._log_mass(at, sum(sizes))
        return self.unnormalised(values) - (log_mass if torch.is_grad_enabled() else log_mass.detach())

    def _log_mass(self, at: Callable[[Tensor], Tensor], size: int) -> Tensor:
        """log of the integral of exp(at(z)), a quadratic function of z in R^size."""
        start = next(iter(self.c.values())).new_zeros(self.members, 1, 1, size).requires_grad_()
        constant = at(start)
        (slope,) = torch.autograd.grad(constant.sum(), start, create_graph=True)
        rows = [torch.autograd.grad(slope[..., i].sum(), start, create_graph=True)[0] for i in range(size)]
        precision = -torch.stack(rows, -2)
        root, failed = torch.linalg.cholesky_ex(precision)
        if bool(failed.any()):
            raise Untrainable(
                "the joint of the implied prior stopped being a density (its precision is no longer positive "
                "definite); train with a smaller learning rate"
            )
        solved = torch.cholesky_solve(slope[..., None], root)[..., 0]
        log_det = 2 * root.diagonal(dim1=-2, dim2=-1).log().sum(-1)
        log_mass: Tensor = constant + (slope * solved).sum(-1) / 2 - log_det / 2
        return log_mass + size * math.log(2 * math.pi) / 2


def log_base(block: Block, value: Tensor) -> Tensor:
    """log h'(z), (member, draw, example)."""
    if block.family in ("categorical", "isotropic_gaussian", "full_gaussian", "dirichlet", "von_mises_fisher"):
        return torch.zeros_like(value[..., 0])
    copies = value.unflatten(-1, (block.copies, -1))
    result: Tensor = facts_of(block).log_base_measure(copies, fixed_values(block, value)).sum(-1)
    return result


def _start(block: Block, members: int) -> nn.Parameter:
    """c = 0; of a Gaussian that of variance 1 or less."""
    shape = statistics_shape(block)
    start = torch.zeros(members, *shape, dtype=torch.float64)
    if block.family in ("gaussian", "isotropic_gaussian"):
        start[..., -1] = -0.5
    if block.family == "full_gaussian":
        assert block.dimension is not None
        diagonal = [block.dimension + i * (i + 1) // 2 + i for i in range(block.dimension)]
        start[..., diagonal] = -0.5
    return nn.Parameter(start)


def statistics_shape(block: Block) -> tuple[int, int]:
    """Copies, and statistics of each."""
    return tuple(statistics_of(block, possible_value(block)[None]).shape[1:])  # type: ignore[return-value]
