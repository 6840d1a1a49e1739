"""Bernoulli on {0, 1}."""

import sympy as sp

from tightcheck.family import Family, Parametrisation, Slice, Support, Twin

x = sp.Symbol("x", integer=True, nonnegative=True)
eta, logits = sp.symbols("eta logits", real=True)
probs = sp.Symbol("probs", positive=True)

FAMILY = Family(
    name="bernoulli",
    summary="yes or no, written 1 or 0",
    variables=(x,),
    support=Support(
        is_discrete=True,
        cardinality=2,
        points=((sp.Integer(0),), (sp.Integer(1),)),
        bounds=((sp.Integer(0), sp.Integer(1)),),
    ),
    statistics=(x,),
    log_base_measure=sp.Integer(0),
    natural_parameters=(eta,),
    natural_domain=(),
    log_partition=sp.log(1 + sp.exp(eta)),
    partition="finite",
    parametrisations=(
        Parametrisation({"logits": logits}, (logits,), (eta,)),
        Parametrisation({"probs": probs}, (sp.log(probs / (1 - probs)),), (1 / (1 + sp.exp(-eta)),)),
    ),
    slices=(Slice(x, (x,), 2),),
    torch=Twin("Bernoulli", {"logits": eta}),
    scipy=Twin("bernoulli", {"p": 1 / (1 + sp.exp(-eta))}),
)
