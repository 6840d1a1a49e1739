"""Log-normal: the logarithm is Gaussian."""

import sympy as sp

from tightcheck.family import Family, Law, Slice, Support, Twin
from tightcheck.parametrise import location_and_spread

x = sp.Symbol("x", positive=True)
u, eta_1, eta_2 = sp.symbols("u eta_1 eta_2", real=True)
loc_of_eta, variance_of_eta = -eta_1 / (2 * eta_2), -1 / (2 * eta_2)

FAMILY = Family(
    name="log_normal",
    summary="positive quantities whose logarithm is Gaussian",
    aliases=("lognormal",),
    variables=(x,),
    support=Support.interval(0, sp.oo, points=(1, 2, 3, 5, 7)),
    statistics=(sp.log(x), sp.log(x) ** 2),
    log_base_measure=-sp.log(x),
    natural_parameters=(eta_1, eta_2),
    natural_domain=(eta_2 < 0,),
    log_partition=-(eta_1**2) / (4 * eta_2) - sp.log(-eta_2) / 2 + sp.log(sp.pi) / 2,
    partition="quadratic_over_linear",
    parametrisations=location_and_spread("loc", eta_1, eta_2),
    law=Law(u, (-sp.oo, sp.oo), (u, u**2), sp.Integer(0)),  # u = log x
    slices=(Slice(u, (sp.exp(u),), "continuum"),),
    torch=Twin("LogNormal", {"loc": loc_of_eta, "scale": sp.sqrt(variance_of_eta)}),
    scipy=Twin("lognorm", {"s": sp.sqrt(variance_of_eta), "scale": sp.exp(loc_of_eta)}),
)
