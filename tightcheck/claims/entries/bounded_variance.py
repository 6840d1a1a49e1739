"""The conjecture on bounded posterior variance."""

from __future__ import annotations

import math

import sympy as sp

from tightcheck.claims.claim import Claim, Status


def overlap(x: float, y: float, means: tuple[float, ...]) -> float:
    """The Bhattacharyya coefficient of the posteriors at x and y, z uniform on the means, unit noise."""

    def weights(at: float) -> list[float]:
        values = [math.exp(-((at - mean) ** 2) / 2) for mean in means]
        return [value / sum(values) for value in values]

    return sum(math.sqrt(a * b) for a, b in zip(weights(x), weights(y), strict=True))


def check() -> tuple[str, ...]:
    """The two identities of the proof, and a coordinate without the hypothesis."""
    x, y, u = sp.symbols("x y u", real=True)
    assert sp.expand((x - u) ** 2 + (y - u) ** 2 - 2 * ((x + y) / 2 - u) ** 2 - (x - y) ** 2 / 2) == 0
    means = (-3.0, -1.0, 0.5, 2.0)

    def evidence(at: float) -> float:
        return sum(math.exp(-((at - mean) ** 2) / 2) for mean in means) / len(means)

    for a, b in ((-4.0, 3.0), (0.0, 1.0), (2.0, -2.5)):
        closed = math.exp(-((a - b) ** 2) / 8) * evidence((a + b) / 2) / math.sqrt(evidence(a) * evidence(b))
        assert abs(overlap(a, b, means) - closed) < 1e-12
    return (
        "|x-u|^2 + |y-u|^2 = 2 |(x+y)/2 - u|^2 + |x-y|^2 / 2",
        "the overlap of two posteriors is e^(-|x-y|^2/8) p((x+y)/2) / sqrt(p(x) p(y)) with unit noise, at three pairs",
    )


CLAIM = Claim(
    order=9.4,
    title="bounded posterior variance",
    where="section 3.2, end of the paragraph on Dai and Wipf, 'left for future work'",
    says=(
        "If the variance of p(z|x) is bounded away from zero, a model that approaches tightness also "
        "approaches the form of Theorem 1."
    ),
    status=Status.HYPOTHESIS,
    because=(
        "Proved on paper for Gaussian VAEs, in proofs/bounded_variance.md: fixed dimensions, prior N(0, I), "
        "decoders N(mu_t(z), sigma_t^2 I) with any measurable mu_t and any sigma_t, Gaussian encoders with "
        "diagonal or full covariance, gaps measured under the models' own p_t(x), and posterior variances at "
        "least delta in every direction. Then the distance in total variation from p_t to the tight models "
        "with the same sigma_t tends to zero. Idea: with unit noise posteriors at distant x do not overlap, "
        "while Gaussians of variance at least delta that make up N(0, I) do, so x stays in a bounded region "
        "in units of the noise; there the joint distributions are compact, limits of the Gaussian posteriors "
        "are Gaussian, the convergence is in total variation, and Theorem 1 applies to the limit. All "
        "directions of z are needed: with x_1 = z_1 + z_1^3/10 + sigma e_1, x_2 = sigma (z_2 + e_2) and sigma"
        " -> 0 the gap vanishes and z_2 keeps variance 1/2, but no limit is of the form (18). With sigma "
        "bounded below, or rather with mu_t / sigma_t bounded in probability, the hypothesis on variances is "
        "not needed. Open for other families: with a growing number of Poisson pixels the joint approaches a "
        "form (7) with V not 0 that no member of the class has. The proof is on paper; no proof assistant has"
        " checked it."
    ),
    check=check,
    counterexample=(
        "Variance bounded in one direction only: x = (z_1 + z_1^3/10 + sigma e_1, sigma (z_2 + e_2)), sigma -> 0."
    ),
)
