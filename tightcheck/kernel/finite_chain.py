"""Latent draws that take finitely many values, each given all those before: every p(z | x) is in the encoder's family."""

from __future__ import annotations

import sympy as sp

from tightcheck.design import Conditional, Design, Map
from tightcheck.kernel.classes import family_of, is_onto
from tightcheck.kernel.model import encoder_side
from tightcheck.kernel.parametrised import is_parametrised
from tightcheck.kernel.rejected import require
from tightcheck.kernel.tight import charges_every_point


def finite_chain(design: Design, prior: str) -> None:
    """Require that q(z|x) runs through all positive distributions of z, whatever x is, and that the prior is positive."""
    require(
        is_chain(design), "z is no chain of single draws whose statistics span every function, each given all before it"
    )
    for latent in design.encoder:
        _is_free(design, latent)
        positive = prior != "declared" or charges_every_point(design, latent)
        require(positive, "the prior is not shown to be positive on the support, and zero elsewhere")


def is_chain(design: Design) -> bool:
    """Whether the statistics of z span every function: single draws of which each does, each given all those before it."""
    earlier: set[str] = set()
    for latent in design.encoder:
        is_draw = latent.block.copies == 1 and latent.block.length is None
        if not (is_draw and family_of(latent.block).spans_all_functions and earlier <= set(latent.block.given)):
            return False
        earlier.add(latent.block.name)
    return True


def _is_free(design: Design, latent: Conditional) -> None:
    """Require that the encoder of this draw holds every function of x and of the draws before it."""
    eta = [sp.Symbol(f"c_{k}", real=True) for k in range(len(family_of(latent.block).statistics))]
    require(is_parametrised(latent, eta), "the natural parameters are not shown to be any of the parametrisation")
    for head in latent.heads:
        source = head.source
        free = isinstance(source, Map) and source.kind == "unrestricted" and source.batch_norm is None
        require(free and is_onto(head, latent), f"{head.symbol} is not any function of x")
    for observed in design.decoder:
        determined = encoder_side(latent, observed).is_injective
        require(determined, f"the inputs do not determine {observed.block.name}")
    require(set(design.covariates) <= set(latent.inputs.covariates), "the exact encoder depends on covariates")
