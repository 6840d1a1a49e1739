"""The families of a pair as a joint takes them: each with names of its own, or with numbers for what is left open."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import sympy as sp

from tightcheck.family import Family, substitute


@cache
def owned(family: Family, block: str) -> Family:
    """The family called like its block, its fixed parameters renamed, shape becomes shape_x, a number's variable u_x."""
    names = {p.symbol: sp.Symbol(f"{p.symbol.name}_{block}", **p.symbol.assumptions0) for p in family.fixed}
    free = family.log_base_measure.free_symbols | family.log_partition.free_symbols
    free = free.union(*(s.free_symbols for s in family.statistics), *(c.free_symbols for c in family.natural_domain))
    names = {old: new for old, new in names.items() if old in free}
    if len(family.variables) == 1 and not family.support.is_finite:
        number = family.law.parameter if family.law is not None else family.variables[0]
        names[number] = sp.Symbol(f"u_{block}", **number.assumptions0)
    plain = replace(family, name=block, parametrisations=(), torch=None, scipy=None)
    return substitute(plain, names) if names else plain


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


__all__ = ["owned", "with_defaults"]
