"""A random model of a design: decoder, prior, and the exact numbers that they were drawn as."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cache
from random import Random

import sympy as sp
import torch
from torch import Tensor

from tightcheck import registry
from tightcheck.attack import prior as priors
from tightcheck.attack.conditional import draw as draw_conditional
from tightcheck.attack.numbers import constant, weight
from tightcheck.attack.refusal import NotDrawn
from tightcheck.attack.shown import shown
from tightcheck.design import Block, Conditional, Design
from tightcheck.family import Family
from tightcheck.kernel.classes import REPRESENTATIVE, family_of
from tightcheck.numeric.model import Function, Model
from tightcheck.numeric.side import Side
from tightcheck.numeric.torch_family import torch_family

POINTS = 160
"""At how many points of the latent space a model's parameters are looked at."""


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
    for conditional in (*design.encoder, *design.decoder):
        if block := conditional.block.given and conditional.block:
            raise NotDrawn(
                f"{block.name} depends on another block of its side, {' and '.join(block.given)}, "
                "as in semi-supervised models, and such models are not drawn"
            )
    if any(conditional.block.length == "depends_on_z" for conditional in design.decoder):
        raise NotDrawn("a length that depends on z is not looked at in numbers")
    if any((conditional.block.dimension or 0) > REPRESENTATIVE for conditional in (*design.encoder, *design.decoder)):
        raise NotDrawn(f"vectors of more than {REPRESENTATIVE} components are looked at in the reduced design")
    if design.objective.kind not in ("elbo", "iwae", "beta"):
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
    if block.length == "random":
        return registry.load(
            "multinomial_random_length", dimension=block.dimension, fixed={"continuation": sp.Rational(2, 3)}
        )
    family = family_of(block)
    if not family.fixed:
        return family
    values = {}
    for parameter in family.fixed:
        drawn = sp.Rational(constant(parameter.symbol, random))
        values[parameter.symbol.name] = sp.ceiling(drawn) if parameter.symbol.is_integer else drawn
        numbers[f"{block.name} {parameter.symbol.name}"] = str(values[parameter.symbol.name])
    return _bound(family, tuple(values.items()))


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
        drawn = draw_conditional(conditional, see, see(z).shape[-1], names, covariates, style, random, shared)
        numbers |= {f"{conditional.block.name} {key}": value for key, value in drawn.numbers.items()}
        parts.append((conditional.block, drawn.natural))

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
    c = [weight(random, "generic") for _ in range(latent.size)]
    numbers["c"] = [str(v) for v in c]
    return priors.implied(latent, observed, decoder, c, temperature(design)), False
