"""Inverse Gaussian: first passage times; at eta_1 = 0 the mean is infinite and the density still one (Levy)."""

import sympy as sp

from tightcheck.family import Family, Parametrisation, Slice, Support, Twin

x, mean, shape = sp.symbols("x mean shape", positive=True)
eta_1, eta_2, u = sp.symbols("eta_1 eta_2 u", real=True)

FAMILY = Family(
    name="inverse_gaussian",
    summary="first passage times of a drifting Brownian motion",
    aliases=("wald",),
    variables=(x,),
    support=Support.interval(0, sp.oo, points=(sp.Rational(1, 3), sp.Rational(1, 2), 1, 2, 5)),
    statistics=(x, 1 / x),
    log_base_measure=-3 * sp.log(x) / 2,
    natural_parameters=(eta_1, eta_2),
    natural_domain=(eta_1 <= 0, eta_2 < 0),
    log_partition=-2 * sp.sqrt(eta_1 * eta_2) - sp.log(-eta_2) / 2 + sp.log(sp.pi) / 2,
    partition="log_convex",
    parametrisations=(
        Parametrisation(
            {"mean": mean, "shape": shape}, (-shape / (2 * mean**2), -shape / 2), (sp.sqrt(eta_2 / eta_1), -2 * eta_2)
        ),
    ),
    slices=(Slice(u, (sp.exp(u),), "continuum"),),
    scipy=Twin("invgauss", {"mu": 1 / (2 * sp.sqrt(eta_1 * eta_2)), "scale": -2 * eta_2}),
)
