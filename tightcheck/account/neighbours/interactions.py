"""Encoders whose coordinates depend on each other, given x."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from tightcheck.account.neighbours.neighbour import Neighbour, with_family
from tightcheck.design import Conditional, Constant, Design, Map
from tightcheck.kernel.classes import family_of

GAUSSIAN = ("gaussian", "isotropic_gaussian", "gaussian_fixed_variance")
FEW_BITS = 3
"""Markov random fields on more bits are not written out."""


def full_covariance(design: Design) -> Iterator[Neighbour]:
    """A Gaussian encoder with full covariance, its mean put out by its own map or by an affine one."""
    latent = design.encoder[0]
    if not _is_one_gaussian(design) or not all(map(_may_couple, design.decoder)):
        return
    words, place = (
        f"give q({latent.block.name}|x) a full covariance: statistics z_i z_j for all pairs",
        latent.block.place,
    )
    maps = [head.source for head in latent.heads if isinstance(head.source, Map)]
    for source in maps[:1]:
        yield Neighbour(words, "encoder", place, replace(design, encoder=(_with_full_covariance(latent, source),)))
    if any(source.kind != "affine" for source in maps):
        linear = replace(design, encoder=(_with_full_covariance(latent, Map("affine")),))
        yield Neighbour(f"{words}; and a mean affine in x", "encoder", place, linear, is_worth_tight=True)


def _is_one_gaussian(design: Design) -> bool:
    """Whether the code is one Gaussian block of several coordinates."""
    (latent, *more) = design.encoder
    size = latent.block.copies * (latent.block.dimension or 1)
    return not more and size > 1 and not latent.block.given and latent.block.family in GAUSSIAN


def _with_full_covariance(latent: Conditional, source: Map) -> Conditional:
    """The block with a covariance that does not depend on x, its mean put out by `source`."""
    size = latent.block.copies * (latent.block.dimension or 1)
    full = with_family(latent, "full_gaussian", ("mean", "covariance"), ("covariance",), copies=1, dimension=size)
    heads = (
        replace(h, source=_shared(h.source) if isinstance(h.source, Constant) else source, link=None)
        for h in full.heads
    )
    return replace(full, heads=tuple(heads))


def _may_couple(observed: Conditional) -> bool:
    """Whether A(f(z)) can be any square of an affine function: then the posterior's covariance is full."""
    moving = [h for h in observed.heads if isinstance(h.source, Map)]
    return family_of(observed.block).partition.startswith("quadratic") and all(
        isinstance(h.source, Map) and h.source.kind != "mlp" and not h.symbol.is_positive for h in moving
    )


def _shared(source: Constant | Map) -> Constant | Map:
    return Constant(None, "shared", source.place) if isinstance(source, Constant) else source


def random_field(design: Design) -> Iterator[Neighbour]:
    """Bits that interact in q: the Markov random field on the complete graph, for few bits."""
    latent = design.encoder[0]
    n = latent.block.copies
    if len(design.encoder) != 1 or latent.block.family != "bernoulli" or not 2 <= n <= FEW_BITS or latent.block.given:
        return
    edges = tuple((i, j) for j in range(n) for i in range(j))
    field = with_family(latent, "markov_random_field", ("natural",), (), copies=1, dimension=n, edges=edges)
    words = (
        "let the bits interact in q: a Markov random field on the complete graph, since any two may move the same "
        f"coordinate of x (treewidth {n - 1}: exact inference is cheap)"
    )
    yield Neighbour(words, "encoder", latent.block.place, replace(design, encoder=(field,)))
