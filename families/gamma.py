"""Gamma with both parameters free: positive quantities, statistics log x and x."""

import sympy as sp

from tightcheck.family import Family, Parametrisation, Slice, Support, Twin

x, shape, rate, scale = sp.symbols("x shape rate scale", positive=True)
log_shape, log_rate = sp.symbols("log_shape log_rate", real=True)
eta_1, eta_2, u = sp.symbols("eta_1 eta_2 u", real=True)

FAMILY = Family(
    name="gamma",
    summary="positive quantities; shape and rate free",
    variables=(x,),
    support=Support(
        is_discrete=False,
        cardinality="continuum",
        points=tuple((value,) for value in (sp.Rational(1, 2), sp.Integer(1), sp.Integer(2), sp.Integer(3), sp.Integer(5))),
        bounds=((sp.Integer(0), sp.oo),),
    ),
    statistics=(sp.log(x), x),
    log_base_measure=sp.Integer(0),
    natural_parameters=(eta_1, eta_2),
    natural_domain=(eta_1 > -1, eta_2 < 0),
    log_partition=sp.loggamma(eta_1 + 1) - (eta_1 + 1) * sp.log(-eta_2),
    partition="log_convex",
    parametrisations=(
        Parametrisation({"shape": shape, "rate": rate}, (shape - 1, -rate), (eta_1 + 1, -eta_2)),
        Parametrisation({"shape": shape, "scale": scale}, (shape - 1, -1 / scale), (eta_1 + 1, -1 / eta_2)),
        Parametrisation(
            {"log_shape": log_shape, "log_rate": log_rate}, (sp.exp(log_shape) - 1, -sp.exp(log_rate)), (sp.log(eta_1 + 1), sp.log(-eta_2))
        ),
    ),
    slices=(Slice(u, (sp.exp(u),), "continuum"),),
    torch=Twin("Gamma", {"concentration": eta_1 + 1, "rate": -eta_2}),
    scipy=Twin("gamma", {"a": eta_1 + 1, "scale": -1 / eta_2}),
)
