"""Beta prime: the odds x / (1 - x) of a beta proportion."""

import sympy as sp

from tightcheck.family import Family, Parametrisation, Slice, Support, Twin

x, alpha, beta = sp.symbols("x alpha beta", positive=True)
eta_1, eta_2, u = sp.symbols("eta_1 eta_2 u", real=True)
a, b = eta_1 + 1, -eta_1 - eta_2 - 1

FAMILY = Family(
    name="beta_prime",
    summary="odds of a beta proportion",
    aliases=("inverse_beta",),
    variables=(x,),
    support=Support.interval(0, sp.oo, points=(sp.Rational(1, 2), 1, 2, 3, 5)),
    statistics=(sp.log(x), sp.log(1 + x)),
    log_base_measure=sp.Integer(0),
    natural_parameters=(eta_1, eta_2),
    natural_domain=(eta_1 > -1, eta_1 + eta_2 < -1),
    log_partition=sp.loggamma(a) + sp.loggamma(b) - sp.loggamma(a + b),
    partition="log_convex",
    parametrisations=(Parametrisation({"alpha": alpha, "beta": beta}, (alpha - 1, -alpha - beta), (a, b)),),
    synonyms={"concentration1": "alpha", "concentration0": "beta"},
    slices=(Slice(u, (sp.exp(u),), "continuum"),),
    scipy=Twin("betaprime", {"a": a, "b": b}),
)
