"""Gaussian with known variance: the squared-error decoder."""

import sympy as sp

from tightcheck.family import Family, FixedParameter, Parametrisation, Slice, Support, Twin

x, eta, mean, log_variance, log_scale = sp.symbols("x eta mean log_variance log_scale", real=True)
variance, scale, precision = sp.symbols("variance scale precision", positive=True)

FAMILY = Family(
    name="gaussian_fixed_variance",
    summary="real numbers; mean free, variance known",
    aliases=("gaussian_known_variance", "normal_fixed_variance"),
    variables=(x,),
    support=Support.interval(-sp.oo, sp.oo, points=(-1, 0, 1, 3)),
    statistics=(x,),
    log_base_measure=-(x**2) / (2 * variance) - sp.log(2 * sp.pi * variance) / 2,
    natural_parameters=(eta,),
    natural_domain=(),
    log_partition=variance * eta**2 / 2,
    partition="quadratic",
    parametrisations=(Parametrisation({"mean": mean}, (mean / variance,), (variance * eta,)),),
    synonyms={"loc": "mean"},
    slices=(Slice(x, (x,), "continuum"),),
    fixed=(
        FixedParameter(
            variance,
            sp.Integer(1),
            {
                "log_variance": sp.exp(log_variance),
                "scale": scale**2,
                "log_scale": sp.exp(2 * log_scale),
                "precision": 1 / precision,
            },
        ),
    ),
    torch=Twin("Normal", {"loc": variance * eta, "scale": sp.sqrt(variance)}),
    scipy=Twin("norm", {"loc": variance * eta, "scale": sp.sqrt(variance)}),
)
