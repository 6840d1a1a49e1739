"""Several x and several z: exact rules that need no integral over more than one number. Lemma `joint_products`."""

from __future__ import annotations

from tightcheck.kernel.joint_density import Side, Weights, is_density
from tightcheck.kernel.joint_numbers import Signs


def is_product_density(xs: Side, zs: Side, weights: Weights, signs: Signs) -> bool:
    """Whether W gives a density with proper conditionals. Raises Unreached where no rule decides."""
    return is_density(xs, zs, weights, signs)


__all__ = ["is_product_density"]
