"""Lemma written_terms against linear algebra in floating point, and the verdicts that it and lemma settled complete."""

from __future__ import annotations

import numpy as np
import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from tightcheck import registry
from tightcheck.decide import decide
from tightcheck.design import Design
from tightcheck.kernel.written_terms import written_terms
from tightcheck.strategies import WrittenDesign
from tightcheck.strategies.words import Words

LATENTS: dict[str, Words] = {
    "gaussian": {"output": ["mean", "log_variance"]},
    "gamma": {"output": ["concentration", "rate"]},
    "inverse_gaussian": {"output": "natural"},
    "generalized_inverse_gaussian": {"output": "natural"},
    "exponential": {"output": "rate"},
    "log_normal": {"output": ["loc", "scale"]},
}
FUNCTIONS = ("z", "z**2", "log(z)", "log(z)**2", "1/z", "sqrt(z)", "exp(z)", "exp(-z)", "abs(z)")
ON_THE_LINE = ("z", "z**2", "z**3", "exp(z)", "tanh(z)", "abs(z)")


def written(latent: str, terms: list[list[str]]) -> Design:
    """A Gaussian of variance 1 whose mean is a sum, one parameter for each group of functions."""
    names = [f"a_{m}" for m in range(len(terms))]
    expression = " + ".join(f"{name}*({' + '.join(group)})" for name, group in zip(names, terms, strict=True))
    encoder: Words = {"latent": {"family": latent, "dim": 1}, "map": {"kind": "unrestricted"}, **LATENTS[latent]}
    decoder: Words = {
        "observed": {"family": "gaussian", "dim": 2},
        "map": {"kind": "expression", "expression": expression, "parameters": names},
        "output": ["mean", {"variance": {"fixed": 1}}],
        "prior": "implied",
    }
    return WrittenDesign(encoder, decoder).design()


@st.composite
def sums(draw: st.DrawFn) -> tuple[str, list[list[str]]]:
    latent = draw(st.sampled_from(sorted(LATENTS)))
    functions = ON_THE_LINE if latent == "gaussian" else FUNCTIONS
    group = st.lists(st.sampled_from(functions), min_size=1, max_size=3, unique=True)
    return latent, draw(st.lists(group, min_size=1, max_size=3))


def forced(latent: str, terms: list[list[str]]) -> set[int]:
    """The statistics that no combination of the groups and 1, other than with coefficient 0, is made of."""
    family = registry.load(latent)
    (v,) = family.variables
    z = sp.Symbol("z", real=True) if latent == "gaussian" else sp.Symbol("z", positive=True)
    groups = [sp.Add(*(sp.sympify(text, {"z": z}) for text in group)) for group in terms]
    places = np.linspace(-3, 3, 41) if latent == "gaussian" else np.linspace(0.2, 4, 41)
    functions = [sp.Integer(1), *(s.xreplace({v: z}) for s in family.statistics), *groups]
    columns = np.array([[float(f.subs(z, place)) for place in places] for f in functions]).T
    columns /= np.abs(columns).max(0)
    _, sizes, rows = np.linalg.svd(columns)
    kernel = rows[int((sizes > 1e-9 * sizes[0]).sum()) :]
    return {k for k in range(len(family.statistics)) if np.abs(kernel[:, 1 + k]).max(initial=0.0) < 1e-6}


@given(sums())
@settings(max_examples=60, deadline=None)
def test_what_a_formula_leaves_is_what_linear_algebra_leaves(case: tuple[str, list[list[str]]]) -> None:
    latent, terms = case
    step = {"lemma": "written_terms", "latent": "z", "observed": "x", "component": 0}
    found = written_terms(written(latent, terms), step, frozenset())
    truth = forced(latent, terms)
    assert {k for _, _, _, k in found} <= truth
    if len(terms) == 1:  # more functions may need more exact points than a support has
        assert {k for _, _, _, k in found} == truth


@pytest.mark.parametrize(
    ("latent", "terms", "verdict"),
    [
        ("gaussian", [["z**2"]], "collapse"),  # V = 0 by the line, W = 0 because the formula has no z
        ("gaussian", [["z"]], "tight"),
        ("gaussian", [["exp(z)"]], "collapse"),
        ("gamma", [["sqrt(z)"]], "collapse"),
        ("inverse_gaussian", [["log(z)"]], "collapse"),
    ],
)
def test_formulas_of_one_latent(latent: str, terms: list[list[str]], verdict: str) -> None:
    assert decide(written(latent, terms), "implied").verdict.word == verdict


@pytest.mark.parametrize("mean", [{"learned": "per_coordinate"}, {"fixed": 2}])
def test_a_mean_that_is_constant_leaves_nothing_once_the_variance_is(mean: Words) -> None:
    encoder: Words = {
        "latent": {"family": "gaussian", "dim": 2},
        "map": {"kind": "unrestricted"},
        "output": ["mean", "log_variance"],
    }
    decoder: Words = {
        "observed": {"family": "gaussian", "dim": 3},
        "map": {"kind": "affine"},
        "output": [{"mean": mean}, "log_variance"],
        "prior": {"family": "gaussian", "mean": 0, "variance": 1},
    }
    design = WrittenDesign(encoder, decoder).design()
    assert decide(design, "declared").verdict.word == decide(design, "implied").verdict.word == "collapse"


def of_two(expression: str, parameters: list[str], latent: str = "gaussian") -> str:
    """The verdict on one Gaussian number whose mean is a formula in two latent coordinates."""
    encoder: Words = {"latent": {"family": latent, "dim": 2}, "map": {"kind": "unrestricted"}}
    encoder |= {"output": "logits"} if latent == "bernoulli" else LATENTS[latent]
    decoder: Words = {
        "observed": {"family": "gaussian", "dim": 1},
        "map": {"kind": "expression", "expression": expression, "parameters": parameters},
        "output": ["mean", {"variance": {"fixed": 1}}],
        "prior": "implied",
    }
    return decide(WrittenDesign(encoder, decoder).design(), "implied").verdict.word


@pytest.mark.parametrize(
    ("expression", "parameters", "verdict"),
    [
        ("a*z[0]*z[1]", ["a"], "collapse"),
        ("z[0]*z[1]", [], "impossible"),
        ("a*z[0]*z[1] + b*z[0]^2*z[1]", ["a", "b"], "collapse"),
        ("a*exp(z[0] + z[1])", ["a"], "collapse"),
        ("a*z[0]*z[1] + a*z[0]", ["a"], "collapse"),  # one parameter: no term of it is left
        ("a*(z[0] + z[1])^2 - 2*a*z[0]*z[1]", ["a"], "collapse"),  # a sum over coordinates, of squares
    ],
)
def test_a_product_of_coordinates_is_no_sum_over_them(expression: str, parameters: list[str], verdict: str) -> None:
    assert of_two(expression, parameters) == verdict


@pytest.mark.parametrize(
    ("expression", "parameters"),
    [
        ("a*z[0]*z[1] + b*z[0]", ["a", "b"]),  # a = 0
        ("a*z[0]*z[1] - b*z[0]*z[1] + a*z[0]", ["a", "b"]),  # a = b: dependent products
        ("a*(z[0]*z[1] + z[0]) - b*z[0]*z[1]", ["a", "b"]),
    ],
)
@pytest.mark.parametrize("latent", ["gaussian", "bernoulli"])
def test_what_another_parameter_cancels_may_stay(expression: str, parameters: list[str], latent: str) -> None:
    assert of_two(expression, parameters, latent) not in ("collapse", "impossible")
