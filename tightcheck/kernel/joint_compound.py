"""Counts x whose exp A is s (d - s)^-r with s = sum_k c_k exp(eta_k): a sum of draws whose number is itself drawn.

With s(f(z)) <= d - epsilon for almost every z the margin of z is between multiples of h'(z) exp(<b, psi>) s(f(z)), a sum
of exponential family densities: it integrates iff b + F_k is natural for every k. By Gibbs' inequality

    sup_z log s(f(z)) = max over proportions xi of  H(xi) + sum_k xi_k (a_k + log c_k) + sigma(sum_k xi_k F_k),

sigma(gamma) = sup_z <gamma, psi(z)>. On a simplex of xi, H(xi) <= -sum_k xi_k log m_k for any proportions m, and sigma is
convex, so the values at its corners bound it. Simplices are halved until all bounds are below log d, or a corner is above.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache

import sympy as sp

from tightcheck.family import Family
from tightcheck.kernel.joint_elementary import logarithm
from tightcheck.kernel.joint_exact import Exact
from tightcheck.kernel.joint_expressions import value
from tightcheck.kernel.joint_margins import is_natural
from tightcheck.kernel.joint_numbers import Number, Unreached, dot, rational, total
from tightcheck.kernel.joint_support import largest
from tightcheck.kernel.joint_weights import Weights

MOST_SIMPLICES = 300

Proportions = tuple[Fraction, ...]


@dataclass(frozen=True)
class Compound:
    """log c_k of s = sum_k c_k exp(eta_k), and log d of the domain s < d."""

    log_factors: tuple[Number, ...]
    log_bound: Number


@cache
def compound_of(family: Family) -> Compound | None:
    """The family's s and d, its fixed parameters being numbers; None where A has another form."""
    if len(family.natural_domain) != 1:
        return None
    (condition,) = family.natural_domain
    if not isinstance(condition, (sp.StrictLessThan, sp.StrictGreaterThan)):
        return None
    etas = family.natural_parameters
    masses = sp.symbols(f"mass_1:{len(etas) + 1}", positive=True)
    at = {sp.exp(eta): mass for eta, mass in zip(etas, masses, strict=True)}
    room, log_partition = (condition.gts - condition.lts).subs(at), family.log_partition.subs(at)
    factors = [-sp.diff(room, mass) for mass in masses]
    bound = room.subs(dict.fromkeys(masses, 0))
    if not all(number.is_Rational and number.is_positive for number in (*factors, bound)):
        return None
    slopes = [sp.cancel(sp.diff(log_partition, mass) / c) for mass, c in zip(masses, factors, strict=True)]
    if any(sp.cancel(slope - slopes[0]) != 0 for slope in slopes):
        return None  # A is no function of s alone
    s = sp.Symbol("s", positive=True)
    others = sum((c * mass for c, mass in zip(factors[1:], masses[1:], strict=True)), sp.Integer(0))
    slope = slopes[0].subs(masses[0], (s - others) / factors[0])
    if not sp.cancel((slope - 1 / s) * (bound - s)).is_Rational:
        return None  # A is not log s - r log(d - s) and a constant
    signs = Exact()
    return Compound(tuple(value(sp.log(c), {}, signs) for c in factors), value(sp.log(bound), {}, signs))


def is_compound_density(x: Family, z: Family, weights: Weights) -> bool:
    """Whether W, in rationals, gives a density; x is a compound. Raises Unreached where s(f(z)) comes close to d."""
    compound = compound_of(x)
    assert compound is not None
    if not _stays_below(compound, z, weights[1:]):
        return False
    margins = [[b + w for b, w in zip(weights[0][1:], row[1:], strict=True)] for row in weights[1:]]
    return all(is_natural(z, margin, Exact()) for margin in margins)


def _stays_below(compound: Compound, z: Family, rows: Weights) -> bool:
    """Whether s(f(z)) <= d - epsilon for almost every z; False where it is above d with positive probability."""
    signs = Exact()

    @cache
    def at(xi: Proportions) -> Number | None:
        """sum_k xi_k (a_k + log c_k) - log d + sigma(sum_k xi_k F_k); None for infinity."""
        mixed = [_mixed(xi, column) for column in zip(*rows, strict=True)]
        support = largest(z, mixed[1:])
        return None if support is None else mixed[0] + _mixed(xi, compound.log_factors) - compound.log_bound + support

    size = len(rows)
    simplices = [tuple(tuple(Fraction(int(i == k)) for i in range(size)) for k in range(size))]
    for _ in range(MOST_SIMPLICES):
        if not simplices:
            return True
        corners = simplices.pop()
        middle = [sum(column) / size for column in zip(*corners, strict=True)]
        bounds = []
        for xi in corners:
            here = at(xi)
            reached = 1 if here is None else signs.sign(here + _entropy(xi, xi))
            if here is None or reached > 0:
                return False
            if reached == 0:
                raise Unreached("the natural parameters of the counts reach the boundary of their domain")
            bounds.append(signs.sign(here + _entropy(xi, middle)))
        if max(bounds) >= 0:
            simplices += _halves(corners)
    raise Unreached("the natural parameters of the counts come close to the boundary of their domain")


def _mixed(xi: Proportions, numbers: Sequence[Number]) -> Number:
    return dot(map(rational, xi), numbers)


def _entropy(xi: Proportions, others: Sequence[Fraction]) -> Number:
    """-sum_k xi_k log m_k."""
    signs = Exact()
    return -total(rational(p) * logarithm(rational(m), signs) for p, m in zip(xi, others, strict=True) if p)


def _halves(corners: tuple[Proportions, ...]) -> list[tuple[Proportions, ...]]:
    """The simplex cut through the middle of its longest edge."""
    pairs = [(i, k) for i in range(len(corners)) for k in range(i)]
    i, k = max(pairs, key=lambda p: sum((a - b) ** 2 for a, b in zip(corners[p[0]], corners[p[1]], strict=True)))
    middle = tuple((a + b) / 2 for a, b in zip(corners[i], corners[k], strict=True))
    return [tuple(middle if place == end else c for place, c in enumerate(corners)) for end in (i, k)]


__all__ = ["compound_of", "is_compound_density"]
