"""The exact test of one W."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction

from tightcheck.density.problem import Problem
from tightcheck.kernel.joint_numbers import Contradiction, TooLong, Unreached
from tightcheck.kernel.joint_products import is_product_density
from tightcheck.kernel.joint_sides import with_defaults


def exact_test(problem: Problem) -> Callable[[Mapping[str, Fraction]], bool | None]:
    """A function from W, rationals by name, to the answer; fixed parameters without a value have their defaults."""

    known: dict[frozenset[tuple[str, Fraction]], bool | None] = {}

    def test(weights: Mapping[str, Fraction]) -> bool | None:
        key = frozenset((name, value) for name, value in weights.items() if value)
        if key not in known:
            known[key] = _is_density(problem, weights)
        return known[key]

    return test


def _is_density(problem: Problem, weights: Mapping[str, Fraction]) -> bool | None:
    xs, zs = (tuple(map(with_defaults, side)) for side in (problem.xs, problem.zs))
    matrix = problem.numbers(weights)
    try:
        return is_product_density(xs, zs, matrix)
    except (Unreached, Contradiction, TooLong):
        return None


__all__ = ["exact_test"]
