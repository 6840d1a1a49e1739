"""Joints at the edge of the rules for exact W: whether they are densities is worked out by hand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

import pytest
import sympy as sp

from tightcheck import registry
from tightcheck.atlas.choices import asked
from tightcheck.atlas.facts import pair
from tightcheck.family import Family
from tightcheck.kernel.joint_curves import curve_of
from tightcheck.kernel.joint_density import is_density
from tightcheck.kernel.joint_exact import Exact
from tightcheck.kernel.joint_expressions import evaluate
from tightcheck.kernel.joint_faces import outer_faces
from tightcheck.kernel.joint_germs import Huge, monomial
from tightcheck.kernel.joint_numbers import Number, Unreached, inverse, letter, rational
from tightcheck.kernel.joint_products import is_product_density
from tightcheck.kernel.joint_set import check_set
from tightcheck.kernel.joint_weights import transposed
from tightcheck.kernel.rejected import Rejected


def weights(rows: Sequence[Sequence[object]]) -> list[list[Number]]:
    """W with its first row and column for the constant 1."""
    return [[rational(Fraction(str(entry))) for entry in row] for row in rows]


def on_sphere(count: int) -> list[list[Number]]:
    """The first `count` of a Dirichlet vector's three parameters are 1 - z_1, the others 1; z is a unit vector of R^4."""
    return weights([[0] * 5, *([0, -1 if i < count else 0, 0, 0, 0] for i in range(3))])


@pytest.mark.parametrize(("count", "truth"), [(1, True), (2, False), (3, False)])
def test_faces_touched_at_one_point_add_up(count: int, truth: bool) -> None:
    """With a = 1 - z_1 of the order of r^2 the normaliser is 1/a, 1/a^2, 3/a^2 up to a factor; r^2 dr is the area."""
    pair = (registry.load("dirichlet", dimension=3),), (registry.load("von_mises_fisher", dimension=4),)
    assert is_density(*pair, on_sphere(count), Exact()) == truth


def narrow(width: sp.Rational) -> Family:
    """A Gaussian cut to [0, width]."""
    return registry.load("truncated_gaussian", fixed={"lower": sp.Integer(0), "upper": width})


@pytest.mark.parametrize(("slope", "truth"), [(2000, True), (20000, False)])
def test_a_narrow_range_is_not_left(slope: int, truth: bool) -> None:
    """A precision with first entry 1 - slope z, z < 1/10000, is positive definite for one slope and not for the other."""
    x = registry.load("full_gaussian", dimension=2)
    rows = {"eta_11": [-1, slope, 0], "eta_22": [-1, 0, 0]}
    w = weights([[0, 0, 0], *(rows.get(eta.name, [0, 0, 0]) for eta in x.natural_parameters)])
    assert is_density((x,), (narrow(sp.Rational(1, 10000)),), w, Exact()) == truth


def test_a_logarithm_of_what_is_huge_is_not_huge() -> None:
    """log(exp(t) - 1) grows like t."""
    t = sp.Symbol("t", positive=True)
    signs, values = Exact(), {t: monomial(1)}
    with pytest.raises(Huge):
        evaluate(sp.exp(t), values, signs)
    with pytest.raises(Unreached):
        evaluate(sp.log(sp.exp(t) - 1), values, signs)


@pytest.mark.parametrize(("sign", "count"), [(1, 2), (-1, 0)])
def test_half_spaces_follow_from_sums_of_one_sign(sign: int, count: int) -> None:
    """e^a + e^b < 1 bounds a and b; e^a - e^b < 1 bounds neither."""
    a, b = sp.symbols("eta_1 eta_2", real=True)
    domain = (sp.StrictLessThan(sp.exp(a) + sign * sp.exp(b), 1),)
    family = replace(registry.load("beta"), natural_parameters=(a, b), natural_domain=domain)
    assert len(outer_faces(family)) == count


HAND = [
    # eta_2 = -127/256 - log(v)/256 is positive for v < exp(-127)
    ("log_normal", "normal_inverse_gamma", {"a_2": "-127/256", "W_21": "-1/256"}, ["-3", "-1", "0", "-1"], False),
    # the shape -1/2 - z_2/2 + 1 is touched at z_2 = 1: 1/distance over a sphere of two dimensions
    ("chi_squared", "von_mises_fisher", [[0, 0, 1000, 0], ["-1/2", 0, "-1/2", 0]], None, False),
    ("chi_squared", "von_mises_fisher", [[0, 0, 1000, 0], ["-49/100", 0, "-1/2", 0]], None, True),
    # -9/8 + 3 s / 2 - s^2 / 2 is touched at s = 3/2, and 1/(s - 3/2)^2 is not integrable
    ("laplace", "logit_normal", [[0, -1000, -2], ["-9/8", "3/2", "-1/2"]], None, False),
    ("laplace", "logit_normal", [[0, -1000, -2], ["-10/8", "3/2", "-1/2"]], None, True),
    # the sum of exp(250 n) / n!: it rises up to n = exp(250)
    ("logit_normal", "zero_truncated_poisson", [[0, 0], ["1/1000", -1], [0, "-1/1000"]], None, True),
    # eta_1 + eta_2 < -1 fails for z < exp(-998,999)
    ("beta_prime", "inverse_gamma", [[0, -2, "-3/2"], ["1/1000", 0, "3/2"], [-1000, "-1/1000", "-3/2"]], None, False),
    ("poisson", "continuous_bernoulli", [[0, 1], [1000, -2]], None, True),
    ("conway_maxwell_poisson", "zero_truncated_poisson", [[0, -1], [-1, 1000], [-1, "-1/2"]], None, True),
]


def by_name(entries: object, margin: list[str] | None) -> list[list[Number]]:
    """W by its rows; of a log-normal and a normal-inverse-gamma by the entries that are not 0."""
    if not isinstance(entries, dict):
        assert isinstance(entries, list)
        return weights(entries)
    return weights([["0", *(margin or [])], ["0"] * 5, [entries["a_2"], entries["W_21"], "0", "0", "0"]])


def known(name: str, **fixed: str) -> Family:
    """The family, its fixed parameters at these values or at their defaults."""
    found = registry.load(name)
    given = {p.symbol.name: sp.Rational(fixed[p.symbol.name]) for p in found.fixed if p.symbol.name in fixed}
    return found.with_fixed({p.symbol.name: p.default for p in found.fixed} | given)


@pytest.mark.parametrize(("x", "z", "entries", "margin", "truth"), HAND)
def test_far_away_and_on_the_boundary_in_both_orders(
    x: str, z: str, entries: object, margin: list[str] | None, truth: bool
) -> None:
    """Where a domain is left, or a sum begins to fall, further out than any window reaches, and domains that are touched."""
    w = by_name(entries, margin)
    assert is_density((known(x),), (known(z),), w, Exact()) == truth
    assert is_density((known(z),), (known(x),), transposed(w), Exact()) == truth


@pytest.mark.parametrize(
    ("r", "at_one", "at_zero"), [("1/2", True, True), ("1", False, True), ("3/2", False, True), ("5/2", False, False)]
)
def test_negative_binomials_at_half_integers(r: str, at_one: bool, at_zero: bool) -> None:
    """A = -r log(1 - e^eta): (1 - z)^-r for eta = log z, z in (0, 1); z^(1 - r) near 0 for eta = -z and a gamma of shape 2."""
    x = known("negative_binomial", r=r)
    for z, rows, truth in (
        ("beta", [[0, 0, 0], [0, 1, 0]], at_one),
        ("gamma_known_shape", [[0, -1], [0, -1]], at_zero),
    ):
        assert is_density((x,), (known(z),), weights(rows), Exact()) == truth
        assert is_density((known(z),), (x,), transposed(weights(rows)), Exact()) == truth


@pytest.mark.parametrize(("slope", "truth"), [("21/64", True), ("22/64", False), ("3/8", False)])
@pytest.mark.parametrize("z", ["conway_maxwell_poisson", "generalized_inverse_gaussian"])
def test_the_last_value_of_a_factor_of_few_values_has_mass(z: str, slope: str, truth: bool) -> None:
    """-1 + slope n is an exponential's natural parameter for n = 0, ..., 3 iff 3 slope < 1; all factors are tied in a chain."""
    xs, zs = (known("exponential"), known("poisson")), (known("binomial"), known(z))
    inner = {"conway_maxwell_poisson": [0, -1], "generalized_inverse_gaussian": [1, -1, -1]}[z]
    none = [0] * len(inner)
    w = weights([[0, 0, *inner], [-1, slope, *none], [0, "1/64", *none[1:], "-1/64"]])
    assert is_product_density(xs, zs, w) == truth
    assert is_product_density(zs, xs, transposed(w)) == truth
    assert curve_of(known("binomial")) is None


def test_equal_numbers_are_written_alike() -> None:
    """Atoms are named by what they are made of: log(a + b) is log(b + a)."""
    a, b = letter("a"), letter("b")
    assert repr(a + b) == repr(b + a)
    assert inverse(a + b) == inverse(b + a)


@pytest.mark.parametrize(
    "names", [("bernoulli", "categorical"), ("gaussian_fixed_variance", "poisson"), ("exponential", "poisson")]
)
def test_each_w_that_a_certificate_names_is_tested(names: tuple[str, str]) -> None:
    """Whatever its word: a density that is said to be none, and the other way round."""
    certificate = pair(*asked(names, None, ())).certificate
    assert certificate is not None
    density = certificate["densities"][0] if certificate["densities"] else {}
    refused = (
        {**certificate, "no_density": density},
        {**certificate, "densities": [*certificate["densities"], {"w9_9": "1"}]},
    )
    for forged in refused:
        with pytest.raises(Rejected):
            check_set(forged)
