"""Normal-gamma: a real number and its precision, conjugate to a Gaussian sample."""

import sympy as sp

from tightcheck.family import Family, Parametrisation, Slice, Support

x, mean, u, eta_1, eta_2, eta_3, eta_4 = sp.symbols("x mean u eta_1 eta_2 eta_3 eta_4", real=True)
tau, pseudo_count, shape, rate = sp.symbols("tau pseudo_count shape rate", positive=True)
shape_of_eta = eta_1 + sp.Rational(1, 2)
rate_of_eta = eta_3**2 / (4 * eta_4) - eta_2

FAMILY = Family(
    name="normal_gamma",
    summary="a real number and its precision",
    variables=(x, tau),
    support=Support(
        is_discrete=False,
        cardinality="continuum",
        points=tuple((sp.Integer(k), sp.Integer(t)) for k, t in ((0, 1), (1, 1), (-1, 1), (1, 2), (0, 3), (2, 5))),
        bounds=((-sp.oo, sp.oo), (sp.Integer(0), sp.oo)),
    ),
    statistics=(sp.log(tau), tau, tau * x, tau * x**2),
    log_base_measure=sp.Integer(0),
    natural_parameters=(eta_1, eta_2, eta_3, eta_4),
    natural_domain=(eta_1 > -sp.Rational(1, 2), eta_4 < 0, rate_of_eta > 0),
    log_partition=sp.loggamma(shape_of_eta) - shape_of_eta * sp.log(rate_of_eta) + sp.log(-sp.pi / eta_4) / 2,
    partition="log_convex",
    parametrisations=(
        Parametrisation(
            {"mean": mean, "pseudo_count": pseudo_count, "shape": shape, "rate": rate},
            (
                shape - sp.Rational(1, 2),
                -rate - pseudo_count * mean**2 / 2,
                pseudo_count * mean,
                -pseudo_count / 2,
            ),
            (-eta_3 / (2 * eta_4), -2 * eta_4, shape_of_eta, rate_of_eta),
        ),
    ),
    synonyms={"loc": "mean", "kappa": "pseudo_count", "concentration": "shape"},
    slices=(Slice(u, (u, tau), "continuum"), Slice(u, (x, sp.exp(u)), "continuum")),
)
