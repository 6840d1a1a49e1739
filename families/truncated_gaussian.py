"""Gaussian truncated to a known interval; there even a density that grows outwards (eta_2 >= 0) is one."""

import sympy as sp

from tightcheck.family import Family, FixedParameter, Number, Parametrisation, Slice, Support, Twin, exact

x, eta_1, eta_2, loc = sp.symbols("x eta_1 eta_2 loc", real=True)
variance, scale, precision = sp.symbols("variance scale precision", positive=True)
loc_of_eta, variance_of_eta = -eta_1 / (2 * eta_2), -1 / (2 * eta_2)
deviation = sp.sqrt(variance_of_eta)


def build(lower: Number = 0, upper: Number = 1) -> Family:
    """The Gaussian family on the interval from `lower` to `upper`."""
    ends = a, b = exact(lower), exact(upper)
    if (a < b) is not sp.true or not (a.is_finite and b.is_finite):
        raise ValueError(f"a truncated Gaussian needs lower < upper, both finite, not {lower} and {upper}.")
    return Family(
        name="truncated_gaussian",
        summary="real numbers in a known interval",
        aliases=("truncated_normal",),
        variables=(x,),
        support=Support.interval(a, b, points=tuple(a + (b - a) * sp.Rational(k, 8) for k in (1, 2, 4, 5, 7))),
        statistics=(x, x**2),
        log_base_measure=sp.Integer(0),
        natural_parameters=(eta_1, eta_2),
        natural_domain=(),
        log_partition=sp.Piecewise(
            (_log_mass(sp.sqrt(-eta_2), -1, sp.erf, a, b), eta_2 < 0),
            (_log_mass(sp.sqrt(eta_2), 1, sp.erfi, a, b), eta_2 > 0),
            (sp.log((sp.exp(b * eta_1) - sp.exp(a * eta_1)) / eta_1), sp.Ne(eta_1, 0)),
            (sp.log(b - a), True),
        ),
        partition="entire",
        parametrisations=(
            Parametrisation(
                {"loc": loc, "variance": variance}, (loc / variance, -1 / (2 * variance)), (loc_of_eta, variance_of_eta)
            ),
            Parametrisation(
                {"loc": loc, "scale": scale}, (loc / scale**2, -1 / (2 * scale**2)), (loc_of_eta, deviation)
            ),
            Parametrisation(
                {"loc": loc, "precision": precision}, (loc * precision, -precision / 2), (loc_of_eta, -2 * eta_2)
            ),
        ),
        slices=(Slice(x, (x,), "continuum", ends),),
        fixed=(FixedParameter(sp.Symbol("lower"), a), FixedParameter(sp.Symbol("upper"), b)),
        scipy=Twin(
            "truncnorm",
            {
                "a": (a - loc_of_eta) / deviation,
                "b": (b - loc_of_eta) / deviation,
                "loc": loc_of_eta,
                "scale": deviation,
            },
        ),
    )


def _log_mass(root: sp.Expr, sign: int, erf: type[sp.Function], a: sp.Expr, b: sp.Expr) -> sp.Expr:
    """The log of the integral of exp(eta_1 x + sign root^2 x^2) from a to b."""
    middle = sign * eta_1 / (2 * root)
    rise = erf(root * b + middle) - erf(root * a + middle)
    return -sign * middle**2 + sp.log(sp.sqrt(sp.pi) * rise / (2 * root))
