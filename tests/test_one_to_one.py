"""Features that tell each coordinate's value: what the kernel shows of a formula, against its values."""

from __future__ import annotations

from itertools import pairwise

import pytest
import sympy as sp
from hypothesis import given
from hypothesis import strategies as st

from tightcheck.decide import decide
from tightcheck.kernel.one_to_one import direction
from tightcheck.strategies.words import WrittenDesign
from tightcheck.verdict import Verdict

REAL, POSITIVE = sp.Symbol("x", real=True), sp.Symbol("x", positive=True)
COUNT = sp.Symbol("x", integer=True, nonnegative=True)
PLACES = {
    REAL: [sp.Rational(k, 3) for k in range(-9, 10)],
    POSITIVE: [sp.Rational(k, 4) for k in range(1, 14)],
    COUNT: list(map(sp.Integer, range(9))),
}


@st.composite
def formulas(draw: st.DrawFn) -> tuple[sp.Expr, sp.Symbol]:
    """A variable and a few steps from it, monotone ones and others."""
    variable = draw(st.sampled_from([*PLACES]))
    numbers = st.fractions(-3, 3, max_denominator=3).map(lambda f: sp.Rational(f.numerator, f.denominator))
    formula: sp.Expr = variable
    for step in draw(
        st.lists(st.sampled_from("add times exp log tanh square cube root inverse self".split()), max_size=4)
    ):
        number = draw(numbers)
        formula = {
            "add": lambda f, n: f + n,
            "times": lambda f, n: f * n,
            "exp": lambda f, n: sp.exp(f),
            "log": lambda f, n: sp.log(f) if f.is_positive else f,
            "tanh": lambda f, n: sp.tanh(f),
            "square": lambda f, n: f**2,
            "cube": lambda f, n: f**3,
            "root": lambda f, n: sp.sqrt(f) if f.is_nonnegative else f,
            "inverse": lambda f, n: 1 / f if f.is_positive else f,
            "self": lambda f, n: f + n * variable,
        }[step](formula, number)
        if formula.count_ops() > 30:
            break
    return formula, variable


@given(formulas())
def test_a_direction_is_that_of_the_values(case: tuple[sp.Expr, sp.Symbol]) -> None:
    formula, variable = case
    shown = direction(formula, variable)
    if shown:
        values = [formula.xreplace({variable: place}) for place in PLACES[variable]]
        steps = [sp.N(after - before, 60, maxn=10**6) for before, after in pairwise(values)]
        assert all(step * shown > 0 or abs(step) < sp.Float("1e-50") for step in steps)


@pytest.mark.parametrize(
    "formula",
    [REAL**2, 1 / REAL, REAL**3 - REAL, sp.exp(REAL) - REAL, sp.sqrt(REAL**2), 0 * REAL, sp.sin(REAL), sp.log(COUNT)],
)
def test_what_is_not_shown(formula: sp.Expr) -> None:
    assert all(direction(formula, variable) == 0 for variable in (REAL, COUNT) if formula.has(variable))


@pytest.mark.parametrize(
    ("features", "observed", "verdict"),
    [
        ("x/255", "gaussian", Verdict.TIGHT),
        ("1 - 2*x", "gaussian", Verdict.TIGHT),
        ("x^2", "gaussian", Verdict.COLLAPSE),
        ("sqrt(x + 3/8)", "poisson", Verdict.TIGHT),
        ("log(x)", "exponential", Verdict.TIGHT),
    ],
)
def test_a_network_that_can_compute_every_function_undoes_the_features(
    features: str, observed: str, verdict: Verdict
) -> None:
    """An affine map of x/255 was tight, and every function of x/255 was not shown to hold it."""
    output = {"gaussian": ["mean", {"variance": {"fixed": 1}}], "poisson": ["log_rate"], "exponential": ["log_rate"]}
    code = {"latent": {"family": "categorical", "dim": 3}, "features": features, "map": "unrestricted"}
    seen = {"observed": {"family": observed, "dim": 2}, "map": "affine", "output": output[observed], "prior": "uniform"}
    design = WrittenDesign({**code, "output": "logits"}, seen).design()
    assert decide(design, "declared").verdict is verdict
