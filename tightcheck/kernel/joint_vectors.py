"""C4 for one W between two vectors: counts of a random number of draws, interactions that take away, strict joints."""

from __future__ import annotations

from tightcheck.kernel.joint_bounded import only_takes_away
from tightcheck.kernel.joint_compound import compound_of, is_compound_density
from tightcheck.kernel.joint_exact import Exact
from tightcheck.kernel.joint_margins import have_margins
from tightcheck.kernel.joint_strict import is_strict_density
from tightcheck.kernel.joint_weights import Side, Weights, transposed


def is_density_of_vectors(xs: Side, zs: Side, weights: Weights) -> bool:
    """Whether W, in rationals, gives a density. Raises Unreached where no rule decides."""
    if not any(entry.terms for row in weights[1:] for entry in row[1:]):
        signs = Exact()
        return have_margins(xs, [row[0] for row in weights], signs) and have_margins(zs, weights[0], signs)
    if len(xs) == len(zs) == 1:
        for summed, other, w in ((xs[0], zs[0], weights), (zs[0], xs[0], transposed(weights))):
            if compound_of(summed) is not None:
                return is_compound_density(summed, other, w)
    return only_takes_away(xs, zs, weights) or is_strict_density(xs, zs, weights)


__all__ = ["is_density_of_vectors"]
