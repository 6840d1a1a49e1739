"""Encoders whose natural parameters are sums over the coordinates of x: affine maps of inputs that look at one coordinate each.

Two models of a design that such an encoder cannot follow:

values    a block x_2 given x_1 depends on z for one value of x_1 alone
mixture   a latent block z given y moves two copies of x together for one value of y alone, and q(y|x) mixes over z
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from tightcheck.design import Conditional, Design, Map
from tightcheck.kernel.classes import family_of, function_class
from tightcheck.kernel.constants import decoder_constants
from tightcheck.kernel.dependence import may_depend
from tightcheck.kernel.given import apart, has_given
from tightcheck.kernel.model import decoder_side
from tightcheck.kernel.rejected import require
from tightcheck.kernel.zero import latent_of, observed_of

COORDINATEWISE = frozenset(("identity", "counts", "standardize", "log1p", "one_hot", "statistics"))


def additive(design: Design, prior: str, step: Mapping[str, Any]) -> None:
    """Require that the stated model is one of the design and that the encoder does not hold its posterior."""
    reason, latent = step["reason"], latent_of(design, step["latent"])
    observed = observed_of(design, step["observed"])
    require(reason in ("values", "mixture"), f"{reason!r} is no reason")
    _values(design, latent, observed) if reason == "values" else _mixture(design, latent, observed)
    alone = apart(design) if has_given(design) else design
    decoder_constants(alone)
    require(observed.block.length is None, "texts are not looked at")
    _holds_every_step(alone, observed_of(alone, step["observed"]), latent)


def _values(design: Design, latent: Conditional, observed: Conditional) -> None:
    """x_2 is given x_1, and the latent block is one whose posterior is in a family for each x."""
    parents = [observed_of(design, name) for name in observed.block.given]
    require(bool(parents), "the block is given no other")
    require(all(family_of(each.block).support.is_discrete for each in parents), "a parent is not discrete")
    is_parent = any(latent.block.name in other.block.given for other in design.encoder)
    require(not is_parent, "log q(y|x) of a block that others are given is not affine in nu")
    _is_sum(latent)


def _mixture(design: Design, latent: Conditional, observed: Conditional) -> None:
    """Some z is given y, a finite draw, of whose q(y|x) the encoder makes a sum, and two copies of x can move with z."""
    children = [other for other in design.encoder if latent.block.name in other.block.given]
    require(bool(children) and not latent.block.given, "no block is given this one, or it is given another")
    require(observed.block.copies >= 2 and not observed.block.given, "no two copies of x are independent given z")
    _is_sum(latent)
    require(any(_is_shown(observed, child) for child in children), "the decoder is not shown the block that is given")


def _is_sum(latent: Conditional) -> None:
    """Require natural parameters that are sums of functions of one coordinate of x each."""
    classes = [function_class(latent, k).kind for k in range(len(latent.natural))]
    require(set(classes) <= {"affine", "constant"}, "the encoder is not shown to be affine in its inputs")
    require(latent.inputs.kind in COORDINATEWISE, "the inputs are not functions of one coordinate of x each")


def _is_shown(observed: Conditional, latent: Conditional) -> bool:
    return decoder_side(observed, latent).is_injective


def _holds_every_step(design: Design, observed: Conditional, latent: Conditional) -> None:
    """Require that the block's parameters may be any function of all blocks that its network is shown, with values that are
    valid: two of them are, as some model depends on z."""
    sources = [head.source for head in observed.heads if isinstance(head.source, Map)]
    free = all(source.kind == "unrestricted" and source.batch_norm is None for source in sources)
    require(bool(sources) and free, "the decoder is not any function of z")
    plain = all(head.bounds is None for head in observed.heads)
    classes = {function_class(observed, i).kind for i in range(len(observed.natural))}
    require(plain and classes <= {"unrestricted", "constant"}, "a link or bounds limit the decoder")
    require(_is_shown(observed, latent), "the decoder is not shown z")
    require(may_depend(replace(design, decoder=(observed,))), "the block is not shown to depend on z")
    require(len(family_of(latent.block).support.points) >= 2, "z takes one value")
