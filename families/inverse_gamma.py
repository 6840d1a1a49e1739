"""Inverse gamma: one over a gamma variable, the classical prior of a variance."""

import sympy as sp

from tightcheck.family import Family, Parametrisation, Slice, Support, Twin

x, shape, rate = sp.symbols("x shape rate", positive=True)
eta_1, eta_2, u = sp.symbols("eta_1 eta_2 u", real=True)
shape_of_eta = -eta_1 - 1

FAMILY = Family(
    name="inverse_gamma",
    summary="positive quantities with a polynomial tail; shape and rate free",
    variables=(x,),
    support=Support.interval(0, sp.oo, points=(sp.Rational(1, 2), 1, 2, 3, 5)),
    statistics=(sp.log(x), 1 / x),
    log_base_measure=sp.Integer(0),
    natural_parameters=(eta_1, eta_2),
    natural_domain=(eta_1 < -1, eta_2 < 0),
    log_partition=sp.loggamma(shape_of_eta) - shape_of_eta * sp.log(-eta_2),
    partition="log_convex",
    parametrisations=(Parametrisation({"shape": shape, "rate": rate}, (-shape - 1, -rate), (shape_of_eta, -eta_2)),),
    synonyms={"concentration": "shape", "scale": "rate"},  # the gamma's rate is a scale here
    slices=(Slice(u, (sp.exp(-u),), "continuum"),),
    torch=Twin("InverseGamma", {"concentration": shape_of_eta, "rate": -eta_2}),
    scipy=Twin("invgamma", {"a": shape_of_eta, "scale": -eta_2}),
)
