"""Inverse Wishart: the inverses of Wishart matrices, statistics the entries of the inverse and log det x."""

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
    """The inverse Wishart family of `dimension` x `dimension` matrices."""
    x = symmetric("x", dimension, diagonal_is_positive=True)
    eta, scale = symmetric("eta", dimension), symmetric("scale", dimension)
    eta_0, df = sp.Symbol("eta_0", real=True), sp.Symbol("df", positive=True)
    minus = -trace_matrix(eta)  # the density is |x|^eta_0 exp(-trace(minus x^-1))
    half_df = -eta_0 - sp.Rational(dimension + 1, 2)
    return Family(
        name="inverse_wishart",
        summary="positive definite matrices: the classical prior of a covariance",
        variables=lower_triangle(x),
        support=positive_definite(x),
        statistics=(*lower_triangle(x.adjugate() / x.det()), sp.log(x.det())),
        log_base_measure=sp.Integer(0),
        natural_parameters=(*lower_triangle(eta), eta_0),
        natural_domain=(eta_0 < -dimension, *(minor > 0 for minor in leading_minors(minus))),
        log_partition=log_multivariate_gamma(dimension, half_df) - half_df * sp.log(minus.det()),
        partition="log_convex",
        parametrisations=(
            Parametrisation(
                {"scale": lower_triangle(scale), "df": df},
                (*trace_coefficients(-scale / 2), -(df + dimension + 1) / 2),
                (*lower_triangle(2 * minus), 2 * half_df),
            ),
        ),
        synonyms={"degrees_of_freedom": "df"},
        slices=positive_definite_slices(dimension),
        dimension=dimension,
        scipy=Twin("invwishart", {"df": 2 * half_df, "scale": (2 * minus).as_immutable()}, value=x.as_immutable()),
    )
