"""Beta: proportions, both ends free."""

import sympy as sp

from tightcheck.family import Family, Parametrisation, Slice, Support, Twin

x, alpha, beta, mean, concentration = sp.symbols("x alpha beta mean concentration", positive=True)
eta_1, eta_2 = sp.symbols("eta_1 eta_2", real=True)
a, b = eta_1 + 1, eta_2 + 1

FAMILY = Family(
    name="beta",
    summary="proportions in (0, 1)",
    variables=(x,),
    support=Support.interval(0, 1, points=tuple(sp.Rational(k, 12) for k in (1, 3, 4, 6, 8, 11))),
    statistics=(sp.log(x), sp.log(1 - x)),
    log_base_measure=sp.Integer(0),
    natural_parameters=(eta_1, eta_2),
    natural_domain=(eta_1 > -1, eta_2 > -1),
    log_partition=sp.loggamma(a) + sp.loggamma(b) - sp.loggamma(a + b),
    partition="log_convex",
    parametrisations=(
        Parametrisation({"alpha": alpha, "beta": beta}, (alpha - 1, beta - 1), (a, b)),
        Parametrisation(
            {"mean": mean, "concentration": concentration},
            (mean * concentration - 1, (1 - mean) * concentration - 1),
            (a / (a + b), a + b),
        ),
    ),
    synonyms={
        "concentration1": "alpha",
        "concentration0": "beta",
        "a": "alpha",
        "b": "beta",
        "precision": "concentration",
    },
    slices=(Slice(x, (x,), "continuum", (0, 1)),),
    torch=Twin("Beta", {"concentration1": a, "concentration0": b}),
    scipy=Twin("beta", {"a": a, "b": b}),
)
