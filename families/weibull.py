"""Weibull with known shape k: x^k is exponential."""

import sympy as sp

from tightcheck.family import Family, FixedParameter, Law, Parametrisation, Slice, Support, Twin

x, u, shape, scale = sp.symbols("x u shape scale", positive=True)
eta = sp.Symbol("eta", real=True)
scale_of_eta = (-1 / eta) ** (1 / shape)

FAMILY = Family(
    name="weibull",
    summary="lifetimes; scale free, shape known",
    aliases=("weibull_known_shape", "weibull_fixed_shape"),
    variables=(x,),
    support=Support.interval(0, sp.oo, points=(sp.Rational(1, 2), 1, 2, 3)),
    statistics=(x**shape,),
    log_base_measure=sp.log(shape) + (shape - 1) * sp.log(x),
    natural_parameters=(eta,),
    natural_domain=(eta < 0,),
    log_partition=-sp.log(-eta),
    partition="power",
    parametrisations=(Parametrisation({"scale": scale}, (-(scale**-shape),), (scale_of_eta,)),),
    law=Law(u, (sp.Integer(0), sp.oo), (u,), sp.Integer(0)),  # u = x^shape
    slices=(Slice(u, (u ** (1 / shape),), "continuum", (0, sp.oo)),),
    fixed=(FixedParameter(shape, sp.Integer(2), {"concentration": sp.Symbol("concentration", positive=True)}),),
    torch=Twin("Weibull", {"scale": scale_of_eta, "concentration": shape}),
    scipy=Twin("weibull_min", {"c": shape, "scale": scale_of_eta}),
)
