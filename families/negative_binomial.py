"""Negative binomial with known r: overdispersed counts (successes before the r-th failure)."""

import sympy as sp

from tightcheck.family import Family, FixedParameter, Parametrisation, Slice, Support, Twin

x = sp.Symbol("x", integer=True, nonnegative=True)
eta, logits = sp.symbols("eta logits", real=True)
probs, mean, r = sp.symbols("probs mean r", positive=True)
log_dispersion = sp.Symbol("log_dispersion", real=True)

FAMILY = Family(
    name="negative_binomial",
    summary="counts with variance mean + mean^2 / r",
    aliases=("nb", "gamma_poisson"),
    variables=(x,),
    support=Support.integers(0, sp.oo, points=(0, 1, 2, 5)),
    statistics=(x,),
    log_base_measure=sp.loggamma(x + r) - sp.loggamma(r) - sp.loggamma(x + 1),
    natural_parameters=(eta,),  # the logarithm of the probability of a success
    natural_domain=(eta < 0,),
    log_partition=-r * sp.log(1 - sp.exp(eta)),
    partition="poles",
    parametrisations=(
        Parametrisation({"mean": mean}, (sp.log(mean / (mean + r)),), (r / (sp.exp(-eta) - 1),)),
        Parametrisation({"logits": logits}, (-sp.log(1 + sp.exp(-logits)),), (-sp.log(sp.exp(-eta) - 1),)),
        Parametrisation({"probs": probs}, (sp.log(probs),), (sp.exp(eta),)),
    ),
    slices=(Slice(x, (x,), "countable", (0, sp.oo)),),
    fixed=(
        FixedParameter(
            r,
            sp.Integer(1),
            {
                **{
                    name: sp.Symbol(name, positive=True)
                    for name in ("dispersion", "total_count", "theta", "inverse_dispersion")
                },
                "log_dispersion": sp.exp(log_dispersion),
            },
        ),
    ),
    torch=Twin("NegativeBinomial", {"total_count": r, "probs": sp.exp(eta)}),
    scipy=Twin("nbinom", {"n": r, "p": 1 - sp.exp(eta)}),
    reference="the dispersion of scVI (Lopez et al. 2018) is r",
)
