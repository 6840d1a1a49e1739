"""Gaussian vector with full covariance: statistics x_i and x_i x_j, i <= j."""

from collections.abc import Callable

import sympy as sp

from tightcheck.family import Family, Slice, Support, Twin
from tightcheck.matrices import (
    inverse,
    leading_minors,
    lower_triangle,
    lower_triangular,
    symmetric,
    times,
    trace_coefficients,
    trace_matrix,
)
from tightcheck.parametrise import Derived


def build(dimension: int = 2) -> Family:
    """The Gaussian family with full covariance; matrices are written by their lower triangles, row by row."""
    x = sp.symbols(f"x_1:{dimension + 1}", real=True)
    u = sp.Symbol("u", real=True)
    b = sp.symbols(f"eta_1:{dimension + 1}", real=True)
    mean = sp.symbols(f"mean_1:{dimension + 1}", real=True)
    covariance, precision = symmetric("covariance", dimension), symmetric("precision", dimension)
    cholesky = lower_triangular("cholesky", dimension)
    coefficients = symmetric("eta", dimension)  # of x_i x_j, i <= j: density exp(b'x + x'Hx - A)
    H = trace_matrix(coefficients)
    covariance_of_eta = inverse(-2 * H)
    mean_of_eta = times(covariance_of_eta, b)

    def written(
        name: str, matrix: sp.Matrix, precision: Callable[[], sp.Matrix], in_eta: Callable[[], sp.Matrix]
    ) -> Derived:
        """Mean and `matrix`, which has this precision matrix and is `in_eta` in the natural parameters."""

        def work_out() -> tuple[tuple[sp.Expr, ...], tuple[sp.Expr, ...]]:
            return (
                (*times(precision(), mean), *trace_coefficients(-precision() / 2)),
                (*mean_of_eta, *lower_triangle(in_eta())),
            )

        return Derived({"mean": mean, name: lower_triangle(matrix)}, work_out)

    return Family(
        name="full_gaussian",
        summary="real vectors; mean and full covariance free",
        aliases=("multivariate_normal", "full_normal", "gaussian_full", "multivariate_gaussian"),
        variables=x,
        support=Support(
            is_discrete=False,
            cardinality="continuum",
            points=_points(dimension),
            bounds=((-sp.oo, sp.oo),) * dimension,
        ),
        statistics=(*x, *(x[i] * x[j] for i in range(dimension) for j in range(i + 1))),
        log_base_measure=sp.Integer(0),
        natural_parameters=(*b, *lower_triangle(coefficients)),
        natural_domain=tuple(minor > 0 for minor in leading_minors(-H)),
        log_partition=sp.Add(*(eta * mean for eta, mean in zip(b, mean_of_eta, strict=True))) / 2
        - sp.log((-H).det()) / 2
        + dimension * sp.log(sp.pi) / 2,
        partition="log_convex",
        parametrisations=(
            written("covariance", covariance, lambda: inverse(covariance), lambda: covariance_of_eta),
            written("precision", precision, lambda: precision, lambda: -2 * H),
            written(
                "cholesky",
                cholesky,
                lambda: inverse(cholesky * cholesky.T),
                lambda: covariance_of_eta.cholesky(hermitian=False),
            ),
        ),
        synonyms={
            "loc": "mean",
            "covariance_matrix": "covariance",
            "precision_matrix": "precision",
            "scale_tril": "cholesky",
        },
        slices=tuple(Slice(u, (*x[:k], u, *x[k + 1 :]), "continuum") for k in range(dimension)),
        dimension=dimension,
        torch=Twin("MultivariateNormal", {"loc": sp.Tuple(*mean_of_eta), "precision_matrix": (-2 * H).as_immutable()}),
        scipy=Twin("multivariate_normal", {"mean": sp.Tuple(*mean_of_eta), "cov": covariance_of_eta.as_immutable()}),
    )


def _points(dimension: int) -> tuple[tuple[sp.Expr, ...], ...]:
    """The origin, the axes' points 1 and 2, one of them negative, and the sums of two axes."""
    axes = [[int(i == k) for i in range(dimension)] for k in range(dimension)]
    sums = [[a + b for a, b in zip(axes[j], axes[k], strict=True)] for j in range(dimension) for k in range(j + 1)]
    points = [[0] * dimension, [-c for c in axes[0]], *axes, *sums]
    return tuple(tuple(map(sp.Integer, point)) for point in points)
