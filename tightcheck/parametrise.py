"""Every way to write a family's parameters, derived from the few that its file states.

A positive parameter may be written by its logarithm (`rate`, `log_rate`), a parameter by its synonyms, and the natural
parameters by themselves (`natural`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace

import sympy as sp

from tightcheck.family import Family, Parametrisation

SPELLINGS: Mapping[str, str] = {
    "mu": "mean",
    "var": "variance",
    "std": "scale",
    "stddev": "scale",
    "sigma": "scale",
    "log_var": "log_variance",
    "logvar": "log_variance",
    "log_std": "log_scale",
    "log_covariance": "log_variance",
    "log_stddev": "log_scale",
    "log_sigma": "log_scale",
    "p": "probs",
    "scale_diag": "scale",
    "log_scale_diag": "log_scale",
    "covariance_matrix": "covariance",
}
"""How papers and programs spell the registry's words; a family's own names come first."""


def location_and_spread(location: str, eta_1: sp.Symbol, eta_2: sp.Symbol) -> tuple[Parametrisation, ...]:
    """exp(eta_1 t + eta_2 t^2) by its location, called `location`, and its variance, scale or precision."""
    loc = sp.Symbol(location, real=True)
    variance, scale, precision = sp.symbols("variance scale precision", positive=True)
    loc_of_eta, variance_of_eta = -eta_1 / (2 * eta_2), -1 / (2 * eta_2)
    spreads = (
        (variance, variance, variance_of_eta),
        (scale, scale**2, sp.sqrt(variance_of_eta)),
        (precision, 1 / precision, 1 / variance_of_eta),
    )
    return tuple(
        Parametrisation({location: loc, spread.name: spread}, (loc / square, -1 / (2 * square)), (loc_of_eta, of_eta))
        for spread, square, of_eta in spreads
    )


def complete(family: Family) -> Family:
    """The family with every derived parametrisation, each set of names once, the stated ones first."""
    stated = (*family.parametrisations, natural(family))
    logarithmic = tuple(variant for parametrisation in stated for variant in _logarithmic(parametrisation))
    every: dict[frozenset[str], Parametrisation] = {}
    for parametrisation in (*stated, *logarithmic):
        for variant in (parametrisation, *_renamed(parametrisation, family.synonyms)):
            every.setdefault(frozenset(variant.parameters), variant)
    return replace(family, parametrisations=tuple(every.values()))


def natural(family: Family) -> Parametrisation:
    """The natural parameters as they are, under the name `natural`."""
    eta = family.natural_parameters
    return Parametrisation({"natural": eta[0] if len(eta) == 1 else eta}, eta, eta)


def find(family: Family, names: Iterable[str]) -> Parametrisation | None:
    """The parametrisation of a completed family with exactly these names, in any order and common spelling."""
    wanted = frozenset(names)
    spelled = frozenset(SPELLINGS.get(name, name) for name in wanted)
    known = {frozenset(each.parameters): each for each in family.parametrisations}
    return known.get(wanted) or known.get(spelled)


def _logarithmic(parametrisation: Parametrisation) -> Iterator[Parametrisation]:
    """The parametrisation with some of its positive parameters written by their logarithms."""
    variants = [parametrisation]
    for name, value in parametrisation.parameters.items():
        if all(symbol.is_positive for symbol in _tuple(value)):
            variants += [_with_logarithm(variant, name) for variant in variants]
    yield from variants[1:]


class Derived(Parametrisation):
    """A parametrisation worked out when `natural` or `inverse` is first asked for."""

    _work_out: Callable[[], tuple[tuple[sp.Expr, ...], tuple[sp.Expr, ...]]]

    def __init__(
        self,
        parameters: Mapping[str, sp.Symbol | tuple[sp.Symbol, ...]],
        work_out: Callable[[], tuple[tuple[sp.Expr, ...], tuple[sp.Expr, ...]]],
    ) -> None:
        object.__setattr__(self, "parameters", parameters)
        object.__setattr__(self, "_work_out", work_out)

    def __getattr__(self, name: str) -> tuple[sp.Expr, ...]:
        if name not in ("natural", "inverse"):
            raise AttributeError(name)
        natural, inverse = self._work_out()
        object.__setattr__(self, "natural", natural)
        object.__setattr__(self, "inverse", inverse)
        return natural if name == "natural" else inverse


def _with_logarithm(stated: Parametrisation, name: str) -> Parametrisation:
    """The parametrisation with the positive parameter `name` replaced by `log_name`."""
    logarithms = {s: sp.Symbol(f"log_{s.name}", real=True) for s in _tuple(stated.parameters[name])}

    def work_out() -> tuple[tuple[sp.Expr, ...], tuple[sp.Expr, ...]]:
        exponentials = {symbol: sp.exp(logarithm) for symbol, logarithm in logarithms.items()}
        inverse = zip(stated.symbols, stated.inverse, strict=True)
        return (
            tuple(expression.subs(exponentials) for expression in stated.natural),
            tuple(
                log_of_positive(expression) if symbol in logarithms else expression for symbol, expression in inverse
            ),
        )

    parameters: dict[str, sp.Symbol | tuple[sp.Symbol, ...]] = {}
    for key, value in stated.parameters.items():
        if key != name:
            parameters[key] = value
        else:
            parameters[f"log_{key}"] = tuple(logarithms.values()) if isinstance(value, tuple) else logarithms[value]
    return Derived(parameters, work_out)


def log_of_positive(expression: sp.Expr) -> sp.Expr:
    """The logarithm of an expression known to be positive: powers come out, log(-1/eta) is -log(-eta)."""
    if expression.is_Pow and expression.exp.is_number:
        return expression.exp * log_of_positive(expression.base)
    numerator, denominator = expression.as_numer_denom()
    if numerator.is_number and not denominator.is_number:
        return -sp.log(denominator / numerator)
    return sp.log(expression)


def _renamed(parametrisation: Parametrisation, synonyms: Mapping[str, str]) -> Iterator[Parametrisation]:
    """The parametrisation under each choice of synonyms for its names."""
    variants = [parametrisation]
    for other, name in synonyms.items():
        for prefix in ("", "log_"):
            key = prefix + name
            variants += [_with_name(each, key, prefix + other) for each in variants if key in each.parameters]
    yield from variants[1:]


def _with_name(stated: Parametrisation, name: str, other: str) -> Parametrisation:
    """The parametrisation with `name` called `other`; its symbols stay."""
    parameters = {other if key == name else key: value for key, value in stated.parameters.items()}
    return Derived(parameters, lambda: (stated.natural, stated.inverse))


def _tuple(value: sp.Symbol | tuple[sp.Symbol, ...]) -> tuple[sp.Symbol, ...]:
    """One symbol or several, as a tuple."""
    return value if isinstance(value, tuple) else (value,)
