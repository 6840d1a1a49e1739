"""Rayleigh: the length of a planar Gaussian vector."""

import sympy as sp

from tightcheck.family import Family, Law, Parametrisation, Slice, Support, Twin

x, u, scale = sp.symbols("x u scale", positive=True)
eta = sp.Symbol("eta", real=True)
scale_of_eta = sp.sqrt(-1 / (2 * eta))

FAMILY = Family(
    name="rayleigh",
    summary="lengths of planar Gaussian vectors",
    variables=(x,),
    support=Support.interval(0, sp.oo, points=(sp.Rational(1, 2), 1, 2, 3)),
    statistics=(x**2,),
    log_base_measure=sp.log(2 * x),
    natural_parameters=(eta,),
    natural_domain=(eta < 0,),
    log_partition=-sp.log(-eta),
    partition="power",
    parametrisations=(Parametrisation({"scale": scale}, (-1 / (2 * scale**2),), (scale_of_eta,)),),
    law=Law(u, (sp.Integer(0), sp.oo), (u,), sp.Integer(0)),  # u = x^2
    slices=(Slice(u, (sp.sqrt(u),), "continuum", (0, sp.oo)),),
    scipy=Twin("rayleigh", {"scale": scale_of_eta}),
)
