"""log p(z) of one model: declared (learned constants drawn), implied by the decoder and a random c, or any density."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random

import sympy as sp
import torch
from torch import Tensor

from tightcheck.attack.numbers import constant, tensor, weight
from tightcheck.attack.picked import MOST_VALUES
from tightcheck.attack.refusal import NotDrawn
from tightcheck.attack.shown import by_name
from tightcheck.design import Conditional, Constant, Design, PriorBlock
from tightcheck.kernel.slices import family_of_prior
from tightcheck.numeric.model import Function
from tightcheck.numeric.side import Side
from tightcheck.numeric.torch_family import TorchFamily, torch_family
from tightcheck.numeric.translate import Translated
from tightcheck.training.features import indicator, joint_values
from tightcheck.training.formula import Formula


def declared(
    design: Design, side: Side, names: Mapping[str, int], random: Random, numbers: dict[str, object]
) -> tuple[Function, bool]:
    """log p(z) and whether it is normalised. Raises NotDrawn for what is not drawn."""
    parts = {block.block: block for block in design.prior.blocks}
    terms: list[Function] = []
    is_normalised = True
    for conditional, (family, _) in zip(design.encoder, side.parts, strict=True):
        block = parts.get(conditional.block.name)
        if block is None:
            raise NotDrawn(f"the prior of {conditional.block.name} is not stated")
        if block.given:
            terms.append(_picked(block, conditional, family, names, design, random, numbers))
            continue
        if block.components is not None:
            raise NotDrawn("a learned mixture is not looked at in numbers")
        if block.precision is not None:
            terms.append(_coupled(block, conditional, family))
        elif block.log_density is not None:
            terms.append(_stated(block, conditional))
            is_normalised = False
        elif block.family is None:
            terms.append(_any(random, numbers))
            is_normalised = False
        else:
            terms.append(_of_family(block, conditional, family, random, numbers))

    def log_prior(z: Tensor) -> Tensor:
        pieces = by_name(names, z)
        total = torch.zeros(z.shape[:-1], dtype=z.dtype)
        for conditional, term in zip(design.encoder, terms, strict=True):
            is_picked = parts[conditional.block.name].given
            total = total + term(z if is_picked else pieces[conditional.block.name])
        return total

    return log_prior, is_normalised


def _picked(
    block: PriorBlock,
    conditional: Conditional,
    family: TorchFamily,
    names: Mapping[str, int],
    design: Design,
    random: Random,
    numbers: dict[str, object],
) -> Function:
    """Parameters for each joint value of the blocks that the prior is given, of all of z."""
    chosen = tuple(each for each in design.latent if each.name in block.given)
    values = joint_values(chosen, MOST_VALUES)
    if block.family is None or values is None:
        raise NotDrawn(f"the prior of {block.block} given {' and '.join(block.given)} is not drawn")
    count = len(values[chosen[0].name])
    each: list[Function] = []
    for k in range(count):
        own: dict[str, object] = {}
        each.append(_of_family(block, conditional, family, random, own))
        numbers |= {f"{name} of {block.block}, value {k}": value for name, value in own.items()}

    def log_prior(z: Tensor) -> Tensor:
        pieces = by_name(names, z)
        is_value = indicator(chosen, pieces)
        terms = torch.stack([term(pieces[block.block]) for term in each], -1)
        return (is_value * terms).sum(-1)

    return log_prior


def _of_family(
    block: PriorBlock, conditional: Conditional, family: TorchFamily, random: Random, numbers: dict[str, object]
) -> Function:
    """Independent draws of the prior's family, one for each copy or for each variable."""
    if conditional.block.length is not None:
        raise NotDrawn("a prior on counts of words is not looked at in numbers")
    stated = family_of_prior(block, conditional)
    open_names = {p.symbol.name: p.symbol for p in stated.fixed if not stated.is_settled(p)}
    if open_names:
        values = {n: block.parameters.get(n) for n in open_names}
        chosen = {
            n: sp.sympify(c.value)
            if c is not None and c.value is not None
            else sp.Rational(constant(open_names[n], random))
            for n, c in values.items()
        }
        stated = stated.with_fixed(chosen)
    prior = torch_family(stated)
    if prior.variables not in (1, family.variables):
        raise NotDrawn("the prior's draws do not match the block's")
    count = conditional.block.copies * (family.variables // prior.variables)
    symbols = {s.name: s for e in block.natural for s in sp.sympify(e).free_symbols}
    known = {}
    for name, symbol in symbols.items():
        source = block.parameters.get(name, Constant(None, "shared"))
        known[name] = _values(symbol, source, count, random, numbers)
    eta = Translated([sp.sympify(e) for e in block.natural], ())(torch.zeros(count, 0, dtype=torch.float64), known)
    if eta.shape[-1] != prior.size or not bool(prior.in_domain(eta).all()):
        raise NotDrawn("the prior's parameters are not natural parameters of its family")
    if not _same_support(prior, family):
        raise NotDrawn("the prior's support is another one")

    def log_prior(z: Tensor) -> Tensor:
        return prior.log_density(z.unflatten(-1, (count, prior.variables)), eta).sum(-1)

    return log_prior


def _same_support(prior: TorchFamily, family: TorchFamily) -> bool:
    """Whether the prior's density is finite and not zero at the family's points, and the other way round."""
    first, second = prior.family.support, family.family.support
    if first.is_finite or second.is_finite:
        if first.is_finite != second.is_finite:
            return False
        if prior.variables == family.variables:
            return {*map(tuple, prior.points.tolist())} == {*map(tuple, family.points.tolist())}
        return {float(v) for row in prior.points.tolist() for v in row} == {
            float(v) for row in family.points.tolist() for v in row
        }
    if prior.variables == family.variables and first.bounds is not None and second.bounds is not None:
        renamed = dict(zip(prior.family.variables, family.family.variables, strict=True))
        own = [[end.xreplace(renamed) for end in ends] for ends in first.bounds]
        return first.is_discrete == second.is_discrete and own == [list(ends) for ends in second.bounds]
    if first.bounds is not None and second.bounds is not None:
        return set(first.bounds) == set(second.bounds) and first.is_discrete == second.is_discrete
    return prior.family.name == family.family.name


def _values(symbol: sp.Symbol, source: Constant, count: int, random: Random, numbers: dict[str, object]) -> Tensor:
    if source.value is not None:
        return torch.full((count,), float(source.value), dtype=torch.float64)
    values = [constant(symbol, random) for _ in range(1 if source.sharing == "shared" else count)]
    numbers[f"prior {symbol.name}"] = [str(v) for v in values]
    return tensor(values * (count if source.sharing == "shared" else 1))


def _coupled(block: PriorBlock, conditional: Conditional, family: TorchFamily) -> Function:
    """A Gaussian with this precision matrix and the means that are given."""
    assert block.precision is not None
    matrix = tensor(block.precision.tolist())
    size = len(matrix)
    if size != conditional.block.copies * family.variables:
        raise NotDrawn("the precision matrix has another size than the block")
    mean = block.parameters.get("mean")
    centre = float(mean.value) if mean is not None and mean.value is not None else 0.0
    constant_term = torch.linalg.slogdet(matrix)[1] / 2 - size / 2 * torch.log(torch.tensor(2 * torch.pi))

    def log_prior(z: Tensor) -> Tensor:
        shifted = z - centre
        value: Tensor = constant_term - ((shifted @ matrix) * shifted).sum(-1) / 2
        return value

    return log_prior


def _stated(block: PriorBlock, conditional: Conditional) -> Function:
    """A written log-density: of the whole vector if it sums or names coordinates, else of each coordinate."""
    formula, name = Formula(block.log_density), conditional.block.name

    def log_prior(z: Tensor) -> Tensor:
        value: Tensor = formula({name: z}, z)
        return value.expand(*z.shape[:-1], value.shape[-1]).sum(-1)

    return log_prior


def _any(random: Random, numbers: dict[str, object]) -> Function:
    """A positive function that no exponential family of the registry has for a density."""
    a, b = weight(random, "generic"), weight(random, "generic")
    numbers["prior"] = f"sin({a} t) + {b} cos(t) - t^2/2, t the sum of the coordinates and of their squares / 3"

    def log_prior(z: Tensor) -> Tensor:
        t = z.sum(-1) + (z**2).sum(-1) / 3
        return torch.sin(float(a) * t) + float(b) * torch.cos(t) - t**2 / 2

    return log_prior


def implied(
    side: Side, observed: Side, decoder: Function, c: Sequence[object], beta: float = 1.0, basis: Function | None = None
) -> Function:
    """log h' + <c, psi> + A(f) / beta, up to a constant; `basis` are other functions than the side's psi."""
    row, functions = tensor(c), basis or side.statistics

    def log_prior(z: Tensor) -> Tensor:
        return side.log_base_measure(z) + functions(z) @ row + observed.log_partition(decoder(z)) / beta

    return log_prior


def free(random: Random, numbers: dict[str, object]) -> Function:
    """Any density."""
    return _any(random, numbers)
