"""Exponential: waiting times."""

import sympy as sp

from tightcheck.family import Family, Parametrisation, Slice, Support, Twin

x, rate, scale = sp.symbols("x rate scale", positive=True)
eta = sp.Symbol("eta", real=True)

FAMILY = Family(
    name="exponential",
    summary="waiting times",
    variables=(x,),
    support=Support.interval(0, sp.oo, points=(sp.Rational(1, 2), 1, 2, 5)),
    statistics=(x,),
    log_base_measure=sp.Integer(0),
    natural_parameters=(eta,),
    natural_domain=(eta < 0,),
    log_partition=-sp.log(-eta),
    partition="power",
    parametrisations=(
        Parametrisation({"rate": rate}, (-rate,), (-eta,)),
        Parametrisation({"scale": scale}, (-1 / scale,), (-1 / eta,)),
    ),
    synonyms={"mean": "scale"},
    slices=(Slice(x, (x,), "continuum", (0, sp.oo)),),
    torch=Twin("Exponential", {"rate": -eta}),
    scipy=Twin("expon", {"scale": -1 / eta}),
)
