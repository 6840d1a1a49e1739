"""Generalised inverse Gaussian: gamma, inverse gamma and inverse Gaussian in one family."""

import sympy as sp

from tightcheck.family import Family, Parametrisation, Slice, Support, Twin

x, a, b = sp.symbols("x a b", positive=True)
eta_1, eta_2, eta_3, u, p = sp.symbols("eta_1 eta_2 eta_3 u p", real=True)
order = eta_1 + 1
root = 2 * sp.sqrt(eta_2 * eta_3)
is_inner = sp.And(eta_2 < 0, eta_3 < 0)
is_gamma = sp.And(eta_2 < 0, sp.Eq(eta_3, 0), order > 0)
is_inverse_gamma = sp.And(sp.Eq(eta_2, 0), eta_3 < 0, order < 0)

FAMILY = Family(
    name="generalized_inverse_gaussian",
    summary="positive quantities, light or heavy at either end",
    aliases=("gig", "generalised_inverse_gaussian"),
    variables=(x,),
    support=Support.interval(0, sp.oo, points=(sp.Rational(1, 3), sp.Rational(1, 2), 1, 2, 3, 5)),
    statistics=(sp.log(x), x, 1 / x),
    log_base_measure=sp.Integer(0),
    natural_parameters=(eta_1, eta_2, eta_3),
    natural_domain=(sp.Or(is_inner, is_gamma, is_inverse_gamma),),
    log_partition=sp.Piecewise(
        (sp.log(2 * sp.besselk(order, root)) + order * sp.log(eta_3 / eta_2) / 2, is_inner),
        (sp.loggamma(order) - order * sp.log(-eta_2), is_gamma),
        (sp.loggamma(-order) + order * sp.log(-eta_3), is_inverse_gamma),
    ),
    partition="log_convex",
    parametrisations=(
        Parametrisation({"p": p, "a": a, "b": b}, (p - 1, -a / 2, -b / 2), (order, -2 * eta_2, -2 * eta_3)),
    ),
    slices=(Slice(u, (sp.exp(u),), "continuum"),),
    scipy=Twin("geninvgauss", {"p": order, "b": root, "scale": sp.sqrt(eta_3 / eta_2)}),
)
