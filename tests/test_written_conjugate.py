"""Formulas whose log-partitions cancel, or cannot: against truths worked out by hand."""

from __future__ import annotations

from pathlib import Path

import pytest
import sympy as sp

from tightcheck.decide import decide
from tightcheck.design import Design
from tightcheck.kernel import Rejected
from tightcheck.kernel.check import run
from tightcheck.kernel.explicit import vanishes_at_zero_only
from tightcheck.read_yaml import read_design


def two(
    folder: Path, latent: str, first: str, second: str, family: str, prior: str, sizes: tuple[int, int] = (1, 1)
) -> Design:
    """Two observed blocks with a formula each."""
    output, parameters = ("logits", "[w]") if family == "bernoulli" else ("rate", "[]")
    (folder / "encoder.yaml").write_text(latent)
    observed = f"[{{name: a, family: {family}, dim: {sizes[0]}}}, {{name: b, family: {family}, dim: {sizes[1]}}}]"
    maps = ", ".join(f"{{kind: expression, expression: '{f}', parameters: {parameters}}}" for f in (first, second))
    (folder / "decoder.yaml").write_text(
        f"{{observed: {observed}, map: [{maps}], output: [{output}, {output}], prior: {prior}}}"
    )
    return read_design(folder / "encoder.yaml", folder / "decoder.yaml")


BITS = "{latent: {family: bernoulli, dim: 2}, map: affine, output: logits}"
SPINS = "{latent: {family: rademacher, dim: 2}, map: affine, output: natural}"
STEP = {"lemma": "written_conjugate", "parameter": "w"}


@pytest.mark.parametrize(
    ("latent", "first", "second", "truth"),
    [
        # (1 - y)^4 = 0; on spins the two cancel for every w; z_0 and z_1 alone have no products.
        (BITS, "w*(z[0] + z[1])", "w*(z[0] - z[1])", "collapse"),
        (SPINS, "w*(z[0] + z[1])", "w*(z[0] - z[1])", "tight"),
        (BITS, "w*z[0]", "w*z[1]", "tight"),
        # 2 (1 + y^2) = (1 + y)^2 for y = 1 only.
        (BITS, "w*(z[0] + z[1])", "w*(z[0] + z[1])", "collapse"),
    ],
)
def test_two_formulas_of_two_bits(latent: str, first: str, second: str, truth: str, tmp_path: Path) -> None:
    prior = "{family: bernoulli, probs: 0.5}" if latent == BITS else "uniform"
    design = two(tmp_path, latent, first, second, "bernoulli", prior)
    assert decide(design, "declared").verdict.word == truth
    if truth == "tight":
        with pytest.raises(Rejected):
            run(design, "declared", STEP, frozenset())


w = sp.Symbol("w", real=True)


@pytest.mark.parametrize(
    ("value", "truth"),
    [
        (sp.log(1 + sp.exp(2 * w)) + sp.log(2) - 2 * sp.log(1 + sp.exp(w)), True),
        (sp.log(2 + sp.exp(2 * w)) - sp.log(3) - w, False),  # (y - 1) (y - 2)
        (sp.log(1 + sp.exp(w)) - sp.log(3), False),  # y = 2
        (sp.log(1 + sp.exp(w)) - sp.log(1 + sp.exp(-w)) - w, False),  # for every y
        (3 * w, True),
        (sp.log(1 + w**2), False),
    ],
)
def test_where_a_logarithm_vanishes(value: sp.Expr, truth: bool) -> None:
    assert vanishes_at_zero_only(value, w) is truth


def test_c2_says_nothing_under_the_implied_prior(tmp_path: Path) -> None:
    design = two(tmp_path, BITS, "w*(z[0] + z[1])", "w*(z[0] - z[1])", "bernoulli", "{family: bernoulli, probs: 0.5}")
    assert run(design, "declared", STEP, frozenset())
    with pytest.raises(Rejected):
        run(design, "implied", STEP, frozenset())


@pytest.mark.parametrize(("sizes", "truth"), [((1, 1), "tight"), ((3, 3), "tight"), ((2, 1), "impossible")])
def test_rates_that_cancel_together(sizes: tuple[int, int], truth: str, tmp_path: Path) -> None:
    """A = -n log z + m log z: in the span of z and 1/z for n = m alone."""
    latent = "{latent: {family: inverse_gaussian, dim: 1}, map: affine, output: natural}"
    prior = "{family: inverse_gaussian, mean: 1, shape: 1}"
    design = two(tmp_path, latent, "z", "1/z", "exponential", prior, sizes)
    found = decide(design, "declared").verdict.word
    assert found == truth or (truth != "tight" and found == "undecided")
    assert decide(design, "implied").verdict.word == "tight" or truth != "tight"


@pytest.mark.parametrize(("pair", "is_tight"), [("z[0] + z[1]", True), ("z[0] + z[2]", False)])
def test_pairs_of_a_chain(pair: str, is_tight: bool, tmp_path: Path) -> None:
    """exp(w (z_i + z_j)) has the product z_i z_j, a statistic of neighbours alone."""
    (tmp_path / "encoder.yaml").write_text(
        "{latent: {family: markov_random_field, dim: 3, graph: chain}, map: unrestricted, output: natural}"
    )
    (tmp_path / "decoder.yaml").write_text(
        "{observed: {family: poisson, dim: 1}, output: log_rate, prior: {learned: markov_random_field},"
        f" map: {{kind: expression, expression: 'w*({pair}) + b', parameters: [w, b]}}}}"
    )
    design = read_design(tmp_path / "encoder.yaml", tmp_path / "decoder.yaml")
    assert (decide(design, "declared").verdict.word == "tight") is is_tight
    assert decide(design, "implied").verdict.word == "tight"  # C1 holds, and z is finite
