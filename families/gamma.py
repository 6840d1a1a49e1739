"""Gamma with both parameters free: positive quantities, statistics log x and x."""

import sympy as sp

from tightcheck.family import Family, Parametrisation, Slice, Support, Twin

x, shape, rate, scale, mean = sp.symbols("x shape rate scale mean", positive=True)
eta_1, eta_2, u = sp.symbols("eta_1 eta_2 u", real=True)

FAMILY = Family(
    name="gamma",
    summary="positive quantities; shape and rate free",
    variables=(x,),
    support=Support.interval(0, sp.oo, points=(sp.Rational(1, 2), 1, 2, 3, 5)),
    statistics=(sp.log(x), x),
    log_base_measure=sp.Integer(0),
    natural_parameters=(eta_1, eta_2),
    natural_domain=(eta_1 > -1, eta_2 < 0),
    log_partition=sp.loggamma(eta_1 + 1) - (eta_1 + 1) * sp.log(-eta_2),
    partition="log_convex",
    parametrisations=(
        Parametrisation({"shape": shape, "rate": rate}, (shape - 1, -rate), (eta_1 + 1, -eta_2)),
        Parametrisation({"shape": shape, "scale": scale}, (shape - 1, -1 / scale), (eta_1 + 1, -1 / eta_2)),
        Parametrisation({"shape": shape, "mean": mean}, (shape - 1, -shape / mean), (eta_1 + 1, -(eta_1 + 1) / eta_2)),
    ),
    synonyms={"concentration": "shape"},
    slices=(Slice(u, (sp.exp(u),), "continuum"),),
    torch=Twin("Gamma", {"concentration": eta_1 + 1, "rate": -eta_2}),
    scipy=Twin("gamma", {"a": eta_1 + 1, "scale": -1 / eta_2}),
)
