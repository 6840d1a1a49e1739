"""The exact test of one W."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from fractions import Fraction
from functools import cache

import sympy as sp

from tightcheck.density.problem import Problem
from tightcheck.family import Family, substitute
from tightcheck.kernel.joint_density import is_density
from tightcheck.kernel.joint_numbers import Contradiction, Signs, TooLong, Unreached
from tightcheck.kernel.joint_signs import Exact
from tightcheck.kernel.joint_weights import Side, Weights

Procedure = Callable[[Side, Side, Weights, Signs], bool | None]


def exact_test(problem: Problem, procedure: Procedure = is_density) -> Callable[[Mapping[str, Fraction]], bool | None]:
    """A function from W, rationals by name, to the answer; fixed parameters without a value have their defaults."""

    def test(weights: Mapping[str, Fraction]) -> bool | None:
        xs, zs = (tuple(map(with_defaults, side)) for side in (problem.xs, problem.zs))
        matrix = problem.numbers(weights)
        try:
            return procedure(xs, zs, matrix, Exact())
        except (Unreached, Contradiction, TooLong):
            return None

    return test


@cache
def with_defaults(family: Family) -> Family:
    """The family with its defaults for the fixed parameters that are left open."""
    values: dict[sp.Symbol, sp.Expr] = {}
    for parameter in family.fixed:
        for symbol in _free(family):
            if symbol.name == parameter.symbol.name or symbol.name.startswith(f"{parameter.symbol.name}_"):
                values[symbol] = parameter.default
    if not values:
        return family
    known: Family = substitute(replace(family, fixed=()), values)
    return known


def _free(family: Family) -> set[sp.Symbol]:
    found = family.log_base_measure.free_symbols | family.log_partition.free_symbols
    return set(found.union(*(s.free_symbols for s in family.statistics))) - {
        *family.variables,
        *family.natural_parameters,
    }


__all__ = ["exact_test", "with_defaults"]
