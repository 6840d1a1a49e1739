"""Binomial: successes among a known number of trials."""

import sympy as sp

from tightcheck.family import Family, FixedParameter, Parametrisation, Slice, Support, Twin

x = sp.Symbol("x", integer=True, nonnegative=True)
eta, logits = sp.symbols("eta logits", real=True)
probs, mean = sp.symbols("probs mean", positive=True)
probs_of_eta = 1 / (1 + sp.exp(-eta))


def build(trials: int = 3) -> Family:
    """The binomial family with `trials` >= 1 trials."""
    n = sp.Integer(trials)
    return Family(
        name="binomial",
        summary="successes among a known number of trials",
        variables=(x,),
        support=Support.integers(0, n, points=range(min(trials, 3) + 1)),
        statistics=(x,),
        log_base_measure=sp.loggamma(n + 1) - sp.loggamma(x + 1) - sp.loggamma(n - x + 1),
        natural_parameters=(eta,),
        natural_domain=(),
        log_partition=n * sp.log(1 + sp.exp(eta)),
        partition="finite",
        parametrisations=(
            Parametrisation({"logits": logits}, (logits,), (eta,)),
            Parametrisation({"probs": probs}, (sp.log(probs / (1 - probs)),), (probs_of_eta,)),
            Parametrisation({"mean": mean}, (sp.log(mean / (n - mean)),), (n * probs_of_eta,)),
        ),
        slices=(Slice(x, (x,), trials + 1, (0, n)),),
        fixed=(FixedParameter(sp.Symbol("trials"), n, {"total_count": sp.Symbol("total_count"), "n": sp.Symbol("n")}),),
        torch=Twin("Binomial", {"total_count": n, "logits": eta}),
        scipy=Twin("binom", {"n": n, "p": probs_of_eta}),
    )
