"""Pareto with known minimum: the logarithm above the minimum's is exponential."""

import sympy as sp

from tightcheck.family import Family, FixedParameter, Law, Parametrisation, Slice, Support, Twin

x, u, minimum, alpha = sp.symbols("x u minimum alpha", positive=True)
eta = sp.Symbol("eta", real=True)

FAMILY = Family(
    name="pareto",
    summary="quantities above a known minimum with a polynomial tail",
    aliases=("pareto_known_minimum",),
    variables=(x,),
    support=Support.interval(minimum, sp.oo, points=tuple(minimum * k for k in (1, 2, 3, 5))),
    statistics=(sp.log(x),),
    log_base_measure=sp.Integer(0),
    natural_parameters=(eta,),
    natural_domain=(eta < -1,),
    log_partition=(eta + 1) * sp.log(minimum) - sp.log(-eta - 1),
    partition="power",
    parametrisations=(Parametrisation({"alpha": alpha}, (-alpha - 1,), (-eta - 1,)),),
    synonyms={"concentration": "alpha", "shape": "alpha"},
    law=Law(u, (sp.Integer(0), sp.oo), (sp.log(minimum) + u,), u),  # u = log(x / minimum)
    slices=(Slice(u, (minimum * sp.exp(u),), "continuum", (0, sp.oo)),),
    fixed=(FixedParameter(minimum, sp.Integer(1), {"scale": sp.Symbol("scale", positive=True)}),),
    torch=Twin("Pareto", {"scale": minimum, "alpha": -eta - 1}),
    scipy=Twin("pareto", {"b": -eta - 1, "scale": minimum}),
)
