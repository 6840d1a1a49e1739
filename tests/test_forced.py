"""Exponents to which C4 under the implied prior leaves one value: a real number m and a positive one s, A(f) with m^2 s^e(w)."""

from __future__ import annotations

import pytest
import sympy as sp

from tightcheck.decide import decide
from tightcheck.design import Design, Map
from tightcheck.kernel.forced import with_forced_values
from tightcheck.strategies import WrittenDesign
from tightcheck.strategies.words import Words
from tightcheck.verdict import Verdict


def written(latent: str, mean: str, spread: str | float, output: str = "precision", names: str = "w") -> Design:
    """x ~ N(mean, spread) given z = (m, s), both formulas; a number is fixed."""
    encoder: Words = {
        "latent": {"family": latent, "dim": 1},
        "features": "statistics",
        "map": {"kind": "affine"},
        "output": "natural",
    }

    def formula(text: str) -> Words:
        used = [name for name in names if name in text]
        return {"kind": "expression", "expression": text, **({"parameters": used} if used else {})}

    is_fixed = not isinstance(spread, str)
    decoder: Words = {
        "observed": {"family": "gaussian", "dim": 2},
        "map": formula(mean) if is_fixed else [formula(mean), formula(str(spread))],
        "output": ["mean", {output: {"fixed": spread}} if is_fixed else output],
        "prior": "implied",
    }
    return WrittenDesign(encoder, decoder).design()


def values(design: Design) -> set[str]:
    """The parameters that are left."""
    maps = [h.source for o in with_forced_values(design).decoder for h in o.heads if isinstance(h.source, Map)]
    return {p.name for source in maps for p in source.parameters}


FORCED = [
    ("normal_gamma", "z[0]", "z[1]^w", "precision", True),
    ("normal_gamma", "z[0]", "z[1]^(2*w + 1)", "precision", True),
    ("normal_gamma", "z[0]", "3*z[1]^(-w)", "precision", True),
    ("normal_inverse_gamma", "z[0] - 2", "z[1]^w", "variance", True),
    ("normal_inverse_gamma", "5*z[0]", "z[1]^(w/2)/3", "variance", True),
    # m s^w under a fixed variance: m^2 s^(2 w) beside c m^2 s: w = 1/2, and then f is not in the span
    ("normal_gamma", "z[0]*z[1]^w", 1, "variance", False),
    ("normal_inverse_gamma", "z[0]*z[1]^w", 1, "variance", False),
]
NOT_FORCED = [
    ("normal_gamma", "z[0]*w", "z[1]", "precision", "w"),  # a weight
    ("normal_gamma", "z[0]", "z[1]^(w + v)", "precision", "wv"),  # a sum of two
    ("normal_gamma", "z[0]", "z[1]^(w^2)", "precision", "w"),  # two values
    ("normal_gamma", "z[0]^2", "z[1]^w", "precision", "w"),  # m^4
    ("normal_gamma", "z[0]", "(1 + z[1])^w", "precision", "w"),  # no power
    ("normal_gamma", "0", "z[1]^w", "precision", "w"),  # no m
    ("normal_gamma", "w", "z[1]", "precision", "w"),
]


@pytest.mark.parametrize(("latent", "mean", "spread", "output", "is_tight"), FORCED)
def test_one_value_is_left(latent: str, mean: str, spread: str | float, output: str, is_tight: bool) -> None:
    design = written(latent, mean, spread, output)
    assert values(design) == set()
    found = decide(design, "implied").verdict
    assert (found is Verdict.TIGHT) == is_tight


@pytest.mark.parametrize(("latent", "mean", "spread", "output", "names"), NOT_FORCED)
def test_more_than_one_value_is_left(latent: str, mean: str, spread: str, output: str, names: str) -> None:
    design = written(latent, mean, spread, output, names)
    assert with_forced_values(design) == design


@pytest.mark.parametrize(
    "w", [sp.Rational(1, 2), sp.Rational(9, 10), sp.Rational(11, 10), sp.Integer(2), sp.Integer(-1)]
)
@pytest.mark.parametrize("c", [-1, -(10**3), -(10**9)])
def test_with_another_exponent_the_integral_over_m_diverges_somewhere(w: sp.Rational, c: int) -> None:
    """c s + s^w / 2, the coefficient of m^2, is positive on an open set of s."""
    places = [sp.Integer(10) ** (k * way) for k in (1, 10, 100, 200) for way in (1, -1)]
    assert any(bool(c * s + s**w / 2 > 0) for s in places)


def test_the_exponent_of_another_block_is_taken_out_as_well() -> None:
    """Both blocks have the one parameter: f of the second is looked at with w = 1."""
    design = written("normal_gamma", "z[0]", "z[1]^w")
    (observed,) = with_forced_values(design).decoder
    expressions = [h.source.expression for h in observed.heads if isinstance(h.source, Map)]
    assert [str(e) for e in expressions] == ["z[0]", "z[1]"]
