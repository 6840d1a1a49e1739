"""Inverse gamma with known shape: only the rate is free."""

import sympy as sp

from tightcheck.family import Family, FixedParameter, Parametrisation, Slice, Support, Twin

x, u, shape, rate = sp.symbols("x u shape rate", positive=True)
eta = sp.Symbol("eta", real=True)

FAMILY = Family(
    name="inverse_gamma_known_shape",
    summary="positive quantities with a polynomial tail; rate free, shape known",
    aliases=("inverse_gamma_fixed_shape",),
    variables=(x,),
    support=Support.interval(0, sp.oo, points=(sp.Rational(1, 2), 1, 2, 5)),
    statistics=(1 / x,),
    log_base_measure=-(shape + 1) * sp.log(x) - sp.loggamma(shape),
    natural_parameters=(eta,),
    natural_domain=(eta < 0,),
    log_partition=-shape * sp.log(-eta),
    partition="power",
    parametrisations=(Parametrisation({"rate": rate}, (-rate,), (-eta,)),),
    synonyms={"scale": "rate"},  # the gamma's rate is a scale here
    slices=(Slice(u, (1 / u,), "continuum", (0, sp.oo)),),
    fixed=(FixedParameter(shape, sp.Integer(2), {"concentration": sp.Symbol("concentration", positive=True)}),),
    torch=Twin("InverseGamma", {"concentration": shape, "rate": -eta}),
    scipy=Twin("invgamma", {"a": shape, "scale": -eta}),
)
