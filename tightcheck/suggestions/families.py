"""Edits of the encoder's family: statistics that the posterior of the given decoder has."""

from __future__ import annotations

from collections.abc import Iterator

from tightcheck import registry
from tightcheck.design import Design, Map
from tightcheck.kernel.classes import family_of
from tightcheck.suggestions.edit import Edit, customary, keeping, output, size
from tightcheck.suggestions.files import Files
from tightcheck.suggestions.smallest import graph, reaches

MOST_STATES = 4096
MOST_NODES = 60
"""A complete graph on more nodes is not written out."""


def full_covariance(files: Files, design: Design) -> Iterator[Edit]:
    """A Gaussian with full covariance instead of a diagonal one, for all pairs z_i z_j."""
    latent = design.encoder[0]
    gaussians = ("gaussian", "isotropic_gaussian", "gaussian_fixed_variance")
    if len(design.encoder) > 1 or latent.block.family not in gaussians or size(latent.block) < 2 or latent.block.given:
        return
    block = keeping(files.blocks("encoder")[0], family="gaussian", dim=size(latent.block), covariance="full")
    rows = [output(("mean", "covariance"), ("covariance",), "shared")]
    edited = files.with_rows("encoder", blocks=[block], output=rows)
    words = f"give q({latent.block.name}|x) a full covariance: statistics z_i z_j for all pairs"
    yield Edit(words, "encoder", edited, latent.block.place)
    if any(isinstance(h.source, Map) and h.source.kind == "mlp" for h in latent.heads):
        linear = edited.with_rows("encoder", map=[{"kind": "affine"}])
        yield Edit(f"{words}; and a mean affine in x", "encoder", linear, latent.block.place)


def field(files: Files, design: Design) -> Iterator[Edit]:
    """Bits that interact in q where they have a child together: a Markov random field on that graph."""
    latent = design.encoder[0]
    if len(design.encoder) > 1 or latent.block.family != "bernoulli" or latent.block.given:
        return
    found = graph(design)
    n = size(latent.block)
    if found is None or not found.edges or n < 2 or len(found.edges) > MOST_NODES**2:
        return
    is_complete = 2 * len(found.edges) == n * (n - 1)
    if is_complete and n > MOST_NODES:
        return
    shape = {"graph": "complete"} if is_complete else {"edges": [list(edge) for edge in found.edges]}
    block = keeping(files.blocks("encoder")[0], family="markov_random_field", dim=n, **shape)
    edited = files.with_rows("encoder", blocks=[block], output=["natural"])
    shown = "the complete graph" if is_complete else f"the graph with {len(found.edges)} edges"
    words = (
        f"let the bits interact in q: a Markov random field on {shown} of the bits that move the same coordinate of x "
        f"(treewidth {found.treewidth}: exact inference costs about {n} * 2^{found.treewidth + 1} steps)"
    )
    yield Edit(words, "encoder", edited, latent.block.place)


def joint_states(files: Files, design: Design) -> Iterator[Edit]:
    """One categorical variable over all joint values of few bits: its statistics span every function of them."""
    blocks = design.latent
    is_binary = all(block.family in ("bernoulli", "rademacher") for block in blocks)
    states = 2 ** sum(size(block) for block in blocks) if is_binary else 0
    if not 2 < states <= MOST_STATES or any(latent.block.given for latent in design.encoder):
        return
    block = keeping({}, family="categorical", dim=states)
    first = files.rows("encoder", "map")[:1]
    edited = files.with_rows("encoder", blocks=[block], output=["logits"], map=first).with_part("encoder", bounds=None)
    edited = edited.with_part("decoder", prior={"learned": "categorical"}, input="one_hot")
    words = f"take one categorical code over the {states} joint states of the bits: it spans every function of them"
    yield Edit(words, "encoder", edited, blocks[0].place)


def same_support(files: Files, design: Design) -> Iterator[Edit]:
    """Another registry family on the same support whose statistics span f and log p - log h' - A(f)."""
    if len(design.encoder) > 1 or design.encoder[0].block.given:
        return
    (latent,) = design.encoder
    own = family_of(latent.block)
    if own.dimension is not None or own.support.is_finite:
        return
    for name in registry.names():
        other = registry.load(name)
        alike = other.dimension is None and len(other.variables) == 1 and other.support.bounds == own.support.bounds
        if not alike or name == own.name or other.support.is_discrete != own.support.is_discrete:
            continue
        if not reaches(design, other):
            continue
        names = customary(other)
        block = keeping(files.blocks("encoder")[0], family=name, dim=size(latent.block))
        for constants in ((), names[-1:]):
            edited = files.with_rows("encoder", blocks=[block], output=[output(names, constants)])
            held = f" with one learned {constants[0]} for each coordinate" if constants else ""
            words = (
                f"let q({latent.block.name}|x) be {name.replace('_', ' ')}{held}: its statistics span what is needed"
            )
            yield Edit(words, "encoder", edited, latent.block.place)
