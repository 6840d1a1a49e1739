"""Products of families are families again: independent draws side by side, each factor's symbols with its number."""

from __future__ import annotations

from dataclasses import replace
from math import prod

import sympy as sp

from tightcheck.family import Cardinality, Family, PartitionKind, Slice, Support, substitute
from tightcheck.parametrise import complete

Point = tuple[sp.Expr, ...]


def product(*factors: Family) -> Family:
    """The family of independent draws, one of each of at least two factors, written by its natural parameters.

    `product(*[family] * n)` is n coordinates of one family. The support is discrete if every factor's is; a variable of
    a mixed product says by its symbol whether it is an integer.
    """
    parts = tuple(_numbered(factor, k) for k, factor in enumerate(factors, start=1))
    joint = Family(
        name=" x ".join(factor.name for factor in factors),
        summary="; ".join(factor.summary for factor in factors),
        variables=tuple(x for part in parts for x in part.variables),
        support=_support(tuple(part.support for part in parts)),
        statistics=tuple(t for part in parts for t in part.statistics),
        log_base_measure=sp.Add(*(part.log_base_measure for part in parts)),
        natural_parameters=tuple(e for part in parts for e in part.natural_parameters),
        natural_domain=tuple(relation for part in parts for relation in part.natural_domain),
        log_partition=sp.Add(*(part.log_partition for part in parts)),
        partition=_kind(parts),
        parametrisations=(),
        slices=tuple(_placed(part_slice, k, parts) for k, part in enumerate(parts) for part_slice in part.slices),
        fixed=tuple(parameter for part in parts for parameter in part.fixed),
    )
    return complete(joint)


def _numbered(factor: Family, k: int) -> Family:
    """The factor with `_k` appended to the names of its symbols, without twins and parametrisations."""
    own = (*factor.variables, *factor.natural_parameters, *(parameter.symbol for parameter in factor.fixed))
    renamed = {symbol: sp.Symbol(f"{symbol.name}_{k}", **symbol.assumptions0) for symbol in own}
    bare = replace(factor, parametrisations=(), torch=None, scipy=None, series=None)
    numbered: Family = substitute(bare, renamed)
    return numbered


def _support(supports: tuple[Support, ...]) -> Support:
    """The product of the supports."""
    every_bounds = [support.bounds for support in supports]
    known = [bounds for bounds in every_bounds if bounds is not None]
    return Support(
        is_discrete=all(support.is_discrete for support in supports),
        cardinality=_cardinality([support.cardinality for support in supports]),
        points=_points([support.points for support in supports]),
        bounds=tuple(ends for bounds in known for ends in bounds) if len(known) == len(supports) else None,
    )


def _cardinality(cardinalities: list[Cardinality]) -> Cardinality:
    """How many points the product has."""
    if "continuum" in cardinalities:
        return "continuum"
    counts = [each for each in cardinalities if isinstance(each, int)]
    return prod(counts) if len(counts) == len(cardinalities) else "countable"


def _points(parts: list[tuple[Point, ...]]) -> tuple[Point, ...]:
    """Each factor's points with the first points of the others, and the second points of all."""
    first = [points[0] for points in parts]
    chosen = [(*first[:k], point, *first[k + 1 :]) for k, points in enumerate(parts) for point in points]
    chosen.append(tuple(points[1] for points in parts))
    return tuple(dict.fromkeys(tuple(c for point in row for c in point) for row in chosen))


def _placed(part_slice: Slice, k: int, parts: tuple[Family, ...]) -> Slice:
    """The slice of factor k, the other factors' variables free."""
    before, after = parts[:k], parts[k + 1 :]
    return replace(
        part_slice,
        point=(
            *(x for part in before for x in part.variables),
            *part_slice.point,
            *(x for part in after for x in part.variables),
        ),
    )


def _kind(parts: tuple[Family, ...]) -> PartitionKind:
    """What is known of the sum of the factors' log-partitions."""
    kinds = {part.partition for part in parts}
    if kinds == {"finite"}:
        return "finite"
    if kinds <= {"quadratic", "quadratic_form"}:
        return "quadratic_form"
    return "entire" if all(part.has_full_domain for part in parts) else "log_convex"
