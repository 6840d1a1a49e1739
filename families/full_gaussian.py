"""Gaussian vector with full covariance: statistics x_i and x_i x_j, i <= j."""

import sympy as sp

from tightcheck.family import Family, Parametrisation, Slice, Support, Twin
from tightcheck.matrices import (
    leading_minors,
    lower_triangle,
    lower_triangular,
    symmetric,
    trace_coefficients,
    trace_matrix,
)


def build(dimension: int = 2) -> Family:
    """The Gaussian family with full covariance; matrices are written by their lower triangles, row by row."""
    x = sp.symbols(f"x_1:{dimension + 1}", real=True)
    u = sp.Symbol("u", real=True)
    b = sp.symbols(f"eta_1:{dimension + 1}", real=True)
    mean = sp.Matrix(sp.symbols(f"mean_1:{dimension + 1}", real=True))
    covariance, precision = symmetric("covariance", dimension), symmetric("precision", dimension)
    cholesky = lower_triangular("cholesky", dimension)
    coefficients = symmetric("eta", dimension)  # of x_i x_j, i <= j: density exp(b'x + x'Hx - A)
    H = trace_matrix(coefficients)
    covariance_of_eta = (-2 * H).inv()
    mean_of_eta = covariance_of_eta * sp.Matrix(b)

    def written(name: str, matrix: sp.Matrix, inverse: sp.Matrix, in_eta: sp.Matrix) -> Parametrisation:
        """Mean and `matrix`, whose precision matrix is `inverse`."""
        return Parametrisation(
            {"mean": tuple(mean), name: lower_triangle(matrix)},
            (*(inverse * mean), *trace_coefficients(-inverse / 2)),
            (*mean_of_eta, *lower_triangle(in_eta)),
        )

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
        log_partition=(sp.Matrix(b).T * mean_of_eta)[0] / 2 - sp.log((-H).det()) / 2 + dimension * sp.log(sp.pi) / 2,
        partition="log_convex",
        parametrisations=(
            written("covariance", covariance, covariance.inv(), covariance_of_eta),
            written("precision", precision, precision, -2 * H),
            written("cholesky", cholesky, (cholesky * cholesky.T).inv(), covariance_of_eta.cholesky(hermitian=False)),
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
