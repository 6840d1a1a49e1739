"""What the statistics of one number outweigh towards the ends of its range, decided by hand."""

from __future__ import annotations

import pytest
import sympy as sp

from tightcheck import registry
from tightcheck.expression import parse
from tightcheck.kernel.outweighed import is_outweighed_at_ends

OUTWEIGHED = (
    ("gamma", "sqrt(z)"),
    ("gamma", "100 * z + 50 * log(z)"),
    ("gamma", "-100 * log(z)"),
    ("gamma", "loggamma(sqrt(z) + 1)"),
    ("inverse_gamma", "1 / sqrt(z) - 3 * log(z)"),
    ("inverse_gamma", "log(z + 1)^2 / (1 + z)"),
    ("gaussian", "70 * z^2 - z"),
    ("gaussian", "log(1 + z^2 + z^4)"),
    ("exponential", "-log(z) / 2"),
    ("exponential", "z * log(z) / (1 + z)"),
    ("beta", "20 * sqrt(z) - 5 * log(z)"),
)
TOO_LARGE = (
    ("gamma", "z^2"),
    ("gamma", "z * log(1 + z)"),
    ("gamma", "1 / z"),
    ("gamma", "log(z^z * exp(z) + exp(2 * z))"),
    ("gamma", "loggamma(z + 1)"),
    ("inverse_gamma", "1 / z^2"),
    ("inverse_gamma", "z^(1/100)"),
    ("gaussian", "z^4"),
    ("gaussian", "exp(z)"),
    ("exponential", "-log(z)"),
    ("exponential", "log(1 + 1 / z)"),
    ("beta", "1 / z"),
    ("beta", "1 / (1 - z)^(1/9)"),
)
NOT_CONTINUOUS = (
    ("gamma", "1 / (z - 1)^2"),
    ("gamma", "-log((z - 1)^2)"),
    ("gaussian", "-log(z^2)"),
    ("gaussian", "1 / z"),
    ("gaussian", "log(abs(z - 3))"),
    ("exponential", "-log((z - 1)^2) / 3 + 1 / (z - 2)"),
)


def answer(name: str, text: str) -> bool:
    family = registry.load(name)
    (z,) = family.variables
    return is_outweighed_at_ends(family, parse(text, {"z": z}, {}))


@pytest.mark.parametrize(("name", "text"), OUTWEIGHED)
def test_some_prior_is_proper(name: str, text: str) -> None:
    assert answer(name, text)


@pytest.mark.parametrize(("name", "text"), [*TOO_LARGE, *NOT_CONTINUOUS])
def test_no_prior_is_claimed_to_be_proper(name: str, text: str) -> None:
    assert not answer(name, text)


@pytest.mark.parametrize("name", ["normal_gamma", "poisson", "log_normal", "dirichlet", "bernoulli"])
def test_other_draws_are_not_looked_at(name: str) -> None:
    assert not is_outweighed_at_ends(registry.load(name), sp.Integer(0))


def test_letters_have_no_value() -> None:
    family = registry.load("gamma")
    assert not is_outweighed_at_ends(family, sp.Symbol("w", positive=True) * family.variables[0])
