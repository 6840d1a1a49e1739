"""Log-partitions at any size of their arguments, up to an error that is bounded over the whole natural domain.

Where an error is left it tends to a constant along every curve of the kind `tests/oracle/growth.py` follows, and a
constant factor changes no convergence. Each function says which inequality it uses. Families not named here have a
log-partition in elementary functions and log gamma, which is evaluated as it is stated.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import mpmath
import sympy as sp

from tightcheck.family import Family

Number = mpmath.mpf
Partition = Callable[[Sequence[Number]], Number]


def partition(family: Family) -> Partition:
    """A(eta) of a family whose fixed parameters are numbers, for eta in its natural domain."""
    names = family.name.split(" x ")
    if len(names) > 1:
        return _elementary(family)
    return {
        "generalized_inverse_gaussian": _generalized_inverse_gaussian,
        "von_mises": _von_mises_fisher,
        "von_mises_fisher": _von_mises_fisher,
        "truncated_gaussian": _truncated_gaussian,
        "conway_maxwell_poisson": _conway_maxwell_poisson,
        "zero_truncated_poisson": lambda _: _zero_truncated_poisson,
        "logarithmic": lambda _: _logarithmic,
    }.get(family.name, _elementary)(family)


def _elementary(family: Family) -> Partition:
    """The stated formula, with this module's log gamma."""
    modules = [{"loggamma": log_gamma, "gamma": lambda s: mpmath.exp(log_gamma(s))}, "mpmath"]
    evaluate = sp.lambdify(family.natural_parameters, family.log_partition.doit(), modules)
    return lambda eta: mpmath.mpf(evaluate(*eta))


def log_gamma(s: Number) -> Number:
    """log Gamma(s), s > 0, to 40 digits beyond the point or as many as there are: Stirling's series for large s, whose
    error is below its first term left out, and log Gamma(s + 1) - log s for small s.
    """
    s = mpmath.mpf(s)
    if s <= 0:
        raise ValueError("log gamma of a number that is not positive")
    if s > 10**6:
        series = 1 / (12 * s) - 1 / (360 * s**3) + 1 / (1260 * s**5)
        return (s - mpmath.mpf(1) / 2) * mpmath.log(s) - s + mpmath.log(2 * mpmath.pi) / 2 + series
    if s < mpmath.mpf(10) ** -8:
        return -mpmath.log(s) + mpmath.log1p(-mpmath.euler * s)
    with mpmath.workdps(40):
        return mpmath.loggamma(s)


def _logarithmic(eta: Sequence[Number]) -> Number:
    """log(-log(1 - exp(eta))): log1p keeps what is small."""
    return mpmath.log(-mpmath.log1p(-mpmath.exp(eta[0]))) if eta[0] > -(10**6) else eta[0]


def _zero_truncated_poisson(eta: Sequence[Number]) -> Number:
    """log(exp(exp(eta)) - 1) = exp(eta) + log(1 - exp(-exp(eta)))."""
    rate = mpmath.exp(eta[0])
    return (
        rate if rate > 10**6 else mpmath.log(mpmath.expm1(rate)) if rate > mpmath.mpf(10) ** -9 else eta[0] + rate / 2
    )


def _von_mises_fisher(family: Family) -> Partition:
    """r - (n - 1)/2 log(1 + r), r = |eta|: I_v(r) r^-v is between two multiples of exp(r) (1 + r)^(-v - 1/2)."""
    half = mpmath.mpf(len(family.natural_parameters) - 1) / 2

    def evaluate(eta: Sequence[Number]) -> Number:
        radius = mpmath.sqrt(sum(e**2 for e in eta))
        return radius - half * mpmath.log1p(radius)

    return evaluate


def _generalized_inverse_gaussian(family: Family) -> Partition:
    """The integral of exp(p y - alpha exp(y) - beta exp(-y)) over the line.

    With kappa = sqrt(p^2 + 4 alpha beta) the exponent about its highest place is kappa times a concave function of a
    compact set, of curvature 1: for kappa >= 1 it is exp(highest) / sqrt(kappa) up to bounded factors (Laplace). For
    kappa < 1 it is that of exp(p y) from log beta to -log alpha, where the other two terms are at most 1.
    """

    def evaluate(eta: Sequence[Number]) -> Number:
        p, alpha, beta = eta[0] + 1, -eta[1], -eta[2]
        if beta == 0:
            return log_gamma(p) - p * mpmath.log(alpha)
        if alpha == 0:
            return log_gamma(-p) + p * mpmath.log(beta)
        kappa = mpmath.sqrt(p**2 + 4 * alpha * beta)
        if kappa >= 1:
            top = (p + kappa) / (2 * alpha) if p > 0 else 2 * beta / (kappa - p)
            return p * mpmath.log(top) - kappa - mpmath.log(kappa) / 2
        low, high = mpmath.log(beta) - 1, -mpmath.log(alpha) + 1
        width = high - low
        tilt = abs(p) * width
        mass = -mpmath.expm1(-tilt) / abs(p) if tilt > mpmath.mpf(10) ** -20 else width
        return p * (high if p > 0 else low) + mpmath.log(mass)

    return evaluate


def _truncated_gaussian(family: Family) -> Partition:
    """The integral of exp(u), u = eta_1 x + eta_2 x^2, from a to b.

    u concave: exp(highest) times the width within which u falls by 1, up to bounded factors; it is 1 / s for a steep slope
    s outwards at the end where u is highest, 1 / sqrt(-eta_2) inside. u convex: near an end
    where it has the slope s outwards, u(end) - u falls at least like s/2 and at most like s, so exp(u(end)) / (1 + s).
    """
    (bounds,) = family.support.bounds or ()
    a, b = (mpmath.mpf(sp.Rational(end).p) / sp.Rational(end).q for end in bounds)

    def evaluate(eta: Sequence[Number]) -> Number:
        first, second = eta
        at = {end: (first + second * end) * end for end in (a, b)}
        out = {a: -(first + 2 * second * a), b: first + 2 * second * b}
        if second >= 0:
            terms = [at[end] - mpmath.log1p(max(out[end], 0)) for end in (a, b)]
            top = max(terms)
            return top + mpmath.log(sum(mpmath.exp(term - top) for term in terms))
        for end in (a, b):
            if out[end] >= 0:
                return at[end] - mpmath.log((1 + out[end]) ** 2 - second) / 2
        return -(first**2) / (4 * second) - mpmath.log1p(-second) / 2

    return evaluate


def _conway_maxwell_poisson(family: Family) -> Partition:
    """The sum of exp(eta_1 n - nu log n!) over n >= 0, whose exponent is concave: exp(highest) times the width within
    which it falls by 1. With rate = exp(eta_1 / nu): at rate >= 2 the highest place is near it, its value nu (rate -
    log(2 pi rate)/2) and its width 1 + sqrt(rate / nu); below, n = 0 and 1 are the highest and the width is that of
    -(|eta_1| + nu) n, at most; at nu = 0 the sum is geometric.
    """

    def evaluate(eta: Sequence[Number]) -> Number:
        first, nu = eta[0], -eta[1]
        if nu == 0:
            return -mpmath.log1p(-mpmath.exp(first))
        if first > nu * mpmath.log(2):
            rate = mpmath.exp(first / nu)
            top = nu * (rate - mpmath.log(2 * mpmath.pi * rate) / 2)
            return top + mpmath.log1p(mpmath.sqrt(rate / nu))
        slope = max(-first, 0)
        return mpmath.log1p(1 / (slope + nu)) + max(first, 0)

    return evaluate
