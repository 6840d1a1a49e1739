"""Logarithmic: counts 1, 2, ..., species by the number of their specimens."""

import sympy as sp

from tightcheck.family import Family, Growth, Parametrisation, Slice, Support, Twin

x = sp.Symbol("x", integer=True, positive=True)
eta = sp.Symbol("eta", real=True)
probs = sp.Symbol("probs", positive=True)

FAMILY = Family(
    name="logarithmic",
    summary="counts 1, 2, ... with masses p^x / x",
    aliases=("log_series", "logarithmic_series"),
    variables=(x,),
    support=Support.integers(1, sp.oo, points=(1, 2, 3, 5)),
    statistics=(x,),
    log_base_measure=-sp.log(x),
    natural_parameters=(eta,),
    natural_domain=(eta < 0,),
    log_partition=sp.log(-sp.log(1 - sp.exp(eta))),
    partition="log_convex",
    parametrisations=(Parametrisation({"probs": probs}, (sp.log(probs),), (sp.exp(eta),)),),
    growth=(Growth("-oo", eta),),
    slices=(Slice(x, (x,), "countable", (1, sp.oo)),),
    scipy=Twin("logser", {"p": sp.exp(eta)}),
)
