"""Gamma with known shape: only the rate is free."""

import sympy as sp

from tightcheck.family import Family, FixedParameter, Parametrisation, Slice, Support, Twin

x, shape, rate, scale, mean = sp.symbols("x shape rate scale mean", positive=True)
eta = sp.Symbol("eta", real=True)

FAMILY = Family(
    name="gamma_known_shape",
    summary="positive quantities; rate free, shape known",
    aliases=("gamma_fixed_shape", "erlang"),
    variables=(x,),
    support=Support.interval(0, sp.oo, points=(sp.Rational(1, 2), 1, 2, 5)),
    statistics=(x,),
    log_base_measure=(shape - 1) * sp.log(x) - sp.loggamma(shape),
    natural_parameters=(eta,),
    natural_domain=(eta < 0,),
    log_partition=-shape * sp.log(-eta),
    partition="power",
    parametrisations=(
        Parametrisation({"rate": rate}, (-rate,), (-eta,)),
        Parametrisation({"scale": scale}, (-1 / scale,), (-1 / eta,)),
        Parametrisation({"mean": mean}, (-shape / mean,), (-shape / eta,)),
    ),
    slices=(Slice(x, (x,), "continuum", (0, sp.oo)),),
    fixed=(FixedParameter(shape, sp.Integer(2), {"concentration": sp.Symbol("concentration", positive=True)}),),
    torch=Twin("Gamma", {"concentration": shape, "rate": -eta}),
    scipy=Twin("gamma", {"a": shape, "scale": -1 / eta}),
)
