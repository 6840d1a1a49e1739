"""C4 for one W between two vectors: counts of a random number of draws, interactions that take away, strict joints."""

from __future__ import annotations

from tightcheck.family import Family
from tightcheck.kernel.joint_bounded import only_takes_away
from tightcheck.kernel.joint_compound import compound_of, is_compound_density
from tightcheck.kernel.joint_expressions import in_domain
from tightcheck.kernel.joint_signs import Exact
from tightcheck.kernel.joint_strict import is_strict_density
from tightcheck.kernel.joint_weights import Weights, transposed


def is_density_of_vectors(x: Family, z: Family, weights: Weights) -> bool:
    """Whether W, in rationals, gives a density. Raises Unreached where no rule decides."""
    if not any(entry.terms for row in weights[1:] for entry in row[1:]):
        return _has_margin(x, weights) and _has_margin(z, transposed(weights))
    for summed, other, w in ((x, z, weights), (z, x, transposed(weights))):
        if compound_of(summed) is not None:
            return is_compound_density(summed, other, w)
    return only_takes_away(x, z, weights) or is_strict_density(x, z, weights)


def _has_margin(family: Family, weights: Weights) -> bool:
    """Without interaction: whether the margin's parameters are natural."""
    margin = {eta: row[0] for eta, row in zip(family.natural_parameters, weights[1:], strict=True)}
    return in_domain(family.natural_domain, margin, Exact())


__all__ = ["is_density_of_vectors"]
