"""One family's facts as plain text."""

from __future__ import annotations

from collections.abc import Iterator

import sympy as sp

from tightcheck.family import Family, Parametrisation


def render(family: Family) -> str:
    """The facts of a family, one a line, as its file states them."""
    return "\n".join(
        [f"{family.name}: {family.summary}", "", *(f"  {label:<20}{fact}" for label, fact in _facts(family))]
    )


def _facts(family: Family) -> Iterator[tuple[str, str]]:
    if family.aliases:
        yield "also called", ", ".join(family.aliases)
    yield "support", _support(family)
    yield "statistics", _list(family.statistics)
    yield "natural parameters", _list(family.natural_parameters)
    yield "domain", ", ".join(map(str, family.natural_domain)) or "all real values"
    yield "log-partition", _text(family.log_partition)
    yield "log base measure", _text(family.log_base_measure)
    for parameter in family.fixed:
        yield "fixed parameter", f"{parameter.symbol} (otherwise no exponential family)"
    for label, way in zip(["written as", *[""] * len(family.parametrisations)], family.parametrisations, strict=False):
        yield label, _parametrisation(way)
    if family.torch:
        yield "torch.distributions", family.torch.name
    if family.scipy:
        yield "scipy.stats", family.scipy.name
    if family.reference:
        yield "reference", family.reference


def _support(family: Family) -> str:
    kind = "discrete" if family.support.is_discrete else "continuous"
    size = f"{family.support.cardinality} points" if family.support.is_finite else str(family.support.cardinality)
    bounds = family.support.bounds
    ends = (
        ""
        if bounds is None
        else "; "
        + ", ".join(
            f"{variable} from {_text(lower)} to {_text(upper)}"
            for variable, (lower, upper) in zip(family.variables, bounds, strict=True)
        )
    )
    return f"{kind}, {size}{ends}"


def _parametrisation(way: Parametrisation) -> str:
    return f"{', '.join(way.parameters)}: natural parameters {_list(way.natural)}"


def _list(expressions: tuple[sp.Expr, ...]) -> str:
    return ", ".join(map(_text, expressions))


def _text(expression: sp.Expr) -> str:
    return {sp.oo: "oo", -sp.oo: "-oo"}.get(expression) or str(expression).replace("**", "^")
