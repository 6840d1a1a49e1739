"""Every law over every family of the registry, and mutated families, which the laws must reject."""

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
import sympy as sp

from tightcheck import registry
from tightcheck.family import Family
from tightcheck.laws import LAWS, broken, generator, kinds, law, laws, numeric
from tightcheck.product import product

NAMES = registry.names()


@pytest.mark.parametrize("word", LAWS)
@pytest.mark.parametrize("name", NAMES)
def test_law(name: str, word: str) -> None:
    law(word)(numeric.in_general_position(registry.load(name)), generator(name))


def wrong_log_partition(family: Family) -> Family:
    """A plus a linear term."""
    return replace(family, log_partition=family.log_partition + family.natural_parameters[-1] / 9, series=None)


def wrong_base_measure(family: Family) -> Family:
    """h tilted by the first statistic."""
    return replace(family, log_base_measure=family.log_base_measure + family.statistics[0] / 9)


def redundant_statistic(family: Family) -> Family:
    """The sum of the statistics as one more."""
    extra = sp.Symbol("extra", real=True)
    return replace(
        family,
        statistics=(*family.statistics, sum(family.statistics) + 1),
        natural_parameters=(*family.natural_parameters, extra),
    )


def shifted_domain(family: Family, step: float) -> Family:
    """Every relation of the natural domain moved along all coordinates."""
    moved = {e: e + step for e in family.natural_parameters}
    return replace(family, natural_domain=tuple(r.subs(moved, simultaneous=True) for r in family.natural_domain))


SCALAR = tuple(name for name in NAMES if len(registry.load(name).variables) == 1)
BOUNDED = tuple(name for name in SCALAR if not registry.load(name).has_full_domain)


@pytest.mark.parametrize("name", SCALAR)
@pytest.mark.parametrize("mutation", [wrong_log_partition, wrong_base_measure])
def test_a_wrong_measure_breaks_the_mass(name: str, mutation: Callable[[Family], Family]) -> None:
    family = numeric.in_general_position(registry.load(name))
    if family.series is not None and mutation is wrong_log_partition:
        family = replace(family, series=replace(family.series, term=2 * family.series.term))
    else:
        family = mutation(family)
    with pytest.raises(AssertionError, match="the file says"):
        laws.mass_is_one(family, generator(name))


def wrong_link(family: Family) -> Family:
    """The first parametrisation with twice its natural parameters."""
    first = family.parametrisations[0]
    wrong = replace(first, natural=tuple(2 * expression for expression in first.natural))
    return replace(family, parametrisations=(wrong,))


@pytest.mark.parametrize("name", SCALAR)
def test_a_wrong_link_breaks_the_way_back(name: str) -> None:
    with pytest.raises(AssertionError, match="returns as"):
        laws.parametrisations_return(wrong_link(numeric.in_general_position(registry.load(name))), generator(name))


@pytest.mark.parametrize("name", NAMES)
def test_a_redundant_statistic_breaks_minimality(name: str) -> None:
    with pytest.raises(AssertionError, match=r"dependent|too few"):
        laws.statistics_are_minimal(redundant_statistic(numeric.in_general_position(registry.load(name))))


@pytest.mark.parametrize("name", BOUNDED)
@pytest.mark.parametrize("step", [-1.0, 1.0])
def test_a_wrong_domain_breaks_the_boundary(name: str, step: float) -> None:
    """Too large a domain holds points without a density, too small a one leaves out points with one."""
    family = shifted_domain(numeric.in_general_position(registry.load(name)), step)
    with pytest.raises(AssertionError, match=r"a density at|no density at"):
        laws.boundary_has_two_sides(family, generator(name))


@pytest.mark.parametrize("name", [n for n in NAMES if registry.load(n).has_full_domain])
def test_an_invented_boundary_is_found(name: str) -> None:
    family = numeric.in_general_position(registry.load(name))
    with pytest.raises(AssertionError, match="outside the stated domain"):
        laws.boundary_has_two_sides(
            replace(family, natural_domain=(family.natural_parameters[0] < 0,)), generator(name)
        )


@pytest.mark.parametrize("name", [n for n in SCALAR if registry.load(n).partition != "log_convex"])
def test_another_kind_is_refused(name: str) -> None:
    """Every kind that fixes a formula is false of the families of the others."""
    family = numeric.in_general_position(registry.load(name))
    others = {"exponential", "poles", "power", "quadratic", "quadratic_over_linear"} - {family.partition}
    for kind in sorted(others):
        with pytest.raises((AssertionError, ValueError)):
            kinds.partition_is_of_its_kind(replace(family, partition=kind), generator(name))


def scalar_pairs() -> list[tuple[str, str]]:
    """Neighbours in the list of families with one variable between stated ends, and a family beside itself."""
    scalar = [name for name in SCALAR if registry.load(name).support.bounds and registry.load(name).series is None]
    return [*pairwise(scalar), (scalar[0], scalar[0])]


@pytest.mark.parametrize("pair", scalar_pairs(), ids=" x ".join)
def test_products_of_families_are_families(pair: tuple[str, str]) -> None:
    factors = [numeric.in_general_position(registry.load(name)) for name in pair]
    family = product(*factors)
    assert len(family.variables) == 2
    assert len(set(family.variables + family.natural_parameters)) == 2 + len(family.statistics)
    for word in ("minimality", "slices", "kind"):
        law(word)(family, generator(family.name))
    curvature = numeric.hessian(family, numeric.natural_parameters(family, generator(family.name), 1)[0])
    size = len(factors[0].statistics)
    assert np.allclose(curvature[:size, size:], 0, atol=1e-8)
    assert np.linalg.eigvalsh(curvature).min() > 0


MISTAKES = {
    "a wrong log-partition": (wrong_log_partition, "mass", "`log_partition`"),
    "a wrong base measure": (wrong_base_measure, "mass", "`log_base_measure`"),
    "a redundant statistic": (redundant_statistic, "minimality", "take out of `statistics`"),
    "a wrong domain": (lambda family: shifted_domain(family, -1.0), "boundary", "`natural_domain` is wrong"),
    "a wrong link": (wrong_link, "parametrisations", "`natural` and `inverse` do not undo each other"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_told_with_what_to_look_at(mistake: str) -> None:
    mutation, word, told = MISTAKES[mistake]
    assert told in broken(mutation(registry.load("exponential")))[word]


def test_a_family_without_mistakes_breaks_no_law() -> None:
    assert broken(registry.load("exponential")) == {}
