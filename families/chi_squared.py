"""Chi-squared with its degrees of freedom free (any positive number)."""

import sympy as sp

from tightcheck.family import Family, Parametrisation, Slice, Support, Twin

x, df = sp.symbols("x df", positive=True)
eta, u = sp.symbols("eta u", real=True)

FAMILY = Family(
    name="chi_squared",
    summary="sums of squares of standard Gaussian numbers",
    aliases=("chi2",),
    variables=(x,),
    support=Support.interval(0, sp.oo, points=(1, 2, 3, 5)),
    statistics=(sp.log(x),),
    log_base_measure=-x / 2,
    natural_parameters=(eta,),
    natural_domain=(eta > -1,),
    log_partition=sp.loggamma(eta + 1) + (eta + 1) * sp.log(2),
    partition="log_convex",
    parametrisations=(Parametrisation({"df": df}, (df / 2 - 1,), (2 * (eta + 1),)),),
    synonyms={"degrees_of_freedom": "df", "mean": "df"},
    slices=(Slice(u, (sp.exp(u),), "continuum"),),
    torch=Twin("Chi2", {"df": 2 * (eta + 1)}),
    scipy=Twin("chi2", {"df": 2 * (eta + 1)}),
)
