"""Logit-normal: proportions whose logit is Gaussian."""

import sympy as sp

from tightcheck.family import Family, Law, Slice, Support
from tightcheck.parametrise import location_and_spread

x = sp.Symbol("x", positive=True)
u, eta_1, eta_2 = sp.symbols("u eta_1 eta_2", real=True)
logit = sp.log(x / (1 - x))

FAMILY = Family(
    name="logit_normal",
    summary="proportions in (0, 1) whose logit is Gaussian",
    aliases=("logistic_normal",),
    variables=(x,),
    support=Support.interval(0, 1, points=tuple(sp.Rational(k, k + 1) for k in (1, 2, 3, 5, 7))),
    statistics=(logit, logit**2),
    log_base_measure=-sp.log(x) - sp.log(1 - x),
    natural_parameters=(eta_1, eta_2),
    natural_domain=(eta_2 < 0,),
    log_partition=-(eta_1**2) / (4 * eta_2) - sp.log(-eta_2) / 2 + sp.log(sp.pi) / 2,
    partition="quadratic_over_linear",
    parametrisations=location_and_spread("loc", eta_1, eta_2),
    law=Law(u, (-sp.oo, sp.oo), (u, u**2), sp.Integer(0)),  # u = log(x / (1 - x))
    slices=(Slice(u, (1 / (1 + sp.exp(-u)),), "continuum"),),
)
