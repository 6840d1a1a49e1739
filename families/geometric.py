"""Geometric: failures 0, 1, 2, ... before the first success."""

import sympy as sp

from tightcheck.family import Family, Parametrisation, Slice, Support, Twin

x = sp.Symbol("x", integer=True, nonnegative=True)
eta, logits = sp.symbols("eta logits", real=True)
probs, mean = sp.symbols("probs mean", positive=True)

FAMILY = Family(
    name="geometric",
    summary="failures before the first success",
    variables=(x,),
    support=Support.integers(0, sp.oo, points=(0, 1, 2, 5)),
    statistics=(x,),
    log_base_measure=sp.Integer(0),
    natural_parameters=(eta,),  # the logarithm of the probability of a failure
    natural_domain=(eta < 0,),
    log_partition=-sp.log(1 - sp.exp(eta)),
    partition="poles",
    parametrisations=(
        Parametrisation({"probs": probs}, (sp.log(1 - probs),), (1 - sp.exp(eta),)),
        Parametrisation({"logits": logits}, (-sp.log(1 + sp.exp(logits)),), (sp.log(sp.exp(-eta) - 1),)),
        Parametrisation({"mean": mean}, (sp.log(mean / (1 + mean)),), (1 / (sp.exp(-eta) - 1),)),
    ),
    slices=(Slice(x, (x,), "countable", (0, sp.oo)),),
    torch=Twin("Geometric", {"probs": 1 - sp.exp(eta)}),
    scipy=Twin("geom", {"p": 1 - sp.exp(eta)}, value=x + 1),
)
