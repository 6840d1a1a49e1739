"""Wishart: positive definite matrices (written by their lower triangles), statistics x_ij, i >= j, and log det x."""

import sympy as sp

from tightcheck.family import Family, Parametrisation, Twin
from tightcheck.matrices import (
    leading_minors,
    log_multivariate_gamma,
    lower_triangle,
    positive_definite,
    positive_definite_slices,
    symmetric,
    trace_coefficients,
    trace_matrix,
)


def build(dimension: int = 2) -> Family:
    """The Wishart family of `dimension` x `dimension` matrices."""
    x = symmetric("x", dimension, diagonal_is_positive=True)
    eta, scale = symmetric("eta", dimension), symmetric("scale", dimension)
    eta_0, df = sp.Symbol("eta_0", real=True), sp.Symbol("df", positive=True)
    minus = -trace_matrix(eta)  # the density is |x|^eta_0 exp(-trace(minus x))
    half_df = eta_0 + sp.Rational(dimension + 1, 2)
    scale_of_eta = (2 * minus).inv()
    return Family(
        name="wishart",
        summary="positive definite matrices: sums of squares of Gaussian vectors",
        variables=lower_triangle(x),
        support=positive_definite(x),
        statistics=(*lower_triangle(x), sp.log(x.det())),
        log_base_measure=sp.Integer(0),
        natural_parameters=(*lower_triangle(eta), eta_0),
        natural_domain=(eta_0 > -1, *(minor > 0 for minor in leading_minors(minus))),
        log_partition=log_multivariate_gamma(dimension, half_df) - half_df * sp.log(minus.det()),
        partition="log_convex",
        parametrisations=(
            Parametrisation(
                {"scale": lower_triangle(scale), "df": df},
                (*trace_coefficients(-scale.inv() / 2), (df - dimension - 1) / 2),
                (*lower_triangle(scale_of_eta), 2 * half_df),
            ),
        ),
        synonyms={"covariance_matrix": "scale", "degrees_of_freedom": "df"},
        slices=positive_definite_slices(dimension),
        dimension=dimension,
        torch=Twin(
            "Wishart", {"df": 2 * half_df, "covariance_matrix": scale_of_eta.as_immutable()}, value=x.as_immutable()
        ),
        scipy=Twin("wishart", {"df": 2 * half_df, "scale": scale_of_eta.as_immutable()}, value=x.as_immutable()),
    )
