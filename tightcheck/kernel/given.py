"""Observed blocks that are given others: p(x_1 | z) p(x_2 | x_1, z), parents x_1 that are discrete.

Three designs without such blocks say what is known of one with them:

apart        no block is given another: its models are those models of the design in which x_2 does not look at x_1
with parents held fixed     x_1 is a covariate, and the prior p(z | x_1) is the implied one
without children            where x_2 depends on x_1 alone, z meets x_1 alone, whatever x_2 is
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from tightcheck.design import Conditional, Design, Head, Map, Prior
from tightcheck.kernel.classes import all_entries, family_of
from tightcheck.kernel.rejected import require
from tightcheck.kernel.zero import Entries

Part = tuple[Design, str]
JOINT_INPUTS = frozenset(("softmax", "layer_norm"))
"""Inputs that may mix what a network is shown of several blocks."""


def has_given(design: Design) -> bool:
    """Whether an observed block is given another one."""
    return any(observed.block.given for observed in design.decoder)


def children(design: Design) -> tuple[Conditional, ...]:
    """The observed blocks that are given others."""
    return tuple(observed for observed in design.decoder if observed.block.given)


def parents(design: Design) -> tuple[Conditional, ...]:
    """The observed blocks that others are given."""
    names = {name for observed in design.decoder for name in observed.block.given}
    return tuple(observed for observed in design.decoder if observed.block.name in names)


def apart(design: Design) -> Design:
    """The design in which no observed block looks at another: each of its models is one of the design."""
    _looks_at_parents_only_by_networks(design)
    alone = tuple(replace(o, block=replace(o.block, given=())) for o in design.decoder)
    return replace(design, decoder=alone)


def _looks_at_parents_only_by_networks(design: Design) -> None:
    """Require that no formula of a block mentions one that it is given, and that its inputs do not mix them with z."""
    for observed in children(design):
        mentioned = {name for head in observed.heads for name in _names(head)}
        require(not mentioned & set(observed.block.given), "a formula mentions a block that its block is given")
        require(observed.inputs.kind not in JOINT_INPUTS, "the inputs may mix z with a block that is given")


def _names(head: Head) -> set[str]:
    """The names in a head's formulas."""
    formulas = [head.link, head.source.expression if isinstance(head.source, Map) else None]
    return {s.name.partition("[")[0] for formula in formulas if formula is not None for s in formula.free_symbols}


def with_parents_fixed(design: Design, prior: str, zero: Entries) -> Part:
    """x_1 as a covariate: given its value the posterior is that of the prior p(z | x_1), about which C2 says only that it is the
    implied one of the other blocks."""
    _looks_at_parents_only_by_networks(design)
    fixed = parents(design)
    require(all(family_of(parent.block).support.is_discrete for parent in fixed), "a parent is not discrete")
    names = {parent.block.name for parent in fixed}
    left = [o for o in design.decoder if o.block.name not in names]
    require(bool(left), "every block is a parent")
    shown = [(o, tuple(name for name in o.block.given if name in names)) for o in left]
    decoder = tuple(_shown(replace(o, block=replace(o.block, given=())), given) for o, given in shown)
    encoder = _encoder(design, names)
    covariates = (*design.covariates, *sorted(names))
    return replace(design, decoder=decoder, encoder=encoder, prior=Prior("implied"), covariates=covariates), "implied"


def without_children(design: Design, prior: str, zero: Entries) -> Part:
    """x_2 as a covariate that is shown to the encoder alone, where no consistent x_2 given x_1 depends on z."""
    names = {child.block.name for child in children(design)}
    live = {entry for entry in all_entries(design) - zero if entry[0] in names}
    require(not live, "a block that is given another may depend on z")
    decoder = tuple(o for o in design.decoder if o.block.name not in names)
    covariates = (*design.covariates, *sorted(names))
    return replace(design, decoder=decoder, encoder=_encoder(design, names), covariates=covariates), prior


def _encoder(design: Design, names: set[str]) -> tuple[Conditional, ...]:
    """The encoder, shown these blocks as covariates."""
    require(all(e.inputs.kind not in JOINT_INPUTS for e in design.encoder), "the features may mix blocks of x")
    return tuple(_shown(latent, sorted(names)) for latent in design.encoder)


def _shown(conditional: Conditional, covariates: Sequence[str]) -> Conditional:
    """The conditional with covariates: what a network is shown of them is a bias of its first layer."""
    if not covariates:
        return conditional
    inputs = replace(conditional.inputs, covariates=(*conditional.inputs.covariates, *covariates))
    return replace(conditional, inputs=inputs, heads=tuple(map(_with_bias, conditional.heads)))


def _with_bias(head: Head) -> Head:
    source = head.source
    is_network = isinstance(source, Map) and source.kind in ("affine", "mlp")
    return replace(head, source=replace(source, bias=True)) if is_network else head  # type: ignore[arg-type]


PARTS = {"given_values": with_parents_fixed, "given_parents": without_children}
"""The lemmas on designs with such blocks that apply another lemma to a part."""
