"""Gaussian vector with one variance for all n coordinates: statistics x_1, ..., x_n and |x|^2."""

import sympy as sp

from tightcheck.family import Family, Parametrisation, Slice, Support, Twin, on_axis


def build(dimension: int = 2) -> Family:
    """The isotropic Gaussian family in `dimension` >= 1 coordinates."""
    x = sp.symbols(f"x_1:{dimension + 1}", real=True)
    eta = sp.symbols(f"eta_1:{dimension + 1}", real=True)
    mean = sp.symbols(f"mean_1:{dimension + 1}", real=True)
    eta_0, u = sp.symbols("eta_0 u", real=True)
    variance, scale, precision = sp.symbols("variance scale precision", positive=True)
    mean_of_eta = tuple(-e / (2 * eta_0) for e in eta)
    variance_of_eta = -1 / (2 * eta_0)
    spreads = (  # each way to write the spread: the variance in it, and it in eta
        (variance, variance, variance_of_eta),
        (scale, scale**2, sp.sqrt(variance_of_eta)),
        (precision, 1 / precision, -2 * eta_0),
    )
    return Family(
        name="isotropic_gaussian",
        summary="real vectors; mean free, one variance free for all coordinates",
        aliases=("isotropic_normal", "gaussian_isotropic", "spherical_gaussian"),
        variables=x,
        support=Support(
            is_discrete=False,
            cardinality="continuum",
            points=tuple(
                on_axis(dimension, k, value)
                for k in range(dimension)
                for value in ((0, 1, -1, 2) if k == 0 else (1, 2))
            ),
            bounds=((-sp.oo, sp.oo),) * dimension,
        ),
        statistics=(*x, sp.Add(*(c**2 for c in x))),
        log_base_measure=sp.Integer(0),
        natural_parameters=(*eta, eta_0),
        natural_domain=(eta_0 < 0,),
        log_partition=-sp.Add(*(e**2 for e in eta)) / (4 * eta_0) - dimension * sp.log(-eta_0 / sp.pi) / 2,
        partition="log_convex",
        parametrisations=tuple(
            Parametrisation(
                {"mean": mean, symbol.name: symbol},
                (*(m / as_variance for m in mean), -1 / (2 * as_variance)),
                (*mean_of_eta, in_eta),
            )
            for symbol, as_variance, in_eta in spreads
        ),
        synonyms={"loc": "mean"},
        slices=tuple(Slice(u, (*x[:k], u, *x[k + 1 :]), "continuum") for k in range(dimension)),
        dimension=dimension,
        torch=Twin(
            "MultivariateNormal",
            {"loc": sp.Tuple(*mean_of_eta), "covariance_matrix": variance_of_eta * sp.eye(dimension).as_immutable()},
        ),
        scipy=Twin(
            "multivariate_normal",
            {"mean": sp.Tuple(*mean_of_eta), "cov": variance_of_eta * sp.eye(dimension).as_immutable()},
        ),
    )
