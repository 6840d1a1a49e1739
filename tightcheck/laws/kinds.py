"""What each kind of log-partition says, as a formula: derivatives that must vanish, zeros that must be there."""

from collections.abc import Callable
from itertools import pairwise

import mpmath
import numpy as np
import sympy as sp

from tightcheck.family import Family
from tightcheck.laws import grid as grids
from tightcheck.laws import numeric


def partition_is_of_its_kind(family: Family, generator: np.random.Generator) -> None:
    """The log-partition is literally what its kind says."""
    CHECKS[family.partition](family, generator)


def _vanishes(family: Family, expression: sp.Expr, generator: np.random.Generator) -> bool:
    """Whether the function of eta is 0 to 25 digits at random natural parameters."""
    with mpmath.workdps(50):
        value = sp.lambdify(family.natural_parameters, expression, "mpmath")
        rows = numeric.natural_parameters(family, generator, 4)
        return all(abs(value(*map(mpmath.mpf, map(float, eta)))) < mpmath.mpf(10) ** -25 for eta in rows)


def _finite(family: Family, generator: np.random.Generator) -> None:
    """A finite support; exp A is the sum over it, at complex eta too."""
    assert family.support.is_finite
    where = grids.grid(family)
    for row in generator.normal(size=(4, 2 * len(family.natural_parameters))):
        eta = row[::2] + 1j * row[1::2]
        terms = grids.log_terms(family, eta, where)
        assert len(terms) == family.support.cardinality
        assert abs(np.sum(np.exp(terms)) - complex(mpmath.exp(numeric.log_partition(family, eta)))) < 1e-9


def _zeros(family: Family, generator: np.random.Generator) -> None:
    """Every real eta is natural, so exp A is entire; on some circle it winds at least twice about 0."""
    assert len(family.natural_parameters) == 1
    assert family.has_full_domain
    assert any(_winding(family, radius) >= 2 for radius in (1.5, 3.0, 4.5, 7.0))


def _winding(family: Family, radius: float) -> int:
    """How often exp A winds about 0 on the circle: its zeros inside, since it has no poles."""
    turns = np.exp(2j * np.pi * np.arange(3001) / 3000)
    values = [mpmath.exp(numeric.log_partition(family, [mpmath.mpmathify(radius * turn)])) for turn in turns]
    steps = [float(mpmath.arg(b / a)) for a, b in pairwise(values)]
    return round(sum(steps) / (2 * np.pi)) if max(map(abs, steps)) < 1.5 else 0


def _exponential(family: Family, generator: np.random.Generator) -> None:
    """A = c exp(eta) + d, c > 0, iff A' = A'' > 0."""
    (eta,) = family.natural_parameters
    A = family.log_partition
    assert _vanishes(family, A.diff(eta) - A.diff(eta, 2), generator)


def _poles(family: Family, generator: np.random.Generator) -> None:
    """A = -r log(1 - exp(eta + c)) + affine iff w = 1 / A'' is (2 cosh(eta + c) - 2) / r.

    That is w'' - w = 2 / r > 0, a constant, and w'^2 = w^2 + 4 w / r.
    """
    (eta,) = family.natural_parameters
    w = 1 / family.log_partition.diff(eta, 2)
    twice = w.diff(eta, 2) - w
    assert _vanishes(family, twice.diff(eta), generator)
    assert float(twice.subs(eta, numeric.natural_parameters(family, generator, 1)[0, 0])) > 1e-9
    assert _vanishes(family, w.diff(eta) ** 2 - w**2 - 2 * twice * w, generator)


def _power(family: Family, generator: np.random.Generator) -> None:
    """A = -r log(l) + affine, l affine, r > 0, iff B = A'' has B^(-1/2) affine and not constant: 3 B'^2 = 2 B B''."""
    (eta,) = family.natural_parameters
    B = family.log_partition.diff(eta, 2)
    assert _vanishes(family, 3 * B.diff(eta) ** 2 - 2 * B * B.diff(eta, 2), generator)
    assert not _vanishes(family, B.diff(eta), generator)


def _quadratic(family: Family, generator: np.random.Generator) -> None:
    """All third derivatives vanish (the Hessian is positive definite by another law)."""
    assert (len(family.natural_parameters) == 1) == (family.partition == "quadratic")
    for second in sp.hessian(family.log_partition, family.natural_parameters):
        assert all(_vanishes(family, second.diff(e), generator) for e in family.natural_parameters)


def _quadratic_over_linear(family: Family, generator: np.random.Generator) -> None:
    """A + eta_1^2 / (4 eta_2) + log(-eta_2) / 2 is constant."""
    eta_1, eta_2 = family.natural_parameters
    rest = family.log_partition + eta_1**2 / (4 * eta_2) + sp.log(-eta_2) / 2
    assert all(_vanishes(family, rest.diff(e), generator) for e in family.natural_parameters)


def _entire(family: Family, generator: np.random.Generator) -> None:
    """An integral of exp(<eta, T>) that converges for every real eta is entire; another law looks for a boundary."""
    assert family.has_full_domain


def _log_convex(family: Family, generator: np.random.Generator) -> None:
    """Nothing more than every family has."""


CHECKS: dict[str, Callable[[Family, np.random.Generator], None]] = {
    "finite": _finite,
    "zeros": _zeros,
    "exponential": _exponential,
    "poles": _poles,
    "power": _power,
    "quadratic": _quadratic,
    "quadratic_form": _quadratic,
    "quadratic_over_linear": _quadratic_over_linear,
    "entire": _entire,
    "log_convex": _log_convex,
}
