"""Random formulas of one number, many of them on the boundary of what its statistics outweigh, and the outside judge.

`is_outweighed_at_ends` tries c = level * (a point inside the natural domain) and says yes where one of these has a finite
integral at both ends. The judge looks at the same c, in 900 digits with a bound of the tail; it does not share a line of code.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import mpmath
import pytest
import sympy as sp
from hypothesis import HealthCheck, assume, event, given, settings
from hypothesis import strategies as st

from tests.oracle.growth import Number, tail
from tests.oracle.joint_judge import Side
from tests.oracle.joint_judge import _ends as ends_of
from tests.oracle.partitions import log_gamma
from tightcheck import registry
from tightcheck.family import Family
from tightcheck.kernel.joint_support import inside
from tightcheck.kernel.outweighed import LEVELS, is_outweighed_at_ends

NAMES = tuple(
    name
    for name in registry.names()
    if (known := registry.load(name)).law is None
    and len(known.variables) == 1
    and known.support.bounds is not None
    and not known.support.is_discrete
)
FACTORS = tuple(sp.Rational(n, 4) for n in (1, 2, 3, 4, 5, 8, 12))
POWERS = tuple(
    sp.Rational(*ratio) for ratio in ((1, 2), (1, 3), (2, 3), (1, 1), (3, 2), (2, 1), (-1, 2), (-1, 1), (-2, 1))
)


@cache
def family(name: str) -> Family:
    """The family, its fixed parameters at their defaults."""
    found = registry.load(name)
    return found.with_fixed({parameter.symbol.name: parameter.default for parameter in found.fixed})


def positive(z: sp.Symbol) -> st.SearchStrategy[sp.Expr]:
    """Formulas that are positive and continuous wherever z is."""
    plain = [z] if z.is_positive else [z**2, sp.Abs(z), 1 + z**2]
    atoms = st.sampled_from([*plain, *(1 + each for each in plain), *FACTORS])

    def deeper(inner: st.SearchStrategy[sp.Expr]) -> st.SearchStrategy[sp.Expr]:
        above = inner.map(lambda t: t + 1)
        return st.one_of(
            st.tuples(inner, inner).map(lambda p: p[0] + p[1]),
            st.tuples(inner, inner).map(lambda p: p[0] * p[1]),
            st.tuples(inner, st.sampled_from(POWERS)).map(lambda p: p[0] ** p[1]),
            st.tuples(inner, inner).map(lambda p: p[0] / (1 + p[1])),
            above.map(sp.log),
            above.map(lambda t: sp.loggamma(t + 1)),
            inner.map(lambda t: sp.exp(-t)),
            inner.map(sp.exp),
            st.tuples(inner, inner).map(lambda p: sp.log(1 + p[0] * sp.exp(p[1]))),
            st.tuples(inner, inner, inner).map(lambda p: sp.log(p[0] * sp.exp(p[1]) + sp.exp(p[2]))),
        )

    return st.recursive(atoms, deeper, max_leaves=5)


@st.composite
def formulas(draw: st.DrawFn, z: sp.Symbol) -> sp.Expr:
    """Sums of positive formulas, their logarithms and the statistics that stand at the boundary, with signs."""
    inner = positive(z)
    terms = draw(st.lists(st.one_of(inner, inner.map(sp.log)), min_size=1, max_size=3))
    edge = st.sampled_from(
        [sp.Integer(0), *((sp.log(z), 1 / z, z * sp.log(1 + z)) if z.is_positive else (sp.log(1 + z**2), z))]
    )
    factors = draw(st.lists(st.sampled_from([*FACTORS, *(-f for f in FACTORS)]), min_size=4, max_size=4))
    return sp.Add(*(f * t for f, t in zip(factors, [*terms, draw(edge)], strict=False)))


def at(level: int, known: Family, energy: sp.Expr) -> Callable[[tuple[Number, ...]], Number]:
    """log h' + <c, psi> + energy at a value of z, with c of this level."""
    side, c = Side(known), [level * mpmath.mpf(entry.numerator) / entry.denominator for entry in inside(known)]
    modules = [{"loggamma": log_gamma}, "mpmath"]
    energy_at = sp.lambdify(known.variables, energy, modules)
    return lambda z: side.log_base_measure(z) + sum(map(mpmath.fmul, c, side.statistics(z))) + energy_at(*z)


def words(known: Family, energy: sp.Expr) -> list[list[str]]:
    """For each level what the judge says of each end."""
    return [[_word(at(level, known, energy), curve) for _, curve in ends_of(Side(known))] for level in LEVELS]


def _word(density: Callable[[tuple[Number, ...]], Number], curve: Callable[[Number], tuple[Number, Number]]) -> str:
    def along(y: Number) -> Number:
        place, jacobian = curve(y)
        value = density((place,)) + jacobian
        if not isinstance(value, mpmath.mpf) or mpmath.isnan(value):
            raise ValueError("not a real number")
        return value

    try:
        return tail(along).word
    except (ValueError, OverflowError, ZeroDivisionError, MemoryError):
        return "cannot tell"


def compare(name: str, energy: sp.Expr) -> None:
    """A yes needs a level at which no end is infinite."""
    known = family(name)
    said = is_outweighed_at_ends(known, energy)
    event(f"said {said}")
    if not said:
        return
    found = words(known, energy)
    event("finite" if ["finite", "finite"] in found else "in doubt")
    assert any("infinite" not in each for each in found), f"{name}: {energy}: {found}"


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_what_is_outweighed_integrates(data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(NAMES))
    (z,) = family(name).variables
    energy = data.draw(formulas(z))
    assume(energy.has(z) and energy.count_ops() < 60)
    compare(name, energy)


@pytest.mark.long
@pytest.mark.parametrize("name", NAMES)
@settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_what_is_outweighed_integrates_at_length(name: str, data: st.DataObject) -> None:
    (z,) = family(name).variables
    energy = data.draw(formulas(z))
    assume(energy.has(z) and energy.count_ops() < 60)
    compare(name, energy)
