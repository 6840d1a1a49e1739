"""Joints at the edge of the rules for exact W: whether they are densities is worked out by hand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

import pytest
import sympy as sp

from tightcheck import registry
from tightcheck.family import Family
from tightcheck.kernel.joint_density import is_density
from tightcheck.kernel.joint_expressions import evaluate
from tightcheck.kernel.joint_faces import outer_faces
from tightcheck.kernel.joint_germs import Huge, monomial
from tightcheck.kernel.joint_numbers import Number, Unreached, rational
from tightcheck.kernel.joint_signs import Exact


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
