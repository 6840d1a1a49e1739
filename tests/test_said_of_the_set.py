"""What is said beside a verdict: equations of the consistent set, its dimensions, lossless, against the mathematics by hand."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import numpy as np
import pytest

from tightcheck.analysis import analyze
from tightcheck.read_yaml import read_design
from tightcheck.verdict import Analysis, Lossless

GAUSSIAN = "{family: gaussian, mean: 0, variance: 1}"
OWN = "[mean, log_variance]"


def said(folder: Path, encoder: str, decoder: str) -> Analysis:
    """The analysis of two files."""
    files = folder / "encoder.yaml", folder / "decoder.yaml"
    for file, words in zip(files, (encoder, decoder), strict=True):
        file.write_text(words)
    return analyze(read_design(*files))


def normals(output: str = OWN, network: str = "affine", more: str = "") -> str:
    """Two Gaussian latents."""
    return f"{{latent: {{family: gaussian, dim: 2, covariance: diagonal}}, map: {network}, output: {output}{more}}}"


def numbers(prior: str = GAUSSIAN, variance: str = "{fixed: 1}", network: str = "affine", copies: int = 3) -> str:
    """Real numbers with an affine mean."""
    output = f"[mean, {{variance: {variance}}}]"
    observed = f"{{family: gaussian, dim: {copies}}}"
    return f"{{observed: {observed}, map: {network}, output: {output}, prior: {prior}}}"


@pytest.mark.parametrize(
    ("encoder", "dimension"),
    [
        (normals(), 5),  # W' W diagonal: one equation on 3 x 2 numbers
        (normals(network="unrestricted"), 5),
        (normals(network="{kind: mlp, hidden: [2]}"), None),  # of rank 1: one column at most, three numbers
        (normals(network="unrestricted", more=", features: layer_norm"), None),  # and the columns add up to 0
        (normals("[mean, {variance: {fixed: 1/2}}]"), None),  # W' W = I, of dimension 3
        ("{latent: {family: gaussian_fixed_variance, dim: 2, variance: 1/2}, map: affine, output: mean}", None),
    ],
)
def test_dimensions_are_those_that_the_encoder_leaves(tmp_path: Path, encoder: str, dimension: int | None) -> None:
    """Five of six dimensions are left only where the encoder holds the posterior of every W with orthogonal columns."""
    remaining = said(tmp_path, encoder, numbers()).declared.remaining
    assert ("of its 6 dimensions" in remaining) == (dimension is not None)
    assert dimension is None or f"leaves {dimension} of" in remaining


@pytest.mark.parametrize(
    ("encoder", "prior"),
    [
        ("{latent: {family: gaussian_fixed_variance, dim: 2, variance: 1/2}, map: affine, output: mean}", GAUSSIAN),
        (
            normals("[mean, {variance: {fixed: 1/2}}]"),
            "{family: gaussian, mean: {learned: per_coordinate}, variance: 1}",
        ),
    ],
)
def test_a_fixed_variance_fixes_the_diagonal(tmp_path: Path, encoder: str, prior: str) -> None:
    """1 + (W' W)_jj = 2, wherever the variance is written and whatever the prior learns beside its own."""
    lines = said(tmp_path, encoder, numbers(prior)).declared.constraints
    assert "(W'W)_jj is the encoder's fixed precision minus the prior's, for every j" in lines


def test_one_variance_under_a_list_of_priors(tmp_path: Path) -> None:
    """1 + (W' W)_11 = 3 + (W' W)_22: the diagonal of W' W is not constant."""
    encoder, prior = normals("[mean, {variance: {learned: shared}}]"), "{family: gaussian, mean: 0, variance: [1, 1/3]}"
    lines = said(tmp_path, encoder, numbers(prior)).declared.constraints
    assert "(W'W)_jj plus the prior's precision is the same for every j" in lines
    assert "(W'W)_jj is the same for every j" not in lines


def test_a_list_of_variances_weighs_the_rows(tmp_path: Path) -> None:
    """W holds mean / variance: the posterior's precision is that of the prior plus W' diag(variance) W."""
    analysis = said(tmp_path, normals(), numbers(variance="{fixed: [1, 2, 3]}"))
    assert "W' diag(variance_x) W diagonal" in analysis.declared.constraints
    assert "W' diag(variance_x) W" in analysis.implied_prior


@pytest.mark.parametrize(("network", "is_lossless"), [("affine", True), ("{kind: affine, bias: false}", False)])
def test_one_gaussian_without_a_bias(tmp_path: Path, network: str, is_lossless: bool) -> None:
    """The encoder's variance is the prior's, so S has w = 0 and E x = b; D has E x = b + w' (1, 1), and b may be missing."""
    prior = "{family: gaussian, mean: 1, variance: 1}"
    decoder = numbers(prior, "{learned: shared}", network, copies=1)
    answer = said(tmp_path, normals("[mean, {variance: {fixed: 1}}]"), decoder).declared
    assert answer.verdict.word == "collapse"
    assert (answer.lossless is Lossless.YES) == is_lossless


@pytest.mark.parametrize(
    ("family", "values", "worst"), [("bernoulli", (0, 1), "max(V_ij, 0)"), ("rademacher", (-1, 1), "|V_ij|")]
)
def test_the_worst_corner_of_the_code(tmp_path: Path, family: str, values: tuple[int, int], worst: str) -> None:
    """The variances of x, one condition for each of its coordinates, are positive at every corner of the code."""
    encoder = f"{{latent: {{family: {family}, dim: 2}}, map: unrestricted, output: logits}}"
    decoder = f"{{observed: {{family: gaussian, dim: 3}}, map: unrestricted, output: {OWN}, prior: implied}}"
    joint = said(tmp_path, encoder, decoder).joint
    assert joint is not None and f"(a_2)_i + sum_j {worst} < 0 for every i" in joint.integrates
    random = np.random.default_rng(1)
    outcomes = set()
    for _ in range(200):
        V, a = random.integers(-2, 3, (3, 2)), random.integers(-6, 0, 3)
        most = np.abs(V) if worst.startswith("|") else np.maximum(V, 0)
        said_so = bool(np.all(a + most.sum(axis=1) < 0))
        assert said_so == all(np.all(V @ z + a < 0) for z in product(values, repeat=2))
        outcomes.add(said_so)
    assert outcomes == {True, False}


def test_a_tempered_corner(tmp_path: Path) -> None:
    """With beta = 2 the exponent is c z^2 + V max(x) z^2 / 2: for V = 1 and c = -3/4 it integrates, and c + V > 0."""
    encoder = normals(more=", features: statistics", network="unrestricted")
    decoder = "{observed: {family: bernoulli, dim: 3}, map: unrestricted, output: logits, prior: implied, objective: {beta: %s}}"
    plain, tempered = (said(tmp_path, encoder, decoder % beta).implied.constraints for beta in (1, 2))
    assert any("c_j + sum_i max(V_ij, 0) < 0" in line for line in plain)
    assert not any("max(V_ij, 0)" in line for line in tempered)
    assert "g(x) is in the natural domain for every x" in tempered


@pytest.mark.parametrize(
    ("variance", "count"),
    [
        ("{fixed: 1}", "3 parameters"),
        ("{learned: shared}", "4 parameters"),
        ("{learned: per_coordinate}", "6 parameters"),
    ],
)
def test_what_a_law_learns_is_counted(tmp_path: Path, variance: str, count: str) -> None:
    """Without dependence x is N(b, diag v): three means, and the variances that are learned."""
    encoder = normals("[mean, {variance: {fixed: 1}}]")
    answer = said(tmp_path, encoder, numbers(variance=variance)).declared
    assert answer.verdict.word == "collapse"
    assert f"with at most {count}," in answer.remaining


def test_a_logarithm_that_is_gaussian(tmp_path: Path) -> None:
    """f = W log z + a: the implied prior is log-normal, and a mixture of log-normals is none of Gaussians."""
    latent = "{latent: {family: log_normal, dim: 2}, map: unrestricted, output: [loc, scale]}"
    seen = "{observed: {family: gaussian, dim: 3, covariance: fixed}, map: unrestricted, output: mean, prior: implied}"
    analysis = said(tmp_path, latent, seen)
    assert analysis.implied_prior.startswith("p(z): log(z) is N(m, P^-1)")
    assert analysis.joint is not None and "linear Gaussian" not in str(analysis.joint.name)
    bit = "{latent: {family: bernoulli, dim: 1}, map: unrestricted, output: logits}"
    seen = "{observed: {family: log_normal, dim: 3}, map: unrestricted, output: [loc, scale], prior: implied}"
    analysis = said(tmp_path, bit, seen)
    assert analysis.joint is not None and "Gaussian" not in str(analysis.joint.name)
