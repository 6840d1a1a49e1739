"""Von Mises: angles."""

import sympy as sp

from tightcheck.family import Family, Growth, Parametrisation, Slice, Support, Twin

x, eta_1, eta_2, loc = sp.symbols("x eta_1 eta_2 loc", real=True)
concentration = sp.Symbol("concentration", positive=True)
length = sp.sqrt(eta_1**2 + eta_2**2)

FAMILY = Family(
    name="von_mises",
    summary="angles in (-pi, pi)",
    variables=(x,),
    support=Support.interval(-sp.pi, sp.pi, points=(0, sp.pi / 6, sp.pi / 3, sp.pi / 2, -sp.pi / 4)),
    statistics=(sp.cos(x), sp.sin(x)),
    log_base_measure=sp.Integer(0),
    natural_parameters=(eta_1, eta_2),
    natural_domain=(),
    log_partition=sp.log(2 * sp.pi * sp.besseli(0, length)),
    partition="entire",
    parametrisations=(
        Parametrisation(
            {"loc": loc, "concentration": concentration},
            (concentration * sp.cos(loc), concentration * sp.sin(loc)),
            (sp.atan2(eta_2, eta_1), length),
        ),
    ),
    synonyms={"mean_direction": "loc", "mu": "loc", "kappa": "concentration"},
    growth=(Growth("norm", length - sp.log(length) / 2),),
    slices=(Slice(x, (x,), "continuum", (-sp.pi, sp.pi)),),
    torch=Twin("VonMises", {"loc": sp.atan2(eta_2, eta_1), "concentration": length}),
    scipy=Twin("vonmises", {"loc": sp.atan2(eta_2, eta_1), "kappa": length}),
)
