"""The outside judge of joints, against integrals whose answer is known, and against quadrature on growing windows."""

from __future__ import annotations

from fractions import Fraction

import mpmath
import pytest

from tests.oracle.growth import LADDER, mass, tail
from tests.oracle.joint_judge import Weights, end_density, judge
from tightcheck import registry
from tightcheck.family import Family


def family(name: str) -> Family:
    """The family, its fixed parameters at their defaults."""
    found = registry.load(name)
    return found.with_fixed({parameter.symbol.name: parameter.default for parameter in found.fixed})


def weights(between: list[list[str]], of_x: list[str], of_z: list[str]) -> Weights:
    return Weights(
        tuple(tuple(map(Fraction, row)) for row in between), *(tuple(map(Fraction, m)) for m in (of_x, of_z))
    )


KNOWN = [
    ("poisson", "poisson", [["-1/3"]], ["1"], ["2"], "finite"),
    ("poisson", "poisson", [["0"]], ["1"], ["2"], "finite"),
    ("poisson", "poisson", [["1/20"]], ["1"], ["2"], "infinite"),
    ("gaussian_fixed_variance", "poisson", [["1/20"]], ["0"], ["0"], "infinite"),
    ("gaussian_fixed_variance", "poisson", [["-1/20"]], ["0"], ["0"], "infinite"),
    ("exponential", "exponential", [["-1"]], ["-1"], ["-1/100"], "finite"),
    ("exponential", "exponential", [["-1"]], ["-1"], ["0"], "infinite"),
    ("exponential", "exponential", [["-1"]], ["0"], ["0"], "infinite"),
    ("exponential", "exponential", [["1/100"]], ["-1"], ["-1"], "infinite"),
    (
        "log_normal",
        "zero_truncated_poisson",
        [["-1/64"], ["0"]],
        ["0", "-1/2"],
        ["0"],
        "infinite",
    ),  # exp(exp(y/64) - y^2/2)
    ("poisson", "gaussian", [["1", "-1/2"]], ["0"], ["0", "-1"], "finite"),
    ("poisson", "gaussian", [["0", "-1/2"]], ["0"], ["0", "0"], "infinite"),
    ("poisson", "gaussian", [["1", "0"]], ["0"], ["0", "-1"], "infinite"),
    ("gaussian_fixed_variance", "gaussian", [["9/10", "0"]], ["0"], ["0", "-1/2"], "finite"),
    ("gaussian_fixed_variance", "gaussian", [["1", "0"]], ["0"], ["0", "-1/2"], "infinite"),
    ("gaussian_fixed_variance", "gaussian", [["1/9", "-1/90"]], ["0"], ["0", "-1/2"], "infinite"),
    ("bernoulli", "gaussian", [["1", "1/3"]], ["0"], ["0", "-1/2"], "finite"),
    ("bernoulli", "gaussian", [["1", "1/2"]], ["0"], ["0", "-1/2"], "infinite"),
    ("rademacher", "gaussian", [["5", "-1/3"]], ["0"], ["0", "-1/2"], "finite"),
    ("rademacher", "gaussian", [["5", "-1/2"]], ["0"], ["0", "-1/2"], "infinite"),
    ("gaussian", "gaussian", [["0", "0"], ["0", "-1"]], ["0", "-1"], ["0", "-1"], "finite"),
    ("gaussian", "gaussian", [["0", "0"], ["0", "-1"]], ["0", "0"], ["0", "0"], "infinite"),
    ("poisson", "gamma", [["1", "0"]], ["0"], ["0", "-101/100"], "finite"),
    ("poisson", "gamma", [["1", "0"]], ["0"], ["0", "-1"], "infinite"),
    ("binomial", "beta", [["1", "-1"]], ["0"], ["0", "3"], "finite"),
    ("binomial", "beta", [["1", "-1"]], ["0"], ["0", "2"], "infinite"),
    ("exponential", "gaussian", [["2", "-1"]], ["-11/10"], ["0", "-1"], "finite"),
    ("exponential", "gaussian", [["2", "-1"]], ["-1"], ["0", "-1"], "infinite"),  # 1 / (z - 1)^2
    ("exponential", "gaussian", [["2", "-1"]], ["-9/10"], ["0", "-1"], "infinite"),
    ("gamma_known_shape", "von_mises", [["1", "0"]], ["-1"], ["0", "0"], "infinite"),  # (1 - cos z)^-2
    ("dirichlet", "gamma", [["1", "0"], ["0", "0"], ["0", "0"]], ["1", "1", "1"], ["0", "-1"], "infinite"),
    ("dirichlet", "gamma", [["0", "1"], ["0", "0"], ["0", "0"]], ["1", "1", "1"], ["0", "-1"], "finite"),
]


@pytest.mark.parametrize(("x", "z", "between", "of_x", "of_z", "word"), KNOWN)
def test_known_integrals(x: str, z: str, between: list[list[str]], of_x: list[str], of_z: list[str], word: str) -> None:
    """Derived by hand; the first rows are those of the literature (Besag 1974; Arnold and Strauss 1988)."""
    assert judge(family(x), family(z), weights(between, of_x, of_z)).word == word


def test_windows_lie_and_the_judge_does_not() -> None:
    """N(0, 1) x Poisson with w = 1/20: the summand exp(z^2 / 800) / z! is tiny up to z = 3,200 and wins at last."""
    joint = weights([["1/20"]], ["0"], ["0"])
    density = end_density(family("gaussian_fixed_variance"), family("poisson"), joint)
    assert mass(density, 2.5, float(mpmath.log(3200))) < 1
    assert mass(density, 2.5, float(mpmath.log(25600))) > 10**300
    assert tail(density).word == "infinite"


@pytest.mark.parametrize("row", [row for row in KNOWN if row[5] == "finite" and row[0] != "poisson" != row[1]][:8])
def test_the_tail_bound_bounds_the_tail(row: tuple[str, str, list[list[str]], list[str], list[str], str]) -> None:
    x, z, between, of_x, of_z, _ = row
    joint = weights(between, of_x, of_z)
    for end in (0, 1):
        density = end_density(family(x), family(z), joint, end)
        found = tail(density)
        assert found.log_bound is not None
        beyond = mass(density, LADDER[0], LADDER[1], 150)
        assert beyond <= mpmath.exp(found.log_bound) * (1 + mpmath.mpf(10) ** -6)


@pytest.mark.parametrize(
    ("alpha", "beta", "word"),
    [
        (0, -1, "infinite"),
        (0, "-11/10", "finite"),
        (0, "-9/10", "infinite"),
        ("-1/100", 9, "finite"),
        ("1/100", -9, "infinite"),
    ],
)
def test_powers_and_logarithms(alpha: str, beta: str, word: str) -> None:
    """exp(alpha y) y^beta."""
    a, b = (mpmath.mpf(Fraction(value).numerator) / Fraction(value).denominator for value in (alpha, beta))
    assert tail(lambda y: a * y + b * mpmath.log(y)).word == word


@pytest.mark.parametrize(
    ("square", "fourth", "word"), [("1e-5", "0", "infinite"), ("-1e-5", "0", "finite"), ("-1e-5", "1e-9", "infinite")]
)
def test_small_powers_outgrow_what_is_seen_first(square: str, fourth: str, word: str) -> None:
    """t^-1 exp(c (log t)^2), whose exponent turns at log t = 1 / c only."""
    b, d = mpmath.mpf(square), mpmath.mpf(fourth)
    way = -1 if b > 0 else 1
    assert tail(lambda y: d * y**4 + b * y**2 + way * y + 2 * mpmath.log(y)).word == word


def test_a_power_in_doubt_is_not_told() -> None:
    assert tail(lambda y: y * mpmath.log(y) / 1000 - y).word == "cannot tell"
