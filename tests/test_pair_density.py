"""C4 of one model with a number z: models whose integral was worked out by hand, on both sides of the edge."""

from __future__ import annotations

import pytest
import sympy as sp

from tightcheck import registry
from tightcheck.kernel.pair_density import is_density_of_pair

CASES = [
    # z beta, x of variance 1 / (2 (1 - log z)) and mean 0: z^c (1 - log z)^(-1/2) integrates iff c > -1
    ("beta", "gaussian", [["0", "0"], ["1", "0"]], ["0", "-1"], ["-1/2", "0"], 1, True),
    ("beta", "gaussian", [["0", "0"], ["1", "0"]], ["0", "-1"], ["-3/2", "0"], 1, False),
    # the precision would be negative near z = 0
    ("beta", "gaussian", [["0", "0"], ["-1", "0"]], ["0", "-1"], ["0", "0"], 1, False),
    # alpha = c + x + 1 is not positive for all real x
    ("beta", "gaussian", [["1", "0"], ["0", "0"]], ["0", "-1/2"], ["3", "0"], 1, False),
    # exponential x and z: exp(-a x - b z - g x z) needs a, b > 0 or the corner, g >= 0
    ("exponential", "exponential", [["-1"]], ["-1"], ["-1"], 1, True),
    ("exponential", "exponential", [["1/10"]], ["-1"], ["-1"], 1, False),
    # counts of rate e^(w z + b) with Poisson z: w <= 0
    ("poisson", "poisson", [["-1/3"]], ["1"], ["2"], 2, True),
    ("poisson", "poisson", [["1/100"]], ["-5"], ["-5"], 1, False),
    # log z of a gamma z as log rate: exp(3 z) outweighs exp(-2 z), exp(z) does not
    ("gamma", "poisson", [["1", "0"]], ["0"], ["0", "-2"], 1, True),
    ("gamma", "poisson", [["1", "0"]], ["0"], ["0", "-2"], 3, False),
]


@pytest.mark.parametrize(("z", "x", "slopes", "origin", "c", "copies", "answer"), CASES)
def test_one_model(
    z: str, x: str, slopes: list[list[str]], origin: list[str], c: list[str], copies: int, answer: bool
) -> None:
    """The answer under C4; False also stands for undecided."""
    F = [[sp.Rational(entry) for entry in row] for row in slopes]
    f0, constants = [sp.Rational(entry) for entry in origin], [sp.Rational(entry) for entry in c]
    found = is_density_of_pair(registry.load(z), registry.load(x), F, f0, constants, sp.Integer(copies))
    assert found is answer


def test_what_is_not_looked_at() -> None:
    """Irrational numbers, open fixed parameters, fractions of copies and vectors are left to others."""
    one, z = sp.Integer(1), registry.load("exponential")
    assert not is_density_of_pair(z, z, [[-sp.sqrt(2)]], [-one], [-one], one)
    assert not is_density_of_pair(z, z, [[-one]], [-one], [-one], sp.Rational(1, 2))
    assert not is_density_of_pair(z, registry.load("dirichlet", dimension=2), [[one]] * 2, [one] * 2, [-one], one)
