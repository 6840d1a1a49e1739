"""A W without zeros that ought to give a density: minus the product of two functions that are positive and grow.

With eta inside Omega, eta' inside Omega' and numbers c, c' large enough, log p = -(c - <eta, nu>)(c' - <eta', psi>) + log h h'.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from itertools import product

from tightcheck.density.problem import Problem
from tightcheck.family import Family
from tightcheck.kernel.joint_numbers import Unreached
from tightcheck.kernel.joint_sides import with_defaults
from tightcheck.kernel.joint_support import inside

LEVELS = (2, 8, 32, 128)
SMALL = Fraction(1, 8)


def density_without_zeros(
    problem: Problem, test: Callable[[Mapping[str, Fraction]], bool | None]
) -> dict[str, Fraction] | None:
    """Such a W that is a density by the exact test, so that no entry is forced to be zero; None where none is."""
    try:
        sides = [tuple(_natural(side, small) for side in (problem.xs, problem.zs)) for small in (SMALL, -SMALL)]
    except Unreached:
        return None
    for (rows, columns), level in product(sides, LEVELS):
        left, right = [-Fraction(level), *rows], [-Fraction(level), *columns]
        weights = {
            entry.symbol.name: -left[i] * right[k]
            for entry, (i, k) in zip(problem.entries, problem.places, strict=True)
        }
        if test(weights):
            return weights
    return None


def _natural(side: tuple[Family, ...], small: Fraction) -> list[Fraction]:
    """Natural parameters of each factor, none of them 0."""
    return [value or small for family in side for value in inside(with_defaults(family))]
