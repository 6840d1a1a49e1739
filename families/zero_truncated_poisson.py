"""Zero-truncated Poisson: counts 1, 2, ..., a Poisson count given that it is not 0."""

import sympy as sp

from tightcheck.family import Family, Growth, Parametrisation, Slice, Support

x = sp.Symbol("x", integer=True, positive=True)
eta = sp.Symbol("eta", real=True)
rate = sp.Symbol("rate", positive=True)

FAMILY = Family(
    name="zero_truncated_poisson",
    summary="counts 1, 2, ... of rare independent events",
    aliases=("ztp", "positive_poisson"),
    variables=(x,),
    support=Support.integers(1, sp.oo, points=(1, 2, 3, 5)),
    statistics=(x,),
    log_base_measure=-sp.loggamma(x + 1),
    natural_parameters=(eta,),
    natural_domain=(),
    log_partition=sp.log(sp.exp(sp.exp(eta)) - 1),
    partition="zeros",  # exp(exp(eta)) = 1 at eta = log(2 pi i k), k != 0
    parametrisations=(Parametrisation({"rate": rate}, (sp.log(rate),), (sp.exp(eta),)),),
    growth=(Growth("oo", sp.exp(eta)), Growth("-oo", eta)),
    slices=(Slice(x, (x,), "countable", (1, sp.oo)),),
)
