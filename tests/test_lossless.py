"""Lossless: the answers against the shipped expectations, and the mathematics behind each rule by enumeration."""

from __future__ import annotations

import re
from collections.abc import Callable
from fractions import Fraction
from itertools import product
from math import comb
from pathlib import Path

import numpy as np
import pytest

from tightcheck.account.lossless import lossless
from tightcheck.account.mixtures import leaves_family
from tightcheck.decide import decide
from tightcheck.design import Design
from tightcheck.read_yaml import read_design
from tightcheck.verdict import Lossless

ROOT = Path(__file__).parent.parent
EXAMPLES = sorted((ROOT / "tightcheck" / "examples").iterdir())
DESIGNS = sorted((ROOT / "tests" / "designs").glob("*/*.yaml"))
SHIPPED = [path for path in (*EXAMPLES, *DESIGNS) if path.suffix == ".yaml" or path.is_dir()]

PPCA = """
encoder:
  latent: {family: gaussian, dim: 2, covariance: diagonal}
  map: {kind: affine}
  output:
    - mean
    - variance: {learned: per_coordinate}
decoder:
  observed: {family: gaussian, dim: 3, covariance: isotropic}
  map: {kind: affine}
  output:
    - mean
    - variance: {fixed: 1}
  prior: {family: gaussian, mean: 0, variance: 1}
"""
PIXELS = """
encoder:
  latent: {family: gaussian, dim: 1, covariance: diagonal}
  map: {kind: affine}
  output:
    - mean
    - variance: {learned: per_coordinate}
decoder:
  observed: {family: bernoulli, dim: 1}
  map: {kind: affine}
  output: logits
  prior: {family: gaussian, mean: 0, variance: 1}
"""
BITS = """
encoder:
  latent: {family: bernoulli, dim: 2}
  features: counts
  map: {kind: affine}
  output: logits
decoder:
  observed: {family: poisson, dim: 2}
  map: {kind: affine}
  output: log_rate
  prior: {family: bernoulli, probs: 0.5}
"""

Reader = Callable[..., Design]


@pytest.fixture
def read(tmp_path: Path) -> Reader:
    """Reads a design with some words replaced by others."""

    def reader(text: str, *changes: tuple[str, str]) -> Design:
        for old, new in changes:
            assert old in text
            text = text.replace(old, new)
        path = tmp_path / "design.yaml"
        path.write_text(text, encoding="utf-8")
        return read_design(path)

    return reader


def answer(design: Design, prior: str | None = None) -> Lossless:
    found, reason = lossless(design, decide(design, prior or design.prior.kind))
    assert reason.endswith(".")
    return found


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_no_shipped_design_is_contradicted(path: Path) -> None:
    file = path / "decoder.yaml" if path.is_dir() else path
    expected = re.search(r"lossless: ([a-z ]+)", file.read_text(encoding="utf-8"))
    assert expected is not None
    design = read_design(path / "encoder.yaml", file) if path.is_dir() else read_design(path)
    assert answer(design).value in (expected[1].strip(), "undecided")


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("ppca-diagonal", "yes"),
        ("factor-analysis", "yes"),
        ("rbm", "yes"),
        ("text-vae-frequencies", "no"),
        ("text-vae-counts", "no"),
        ("mnist-bernoulli-vae", "no"),
        ("gaussian-vae-images", "no"),
        ("toy-mixture", "no"),
        ("m2", "no"),
        ("prodlda", "no"),
        ("iaf", "undecided"),
        ("mnist-grey-bernoulli-vae", "undecided"),
    ],
)
def test_published_designs(name: str, expected: str) -> None:
    folder = ROOT / "tightcheck" / "examples" / name
    assert answer(read_design(folder / "encoder.yaml", folder / "decoder.yaml")).value == expected


def test_the_rotation_keeps_the_law_and_makes_the_posterior_independent() -> None:
    random = np.random.default_rng(0)
    loading, mean, offset = random.normal(size=(4, 3)), random.normal(size=3), random.normal(size=4)
    prior_precision = np.diag(random.uniform(0.5, 3, size=3))
    noise = np.diag(random.uniform(0.5, 3, size=4))
    root = np.sqrt(prior_precision)
    _, rotation = np.linalg.eigh(np.linalg.inv(root) @ loading.T @ np.linalg.inv(noise) @ loading @ np.linalg.inv(root))
    turned = loading @ np.linalg.inv(root) @ rotation @ root
    moved = offset + (loading - turned) @ mean
    spread = np.linalg.inv(prior_precision)
    assert np.allclose(turned @ spread @ turned.T, loading @ spread @ loading.T)
    assert np.allclose(turned @ mean + moved, loading @ mean + offset)
    precision = prior_precision + turned.T @ np.linalg.inv(noise) @ turned
    assert np.allclose(precision, np.diag(np.diag(precision)))


@pytest.mark.parametrize(
    "change",
    [
        ("{learned: per_coordinate}", "{learned: shared}"),  # W'W = k I
        ("decoder:\n", "decoder:\n  input: statistics\n"),
        ("prior: {family: gaussian, mean: 0, variance: 1}", "prior: {log_density: -z^2 / 2 - z^4}"),
        (
            "prior: {family: gaussian, mean: 0, variance: 1}",
            "prior: {family: gaussian, mean: 0, precision: [[2, 1], [1, 2]]}",
        ),
    ],
    ids=["shared variance", "quadratic mean", "quartic prior", "correlated prior"],
)
def test_a_rotation_needs_each_of_its_conditions(read: Reader, change: tuple[str, str]) -> None:
    assert answer(read(PPCA)) is Lossless.YES
    assert answer(read(PPCA, change)) is not Lossless.YES


@pytest.mark.parametrize("output", ["variance: {bounds: [0.1, 0.9]}", "variance: {fixed: 0.5}"])
def test_a_rotation_needs_free_variances(read: Reader, output: str) -> None:
    assert answer(read(PPCA, ("variance: {learned: per_coordinate}", output))) is not Lossless.YES


def test_a_narrow_network_cannot_follow_the_rotation(read: Reader) -> None:
    encoder_map = "  map: {kind: affine}\n  output:\n    - mean\n    - variance: {learned"
    wide = encoder_map.replace("affine", "mlp, hidden: [4]")
    narrow = encoder_map.replace("affine", "mlp, hidden: [3]")
    assert answer(read(PPCA, (encoder_map, wide))) is Lossless.YES
    assert answer(read(PPCA, (encoder_map, narrow))) is not Lossless.YES


def test_one_pixel_is_any_coin_and_two_pixels_are_correlated(read: Reader) -> None:
    assert answer(read(PIXELS)) is Lossless.YES
    assert answer(read(PIXELS, ("bernoulli, dim: 1}", "bernoulli, dim: 2}"))) is Lossless.NO
    heads = [Fraction(1, 4), Fraction(3, 4)]  # two values of one f shared by both pixels, equally likely
    both = sum(p * p for p in heads) / 2
    assert both > (sum(heads) / 2) ** 2


def test_one_pixel_must_be_free_to_take_every_value(read: Reader) -> None:
    without_bias = ("map: {kind: affine}\n  output: logits", "map: {kind: affine, bias: false}\n  output: logits")
    assert answer(read(PIXELS, without_bias)) is not Lossless.YES


@pytest.mark.parametrize(
    ("family", "expected"),
    [
        ("{family: poisson, dim: 1}", True),
        ("{family: binomial, dim: 1, trials: 10}", True),
        ("{family: negative_binomial, dim: 1, dispersion: {fixed: 2}}", True),
        (
            "{family: negative_binomial, dim: 1, dispersion: {learned: shared}}",
            False,
        ),  # a mixture may be one of another r
        ("{family: bernoulli, dim: 1}", False),
        ("{family: binomial, dim: 1, trials: 1}", False),
        ("{family: multinomial, dim: 3, length: random}", True),
        ("{family: multinomial, dim: 3, length: 1}", False),
    ],
)
def test_mixtures_leave_a_family_with_three_values_in_line(read: Reader, family: str, expected: bool) -> None:
    outputs = {"poisson": "log_rate"}
    output = next((word for name, word in outputs.items() if name in family), "logits")
    design = read(PIXELS, ("{family: bernoulli, dim: 1}", family), ("output: logits", f"output: {output}"))
    assert leaves_family(design.decoder[0]) is expected


def test_a_mixture_of_binomials_is_none() -> None:
    """For members p(0) p(2) / p(1)^2 is the same for every probability; mixing makes it larger."""

    def ratio(weights: dict[Fraction, Fraction], trials: int) -> Fraction:
        p = [sum(w * comb(trials, k) * q**k * (1 - q) ** (trials - k) for q, w in weights.items()) for k in range(3)]
        return Fraction(p[0] * p[2]) / Fraction(p[1] ** 2)

    member = ratio({Fraction(1, 3): Fraction(1)}, 10)
    assert member == ratio({Fraction(3, 5): Fraction(1)}, 10) == Fraction(comb(10, 2), 100)
    assert ratio({Fraction(1, 3): Fraction(1, 2), Fraction(3, 5): Fraction(1, 2)}, 10) > member


def test_bits_leave_a_consistent_coordinate_two_values(read: Reader) -> None:
    """f additive in two bits and A(f) additive, A strictly convex: one bit does nothing (integers -3..3, A = t^2)."""
    assert answer(read(BITS)) is Lossless.NO
    assert answer(read(BITS, ("dim: 2}\n  features", "dim: 1}\n  features"))) is Lossless.YES
    for start, first, second in product(range(-3, 4), repeat=3):
        values = [start, start + first, start + second, start + first + second]
        is_additive = values[0] ** 2 + values[3] ** 2 == values[1] ** 2 + values[2] ** 2
        assert not is_additive or len(set(values)) <= 2


def test_three_rates_are_told_from_two() -> None:
    """Factorial moments of a Poisson mixture are its rates' moments: for two rates their Hankel determinant is 0."""

    def determinant(rates: dict[int, Fraction]) -> float:
        moments = [float(sum(weight * rate**k for rate, weight in rates.items())) for k in range(5)]
        return float(np.linalg.det([[moments[i + j] for j in range(3)] for i in range(3)]))

    assert determinant({1: Fraction(1, 4), 2: Fraction(1, 2), 4: Fraction(1, 4)}) > 0.1
    assert determinant({1: Fraction(1, 4), 4: Fraction(3, 4)}) == pytest.approx(0, abs=1e-9)


def test_bits_do_not_speak_of_one_coin(read: Reader) -> None:
    coin = (
        ("{family: poisson, dim: 2}", "{family: bernoulli, dim: 1}"),
        ("log_rate", "logits"),
        ("counts", "identity"),
    )
    assert answer(read(BITS, *coin)) is Lossless.YES
    many = (
        ("{family: poisson, dim: 2}", "{family: bernoulli, dim: 5}"),  # three for each bit are needed
        ("log_rate", "logits"),
        ("counts", "identity"),
    )
    assert answer(read(BITS, *many)) is Lossless.UNDECIDED


def test_continuous_style_has_moments_of_higher_rank() -> None:
    """E theta^(i + j), theta = sigmoid(z): rank 3 for a Gaussian z, rank 2 for two classes."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(60)
    chances = 1 / (1 + np.exp(-nodes))
    style = np.array([[weights @ chances ** (i + j) for j in range(3)] for i in range(3)]) / weights.sum()
    classes = np.array([[np.mean(np.array([0.2, 0.7]) ** (i + j)) for j in range(3)] for i in range(3)])
    assert np.linalg.eigvalsh(style)[0] > 1e-5
    assert abs(np.linalg.eigvalsh(classes)[0]) < 1e-12


def test_a_divergent_joint_is_no_witness(read: Reader) -> None:
    """Poisson counts, affine log-rates, implied prior: only constant decoders are models, so nothing is lost."""
    counts = (("{family: bernoulli, dim: 1}", "{family: poisson, dim: 2}"), ("output: logits", "output: log_rate"))
    assert answer(read(PIXELS, *counts)) is Lossless.NO
    assert answer(read(PIXELS, *counts), "implied") is not Lossless.NO
