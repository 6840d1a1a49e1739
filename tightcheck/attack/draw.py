"""A random model of a design: decoder, prior, and the exact numbers that they were drawn as."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cache
from itertools import product
from random import Random

import sympy as sp
import torch
from torch import Tensor

from tightcheck import registry
from tightcheck.attack import prior as priors
from tightcheck.attack.conditional import Given
from tightcheck.attack.conditional import draw as draw_conditional
from tightcheck.attack.numbers import Chance, constant, tensor, weight
from tightcheck.attack.picked import Picking, picking
from tightcheck.attack.refusal import NotDrawn
from tightcheck.attack.shown import shown
from tightcheck.design import Block, Conditional, Design
from tightcheck.family import Family, Support
from tightcheck.kernel.classes import REPRESENTATIVE, family_of
from tightcheck.numeric.model import Function, Model
from tightcheck.numeric.side import Side
from tightcheck.numeric.torch_family import TorchFamily, torch_family

POINTS = 160
"""At how many points of the latent space a model's parameters are looked at."""
LONGEST = 4
"""The longest text where the length depends on z."""
TRIES = 20


@dataclass
class Sample:
    """One model of the design, as numbers."""

    model: Model
    style: str
    numbers: dict[str, object] = field(default_factory=dict)
    covariates: Mapping[str, Tensor] = field(default_factory=dict)


def require_drawable(design: Design) -> None:
    """Raises NotDrawn, with the part that is not looked at in numbers."""
    if design.outside:
        raise NotDrawn(f"{design.outside[0].name} is outside the theorem")
    for block in design.observed:
        if block.given:
            raise NotDrawn(
                f"the observed {block.name} depends on {' and '.join(block.given)} of its own side, and such models are "
                "not drawn"
            )
    if any((conditional.block.dimension or 0) > REPRESENTATIVE for conditional in (*design.encoder, *design.decoder)):
        raise NotDrawn(f"vectors of more than {REPRESENTATIVE} components are looked at in the reduced design")
    if design.objective.kind not in ("elbo", "iwae", "beta", "semi_supervised"):
        raise NotDrawn(f"the objective {design.objective.kind} is not looked at in numbers")


def temperature(design: Design) -> float:
    """beta of a beta-weighted objective, else 1: the posterior that q is tight to has likelihood^(1 / beta)."""
    return float(sp.sympify(design.objective.value)) if design.objective.kind == "beta" else 1.0


def sides(design: Design, random: Random, numbers: dict[str, object]) -> tuple[Side, Side]:
    """Latent and observed side; a learned fixed parameter is drawn, the same for all copies of its block."""
    latent = Side([(torch_family(_family(c, random, numbers)), c.block.copies) for c in design.encoder])
    return latent, Side([(torch_family(_family(c, random, numbers)), c.block.copies) for c in design.decoder])


def _family(conditional: Conditional, random: Random, numbers: dict[str, object]) -> Family:
    block = conditional.block
    if block.length == "depends_on_z":
        assert block.dimension is not None
        return _short_texts(block.dimension)
    if block.length == "random":
        return registry.load(
            "multinomial_random_length", dimension=block.dimension, fixed={"continuation": sp.Rational(2, 3)}
        )
    family = family_of(block)
    if not family.fixed:
        return family
    values = {p.symbol.name: p.default for p in family.fixed if family.is_settled(p)}
    for parameter in (p for p in family.fixed if not family.is_settled(p)):
        drawn = sp.Rational(constant(parameter.symbol, random))
        values[parameter.symbol.name] = sp.ceiling(drawn) if parameter.symbol.is_integer else drawn
        numbers[f"{block.name} {parameter.symbol.name}"] = str(values[parameter.symbol.name])
    return _bound(family, tuple(values.items()))


@cache
def _short_texts(dimension: int) -> Family:
    """Counts of texts whose length is 1, ..., LONGEST with base masses all alike: A = log of the mean of S^l.

    S is the sum of exp(eta). This is the paper's (23): the law of the length depends on z through S.
    """
    stated = registry.load("multinomial_random_length", dimension, {"continuation": sp.Rational(1, 2)})
    total = sp.Add(*stated.variables)
    mass = sp.Add(*map(sp.exp, stated.natural_parameters))
    points = [p for p in product(range(LONGEST + 1), repeat=dimension) if 1 <= sum(p) <= LONGEST]
    return replace(
        stated,
        support=Support(True, len(points), tuple(tuple(map(sp.Integer, p)) for p in points)),
        log_base_measure=sp.loggamma(total + 1)
        - sp.Add(*(sp.loggamma(count + 1) for count in stated.variables))
        - sp.log(LONGEST),
        log_partition=sp.log(sp.Add(*(mass**length for length in range(1, LONGEST + 1))) / LONGEST),
        natural_domain=(),
    )


@cache
def _bound(family: Family, values: tuple[tuple[str, sp.Expr], ...]) -> Family:
    """The family with these fixed parameters, translated only once."""
    return family.with_fixed(dict(values))


def widths(design_side: tuple[Conditional, ...], side: Side) -> dict[str, int]:
    """How many coordinates each block has."""
    return {
        c.block.name: family.variables * copies for c, (family, copies) in zip(design_side, side.parts, strict=True)
    }


def draw(design: Design, prior: str, style: str, random: Random) -> Sample | None:
    """One model, or None where the numbers drawn are no valid model (C4). Raises NotDrawn."""
    numbers: dict[str, object] = {}
    latent, observed = sides(design, random, numbers)
    covariates = {name: torch.tensor([random.randint(-12, 12) / 8], dtype=torch.float64) for name in design.covariates}
    names = widths(design.encoder, latent)
    generator = torch.Generator().manual_seed(random.randrange(2**31))
    z = latent.scatter(POINTS, generator)
    parts = []
    shared: dict[str, list[Fraction]] = {}
    for conditional in design.decoder:
        see = shown(conditional.inputs, latent, names, covariates)
        conditional = _with_own_logits(conditional)
        given, chance = Given(see, see(z).shape[-1], names, covariates, shared), Chance(style, random)
        natural = draw_conditional(conditional, given, chance)
        numbers |= {f"{conditional.block.name} {key}": value for key, value in chance.numbers.items()}
        parts.append((conditional.block, natural))

    def decoder(points: Tensor) -> Tensor:
        return torch.cat([_completed(block, natural(points)) for block, natural in parts], -1)

    f = decoder(z)
    if not bool((torch.isfinite(f).all(-1) & observed.in_domain(f)).all()):
        return None
    log_prior, is_normalised = _prior(design, prior, latent, observed, decoder, names, random, numbers)
    values = log_prior(z)
    if not bool(torch.isfinite(values).all()):
        return None
    return Sample(Model(latent, observed, decoder, log_prior, is_normalised), style, numbers, covariates)


def _with_own_logits(conditional: Conditional) -> Conditional:
    """Of a text whose length depends on z: every word's logit is a natural parameter."""
    if conditional.block.length != "depends_on_z":
        return conditional
    if any(head.link is not None or not head.symbol.name.startswith("logits") for head in conditional.heads):
        raise NotDrawn("a text whose length depends on z is drawn from logits")
    return replace(conditional, natural=tuple(head.symbol for head in conditional.heads))


def _completed(block: Block, eta: Tensor) -> Tensor:
    """Of a text of random length: log-probabilities of all words from the logits relative to the last."""
    if block.length != "random":
        return eta
    logits = eta.unflatten(-1, (block.copies, -1))
    full = torch.cat([logits, torch.zeros_like(logits[..., :1])], -1)
    return torch.log_softmax(full, -1).flatten(-2)


def _prior(
    design: Design,
    prior: str,
    latent: Side,
    observed: Side,
    decoder: Function,
    names: Mapping[str, int],
    random: Random,
    numbers: dict[str, object],
) -> tuple[Function, bool]:
    """log p(z) and whether it is normalised."""
    if prior == "declared":
        return priors.declared(design, latent, names, random, numbers)
    if prior == "free" and random.random() < 0.3:
        return priors.free(random, numbers), False
    found = picking(design, latent)
    if not found.is_free:
        raise NotDrawn("an implied prior of a block given several others is not drawn")
    c = _coefficients(found, random)
    numbers["c"] = [str(v) for v in c]
    return priors.implied(latent, observed, decoder, c, temperature(design), found.basis), False


def _coefficients(found: Picking, random: Random) -> list[Fraction]:
    """c for each function of the basis: for three blocks in four natural parameters, which any constant f needs."""
    rows = [_natural(family, copies, random) for family, copies in found.side.parts]
    if not found.picked:
        return [v for row in rows for v in row]
    alone = [v for k, row in enumerate(rows) if k not in (*found.picking, *found.picked) for v in row]
    constants = [weight(random, "generic") for _ in range(found.count - 1)]
    each = [_natural(*found.side.parts[k], random) for _ in range(found.count) for k in found.picked]
    return [*alone, *constants, *(v for row in each for v in row)]


def _natural(family: TorchFamily, copies: int, random: Random) -> list[Fraction]:
    """Natural parameters for each copy, or now and then any numbers."""
    row: list[Fraction] = []
    for _ in range(copies):
        drawn = [[weight(random, "generic") for _ in range(family.size)] for _ in range(TRIES)]
        inside = family.in_domain(tensor(drawn)).tolist()
        safe = [Fraction(v).limit_denominator(24) for v in family.inside.tolist()]
        row += (
            drawn[0] if random.random() < 0.25 else next((c for c, ok in zip(drawn, inside, strict=True) if ok), safe)
        )
    return row
