"""The consistent model that a certificate exhibits, in numbers: its span residual and its gap must be 0."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random
from typing import Any

import sympy as sp
import torch
from torch import Tensor

from tightcheck.attack import prior as priors
from tightcheck.attack.draw import Sample, sides, widths
from tightcheck.attack.refusal import NotDrawn
from tightcheck.attack.shown import by_name
from tightcheck.design import Design
from tightcheck.expression import parse_printed
from tightcheck.kernel.member import moving_mode
from tightcheck.numeric.model import Model
from tightcheck.numeric.side import Side


def exhibited(design: Design, prior: str, step: Mapping[str, Any], random: Random) -> Sample:
    """f = F psi + f_0 as the step `member` says, everything else constant. Raises NotDrawn."""
    if not _is_plain(design):
        raise NotDrawn("this certificate's model is not written out in numbers")
    numbers: dict[str, object] = {}
    latent, observed = sides(design, random, numbers)
    row = [c.block.name for c in design.encoder].index(step["latent"])
    column = [c.block.name for c in design.decoder].index(step["observed"])
    mode = moving_mode(design.encoder[row], design.decoder[column], step)
    if mode == "components":
        raise NotDrawn("a model that moves the components of one vector is not written out in numbers")
    (fz, copies_z), (fx, copies_x) = latent.parts[row], observed.parts[column]
    F = torch.tensor([[_number(entry) for entry in line] for line in step["F"]], dtype=torch.float64)
    f0 = torch.tensor([_number(entry) for entry in step["f0"]], dtype=torch.float64)
    if F.shape != (fx.size, fz.size):
        raise NotDrawn("this certificate's model is not written out in numbers")
    sources = {"one": [0], "spread": list(range(min(copies_z, copies_x))), "together": [0] * copies_x}[mode]
    names = widths(design.encoder, latent)
    resting = [family.inside for family, _ in observed.parts]
    point = torch.tensor([[float(c) for c in fz.family.support.points[0]]], dtype=torch.float64)
    resting[column] = (fz.statistics(point) @ F.T + f0)[0]

    def decoder(z: Tensor) -> Tensor:
        own = by_name(names, z)[step["latent"]].unflatten(-1, (copies_z, fz.variables))
        moving = fz.statistics(own) @ F.T + f0
        parts = []
        for number, (family, copies) in enumerate(observed.parts):
            eta = resting[number].expand(*z.shape[:-1], copies, family.size).clone()
            if number == column:
                for k, j in enumerate(sources):
                    eta[..., k, :] = moving[..., j, :]
            parts.append(eta.flatten(-2))
        return torch.cat(parts, -1)

    if prior == "declared":
        log_prior, is_normalised = priors.declared(design, latent, names, random, numbers)
    else:
        c = _constants(latent, row, [_number(entry) for entry in step["c"]], copies_z if mode == "spread" else 1)
        log_prior, is_normalised = priors.implied(latent, observed, decoder, c), False
    return Sample(Model(latent, observed, decoder, log_prior, is_normalised), "exhibited", numbers)


def _is_plain(design: Design) -> bool:
    """Whether nothing but z moves x: no covariate, no block given another, no length, no tempered posterior."""
    is_picked = any(block.given for block in design.latent)
    has_length = any(block.length is not None for block in design.observed)
    return not (design.covariates or has_length or is_picked or design.objective.kind == "beta")


def _number(text: object) -> float:
    """A number of the certificate."""
    return float(sp.N(parse_printed(str(text), {})))


def _constants(latent: Side, row: int, stated: list[float], used: int) -> list[float]:
    """c: as stated for the coordinates that move, inside the natural domain for the others."""
    c: list[float] = []
    for number, (family, copies) in enumerate(latent.parts):
        for k in range(copies):
            c += stated if number == row and k < used else family.inside.tolist()
    return c
