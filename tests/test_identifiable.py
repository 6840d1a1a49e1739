"""Which mixtures are told apart: the facts behind the answers on losslessness, by exact numbers, and their limits."""

from __future__ import annotations

from fractions import Fraction
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
