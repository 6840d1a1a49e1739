"""Neighbouring designs: what a design could be instead, least change first. None is decided here."""

from __future__ import annotations

from collections.abc import Iterator

from tightcheck.account.neighbours import constants, decoder, discrete, encoder, interactions, prior, width
from tightcheck.account.neighbours.discrete import mixture
from tightcheck.account.neighbours.neighbour import Neighbour
from tightcheck.design import Design

CHANGES = (
    encoder.raw_features,
    encoder.statistics,
    encoder.unbounded,
    constants.freed,
    width.wide_enough,
    encoder.natural_output,
    prior.uncoupled,
    prior.of_encoder_family,
    interactions.full_covariance,
    interactions.random_field,
    decoder.of_statistics,
    decoder.affine,
    decoder.natural_link,
    discrete.bits,
)


def neighbours(design: Design) -> Iterator[Neighbour]:
    """Neighbouring designs with the same latent variables, or with bits for them."""
    for change in CHANGES:
        yield from change(design)


__all__ = ["Neighbour", "mixture", "neighbours"]
