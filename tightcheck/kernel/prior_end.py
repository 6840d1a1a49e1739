"""C2 at a finite end of the support: where psi stays bounded so do f and A(f), and log p - log h' has to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tightcheck.design import Conditional, Design
from tightcheck.kernel.asymptotics import bound, order
from tightcheck.kernel.classes import family_of
from tightcheck.kernel.rejected import require
from tightcheck.kernel.slices import ends, prior_along
from tightcheck.kernel.zero import latent_of


def prior_end(design: Design, prior: str, step: Mapping[str, Any]) -> None:
    """Require an end at which P is unbounded and all statistics are bounded, and log-partitions that are finite everywhere."""
    require(prior == "declared", "the prior is not declared")
    latent = latent_of(design, step["latent"])
    family = family_of(latent.block)
    require(len(family.variables) == 1 and not latent.block.given, "z is not a number")
    finite = all(family_of(o.block).has_full_domain or o.block.length == "random" for o in design.decoder)
    require(finite, "a log-partition may be infinite where f is bounded")
    require(_is_unbounded(design, latent), "the prior is not shown to be unbounded where psi is bounded")


def _is_unbounded(design: Design, latent: Conditional) -> bool:
    """Whether P is certainly unbounded towards a finite end of the support, and no statistic is."""
    for curve, (end, side) in ends(family_of(latent.block)):
        P = prior_along(design, latent, curve)
        if not end.is_finite or P is None or curve.cardinality != "continuum":
            continue
        keys = [bound(s, curve.parameter, end, side) for s in curve.statistics]
        found = order(P, curve.parameter, end, side)
        if found is None or any(key is None or key > (0, 0) for key in keys):
            continue
        if found.key > (0, 0) and found.ways:
            return True
    return False
