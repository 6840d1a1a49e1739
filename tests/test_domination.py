"""How fast formulas grow and what families outweigh, against numbers far out and exact integrals."""

from __future__ import annotations

from collections.abc import Callable

import mpmath as mp
import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from tightcheck import registry
from tightcheck.kernel.domination import degree, outweighs

Z = sp.Symbol("z", real=True)

LEAVES = st.one_of(
    st.just(Z), st.fractions(-3, 3, max_denominator=4).map(lambda q: sp.Rational(q.numerator, q.denominator))
)


def _grown(parts: st.SearchStrategy[sp.Expr]) -> st.SearchStrategy[sp.Expr]:
    pairs = st.tuples(parts, parts)
    one: list[Callable[[sp.Expr], sp.Expr]] = [
        sp.tanh,
        sp.sin,
        sp.Abs,
        lambda t: t**2,
        lambda t: sp.log(1 + sp.exp(t)),
        lambda t: sp.log(1 + t**2),
        lambda t: 1 / (1 + sp.exp(t)),
        lambda t: sp.sqrt(1 + sp.Abs(t)),
        lambda t: sp.exp(sp.tanh(t)),
        lambda t: sp.Max(0, t),
    ]
    return st.one_of(
        pairs.map(lambda p: p[0] + p[1]),
        pairs.map(lambda p: p[0] * p[1]),
        pairs.map(lambda p: sp.Min(*p)),
        pairs.map(lambda p: sp.log(2 * sp.exp(p[0]) + sp.exp(p[1]) / 3)),
        st.tuples(st.sampled_from(one), parts).map(lambda p: p[0](p[1])),
    )


@settings(max_examples=150, deadline=None)
@given(st.recursive(LEAVES, _grown, max_leaves=5))
def test_no_formula_grows_faster_than_its_degree(formula: sp.Expr) -> None:
    """|e(z)| / (1 + |z|)^d does not grow between 10^3 and 10^6, on either side."""
    found = degree(formula, [Z])
    if found is None:
        return
    value = sp.lambdify(Z, formula, "mpmath")
    with mp.workdps(30):
        for side in (-1, 1):
            near, far = (abs(value(side * mp.mpf(z))) / (1 + mp.mpf(z)) ** found for z in (10**3, 10**6))
            assert far <= 3 * near + mp.mpf(1) / 10 + abs(value(mp.mpf(side))) or far <= 50, (formula, found)


@pytest.mark.parametrize("formula", [sp.exp(Z), 1 / Z, sp.log(sp.Abs(Z)), sp.exp(-(Z**2)), sp.loggamma(1 + Z**2), Z**Z])
def test_a_formula_without_a_known_bound_has_no_degree(formula: sp.Expr) -> None:
    """Poles, exponentials and log Gamma are left alone."""
    assert degree(formula, [Z]) is None


def test_another_letter_has_no_degree() -> None:
    """What is no coordinate of z may be anything."""
    assert degree(Z + sp.Symbol("a", real=True), [Z]) is None


@pytest.mark.parametrize(
    ("name", "most"),
    [
        ("gaussian", 2),
        ("poisson", 1),
        ("geometric", 1),
        ("exponential", 1),
        ("gamma", 1),
        ("rayleigh", 2),
        ("log_normal", 0),
        ("laplace", 0),
        ("pareto", 0),
        ("beta", 9),
        ("bernoulli", 9),
        ("von_mises", 9),
    ],
)
def test_what_a_family_outweighs(name: str, most: int) -> None:
    """A half-line with z among its statistics outweighs |z|, a square z^2, bounded draws everything."""
    family = registry.load(name)
    assert [outweighs(family, d) for d in (0, 1, 2, 3, 9)] == [d <= most for d in (0, 1, 2, 3, 9)]


@pytest.mark.parametrize("size", [1, 20])
def test_a_gaussian_outweighs_a_square_of_any_size(size: int) -> None:
    """integral of exp(-t z^2 + C (1 + |z|)^2), t = 4 C + 1, is finite: at most the sum of its parts."""
    total = 2 * mp.quad(lambda z: mp.exp(-(4 * size + 1) * z**2 + size * (1 + z) ** 2), [0, 1, 5, mp.inf])
    assert mp.isfinite(total) and total > 0
