"""A learned mixture of Gaussians as prior: the densities are mixtures of so many members, and no fewer are admitted."""

from __future__ import annotations

from typing import Any

import mpmath
import pytest
import sympy as sp

from tightcheck.decide import decide
from tightcheck.design import Design
from tightcheck.kernel import Rejected
from tightcheck.kernel.check import prove, run
from tightcheck.strategies import WrittenDesign
from tightcheck.verdict import Verdict

z = sp.Symbol("z", real=True)


AFFINE: dict[str, Any] = {"kind": "affine"}
ALIKE = {"kind": "expression", "expression": "w*z", "parameters": ["w"]}


def design(components: int, observed: dict[str, Any], objective: Any = "elbo", network: Any = AFFINE) -> Design:
    """One Gaussian latent number."""
    return WrittenDesign(
        {
            "latent": {"family": "gaussian", "dim": 1, "covariance": "diagonal"},
            "map": {"kind": "unrestricted"},
            "output": ["mean", "log_variance"],
        },
        {
            "observed": observed,
            "map": network,
            "output": ["logits"],
            "prior": {"mixture": components},
            "objective": objective,
        },
    ).design()


COUNT = {"family": "binomial", "dim": 1, "trials": 3}
PIXEL = {"family": "bernoulli", "dim": 1}
PIXELS = {"family": "bernoulli", "dim": 3}


@pytest.mark.parametrize(
    ("observed", "components", "network", "verdict"),
    [
        (PIXEL, 2, AFFINE, Verdict.RESTRICTED),
        (PIXELS, 2, AFFINE, Verdict.RESTRICTED),
        (COUNT, 4, AFFINE, Verdict.RESTRICTED),
        (COUNT, 3, AFFINE, Verdict.UNDECIDED),  # four Gaussians of different means are no mixture of three
        (PIXELS, 8, ALIKE, Verdict.RESTRICTED),  # all three pixels move
        (PIXELS, 3, ALIKE, Verdict.UNDECIDED),
    ],
)
def test_how_many_components_are_needed(observed: Any, components: int, network: Any, verdict: Verdict) -> None:
    assert decide(design(components, observed, network=network), "declared").verdict is verdict


def test_one_component_is_a_gaussian() -> None:
    assert decide(design(1, PIXEL), "declared").verdict is Verdict.COLLAPSE


def test_a_certificate_is_not_moved_to_a_smaller_mixture_nor_to_a_tempered_one() -> None:
    steps = decide(design(4, COUNT), "declared").steps
    prove(design(5, COUNT), "declared", steps)
    with pytest.raises(Rejected, match="too few components"):
        prove(design(3, COUNT), "declared", steps)
    with pytest.raises(Rejected, match="tempered"):
        prove(design(4, COUNT, objective={"beta": 2}), "declared", steps)


def test_the_stated_mixture_is_the_conjugate_density() -> None:
    """exp(c z - z^2) (1 + e^(w z + b))^3, term by term: four Gaussians, and the quotient is one."""
    w, b = sp.Rational(3, 2), sp.Rational(-1, 2)
    components = [sp.binomial(3, x) * sp.exp(b * x) * sp.exp(w * x * z - z**2) for x in range(4)]
    quotient = sp.Add(*components) / (1 + sp.exp(w * z + b)) ** 3
    values = [sp.N(sp.log(quotient.subs(z, k)) + k**2, 40) for k in (-2, -1, 0, 1, 3)]
    assert all(abs(value) < sp.Float("1e-35", 40) for value in values)


def test_other_lemmas_choose_no_prior() -> None:
    """(1 + e^z)(1 + e^-z) = 2 + e^z + e^-z takes three components; two pixels that move against each other need them all."""
    contrast = {"lemma": "contrast_member", "latent": "z", "observed": "x", "F": [["1", "0"]], "f0": ["0"], "f1": ["0"]}
    beyond = {
        "lemma": "out_of_reach",
        "reason": "origin",
        "latent": "z",
        "observed": "x",
        "F": [["1", "0"]],
        "f0": ["0"],
    }
    for step in (contrast, beyond):
        for prior in (2, 3):
            with pytest.raises(Rejected):
                run(
                    design(prior, PIXELS),
                    "declared",
                    {**step, "c": ["0", "-1"], "mode": "one", "parameters": {}},
                    frozenset(),
                )


def test_components_on_an_interval_have_mass_one_there() -> None:
    """Each is divided by its own mass between -1 and 2, not by that between 0 and 1."""
    interval = {"family": "truncated_gaussian", "lower": -1, "upper": 2}
    components = [
        {"weight": "1/4", **interval, "loc": 0, "scale": 1},
        {"weight": "3/4", **interval, "loc": 2, "scale": 1},
    ]
    stated = WrittenDesign(
        {"latent": {**interval, "dim": 1}, "map": {"kind": "unrestricted"}, "output": ["loc", "scale"]},
        {"observed": PIXEL, "map": AFFINE, "output": ["logits"], "prior": {"mixture": components}},
    ).design()
    assert stated.prior.blocks[0].log_density is not None
    density = sp.lambdify(z, sp.exp(stated.prior.blocks[0].log_density), "mpmath")
    assert abs(mpmath.quad(density, [-1, 0, 1, 2]) - 1) < 1e-12
