"""Intervals of natural parameters: no value leaves them, and an end that is a limit is not overstated."""

from __future__ import annotations

import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st
from mpmath import mp

from tightcheck.kernel.ranges import LINE, extent

o = sp.Symbol("o", real=True)


def links() -> st.SearchStrategy[sp.Expr]:
    """Formulas of one output: exp, tanh, softplus, sigmoid, logarithms and powers of what is positive."""
    numbers = st.sampled_from([sp.Rational(n, 4) for n in (-8, -3, -1, 1, 2, 5)])
    units = st.sampled_from([sp.exp(o), sp.log(1 + sp.exp(o)), 1 / (1 + sp.exp(-o)), 1 + sp.tanh(o)])

    def larger(positive: st.SearchStrategy[sp.Expr]) -> st.SearchStrategy[sp.Expr]:
        return st.one_of(
            st.builds(lambda e, n: e + abs(n), positive, numbers),
            st.builds(lambda e, n: e * abs(n), positive, numbers),
            st.builds(lambda a, b: a * b, positive, units),
            st.builds(lambda e, n: (e - abs(n)) ** 2 + sp.Abs(sp.sin(e)), units, numbers),
            st.builds(lambda e, n: e**n, positive, st.sampled_from([-2, -1, 2, sp.Rational(1, 2)])),
        )

    positive = st.one_of(units, larger(units), larger(larger(units)))
    return st.builds(lambda e, n, m: n * e + m, st.one_of(positive, positive.map(sp.log), st.just(o)), numbers, numbers)


@settings(deadline=None, max_examples=60)
@given(links(), st.integers(-30, 30))
def test_no_value_leaves_its_interval(link: sp.Expr, at: int) -> None:
    low, high = (
        mp.mpf(float(end)) if end.is_infinite else mp.mpf(str(sp.N(end, 30))) for end in extent(link, {o: LINE})
    )
    with mp.workdps(60):  # rounding is what may be missing
        value = sp.lambdify(o, link, "mpmath")(mp.mpf(at) / 3)
        slack = mp.mpf(10) ** -20 * (1 + abs(value))
    assert low - slack <= value <= high + slack


def test_the_ends_that_programs_write() -> None:
    softplus = sp.log(1 + sp.exp(o))
    assert extent(sp.log(softplus + sp.Rational(1, 100)), {o: LINE}) == (-sp.log(100), sp.oo)
    assert extent(-1 / (2 * (softplus + 2) ** 2), {o: LINE}) == (-sp.Rational(1, 8), 0)
    assert extent(sp.log(softplus), {o: LINE}) == LINE
    assert extent(sp.log(o), {o: LINE}) == LINE
    assert extent(5 * sp.tanh(o) + 1, {o: LINE}) == (-4, 6)
    guess = sp.Rational(1, 4) + sp.Rational(3, 4) / (1 + sp.exp(-o))
    assert extent(sp.log(guess / (1 - guess)), {o: LINE}) == (-sp.log(3), sp.oo)
    assert extent(sp.tanh(o) ** 2 - 3 * sp.Abs(sp.sin(o)), {o: LINE}) == (-3, 1)
    assert extent(sp.exp(-o) * sp.tanh(o) ** 2, {o: LINE}) == (0, sp.oo)
