"""The set of W with a density is convex, whatever the families: by Hölder's inequality the mass at (1 - t) W_1 + t W_2 is at most
mass(W_1)^(1 - t) mass(W_2)^t. So on a line between two densities nothing is none; and the order of factors and of the two sides
does not matter. No judge is asked: thousands of W take minutes.
"""

from __future__ import annotations

from fractions import Fraction
from functools import cache

import pytest
from hypothesis import HealthCheck, assume, event, given, settings
from hypothesis import strategies as st

from tests.test_joint_judged import FEW
from tests.test_products_judged import ENTRIES, Matrix, Names, between, drawn, family, start
from tightcheck import registry
from tightcheck.kernel.joint_numbers import Contradiction, TooLong, Unreached, rational
from tightcheck.kernel.joint_products import is_product_density
from tightcheck.kernel.joint_sides import owned
from tightcheck.kernel.joint_weights import Side

SHARES = tuple(Fraction(k, 8) for k in range(9))
SHAPES = ((1, 1), (1, 1), (1, 1), (1, 2), (2, 1), (2, 2), (3, 2))
ALL = tuple(registry.names())
POSITIVE = (
    "exponential",
    "gamma_known_shape",
    "inverse_gamma_known_shape",
    "laplace",
    "gaussian_fixed_mean",
    "weibull",
)
"""Positive numbers with powers as base measures: sums of shapes decide on many boundaries."""


@cache
def side(names: tuple[str, ...], block: str) -> Side:
    """The factors, each with names of its own."""
    return tuple(owned(family(name), f"{block}{k}") for k, name in enumerate(names))


def says(xs: Names, zs: Names, w: Matrix) -> bool | None:
    """The procedure's answer for one W."""
    try:
        numbers = [list(map(rational, row)) for row in w]
        return is_product_density(side(tuple(xs), "x"), side(tuple(zs), "z"), numbers)
    except (Unreached, Contradiction, TooLong):
        return None


@st.composite
def lines(draw: st.DrawFn) -> tuple[Names, Names, Matrix, Matrix]:
    """Families, equal ones among them, and two W: most lines begin at independence or change few entries."""
    n, m = draw(st.sampled_from(SHAPES))
    names = st.sampled_from(draw(st.sampled_from((ALL, FEW, POSITIVE))))
    xs, zs = ([draw(names) for _ in range(size)] for size in (n, m))
    if draw(st.booleans()):
        xs, zs = [xs[0]] * n, [zs[0]] * m
    first = draw(drawn(xs, zs)) if draw(st.integers(0, 4)) == 0 else start(xs, zs)
    second = [row[:] for row in first]
    if draw(st.booleans()):
        second = draw(drawn(xs, zs))
    for _ in range(draw(st.integers(1, 4))):
        i, k = draw(st.integers(0, len(first) - 1)), draw(st.integers(0, len(first[0]) - 1))
        second[i][k] = draw(st.sampled_from((Fraction(0), *ENTRIES, -second[i][k])))
    return xs, zs, first, second


def check(xs: Names, zs: Names, first: Matrix, second: Matrix) -> None:
    """Where the answers along the line are True, and those after an exchange of the sides, and of the factors of x."""
    answers = [says(xs, zs, between(first, second, share)) for share in SHARES]
    event(f"{answers.count(True)} of {len(SHARES)} are densities")
    inside = [k for k, answer in enumerate(answers) if answer]
    if inside:
        assert False not in answers[inside[0] : inside[-1]], (xs, zs, _text(first), _text(second), answers)
    for share in (SHARES[0], SHARES[4], SHARES[8]):
        w = between(first, second, share)
        across = [list(row) for row in zip(*w, strict=True)]
        both = {says(xs, zs, w), says(zs, xs, across)}
        assert both != {True, False}, (xs, zs, _text(w))
        if len(xs) == 2:
            size = len(family(xs[0]).statistics) + 1
            assert {says(xs, zs, w), says(xs[::-1], zs, [w[0], *w[size:], *w[1:size]])} != {True, False}, (
                xs,
                zs,
                _text(w),
            )


def _text(w: Matrix) -> list[list[str]]:
    return [list(map(str, row)) for row in w]


@settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))
@given(line=lines())
def test_the_densities_are_convex(line: tuple[Names, Names, Matrix, Matrix]) -> None:
    assume(line[2] != line[3])
    check(*line)


@pytest.mark.long
@pytest.mark.parametrize("x", ALL)
@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_the_densities_are_convex_at_length(x: str, data: st.DataObject) -> None:
    _, zs, _, _ = data.draw(lines())
    check([x], zs, data.draw(drawn([x], zs)), data.draw(st.one_of(drawn([x], zs), st.just(start([x], zs)))))
