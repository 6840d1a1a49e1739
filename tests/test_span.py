"""Span membership against exact linear algebra, by arithmetic that the decision does not use."""

from __future__ import annotations

from collections.abc import Sequence

import mpmath
import pytest
import sympy as sp
from flint import ctx
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tightcheck import span

z, w = sp.symbols("z w", real=True)
p, q = sp.symbols("p q", positive=True)
a = sp.Symbol("a", real=True)
MONOMIALS = (sp.Integer(1), z, w, z**2, z * w, w**2, z**3, z**2 * w)
ATOMS = (*MONOMIALS, sp.exp(z), z * sp.exp(z), sp.cos(z), sp.log(p), p * z)
POINTS = [
    {z: sp.Rational(i, 2), w: sp.Rational(j, 3), p: sp.Rational(k, 5)}
    for i, j, k in zip(range(-7, 8), (4, -1, 0, 3, -5, 2, 7, -2, 5, 1, -4, 6, -3, 8, -6), range(2, 17), strict=True)
]

small = st.integers(-3, 3)
rows = st.lists(small, min_size=len(ATOMS), max_size=len(ATOMS))


def function(row: Sequence[int]) -> sp.Expr:
    return sp.Add(*(c * atom for c, atom in zip(row, ATOMS, strict=True)))


def numeric(expression: sp.Expr, point: dict[sp.Symbol, sp.Expr]) -> mpmath.mpf:
    """The value by mpmath alone, to 40 digits."""
    with mpmath.workdps(40):
        arguments = [*point]
        values = [mpmath.mpf(int(value.p)) / int(value.q) for value in point.values()]
        return sp.lambdify(arguments, expression, "mpmath")(*values)


def is_close(one: mpmath.mpf, other: mpmath.mpf) -> bool:
    return bool(abs(one - other) <= mpmath.mpf(10) ** -12 * (1 + abs(one)))


@settings(deadline=None)
@given(st.lists(rows, min_size=1, max_size=4), rows)
def test_membership_is_rank(basis: list[list[int]], target: list[int]) -> None:
    """The atoms are linearly independent with 1, so membership is a rank of integers."""
    constant = [1, *[0] * (len(ATOMS) - 1)]
    without, with_target = sp.Matrix([constant, *basis]), sp.Matrix([constant, *basis, target])
    found = span.combination(function(target), [function(row) for row in basis], (z, w, p))
    assert (found is not None) == (without.rank() == with_target.rank())


@settings(deadline=None)
@given(st.lists(rows, min_size=1, max_size=4), st.lists(small, min_size=5, max_size=5), st.sampled_from(POINTS))
def test_a_yes_holds_at_points(basis: list[list[int]], weights: list[int], point: dict[sp.Symbol, sp.Expr]) -> None:
    functions = [function(row) for row in basis]
    target = sp.expand(weights[0] + sum(c * f for c, f in zip(weights[1:], functions, strict=False)))
    found = span.combination(target, functions, (z, w, p))
    assert found is not None
    combined = found[0] + sum(c * f for c, f in zip(found[1:], functions, strict=True))
    assert is_close(numeric(combined, point), numeric(target, point))


@settings(deadline=None)
@given(st.lists(rows, min_size=1, max_size=3), st.lists(small, min_size=4, max_size=4))
def test_no_points_separate_a_function_of_the_span(basis: list[list[int]], weights: list[int]) -> None:
    functions = [function(row) for row in basis]
    target = weights[0] + sum(c * f for c, f in zip(weights[1:], functions, strict=False))
    assert span.separating_points(target, functions, POINTS) is None


@settings(deadline=None, max_examples=30)
@given(st.lists(rows, min_size=1, max_size=3), rows)
def test_a_no_has_a_determinant(basis: list[list[int]], target: list[int]) -> None:
    """Separating points have a determinant that mpmath's own arithmetic sees as well, and exclude a yes."""
    functions = [*map(function, basis)]
    found = span.separating_points(function(target), functions, POINTS)
    assume(found is not None)
    assert found is not None
    assert span.combination(function(target), functions, (z, w, p)) is None
    with mpmath.workdps(40):
        table = [
            [numeric(f, point) for f in (sp.Integer(1), *functions, function(target))] for point in map(dict, found)
        ]
        assert abs(mpmath.det(mpmath.matrix(table))) > mpmath.mpf(10) ** -30


def test_coefficients_may_be_symbols() -> None:
    assert span.combination(a * z + p * z**2, [z, z**2], [z]) == (0, a, p)
    assert span.combination((z - a) ** 2 / p, [z, z**2], [z]) == (a**2 / p, -2 * a / p, 1 / p)
    assert span.combination(sp.log(p * sp.exp(a * z)), [z], [z]) == (sp.log(p), a)
    assert span.combination(z**2, [z, z + z**2], [z]) == (0, -1, 1)
    assert span.combination(z**2, [z + z**2, z - z**2], [z]) == (0, sp.Rational(1, 2), -sp.Rational(1, 2))
    assert span.combination(z**3, [z, z**2], [z]) is None


def test_a_hidden_zero_is_not_divided_by() -> None:
    """sqrt(5 + 2 sqrt 6) = sqrt 2 + sqrt 3: the only function of the basis vanishes, and w is no multiple of it."""
    hidden = sp.sqrt(5 + 2 * sp.sqrt(6)) - sp.sqrt(2) - sp.sqrt(3)
    assert span.combination(w, [hidden * w], [w]) is None


@pytest.mark.parametrize("functions", [[z], [z, z**2], [z, z, z**2], [z + z**2, z - z**2], [z * w, z]])
def test_basis_functions_are_members(functions: list[sp.Expr]) -> None:
    for f in functions:
        assert span.combination(f, functions, [z, w]) is not None


expressions = st.recursive(
    st.sampled_from([p, q, sp.Integer(2), sp.Rational(3, 2)]),
    lambda inner: (
        st.tuples(inner, inner).map(lambda pair: pair[0] + pair[1])
        | st.tuples(inner, inner).map(lambda pair: pair[0] * pair[1])
        | st.tuples(inner, st.sampled_from([-1, 2])).map(lambda pair: pair[0] ** pair[1])
        | inner.map(lambda e: sp.log(1 + e))
        | inner.map(lambda e: sp.exp(-e))
        | inner.map(lambda e: sp.exp(2 * sp.log(e)))
    ),
    max_leaves=6,
)
positive_points = st.fixed_dictionaries(
    {
        symbol: st.fractions(sp.Rational(1, 4), 3, max_denominator=8).map(
            lambda f: sp.Rational(f.numerator, f.denominator)
        )
        for symbol in (p, q)
    }
)


@settings(deadline=None, max_examples=150)
@given(expressions, positive_points)
def test_a_normal_form_keeps_values(expression: sp.Expr, point: dict[sp.Symbol, sp.Expr]) -> None:
    """All logarithms are real here; a form with a logarithm of |u| may differ by i pi only where u < 0."""
    reduced = span.normal_form(expression)
    assert span.normal_form(reduced) == reduced
    value = numeric(expression, point)
    assume(mpmath.isfinite(value) and abs(value) < mpmath.mpf(10) ** 20)
    assert abs(numeric(reduced, point) - value) <= mpmath.mpf(10) ** -15 * (1 + abs(value)) * 10**6


def test_exponentials_of_logarithms_are_powers() -> None:
    assert span.normal_form(sp.exp(a * sp.log(p) + z)) == p**a * sp.exp(z)
    assert span.is_zero(sp.log(p * q + p) - sp.log(p) - sp.log(1 + q))
    assert not span.is_zero(sp.log(p + q) - sp.log(p) - sp.log(q))


@settings(deadline=None, max_examples=150)
@given(expressions, positive_points)
def test_a_ball_contains_the_value(expression: sp.Expr, point: dict[sp.Symbol, sp.Expr]) -> None:
    ball = span.enclose(expression, point)
    assume(ball.is_finite())
    with mpmath.workdps(40):
        value = numeric(expression, point)
        middle, radius = (mpmath.mpf(str(part.str(50, radius=False))) for part in (ball.mid(), ball.rad()))
        assert abs(value - middle) <= radius + mpmath.mpf(10) ** -30 * (1 + abs(value))


@pytest.mark.parametrize("outer", [sp.tanh, sp.sin, sp.cos, sp.loggamma, sp.gamma, sp.erf, sp.Abs, sp.atan])
def test_every_function_has_its_ball(outer: type[sp.Function]) -> None:
    ball = span.enclose(outer(p), {p: sp.Rational(7, 4)})
    assert abs(mpmath.mpf(ball.mid().str(30, radius=False)) - numeric(outer(p), {p: sp.Rational(7, 4)})) < 1e-12


def test_what_has_no_ball_is_said() -> None:
    with pytest.raises(NotImplementedError):
        span.enclose(sp.zeta(p), {p: sp.Integer(3)})
    with pytest.raises(ValueError, match="no value"):
        span.enclose(p, {})
    precision = ctx.prec
    assert not span.separates(sp.zeta(z), [], [{z: sp.Integer(2)}, {z: sp.Integer(3)}])
    assert ctx.prec == precision


def test_what_is_too_long_stays_as_it_is_written() -> None:
    """(1 + e + e^x)^6 (1 + 2 e + e^x)^6 ... has 28^7 terms: it is not written out, and keeps its value."""
    long = sp.log(z**2 + sp.Mul(*((1 + k * sp.E + sp.exp(z)) ** 6 for k in range(1, 8))))
    point = {z: sp.Rational(1, 3)}
    assert span.normal_form(long).count_ops() < 1000
    assert abs(numeric(span.normal_form(long), point) - numeric(long, point)) < mpmath.mpf(10) ** -30
