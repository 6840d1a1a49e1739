"""Gaussian with known mean: only the spread is free."""

import sympy as sp

from tightcheck.family import Family, FixedParameter, Law, Parametrisation, Slice, Support, Twin

x, eta, mean = sp.symbols("x eta mean", real=True)
u, variance, scale, precision = sp.symbols("u variance scale precision", positive=True)
variance_of_eta = -1 / (2 * eta)

FAMILY = Family(
    name="gaussian_fixed_mean",
    summary="real numbers; variance free, mean known",
    aliases=("gaussian_known_mean", "normal_fixed_mean"),
    variables=(x,),
    support=Support.interval(-sp.oo, sp.oo, points=(-2, 0, 1, 3)),
    statistics=((x - mean) ** 2,),
    log_base_measure=sp.Integer(0),
    natural_parameters=(eta,),
    natural_domain=(eta < 0,),
    log_partition=-sp.log(-eta) / 2 + sp.log(sp.pi) / 2,
    partition="power",
    parametrisations=(
        Parametrisation({"variance": variance}, (-1 / (2 * variance),), (variance_of_eta,)),
        Parametrisation({"scale": scale}, (-1 / (2 * scale**2),), (sp.sqrt(variance_of_eta),)),
        Parametrisation({"precision": precision}, (-precision / 2,), (-2 * eta,)),
    ),
    law=Law(u, (sp.Integer(0), sp.oo), (u,), -sp.log(u) / 2),  # u = (x - mean)^2
    slices=(Slice(x, (x,), "continuum"),),
    fixed=(FixedParameter(mean, sp.Integer(0), {"loc": sp.Symbol("loc", real=True)}),),
    torch=Twin("Normal", {"loc": mean, "scale": sp.sqrt(variance_of_eta)}),
    scipy=Twin("norm", {"loc": mean, "scale": sp.sqrt(variance_of_eta)}),
)
