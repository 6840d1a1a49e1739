"""Corollary 1, with the counterexample in exact numbers."""

from __future__ import annotations

import math
from fractions import Fraction
from itertools import product

from tightcheck.claims.claim import Claim, Status
from tightcheck.claims.logarithms import least_divergence

CODES = ((-1, -1), (-1, 1), (1, -1), (1, 1))
WEIGHTS = (
    (Fraction(1), Fraction(1, 2)),
    (Fraction(1), Fraction(1, 2)),
    (Fraction(1, 2), Fraction(1)),
    (Fraction(1, 2), Fraction(1)),
    (Fraction(1), Fraction(1)),
)
"""w / log 3 of logit p(x_i = 1 | z) = <w_i, z>."""
ONE_PARENT = (Fraction(8, 11), Fraction(8, 11), Fraction(8, 11), Fraction(8, 11), Fraction(4, 5))
"""p(x_i = 1 | z_1 = 1) of a decoder in which only z_1 matters; p(x_i = 1 | z_1 = -1) is the rest."""


def probability(i: int, z: tuple[int, int]) -> float:
    """p(x_i = 1 | z) of the five-pixel model."""
    return 1 / (1 + 3 ** -float(WEIGHTS[i][0] * z[0] + WEIGHTS[i][1] * z[1]))


def likelihoods(x: tuple[int, ...], p: list[list[float]]) -> list[float]:
    """p(x, z) for the four codes."""
    return [math.prod(v if bit else 1 - v for bit, v in zip(x, row, strict=True)) / 4 for row in p]


def determinant(rows: list[list[float]]) -> float:
    """By elimination with pivots."""
    rows, value = [row[:] for row in rows], 1.0
    for k in range(len(rows)):
        pivot = max(range(k, len(rows)), key=lambda r: abs(rows[r][k]))
        rows[k], rows[pivot] = rows[pivot], rows[k]
        value *= rows[k][k] * (1 if pivot == k else -1)
        for r in range(k + 1, len(rows)):
            factor = rows[r][k] / rows[k][k]
            rows[r] = [a - factor * b for a, b in zip(rows[r], rows[k], strict=True)]
    return value


def pairs(i: int, j: int) -> list[list[float]]:
    """p(x_i, x_j | z), a row for each code."""
    return [
        [(1 - a) * (1 - b), (1 - a) * b, a * (1 - b), a * b]
        for a, b in ((probability(i, z), probability(j, z)) for z in CODES)
    ]


def check() -> tuple[str, ...]:
    """One pixel, then five."""
    odds = {z: Fraction(9, 10) if sum(z) == 2 else Fraction(1, 10) if sum(z) == -2 else Fraction(1, 2) for z in CODES}
    posterior = [value / sum(odds.values()) for value in odds.values()]
    assert posterior == [Fraction(1, 20), Fraction(5, 20), Fraction(5, 20), Fraction(9, 20)]
    assert posterior[0] * posterior[3] / (posterior[1] * posterior[2]) == Fraction(9, 25)
    low, high = least_divergence([float(v) for v in posterior], 20000)
    assert low < 0.02102 < high + 1e-5
    assert high - low < 1e-4
    decoder = [[probability(i, z) for i in range(5)] for z in CODES]
    parent = [[float(p) if z[0] == 1 else float(1 - p) for p in ONE_PARENT] for z in CODES]
    gap = loss = 0.0
    for x in product((0, 1), repeat=5):
        joint = likelihoods(x, decoder)
        evidence = sum(joint)
        gap += evidence * least_divergence([v / evidence for v in joint])[0]
        loss += evidence * (math.log(evidence) - math.log(sum(likelihoods(x, parent))))
    assert loss < 0.0127 < 0.086 < gap
    assert abs(determinant(pairs(0, 2))) > 0.04
    assert abs(determinant(pairs(1, 4))) > 0.02
    assert len({round(probability(3, z), 6) for z in CODES}) == 4
    return (
        f"one pixel: the posterior at x=1 is (1, 5, 5, 9)/20, odds ratio 9/25, best factorised KL in [{low:.5f}, {high:.5f}]",
        f"five pixels: the gap of the maximum-likelihood decoder is more than {gap:.4f} nats",
        f"a tight decoder in which only z_1 matters loses {loss:.4f} nats of likelihood: its ELBO is higher",
        "p(x1,x3|z), p(x2,x5|z) are invertible and p(x4|z) takes four values: the decomposition is unique (Kruskal)",
    )


CLAIM = Claim(
    order=4,
    title="Corollary 1",
    where="section 3, Corollary 1 and its proof",
    says=(
        "If f = W psi(z) + a and the encoder holds every V nu(x) + b, then any global optimum of the ELBO has"
        " zero approximation error."
    ),
    status=Status.FALSE,
    because=(
        "An affine f is condition C1 only. The posterior is in the family iff also log p(z) - log h'(z) - "
        "A(f(z)) is in span(psi, 1), the conjugation equation (criterion.criterion); the proof's step 'the "
        "true posterior is guaranteed to be in the encoder class' fails on one pixel and two bits. The "
        "conclusion fails with five pixels and data from the model itself. There p(x) is a mixture of four "
        "product distributions; p(x1,x3|z) and p(x2,x5|z) are invertible 4 x 4 matrices and p(x4|z) takes "
        "four values, so by Kruskal's theorem (4 + 4 + 2 >= 2 * 4 + 2) every decoder with zero error has the "
        "same four components, up to a relabelling of z; of the relabellings only the symmetries of the "
        "square leave f affine, and they leave the gap as it is. So all decoders of zero error have the same "
        "gap, 0.0876 nats (certified: more than 0.086), and a decoder in which only z_1 matters, which is "
        "tight, has a higher ELBO since it loses 0.0126 nats only. True version: f affine in psi, the implied"
        " prior, a joint that integrates, an encoder with the affine maps; then every model of the class is "
        "tight (criterion.implied_prior)."
    ),
    check=check,
    counterexample=(
        "x in {0,1}^5, z in {-1,1}^2 uniform, logit p(x_i=1|z) = log 3 <w_i, z> with w = (1,1/2), (1,1/2), "
        "(1/2,1), (1/2,1), (1,1); the tight decoder has p(x_i=1|z_1=1) = 8/11 for i = 1..4 and 4/5 for i = 5."
    ),
    proof="criterion.criterion",
)
