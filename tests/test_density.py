"""Which joints exist: the set of W against the literature, against the kernel's own exact test, and against itself."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from tightcheck import registry
from tightcheck.density import JointDensity, What, joint_density
from tightcheck.kernel.joint_cases import cases, forced_zero

Weights = Mapping[str, Fraction | int]


def density(x: str, z: str, copies_x: int = 1, copies_z: int = 1) -> JointDensity:
    return joint_density(registry.load(x), registry.load(z), copies_x, copies_z)


THE_TEN_ROWS: tuple[tuple[tuple[str, str, int, int], list[Weights], list[Weights]], ...] = (
    (("bernoulli", "bernoulli", 2, 2), [{}, {"W[0,0]": 9, "a[0]": -7}], []),
    (("gaussian_fixed_variance", "bernoulli", 2, 2), [{}, {"W[0,1]": 100}], []),
    (
        ("gaussian_fixed_variance", "gaussian", 2, 2),
        [{"c[0]": -1, "c[1]": -1}, {"W[0,0]": 1, "c[0]": Fraction(-501, 1000), "c[1]": -1}],
        [
            {"W[0,0]": 1, "c[0]": Fraction(-1, 2), "c[1]": -1},
            {"V[0,0]": Fraction(1, 10**6), "c[0]": -1, "c[1]": -1},
        ],
    ),
    (
        ("gaussian_fixed_variance", "full_gaussian", 1, 1),
        [{"c[0]": -1, "c[2]": -1, "W[0,0]": 1}],
        [{"c[0]": -1, "c[2]": -1, "W[0,0]": 2}, {"c[0]": -1, "c[2]": -1, "V[0,1]": 1}],
    ),
    (("poisson", "poisson", 1, 1), [{}, {"W": -3, "a": 5, "b": 5}], [{"W": Fraction(1, 10**9)}]),
    (("poisson", "bernoulli", 2, 3), [{}, {"W[0,0]": 50}], []),
    (
        ("poisson", "gaussian", 2, 2),
        [{"c[0]": -1, "c[1]": -1, "V[0,1]": -1, "W[0,1]": 5}],
        [{"c[0]": -1, "c[1]": -1, "W[0,1]": 5}, {"c[0]": -1}, {"c[0]": -1, "c[1]": -1, "V[0,0]": 1}],
    ),
    (
        ("exponential", "exponential", 1, 1),
        [{"a": -1, "b": -2}, {"a": -1, "b": -2, "W": -3}],
        [{"a": 0, "b": -2, "W": -1}, {"a": -1, "b": 0, "W": -1}, {"a": -1, "b": -1, "W": 1}],
    ),
    (("gaussian_fixed_variance", "poisson", 1, 1), [{}, {"a": 3, "b": -3}], [{"W": Fraction(1, 20)}, {"W": -1}]),
    (
        ("bernoulli", "gaussian", 2, 1),
        [{"c": -4, "V[0,0]": 1, "V[1,0]": 2, "W[0,0]": 9}],
        [{"c": -3, "V[0,0]": 1, "V[1,0]": 2}, {}],
    ),
)
"""Form, densities and no densities, on both sides of each boundary."""


@pytest.mark.parametrize(("pair", "inside", "outside"), THE_TEN_ROWS, ids=lambda value: str(value)[:40])
def test_the_ten_joint_forms(pair: tuple[str, str, int, int], inside: list[Weights], outside: list[Weights]) -> None:
    found = density(*pair)
    assert found.what is not What.UNDECIDED
    assert [found.holds(w) for w in inside] == [True] * len(inside)
    assert [found.holds(w) for w in outside] == [False] * len(outside)


@pytest.mark.parametrize(
    ("pair", "inside", "outside"),
    [
        # Gelman and Meng 1991: Gaussian conditionals, both statistics, not Gaussian
        (("gaussian", "gaussian"), {"W_22": -1, "a_2": -1, "b_2": -1}, {"W_22": -1, "a_2": -1, "b_2": 0}),
        (("gaussian", "gaussian"), {"a_2": -1, "b_2": -1, "W_11": 1}, {"a_2": -1, "b_2": -1, "W_11": 2}),
        # exponential x, log-normal z: 1 / (u^2 + 1) is integrable over the line, 1 / (1 + 0 u^2) is not
        (("exponential", "log_normal"), {"a": -1, "V": -1}, {"a": -1}),
        # logarithmic x: exp A = log(1 / |f|) is integrable at a zero of f, an exponential's 1 / |f| is not
        (("logarithmic", "continuous_bernoulli"), {"W": -1}, {"W": 1}),
        (("exponential", "continuous_bernoulli"), {"a": -1, "W": Fraction(1, 2)}, {"W": -1}),
        # Poisson x, gamma z: exp(W log z) against -z: powers below 1, or 1 with exp(a) < 1
        (("poisson", "gamma"), {"W": Fraction(1, 2), "c": -1}, {"W": 2, "c": -100}),
        (("poisson", "gamma"), {"W": 1, "a": -1, "c": -1}, {"W": 1, "a": 1, "c": -1}),
        # gamma x, Poisson z: Gamma(z + a) / z! is a power of z
        (("gamma", "poisson"), {"a_2": -2, "W": 1}, {"a_2": -1, "W": 1}),
        # a negative binomial's log-odds must stay negative at every count
        (("geometric", "poisson"), {"a": -1, "W": -1, "b": 9}, {"a": 0, "W": -1}),
        # inverse Gaussian x with eta_1 = 0 allowed
        (("inverse_gaussian", "poisson"), {"a_2": -1}, {"a_1": 1, "a_2": -1}),
    ],
)
def test_boundary_cases(pair: tuple[str, str], inside: Weights, outside: Weights) -> None:
    found = density(*pair)
    assert found.holds(inside) is True
    assert found.holds(outside) is False


FORCED = (
    (("gaussian_fixed_variance", "poisson"), What.ONLY_ZERO),
    (("exponential", "gaussian_fixed_variance"), What.ONLY_ZERO),
    (("geometric", "gaussian_fixed_variance"), What.ONLY_ZERO),
    (("poisson", "gaussian_fixed_variance"), What.ONLY_ZERO),
    (("gaussian_fixed_variance", "gaussian"), What.ZEROS),
    (("bernoulli", "bernoulli"), What.EVERYTHING),
    (("von_mises", "truncated_gaussian"), What.EVERYTHING),
    (("gaussian_fixed_variance", "gaussian_fixed_variance"), What.INEQUALITIES),
)


@pytest.mark.parametrize(("pair", "what"), FORCED, ids=lambda value: str(value))
def test_what_the_interaction_may_be(pair: tuple[str, str], what: What) -> None:
    found = density(*pair)
    assert found.what is what
    assert density(*reversed(pair)).what is what
    entries = {entry for divergence in found.witness for entry in divergence.entries}
    assert bool(entries) == (what in (What.ZEROS, What.ONLY_ZERO))


SMALL = [
    ("exponential", "gamma"),
    ("gamma", "poisson"),
    ("beta", "geometric"),
    ("gaussian", "gaussian"),
    ("inverse_gaussian", "gamma"),
    ("poisson", "gamma"),
    ("negative_binomial", "beta"),
    ("chi_squared", "exponential"),
    ("gaussian", "bernoulli"),
    ("von_mises", "gamma"),
]
VALUES = st.sampled_from([Fraction(p, q) for p, q in ((-3, 1), (-1, 1), (-1, 2), (0, 1), (1, 2), (1, 1), (2, 1))])


@settings(max_examples=40, deadline=None)
@given(st.sampled_from(SMALL), st.data())
def test_the_formula_agrees_with_the_test_of_one_weight(pair: tuple[str, str], data: st.DataObject) -> None:
    found = density(*pair)
    weights = {entry.symbol.name: data.draw(VALUES, label=entry.symbol.name) for entry in found.entries}
    answer = found.holds(weights)
    values = {
        e.symbol: sp.Rational(w.numerator, w.denominator) for e in found.entries for w in [weights[e.symbol.name]]
    }
    values |= {s: sp.Integer(1) for s in found.constraints.free_symbols if s.name == "r_x"}
    if found.constraints.free_symbols <= set(values):
        held = found.constraints.subs(values)
        assert answer is None or bool(held) is answer, weights


@settings(max_examples=20, deadline=None)
@given(st.sampled_from(SMALL), st.data())
def test_the_two_orders_of_a_pair_agree(pair: tuple[str, str], data: st.DataObject) -> None:
    """Either side may be integrated out first: Tonelli."""
    there, back = density(*pair), density(pair[1], pair[0])
    drawn = {(e.row, e.column): data.draw(VALUES, label=e.symbol.name) for e in there.entries}
    first = there.holds({e.symbol.name: drawn[e.row, e.column] for e in there.entries})
    second = back.holds({e.symbol.name: drawn[e.column, e.row] for e in back.entries})
    assert first is None or second is None or first is second


C = {"c[0]": -1, "c[1]": -1}
THIRD, HALF = Fraction(1, 3), Fraction(1, 2)


@pytest.mark.parametrize(
    ("pair", "weights", "answer"),
    [
        # exp(a z_1^u z_2^v) against exp(-z_1 - z_2): u + v < 1
        (("poisson", "gamma"), {**C, "W[0,0]": THIRD, "W[0,1]": HALF}, True),
        (("poisson", "gamma"), {**C, "W[0,0]": 2 * THIRD, "W[0,1]": HALF}, False),
        # the power of a z that decays in its own factor does not count
        (("poisson", "gamma"), {**C, "W[0,0]": 5, "V[0,0]": -1, "W[0,1]": HALF}, True),
        (("poisson", "gamma"), {**C, "W[0,0]": -THIRD, "W[0,1]": HALF}, False),
        # groups: the first x with the first z alone; the second gamma needs a proper margin
        (("poisson", "gamma"), {**C, "W[0,0]": THIRD}, True),
        (("poisson", "gamma"), {"c[0]": -1, "W[0,0]": THIRD}, False),
        # 1/z in the place of z
        (("poisson", "inverse_gamma"), {**C, "b[0]": -3, "b[1]": -3, "W[0,0]": -THIRD, "W[0,1]": -HALF}, True),
        (("poisson", "inverse_gamma"), {**C, "b[0]": -3, "b[1]": -3, "W[0,0]": -2 * THIRD, "W[0,1]": -HALF}, False),
        # powers of proportions are bounded iff their exponents are not negative
        (("poisson", "beta"), {"W[0,0]": 3, "W[0,1]": HALF, "V[1,1]": 2}, True),
        (("poisson", "beta"), {"W[0,0]": 3, "W[0,1]": -HALF}, False),
        # the Gaussian's quadratic form: c + variance W'W / 2
        (("gaussian_fixed_variance", "log_normal"), {**C, "W[0,0]": 1}, True),
        (("gaussian_fixed_variance", "log_normal"), {**C, "W[0,0]": 1, "W[1,0]": 1}, False),
    ],
)
def test_products_of_two_and_two(pair: tuple[str, str], weights: Weights, answer: bool) -> None:
    found = density(*pair, 2, 2)
    assert found.what is not What.UNDECIDED
    assert found.holds(weights) is answer


def test_a_name_that_is_no_entry_is_said() -> None:
    with pytest.raises(ValueError, match="W has no entry Q"):
        density("poisson", "poisson").holds({"Q": 1})


def test_forced_zeros_are_those_of_every_case() -> None:
    x, z = registry.load("gaussian_fixed_variance"), registry.load("gaussian")
    assert forced_zero(cases((x,), (z,)), 2, 3) == {(1, 2)}
    assert forced_zero(cases((x,), (z,), zero=frozenset({(1, 2)})), 2, 3) == frozenset()


NO_POLYHEDRA: tuple[tuple[tuple[str, str], Weights, bool], ...] = (
    # eta_11 = -1 - z, eta_22 = -1 - z, eta_21 = c z: the determinant is (1 + z)^2 - c^2 z^2 / 4
    (("full_gaussian", "poisson"), {"V[0,0]": -1, "V[2,0]": -1, "a_2[0]": -1, "a_2[2]": -1, "V[1,0]": 1}, True),
    (("full_gaussian", "poisson"), {"V[0,0]": -1, "V[2,0]": -1, "a_2[0]": -1, "a_2[2]": -1, "V[1,0]": 3}, False),
    (("full_gaussian", "poisson"), {"V[0,0]": -1, "V[2,0]": -1, "a_2[0]": -1, "a_2[2]": -1, "V[1,0]": 2}, True),
)


@pytest.mark.parametrize(("pair", "weights", "answer"), NO_POLYHEDRA)
def test_matrices_that_must_stay_definite(pair: tuple[str, str], weights: Weights, answer: bool) -> None:
    found = density(*pair)
    assert found.what is not What.UNDECIDED
    assert found.holds(weights) is answer
