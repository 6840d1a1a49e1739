"""Continuous Bernoulli: the likelihood of grey pixels, which a Bernoulli loss only resembles."""

import sympy as sp

from tightcheck.family import Family, Growth, Parametrisation, Slice, Support, Twin

x, probs = sp.symbols("x probs", positive=True)
eta, logits = sp.symbols("eta logits", real=True)
probs_of_eta = 1 / (1 + sp.exp(-eta))

FAMILY = Family(
    name="continuous_bernoulli",
    summary="intensities in (0, 1)",
    variables=(x,),
    support=Support.interval(0, 1, points=tuple(sp.Rational(k, 8) for k in (1, 2, 4, 7))),
    statistics=(x,),
    log_base_measure=sp.Integer(0),
    natural_parameters=(eta,),
    natural_domain=(),
    log_partition=sp.Piecewise((sp.log((sp.exp(eta) - 1) / eta), sp.Ne(eta, 0)), (0, True)),
    partition="zeros",  # (exp(eta) - 1) / eta vanishes at every 2 pi i k, k != 0
    parametrisations=(
        Parametrisation({"logits": logits}, (logits,), (eta,)),
        Parametrisation({"probs": probs}, (sp.log(probs / (1 - probs)),), (probs_of_eta,)),
    ),
    growth=(Growth("oo", eta - sp.log(eta)), Growth("-oo", -sp.log(-eta))),
    slices=(Slice(x, (x,), "continuum", (0, 1)),),
    torch=Twin("ContinuousBernoulli", {"logits": eta}),
    reference="Loaiza-Ganem and Cunningham 2019",
)
