"""Bernoulli on {0, 1}."""

import sympy as sp

from tightcheck.family import Family, Parametrisation, Slice, Support, Twin

x = sp.Symbol("x", integer=True, nonnegative=True)
eta, logits = sp.symbols("eta logits", real=True)
probs = sp.Symbol("probs", positive=True)
probs_of_eta = 1 / (1 + sp.exp(-eta))

FAMILY = Family(
    name="bernoulli",
    summary="yes or no, written 1 or 0",
    variables=(x,),
    support=Support.integers(0, 1, points=(0, 1)),
    statistics=(x,),
    log_base_measure=sp.Integer(0),
    natural_parameters=(eta,),
    natural_domain=(),
    log_partition=sp.log(1 + sp.exp(eta)),
    partition="finite",
    parametrisations=(
        Parametrisation({"logits": logits}, (logits,), (eta,)),
        Parametrisation({"probs": probs}, (sp.log(probs / (1 - probs)),), (probs_of_eta,)),
    ),
    synonyms={"mean": "probs"},
    slices=(Slice(x, (x,), 2, (0, 1)),),
    torch=Twin("Bernoulli", {"logits": eta}),
    scipy=Twin("bernoulli", {"p": probs_of_eta}),
)
