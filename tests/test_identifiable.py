"""Which mixtures are told apart: the facts behind the answers on losslessness, by exact numbers, and their limits."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from itertools import product
from pathlib import Path

import mpmath
import numpy as np
import pytest
import sympy as sp

from tightcheck.account.identifiable import leaves_by_growth, tells_members, tells_values
from tightcheck.account.lossless import lossless
from tightcheck.decide import decide
from tightcheck.design import Design
from tightcheck.kernel.classes import family_of
from tightcheck.read_yaml import read_design
from tightcheck.verdict import Lossless

CODE = "encoder: {latent: {family: categorical, dim: 3}, map: unrestricted, output: logits}\n"
OUTPUTS = {
    "gaussian": "[mean, log_variance]",
    "gamma": "[shape, rate]",
    "beta": "[alpha, beta]",
    "poisson": "log_rate",
    "dirichlet": "concentration",
    "binomial, trials: 6": "logits",
    "negative_binomial, dispersion: {learned: shared}": "mean",
    "negative_binomial, dispersion: {fixed: 3}": "mean",
}


def read(family: str, size: int, folder: Path, output: str | None = None) -> Design:
    """A mixture of laws of one family."""
    decoder = f"{{observed: {{family: {family}, dim: {size}}}, map: unrestricted, output: {output or OUTPUTS[family]}"
    (folder / "design.yaml").write_text(f"{CODE}decoder: {decoder}, prior: {{learned: categorical}}}}")
    return read_design(folder / "design.yaml")


@pytest.mark.parametrize(
    ("family", "expected"),
    [
        ("gaussian", True),
        ("gamma", True),
        ("poisson", True),
        ("negative_binomial, dispersion: {fixed: 3}", True),
        ("negative_binomial, dispersion: {learned: shared}", False),
        ("beta", False),
        ("binomial, trials: 6", False),
    ],
)
def test_members_are_told_where_all_their_quotients_diverge(family: str, expected: bool, tmp_path: Path) -> None:
    assert tells_members(read(family, 2, tmp_path).decoder[0]) is expected


def test_a_mixture_of_dirichlet_laws_may_be_one() -> None:
    """sum_k a_k / a_0 Dirichlet(a + e_k) = Dirichlet(a): the ratio of member k is x_k a_0 / a_k, and the x_k add up to 1."""
    a = [Fraction(2), Fraction(3), Fraction(1, 2)]
    x = [Fraction(1, 5), Fraction(1, 2), Fraction(3, 10)]
    ratios = [x[k] * sum(a) / a[k] for k in range(3)]  # B(a) / B(a + e_k) = a_0 / a_k
    assert sum(a[k] / sum(a) * ratios[k] for k in range(3)) == 1


def test_growth_speaks_of_one_parameter_that_moves(tmp_path: Path) -> None:
    design = read("dirichlet", 3, tmp_path)
    z = family_of(design.encoder[0].block).variables[0]
    one, zero = sp.Integer(1), sp.Integer(0)
    assert leaves_by_growth(design, design.decoder[0], [z, one, one])
    assert not leaves_by_growth(design, design.decoder[0], [z, 1 - z, one])
    assert not leaves_by_growth(design, design.decoder[0], [zero, one, one])


def test_growth_holds_for_numbers(tmp_path: Path) -> None:
    """log(1 + x^2) is no combination of log x, log(1 - x), 1: five points give a determinant other than 0."""
    points = [mpmath.mpf(k) / 7 for k in (1, 2, 4, 6)]
    rows = [[1, mpmath.log(x), mpmath.log(1 - x), mpmath.log(1 + x**2)] for x in points]
    assert abs(mpmath.det(mpmath.matrix(rows))) > 1e-3
    design = read("beta", 1, tmp_path)
    z = family_of(design.encoder[0].block).variables[0]
    assert leaves_by_growth(design, design.decoder[0], [z, sp.Integer(1)])


def test_moments_count_the_members() -> None:
    """For counts p(x) / h(x) = sum_k w_k y_k^x: its Hankel matrix of order K + 1 is singular for K members, not for K + 1."""

    def determinant(members: list[tuple[Fraction, Fraction]], order: int) -> Fraction:
        ratio = [sum(w * y**x for w, y in members) for x in range(2 * order - 1)]
        return Fraction(sp.Matrix(order, order, lambda i, j: sp.Rational(ratio[i + j])).det())

    two = [(Fraction(1, 3), Fraction(1, 2)), (Fraction(2, 3), Fraction(5))]
    assert determinant(two, 3) == 0
    assert determinant([*two, (Fraction(1, 7), Fraction(1, 9))], 3) != 0


@pytest.mark.parametrize(
    ("family", "count", "expected"),
    [
        ("poisson", 10, True),
        ("binomial, trials: 6", 3, True),
        ("binomial, trials: 6", 4, False),
        ("gamma", 1, False),
        ("negative_binomial, dispersion: {learned: shared}", 2, False),
    ],
)
def test_values_are_told_by_as_many_equally_spaced_points(
    family: str, count: int, expected: bool, tmp_path: Path
) -> None:
    assert tells_values(read(family, 1, tmp_path).decoder[0], count) is expected


ANCHORED = """
encoder: {latent: {family: bernoulli, dim: 2}, map: affine, output: logits}
decoder:
  observed: [{name: a, family: bernoulli, dim: 1}, {name: b, family: bernoulli, dim: 1}]
  map:
    - {kind: expression, expression: "w * (z[0] + z[1])%s", parameters: [w%s]}
    - {kind: expression, expression: "w * (z[0] - z[1])", parameters: [w]}
  output: [logits, logits]
  prior: {family: bernoulli, probs: 0.5}
"""


@pytest.mark.parametrize(("more", "parameter", "expected"), [("", "", Lossless.NO), (" + c", ", c", None)])
def test_a_law_that_no_parameter_moves_unless_z_does(
    more: str, parameter: str, expected: Lossless | None, tmp_path: Path
) -> None:
    """With a constant c of its own the pixel has every probability in S as well, and the mean says nothing."""
    (tmp_path / "design.yaml").write_text(ANCHORED % (more, parameter))
    design = read_design(tmp_path / "design.yaml")
    found = lossless(design, decide(design, "declared"))[0]
    assert found is Lossless.NO if expected else found is Lossless.UNDECIDED


def test_shares_of_topics_make_a_mixture_that_is_no_text() -> None:
    """Two words, one topic each: P(first word twice) is the second moment of a share, above the square of the first."""
    random = np.random.default_rng(0)
    share = random.dirichlet([1, 1], size=1000)[:, 0]
    assert (share**2).mean() > share.mean() ** 2 + 0.05


def jacobian(bits: int, copies: int, mean: Callable[[np.ndarray], np.ndarray], chance: float) -> np.ndarray:
    """The derivatives of p(x) by weights, biases and the probabilities of the bits; each copy moves with one bit."""
    x = np.array(list(product((0, 1), repeat=copies)))
    z = np.array(list(product((0, 1), repeat=bits)))
    weights = np.zeros((copies, bits))
    weights[np.arange(copies), np.arange(copies) % bits] = np.linspace(0.3, 0.5, copies)
    start = np.concatenate([weights.ravel(), np.linspace(0.1, 0.2, copies), np.full(bits, chance)])

    def law(parameters: np.ndarray) -> np.ndarray:
        w, b = parameters[: copies * bits].reshape(copies, bits), parameters[copies * bits :][:copies]
        pi = parameters[-bits:]
        prior = np.prod(np.where(z == 1, pi, 1 - pi), axis=1)
        p = mean(z @ w.T + b)
        return prior @ np.exp(np.log(p) @ x.T + np.log(1 - p) @ (1 - x).T)

    step = 1e-5 * np.eye(len(start))
    return np.array([(law(start + h) - law(start - h)) / 2e-5 for h in step])


@pytest.mark.parametrize("chance", [0.5, 0.3])
def test_three_pixels_for_each_bit_determine_the_parameters(chance: float) -> None:
    def sigmoid(o: np.ndarray) -> np.ndarray:
        return np.asarray(1 / (1 + np.exp(-3 * o)))

    for bits in (1, 2):
        derivative = jacobian(bits, 3 * bits, sigmoid, chance)
        assert np.linalg.matrix_rank(derivative, tol=1e-7) == len(derivative)
    short = jacobian(1, 2, sigmoid, chance)
    assert np.linalg.matrix_rank(short, tol=1e-7) < len(short)  # two pixels: 3 free probabilities, 5 parameters


@pytest.mark.parametrize(
    ("size", "link", "prior", "expected"),
    [
        (9, "logits", "{family: bernoulli, probs: 0.5}", Lossless.NO),
        (9, "logits", "{learned: bernoulli}", Lossless.NO),
        (9, "{probs: 1 - exp(-exp(output))}", "{family: bernoulli, probs: 0.3}", Lossless.NO),
        (8, "logits", "{family: bernoulli, probs: 0.5}", Lossless.UNDECIDED),
        (9, "{logits: output^3}", "{family: bernoulli, probs: 0.5}", Lossless.UNDECIDED),
    ],
)
def test_dimensions_are_counted_where_there_are_three_pixels_for_each_bit(
    size: int, link: str, prior: str, expected: Lossless, tmp_path: Path
) -> None:
    encoder = "encoder: {latent: {family: bernoulli, dim: 3}, map: affine, output: logits}\n"
    decoder = f"{{observed: {{family: bernoulli, dim: {size}}}, map: affine, output: {link}, prior: {prior}}}"
    (tmp_path / "design.yaml").write_text(f"{encoder}decoder: {decoder}")
    design = read_design(tmp_path / "design.yaml")
    assert lossless(design, decide(design, "declared"))[0] is expected


ROUND = """
encoder:
  latent: {family: gaussian, dim: 2, covariance: isotropic}
  map: affine
  output: [mean, {variance: {learned: shared}}]
decoder:
  observed: {family: gaussian, dim: %s, covariance: isotropic}
  map: affine
  output: [mean, {variance: %s}]
  prior: {family: gaussian, mean: 0, variance: %s}
"""


@pytest.mark.parametrize(
    ("size", "noise", "prior", "is_no"),
    [
        (3, "{fixed: 1}", "1", True),
        (3, "{learned: shared}", "1", True),
        (2, "{learned: shared}", "1", True),
        (1, "{learned: shared}", "1", False),
        (3, "{fixed: 1}", "{learned: per_coordinate}", False),
    ],
)
def test_loadings_of_unequal_length(size: int, noise: str, prior: str, is_no: bool, tmp_path: Path) -> None:
    (tmp_path / "design.yaml").write_text(ROUND % (size, noise, prior))
    design = read_design(tmp_path / "design.yaml")
    found, _ = lossless(design, decide(design, "declared"))
    assert found is Lossless.NO if is_no else found is not Lossless.NO


def test_centres_are_eigenvectors_where_two_codes_are_kept_apart() -> None:
    """C = I + u u' and d orthogonal to u: C d = d. With u = (1, 1), d = (1, 0) C d = (2, 1)."""
    u, d = sp.Matrix([1, 1]), sp.Matrix([1, 0])
    assert (sp.eye(2) + u * u.T) * d == sp.Matrix([2, 1])
    assert (sp.eye(2) + u * u.T) * sp.Matrix([1, -1]) == sp.Matrix([1, -1])


def test_a_weight_of_two_codes_is_no_sum_of_weights_of_one() -> None:
    share = Fraction(1, 40)
    assert share**2 not in {k * share for k in range(41)}
