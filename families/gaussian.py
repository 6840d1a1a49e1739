"""Gaussian on the line with mean and variance free; n coordinates of it are the Gaussian with diagonal covariance."""

import sympy as sp

from tightcheck.family import Family, Parametrisation, Slice, Support, Twin

x, eta_1, eta_2, mean = sp.symbols("x eta_1 eta_2 mean", real=True)
variance, scale, precision = sp.symbols("variance scale precision", positive=True)
mean_of_eta, variance_of_eta = -eta_1 / (2 * eta_2), -1 / (2 * eta_2)

FAMILY = Family(
    name="gaussian",
    summary="real numbers; mean and variance free",
    aliases=("normal", "diagonal_gaussian", "diagonal_normal", "gaussian_diagonal"),
    variables=(x,),
    support=Support.interval(-sp.oo, sp.oo, points=(-1, 0, 1, 2, 5)),
    statistics=(x, x**2),
    log_base_measure=sp.Integer(0),
    natural_parameters=(eta_1, eta_2),
    natural_domain=(eta_2 < 0,),
    log_partition=-(eta_1**2) / (4 * eta_2) - sp.log(-eta_2) / 2 + sp.log(sp.pi) / 2,
    partition="quadratic_over_linear",
    parametrisations=(
        Parametrisation(
            {"mean": mean, "variance": variance}, (mean / variance, -1 / (2 * variance)), (mean_of_eta, variance_of_eta)
        ),
        Parametrisation(
            {"mean": mean, "scale": scale},
            (mean / scale**2, -1 / (2 * scale**2)),
            (mean_of_eta, sp.sqrt(variance_of_eta)),
        ),
        Parametrisation(
            {"mean": mean, "precision": precision}, (mean * precision, -precision / 2), (mean_of_eta, -2 * eta_2)
        ),
    ),
    synonyms={"loc": "mean"},
    slices=(Slice(x, (x,), "continuum"),),
    torch=Twin("Normal", {"loc": mean_of_eta, "scale": sp.sqrt(variance_of_eta)}),
    scipy=Twin("norm", {"loc": mean_of_eta, "scale": sp.sqrt(variance_of_eta)}),
)
