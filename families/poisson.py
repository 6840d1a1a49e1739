"""Poisson: counts 0, 1, 2, ... of rare independent events."""

import sympy as sp

from tightcheck.family import Family, Parametrisation, Slice, Support, Twin

x = sp.Symbol("x", integer=True, nonnegative=True)
eta = sp.Symbol("eta", real=True)
rate = sp.Symbol("rate", positive=True)

FAMILY = Family(
    name="poisson",
    summary="counts 0, 1, 2, ... with equal mean and variance",
    variables=(x,),
    support=Support.integers(0, sp.oo, points=(0, 1, 2, 5)),
    statistics=(x,),
    log_base_measure=-sp.loggamma(x + 1),
    natural_parameters=(eta,),
    natural_domain=(),
    log_partition=sp.exp(eta),
    partition="exponential",
    parametrisations=(Parametrisation({"rate": rate}, (sp.log(rate),), (sp.exp(eta),)),),
    synonyms={"mean": "rate"},
    slices=(Slice(x, (x,), "countable", (0, sp.oo)),),
    torch=Twin("Poisson", {"rate": sp.exp(eta)}),
    scipy=Twin("poisson", {"mu": sp.exp(eta)}),
)
