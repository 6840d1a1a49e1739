"""One family's facts as plain text."""

from __future__ import annotations

from collections.abc import Iterator

import sympy as sp

from tightcheck.family import Family, Parametrisation
from tightcheck.joint import show


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
    yield "domain", ", ".join(map(_condition, family.natural_domain)) or "all real values"
    yield from zip(["log-partition", "", ""], _log_partition(family), strict=False)
    yield "log base measure", show.text(family.log_base_measure)
    for parameter in family.fixed:
        yield "fixed parameter", f"{parameter.symbol} (otherwise no exponential family)"
    ways = [way for way in family.parametrisations if _is_own(family, way)]
    for label, way in zip(["written as", *[""] * len(ways)], ways, strict=False):
        yield label, _parametrisation(way)
    if family.synonyms:
        yield "other names", ", ".join(f"{other} for {name}" for other, name in family.synonyms.items())
    if len(ways) < len(family.parametrisations) and (logarithms := _logarithms(family, ways)):
        yield "or their logarithms", ", ".join(logarithms)
    if family.torch:
        yield "torch.distributions", family.torch.name
    if family.scipy:
        yield "scipy.stats", family.scipy.name
    if family.reference:
        yield "reference", family.reference


def _support(family: Family) -> str:
    kind = "discrete" if family.support.is_discrete else "continuous"
    size = {"continuum": "", "countable": ", countable"}.get(
        str(family.support.cardinality), f", {family.support.cardinality} points"
    )
    bounds = family.support.bounds
    ends = (
        ""
        if bounds is None
        else "; "
        + ", ".join(
            f"{variable} from {show.text(lower)} to {show.text(upper)}"
            for variable, (lower, upper) in zip(family.variables, bounds, strict=True)
        )
    )
    shown = f"; shown in dimension {family.dimension}" if family.dimension is not None else ""
    return f"{kind}{size}{ends}{shown}"


def _log_partition(family: Family) -> Iterator[str]:
    """A, one case a line, in terms of the length of eta where it depends on that alone."""
    length = sp.Symbol("|eta|", nonnegative=True)
    square = sp.Add(*(eta**2 for eta in family.natural_parameters))
    shown = family.log_partition.subs(square, length**2) if len(family.natural_parameters) > 1 else family.log_partition
    cases = shown.args if isinstance(shown, sp.Piecewise) else [(shown, True)]
    for value, where in cases:
        tail = (
            f" where {_condition(where)}" if where not in (True, sp.true) else ", otherwise" if len(cases) > 1 else ""
        )
        yield f"{show.text(value)}{tail}"


def _is_own(family: Family, way: Parametrisation) -> bool:
    """Whether the way is neither another one under other names nor with logarithms for positive parameters."""
    names = set(way.parameters)
    return not names & set(family.synonyms) and not any(_base(name) in _names(family) for name in names)


def _names(family: Family) -> set[str]:
    return {name for way in family.parametrisations for name in way.parameters}


def _base(name: str) -> str:
    """scale of log_scale; nothing for a parameter that is no logarithm."""
    return name.removeprefix("log_") if name.startswith("log_") else ""


def _logarithms(family: Family, ways: list[Parametrisation]) -> list[str]:
    """The logarithms that may be written for the parameters of these ways."""
    names = dict.fromkeys(f"log_{name}" for way in ways for name in way.parameters)
    return [name for name in names if name in _names(family)]


def _parametrisation(way: Parametrisation) -> str:
    return f"{', '.join(way.parameters)}: natural parameters {_list(way.natural)}"


def _list(expressions: tuple[sp.Expr, ...]) -> str:
    return ", ".join(map(show.text, expressions))


def _condition(condition: sp.Basic) -> str:
    """A condition on natural parameters: eta != 0, not Ne(eta, 0)."""
    if isinstance(condition, (sp.And, sp.Or)):
        word = " and " if isinstance(condition, sp.And) else " or "
        return word.join(map(_condition, condition.args))
    if isinstance(condition, sp.core.relational.Relational):
        sign = {"==": "="}.get(condition.rel_op, condition.rel_op)
        return f"{show.text(condition.lhs)} {sign} {show.text(condition.rhs)}"
    return show.text(condition)
