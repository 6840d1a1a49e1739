"""Encoders whose network has one hidden unit, shown two-valued numbers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tightcheck.design import Design, Map
from tightcheck.kernel.classes import family_of, function_class
from tightcheck.kernel.constants import decoder_constants
from tightcheck.kernel.rejected import require
from tightcheck.kernel.tight import spans_everything
from tightcheck.kernel.zero import latent_of, observed_of

UNIMODAL = frozenset(("tanh", "sigmoid", "softsign"))
"""Strictly increasing activations whose derivative increases strictly up to 0 and decreases strictly from there."""


def one_unit(design: Design, prior: str, step: Mapping[str, Any]) -> None:
    """Require that a design whose z spans everything holds a model that moves three copies alike: one unit cannot follow it."""
    latent, observed = latent_of(design, step["latent"]), observed_of(design, step["observed"])
    require(spans_everything(design) and len(design.decoder) == 1, "there is not one finite draw and one block of x")
    require(not design.covariates and not latent.inputs.covariates, "the encoder is shown covariates")
    family = family_of(observed.block)
    is_bit = family.support.cardinality == 2 and family.statistics == family.variables and len(family.variables) == 1
    require(
        is_bit and observed.block.length is None and observed.block.copies >= 3,
        "there are not three two-valued numbers",
    )
    require(latent.inputs.kind in ("identity", "counts", "standardize"), "the encoder is not shown the numbers")
    maps = [function_class(latent, k) for k in range(len(latent.natural))]
    sources = [functions.source for functions in maps if functions.kind == "mlp"]
    require(bool(sources), "g is no network's output")
    for source in sources:
        assert isinstance(source, Map)
        narrow = source.hidden == (1,) and source.activation in UNIMODAL and source.batch_norm is None
        require(narrow, "the network has more than one hidden unit, or one of another kind")
    shown = set(family_of(latent.block).statistics) <= set(family_of(latent.block).variables)
    (moved,) = [function_class(observed, i) for i in range(len(observed.natural))]
    free = all(head.link is None and head.bounds is None for head in observed.heads) and family.has_full_domain
    holds = moved.kind == "unrestricted" or (moved.kind == "affine" and shown)
    require(holds and free, "the decoder is not shown to move three copies alike")
    require(observed.inputs.kind in ("identity", "statistics"), "the decoder is not shown z")
    decoder_constants(design)
