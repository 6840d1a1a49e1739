"""Gaussian on the line with mean and variance free; n coordinates of it are the Gaussian with diagonal covariance."""

import sympy as sp

from tightcheck.family import Family, Parametrisation, Slice, Support, Twin

x, eta_1, eta_2, mean, log_variance, log_scale, log_precision = sp.symbols(
    "x eta_1 eta_2 mean log_variance log_scale log_precision", real=True
)
variance, scale, precision = sp.symbols("variance scale precision", positive=True)
variance_of_eta = -1 / (2 * eta_2)
spreads = {  # each way to write the spread: its symbol, the variance in it, it in eta
    "variance": (variance, variance, variance_of_eta),
    "log_variance": (log_variance, sp.exp(log_variance), sp.log(variance_of_eta)),
    "scale": (scale, scale**2, sp.sqrt(variance_of_eta)),
    "log_scale": (log_scale, sp.exp(2 * log_scale), sp.log(variance_of_eta) / 2),
    "precision": (precision, 1 / precision, -2 * eta_2),
    "log_precision": (log_precision, sp.exp(-log_precision), sp.log(-2 * eta_2)),
}

FAMILY = Family(
    name="gaussian",
    summary="real numbers; mean and variance free",
    aliases=("normal",),
    variables=(x,),
    support=Support(
        is_discrete=False,
        cardinality="continuum",
        points=tuple((sp.Integer(k),) for k in (-1, 0, 1, 2, 5)),
        bounds=((-sp.oo, sp.oo),),
    ),
    statistics=(x, x**2),
    log_base_measure=sp.Integer(0),
    natural_parameters=(eta_1, eta_2),
    natural_domain=(eta_2 < 0,),
    log_partition=-(eta_1**2) / (4 * eta_2) - sp.log(-eta_2) / 2 + sp.log(sp.pi) / 2,
    partition="quadratic_over_linear",
    parametrisations=tuple(
        Parametrisation(
            {"mean": mean, name: symbol},
            (mean / as_variance, -1 / (2 * as_variance)),
            (-eta_1 / (2 * eta_2), in_eta),
        )
        for name, (symbol, as_variance, in_eta) in spreads.items()
    ),
    slices=(Slice(x, (x,), "continuum"),),
    torch=Twin("Normal", {"loc": -eta_1 / (2 * eta_2), "scale": sp.sqrt(variance_of_eta)}),
    scipy=Twin("norm", {"loc": -eta_1 / (2 * eta_2), "scale": sp.sqrt(variance_of_eta)}),
)
