"""Joints of two vectors: sets derived by hand, the outside judge along curves to infinity, and what the lemmas rest on."""

from __future__ import annotations

import math
from collections.abc import Mapping
from fractions import Fraction
from functools import cache
from itertools import combinations_with_replacement

import mpmath
import numpy as np
import pytest
import sympy as sp
from hypothesis import HealthCheck, event, given, note, settings
from hypothesis import strategies as st

from tests.oracle.joint_judge import Side, Weights
from tests.oracle.joint_rays import diverges
from tests.test_joint_judged import between, density, family, order, weights
from tightcheck import registry
from tightcheck.density import JointDensity, What, joint_density
from tightcheck.density.problem import problem_of
from tightcheck.family import Family
from tightcheck.kernel.joint_compound import compound_of
from tightcheck.kernel.joint_exact import Exact
from tightcheck.kernel.joint_lines import holds_no_line, runs_over_lines
from tightcheck.kernel.joint_normals import Arc, HalfSpace, Normal, arcs_of
from tightcheck.kernel.joint_numbers import rational
from tightcheck.kernel.joint_strict import is_tempered
from tightcheck.kernel.joint_support import inside, largest
from tightcheck.product import product

Values = Mapping[str, Fraction | int]

VECTORS = (
    *("dirichlet", "full_gaussian", "inverse_wishart", "isotropic_gaussian", "multinomial_random_length"),
    *("normal_gamma", "normal_inverse_gamma", "wishart"),
)
PAIRS = list(combinations_with_replacement(VECTORS, 2))
HALVINGS = 6


def generic(found: JointDensity, level: Fraction) -> dict[str, Fraction]:
    """W = -(eta, -level)(eta', -level)': log p is minus a product of two functions that grow."""
    rows, columns = order(found)
    left, right = (
        [-level, *(v or Fraction(1, 8) for v in inside(family(part.family.name)))] for part in found.form.parts
    )
    return {
        e.symbol.name: -left[rows[e.row - 1] + 1 if e.row else 0] * right[columns[e.column - 1] + 1 if e.column else 0]
        for e in found.entries
    }


@pytest.mark.parametrize(("x", "z"), PAIRS)
def test_no_entry_is_forced_between_vectors(x: str, z: str) -> None:
    found = density(x, z)
    assert found.what is What.INEQUALITIES
    assert any(found.holds(generic(found, Fraction(level))) is True for level in (2, 8, 32, 128))


@pytest.mark.parametrize("z", ["dirichlet", "inverse_wishart", "wishart", "normal_gamma", "normal_inverse_gamma"])
def test_a_matrix_normal_depends_on_no_vector_whose_domain_holds_no_line(z: str) -> None:
    found = density("matrix_normal", z)
    assert found.what is density(z, "matrix_normal").what is What.ONLY_ZERO
    start = generic(found, Fraction(1))
    margin = {e.symbol.name: start[e.symbol.name] for e in found.entries if e.row == 0}
    assert found.holds(margin) is True
    tied = next(entry.symbol.name for entry in found.entries if entry.is_interaction)
    assert found.holds({**margin, tied: Fraction(1, 1000)}) is False
    assert found.holds({}) is False or z == "dirichlet"
    assert all("along a line" in each.direction for each in found.witness)


SHAPES = {"V[0,0]": 1, "V[1,0]": 1, "V[2,0]": 1}
PLANES = {"W[0,0]": -1, "W[0,1]": -1}
HALF = {"W_22": -1, "W_21[0,0]": 1, "W_12[0,0]": 1, "a_2": Fraction(-1, 2), "b_2": Fraction(-1, 2)}
COUNTED = {"a[0]": -1, "a[1]": -1, "b[0]": -1, "b[2]": -1}
CIRCLES = {"a_2": -1, "b_2": -1}
BUMPS = {
    "V[0,0]": -1,
    "V[1,0]": -1,
    "W[0,0]": 1,
    "W[1,1]": 1,
    "a[0]": Fraction(-1, 2),
    "a[1]": Fraction(-1, 2),
    "c": -1,
}
COUNTS = {"W[0,0]": -1, "W[0,1]": -1, "W[1,0]": -1, "W[1,1]": 0}
DERIVED: tuple[tuple[str, str, Values, Values, Values], ...] = (
    # g_3(x) = c + sum_k log x_k is at most c - 3 log 3 = c - 3.29583...
    ("dirichlet", "isotropic_gaussian", SHAPES, {"c": Fraction(32958, 10000)}, {"c": Fraction(32959, 10000)}),
    # f_1(z) = a + log(1/z_1) + log(1/z_2) > -1 at z_1 = z_2 = 1/2, where it is a + 2 log 2 = a + 1.386..., z_3 -> 0
    ("dirichlet", "dirichlet", PLANES, {"a[0]": Fraction(-2386, 1000)}, {"a[0]": Fraction(-2387, 1000)}),
    ("dirichlet", "dirichlet", PLANES, {"b[0]": Fraction(-99, 100)}, {"b[0]": Fraction(-101, 100)}),
    ("dirichlet", "dirichlet", {}, {}, {"W[2,1]": Fraction(1, 1000)}),
    ("dirichlet", "dirichlet", {}, {}, {"a[0]": -1}),
    # f_3(z) = a + z_1 - |z|^2 is at most a + 1/4, g_3 likewise
    ("isotropic_gaussian", "isotropic_gaussian", HALF, {"a_2": Fraction(-26, 100)}, {"a_2": Fraction(-24, 100)}),
    ("isotropic_gaussian", "isotropic_gaussian", HALF, {"b_2": Fraction(-26, 100)}, {"b_2": Fraction(-24, 100)}),
    # |x|^2 / v takes away, x and v as they would be alone; with the other sign the variance of x is infinite for small v
    (
        *("isotropic_gaussian", "normal_inverse_gamma"),
        {"a_2": -1, "b_1": -2, "b_2": -1, "b_4": -1},
        {"W_22": -1},
        {"W_22": Fraction(1, 1000)},
    ),
    # x_1 >= 0 for counts: exp(a_1 - z^2 x_1)
    ("multinomial_random_length", "wishart", COUNTED, {"W[0,0]": -1}, {"W[0,0]": 1}),
    # a quadratic form with the block [[-2, W], [W, -2]]
    ("isotropic_gaussian", "isotropic_gaussian", CIRCLES, {"W_11[0,1]": Fraction(199, 100)}, {"W_11[0,1]": 2}),
    ("isotropic_gaussian", "isotropic_gaussian", CIRCLES, {"a_1[0]": 9}, {"a_2": 0}),
    # exp(a + z_1 - |z|^2) + exp(a + z_2 - |z|^2) is at most 2 exp(a + 1/8), at z_1 = z_2 = 1/4, and must stay below 2
    (
        *("multinomial_random_length", "isotropic_gaussian", BUMPS),
        {"a[0]": Fraction(-126, 1000), "a[1]": Fraction(-126, 1000)},
        {"a[0]": Fraction(-124, 1000), "a[1]": Fraction(-124, 1000)},
    ),
    # counts k alone: the margin of z is exp(g) with g_3 = c - 1 < 0
    ("multinomial_random_length", "isotropic_gaussian", BUMPS, {"c": Fraction(99, 100)}, {"c": 1}),
    # sum_k exp(a_k + W_kl) < 2 for both l and sum_l exp(b_l + W_kl) < 2 for both k: every point has mass
    ("multinomial_random_length", "multinomial_random_length", COUNTS, {}, {"W[0,0]": 0, "W[0,1]": 0, "W[1,1]": -1}),
    (
        "multinomial_random_length",
        "multinomial_random_length",
        COUNTS,
        {"a[1]": Fraction(48, 100)},
        {"a[1]": Fraction(49, 100)},
    ),
    (
        "multinomial_random_length",
        "multinomial_random_length",
        COUNTS,
        {"a[0]": -9},
        {"a[0]": -9, "W[1,1]": Fraction(1, 99)},
    ),
)


@pytest.mark.parametrize(("x", "z", "common", "holds", "fails"), DERIVED)
def test_both_sides_of_boundaries_derived_by_hand(x: str, z: str, common: Values, holds: Values, fails: Values) -> None:
    found = density(x, z)
    assert found.holds({**common, **holds}) is True
    assert found.holds({**common, **fails}) is False
    assert not diverges(family(x), family(z), weights(found, {n: Fraction(v) for n, v in {**common, **holds}.items()}))


@st.composite
def lines(draw: st.DrawFn, found: JointDensity) -> tuple[dict[str, Fraction], dict[str, Fraction]]:
    """A W inside the set, and one anywhere."""
    start = generic(found, draw(st.sampled_from([Fraction(n) for n in (2, 8, 32)])))
    steps = st.fractions(-2, 2, max_denominator=8)
    return start, {name: value + draw(steps) * (abs(value) + 1) for name, value in start.items()}


@st.composite
def sparse(draw: st.DrawFn, found: JointDensity) -> dict[str, Fraction]:
    """Natural margins and a few entries of the interaction."""
    values = margins(found)
    names = [entry.symbol.name for entry in found.entries if entry.is_interaction]
    for name in draw(st.lists(st.sampled_from(names), min_size=1, max_size=3, unique=True)):
        values[name] = draw(st.sampled_from([Fraction(n, 4) for n in (-8, -4, -1, 1, 4)]))
    return values


def margins(found: JointDensity) -> dict[str, Fraction]:
    """Independent vectors with parameters inside their domains."""
    rows, columns = order(found)
    left, right = (inside(family(part.family.name)) for part in found.form.parts)
    return {
        e.symbol.name: left[rows[e.row - 1]] if e.row else right[columns[e.column - 1]]
        for e in found.entries
        if not e.is_interaction
    }


def check(found: JointDensity, values: Mapping[str, Fraction], seed: int) -> None:
    """A density vanishes along every curve; for what is none, a curve is looked for."""
    said = found.holds(values)
    x, z = (family(part.family.name) for part in found.form.parts)
    told = diverges(x, z, weights(found, values), seed)
    event(f"{said}: {'a curve' if told else 'no curve'}")
    moved = {name: str(value) for name, value in values.items() if value}
    assert not (said and told), f"{[part.family.name for part in found.form.parts]} at {moved}: {told}"


def check_line(found: JointDensity, start: dict[str, Fraction], end: dict[str, Fraction], seed: int) -> None:
    """The end of the line, and where it leaves the set the last W found inside it."""
    check(found, end, seed)
    if found.holds(start) is not True or found.holds(end) is True:
        return
    low, high = Fraction(0), Fraction(1)
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if found.holds(between(start, end, middle)) else (low, middle)
    note(f"up to {low} of the line")
    check(found, between(start, end, low), seed)
    check(found, between(start, end, high), seed)


@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_no_curve_refutes_a_density_with_few_ties(data: st.DataObject) -> None:
    found = density(*data.draw(st.sampled_from(PAIRS)))
    values = data.draw(sparse(found))
    if found.holds(values) is True:
        check(found, values, data.draw(st.integers(0, 10**6)))


@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_no_curve_refutes_a_density_of_vectors(data: st.DataObject) -> None:
    found = density(*data.draw(st.sampled_from(PAIRS)))
    check_line(found, *data.draw(lines(found)), data.draw(st.integers(0, 10**6)))


@pytest.mark.long
@pytest.mark.parametrize(("x", "z"), PAIRS)
@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_no_curve_refutes_any_pair_of_vectors(x: str, z: str, data: st.DataObject) -> None:
    found = density(x, z)
    check_line(found, *data.draw(lines(found)), data.draw(st.integers(0, 10**6)))


def test_the_judge_sees_a_joint_that_is_none() -> None:
    """Without room at infinity: exp(-|x|^2 - |z|^2 + 3 x_1 z_1) grows along x_1 = z_1."""
    found = density("isotropic_gaussian", "isotropic_gaussian")
    values = {"a_2": Fraction(-1), "b_2": Fraction(-1), "W_11[0,0]": Fraction(3)}
    assert found.holds(values) is False
    assert "does not vanish" in diverges(*[family("isotropic_gaussian")] * 2, weights(found, values))


@pytest.mark.parametrize("name", [name for name in VECTORS if name != "multinomial_random_length"])
def test_normals_are_those_of_the_natural_domain(name: str) -> None:
    """Parameters are natural iff they are inside the half-spaces of finely cut arcs, but next to the boundary."""
    conditions = sp.lambdify(family(name).natural_parameters, sp.And(*family(name).natural_domain), "math")
    arcs = list(arcs_of((family(name),)))
    for _ in range(6):
        arcs = [half for arc in arcs for half in (arc.halves() if arc.ends else [arc])]
    planes = [plane(n, arc) for arc in arcs for n in arc.corners]
    generator = np.random.default_rng(3)
    middle = np.array([float(v) for v in inside(family(name))])
    seen = set()
    for _ in range(300):
        eta = middle + 2 * np.abs(middle).max() * generator.normal(size=len(middle))
        worst = max(float(normal @ eta) + constant for normal, constant in planes)
        if abs(worst) > 0.02:
            assert bool(conditions(*eta)) is (worst < 0), eta
            seen.add(worst < 0)
    assert seen == {True, False}


def plane(normal: Normal, arc: Arc) -> tuple[np.ndarray, float]:
    """<n, eta> + constant, over the size of n."""
    numbers = np.array([float(n.rational or 0) for n in normal])
    constant = float(arc.piece.constant.rational or 0) if isinstance(arc.piece, HalfSpace) else 0.0
    return numbers / np.abs(numbers).sum(), constant / float(np.abs(numbers).sum())


@pytest.mark.parametrize("name", VECTORS)
def test_support_functions_are_suprema(name: str) -> None:
    """sup <gamma, psi> bounds <gamma, psi> at points of the support, and A(eta + t gamma) / t comes near it."""
    generator = np.random.default_rng(7)
    statistics = sp.lambdify(family(name).variables, family(name).statistics)
    points = [np.array(statistics(*map(float, point)), float) for point in family(name).support.points]
    start = [mpmath.mpf(v.numerator) / v.denominator for v in inside(family(name))]
    finite = 0
    for _ in range(8):
        gamma = [v + Fraction(int(generator.integers(-2, 3)), 8) for v in inside(family(name))]
        found = largest(family(name), [rational(g) for g in gamma])
        if found is None:
            continue
        with mpmath.workdps(60):
            far = [s + 10**6 * mpmath.mpf(g.numerator) / g.denominator for s, g in zip(start, gamma, strict=True)]
            reached = float(Side(family(name)).log_partition(far)) / 10**6
        bound = float(Exact()._ball(found).mid())
        assert math.isclose(reached, bound, abs_tol=1e-3 * (1 + abs(bound)))
        assert all(float(np.dot([float(g) for g in gamma], point)) <= bound + 1e-9 for point in points)
        finite += 1
    assert finite > 3


def test_which_families_the_rules_are_about() -> None:
    names = [name for name in registry.names() if name in VECTORS]
    assert [name for name in names if is_tempered(family(name))] == [
        n for n in names if n != "multinomial_random_length"
    ]
    assert [name for name in registry.names() if compound_of(family(name))] == ["multinomial_random_length"]
    assert not is_tempered(family("poisson"))  # 1/x! falls faster than every exponential: sup x is infinite
    assert not is_tempered(family("chi_squared"))
    assert runs_over_lines(family("matrix_normal"))
    assert runs_over_lines(family("chi_squared"))  # log x on (0, oo)
    assert not runs_over_lines(family("isotropic_gaussian"))
    assert not runs_over_lines(family("exponential"))
    assert holds_no_line(family("wishart"))
    assert not holds_no_line(family("isotropic_gaussian"))


PRODUCTS = (
    *(
        ("gamma", "gamma"),
        ("gaussian", "gaussian"),
        ("beta", "gamma"),
        ("beta", "beta"),
        ("inverse_gamma", "beta_prime"),
    ),
    *(("negative_binomial", "negative_binomial"), ("gaussian", "laplace"), ("isotropic_gaussian", "inverse_gaussian")),
)


@cache
def squares(x: str, z: str) -> tuple[JointDensity, Family, Family]:
    """Two draws x and two draws z, and the families of the pairs."""
    return joint_density(family(x), family(z), 2, 2), product(*[family(x)] * 2), product(*[family(z)] * 2)


@pytest.mark.parametrize(("x", "z"), PRODUCTS)
def test_no_entry_is_forced_between_two_draws_and_two(x: str, z: str) -> None:
    found, _, _ = squares(x, z)
    assert found.what is What.INEQUALITIES
    assert found.holds(start_of(found, Fraction(32))) is True


def start_of(found: JointDensity, level: Fraction) -> dict[str, Fraction]:
    """Minus the product of two functions that grow, by factors."""
    left, right = (
        [-level, *(v or Fraction(1, 8) for v in inside(family(part.family.name)) * part.block.copies)]
        for part in found.form.parts
    )
    places = problem_of(found.form).places
    return {e.symbol.name: -left[i] * right[k] for e, (i, k) in zip(found.entries, places, strict=True)}


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_no_curve_refutes_a_density_of_two_draws_and_two(data: st.DataObject) -> None:
    found, x, z = squares(*data.draw(st.sampled_from(PRODUCTS)))
    start = start_of(found, Fraction(32))
    values = {n: v + data.draw(st.fractions(-2, 2, max_denominator=4)) * (abs(v) + 1) for n, v in start.items()}
    step = data.draw(st.sampled_from([Fraction(1), Fraction(1, 2), Fraction(1, 8)]))
    values = between(start, values, step)
    rows, columns = len(x.natural_parameters), len(z.natural_parameters)
    matrix = [[Fraction(0)] * (columns + 1) for _ in range(rows + 1)]
    for e, (i, k) in zip(found.entries, problem_of(found.form).places, strict=True):
        matrix[i][k] = values[e.symbol.name]
    w = Weights(tuple(tuple(row[1:]) for row in matrix[1:]), tuple(row[0] for row in matrix[1:]), tuple(matrix[0][1:]))
    said, told = found.holds(values), diverges(x, z, w, data.draw(st.integers(0, 10**6)))
    event(f"{said}: {'a curve' if told else 'no curve'}")
    assert not (said and told), told


def test_a_line_on_each_side_forces_independence() -> None:
    """log x runs over R, so f has no quadratic part; then g is linear in x and below -1 somewhere unless it is constant."""
    found = density("chi_squared", "full_gaussian")
    assert found.what is density("full_gaussian", "chi_squared").what is What.ONLY_ZERO
    assert found.holds(margins(found)) is True
    linear = next(e.symbol.name for e in found.entries if e.is_interaction)
    assert found.holds({**margins(found), linear: Fraction(1, 100)}) is False


@pytest.mark.parametrize("z", ["beta", "dirichlet", "gamma", "inverse_gaussian", "wishart"])
def test_several_draws_along_lines_depend_on_none(z: str) -> None:
    found = joint_density(family("gaussian_fixed_variance"), family(z), 3, 2)
    assert found.what is What.ONLY_ZERO
    start = start_of(found, Fraction(1))
    assert found.holds({e.symbol.name: start[e.symbol.name] for e in found.entries if not e.is_interaction}) is True
    assert found.holds(start) is False


@pytest.mark.parametrize(("x", "z"), [("poisson", "gamma"), ("gaussian_fixed_variance", "gamma")])
def test_tails_lighter_than_exponential_are_left_out(x: str, z: str) -> None:
    """sup x is infinite though every eta is natural: the lemma says nothing."""
    assert joint_density(family(x), family(z), 2, 2).holds({"W[0,0]": -1, "b[0]": 1, "b[1]": 1}) in (None, False)
