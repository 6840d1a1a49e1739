"""Gaussian on the line with mean and variance free; n coordinates of it are the Gaussian with diagonal covariance."""

import sympy as sp

from tightcheck.family import Family, Slice, Support, Twin
from tightcheck.parametrise import location_and_spread

x, eta_1, eta_2 = sp.symbols("x eta_1 eta_2", real=True)
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
    parametrisations=location_and_spread("mean", eta_1, eta_2),
    synonyms={"loc": "mean"},
    slices=(Slice(x, (x,), "continuum"),),
    torch=Twin("Normal", {"loc": mean_of_eta, "scale": sp.sqrt(variance_of_eta)}),
    scipy=Twin("norm", {"loc": mean_of_eta, "scale": sp.sqrt(variance_of_eta)}),
)
