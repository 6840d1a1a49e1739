"""Conway-Maxwell-Poisson: counts with masses rate^x / (x!)^dispersion, normalised by a series without closed form."""

import sympy as sp

from tightcheck.family import Family, Parametrisation, Series, Slice, Support

x = sp.Symbol("x", integer=True, nonnegative=True)
n = sp.Symbol("n", nonnegative=True)
eta_1, eta_2 = sp.symbols("eta_1 eta_2", real=True)
rate, dispersion = sp.symbols("rate dispersion", positive=True)
series = Series(
    index=n,
    first=0,
    term=sp.exp(eta_1 * n + eta_2 * sp.loggamma(n + 1)),
    ratio=sp.exp(eta_1 + eta_2 * sp.log(n + 1)),
)

FAMILY = Family(
    name="conway_maxwell_poisson",
    summary="counts with more or less spread than Poisson",
    aliases=("com_poisson", "cmp"),
    variables=(x,),
    support=Support.integers(0, sp.oo, points=(0, 1, 2, 3, 5)),
    statistics=(x, sp.loggamma(x + 1)),
    log_base_measure=sp.Integer(0),
    natural_parameters=(eta_1, eta_2),
    natural_domain=(sp.Or(eta_2 < 0, sp.And(sp.Eq(eta_2, 0), eta_1 < 0)),),
    log_partition=sp.log(series.sum),
    series=series,
    partition="log_convex",
    parametrisations=(
        Parametrisation({"rate": rate, "dispersion": dispersion}, (sp.log(rate), -dispersion), (sp.exp(eta_1), -eta_2)),
    ),
    synonyms={"nu": "dispersion"},
    slices=(Slice(x, (x,), "countable", (0, sp.oo)),),
    reference="Shmueli et al. 2005",
)
