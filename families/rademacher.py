"""Rademacher: a sign, -1 or 1 (a spin)."""

import sympy as sp

from tightcheck.family import Family, Parametrisation, Slice, Support, Twin

x = sp.Symbol("x", integer=True)
u = sp.Symbol("u", integer=True, nonnegative=True)
eta, logits, mean = sp.symbols("eta logits mean", real=True)
probs = sp.Symbol("probs", positive=True)
probs_of_eta = 1 / (1 + sp.exp(-2 * eta))

FAMILY = Family(
    name="rademacher",
    summary="a sign, -1 or 1",
    aliases=("spin", "ising"),
    variables=(x,),
    support=Support(
        is_discrete=True,
        cardinality=2,
        points=((sp.Integer(-1),), (sp.Integer(1),)),
    ),
    statistics=(x,),
    log_base_measure=sp.Integer(0),
    natural_parameters=(eta,),
    natural_domain=(),
    log_partition=sp.log(sp.exp(eta) + sp.exp(-eta)),
    partition="finite",
    parametrisations=(
        Parametrisation({"logits": logits}, (logits / 2,), (2 * eta,)),
        Parametrisation({"probs": probs}, (sp.log(probs / (1 - probs)) / 2,), (probs_of_eta,)),
        Parametrisation({"mean": mean}, (sp.atanh(mean),), (sp.tanh(eta),)),
    ),
    slices=(Slice(u, (2 * u - 1,), 2, (0, 1)),),
    torch=Twin("Bernoulli", {"logits": 2 * eta}, value=(x + 1) / 2),
    scipy=Twin("bernoulli", {"p": probs_of_eta}, value=(x + 1) / 2),
)
