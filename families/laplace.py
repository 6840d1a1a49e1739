"""Laplace with known location: the absolute-error decoder's spread."""

import sympy as sp

from tightcheck.family import Family, FixedParameter, Law, Parametrisation, Slice, Support, Twin

x, eta, loc = sp.symbols("x eta loc", real=True)
u, scale, rate = sp.symbols("u scale rate", positive=True)

FAMILY = Family(
    name="laplace",
    summary="real numbers with heavy tails about a known location",
    aliases=("laplace_known_location", "laplace_fixed_location"),
    variables=(x,),
    support=Support.interval(-sp.oo, sp.oo, points=tuple(loc + k for k in (0, 1, 2, -4))),
    statistics=(sp.Abs(x - loc),),
    log_base_measure=sp.Integer(0),
    natural_parameters=(eta,),
    natural_domain=(eta < 0,),
    log_partition=sp.log(2) - sp.log(-eta),
    partition="power",
    parametrisations=(
        Parametrisation({"scale": scale}, (-1 / scale,), (-1 / eta,)),
        Parametrisation({"rate": rate}, (-rate,), (-eta,)),
    ),
    law=Law(u, (sp.Integer(0), sp.oo), (u,), sp.Integer(0)),  # u = |x - loc|
    slices=(Slice(u, (loc + u,), "continuum", (0, sp.oo)), Slice(u, (loc - u,), "continuum", (0, sp.oo))),
    fixed=(FixedParameter(loc, sp.Integer(0), {"mean": sp.Symbol("mean", real=True)}),),
    torch=Twin("Laplace", {"loc": loc, "scale": -1 / eta}),
    scipy=Twin("laplace", {"loc": loc, "scale": -1 / eta}),
)
