"""Log-densities against torch.distributions and scipy.stats, at the stated points of the support."""

from typing import Any

import numpy as np
import scipy.stats
import sympy as sp
import torch

from tightcheck.family import Family, Twin
from tightcheck.laws import numeric


def agrees_with_torch(family: Family, generator: np.random.Generator) -> None:
    """log p(x; eta) is what torch.distributions says."""
    if family.torch is not None:
        _agrees(family, family.torch, _torch_log_density, generator)


def agrees_with_scipy(family: Family, generator: np.random.Generator) -> None:
    """log p(x; eta) is what scipy.stats says."""
    if family.scipy is not None:
        _agrees(family, family.scipy, _scipy_log_density, generator)


def _torch_log_density(name: str, arguments: dict[str, Any], value: Any) -> float:
    """torch's log-density in double precision (a count of trials stays an integer)."""
    made = {
        key: int(a) if key == "total_count" and a == int(a) else torch.tensor(a, dtype=torch.float64)
        for key, a in arguments.items()
    }
    return float(getattr(torch.distributions, name)(**made).log_prob(torch.tensor(value, dtype=torch.float64)))


def _scipy_log_density(name: str, arguments: dict[str, Any], value: Any) -> float:
    """SciPy's log-density or log-mass."""
    distribution = getattr(scipy.stats, name)(**arguments)
    return float(distribution.logpmf(value) if hasattr(distribution, "logpmf") else distribution.logpdf(value))


def _agrees(family: Family, twin: Twin, log_density: Any, generator: np.random.Generator) -> None:
    compared = 0
    for eta in numeric.natural_parameters(family, generator, 12):
        at = dict(zip(family.natural_parameters, map(sp.Float, eta), strict=True))
        arguments = {name: _numbers(argument.subs(at)) for name, argument in twin.arguments.items()}
        if any(np.isnan(argument).any() for argument in arguments.values()):
            continue  # the other library has only a part of the family
        log_partition = float(numeric.log_partition(family, eta))
        for point in family.support.points:
            place = dict(zip(family.variables, point, strict=True))
            value = _numbers((twin.value or _draw(family)).subs(place, simultaneous=True))
            exponent = family.log_base_measure + sum(
                at[e] * t for e, t in zip(family.natural_parameters, family.statistics, strict=True)
            )
            stated = float(exponent.subs(place, simultaneous=True).evalf()) - log_partition
            theirs = log_density(twin.name, arguments, value)
            assert abs(stated - theirs) < 1e-6 * (1 + abs(theirs)), f"{family.name} at {point}: {stated}, {theirs}"
            compared += 1
    assert compared > 0, f"{family.name}: nothing to compare with {twin.name}"


def _draw(family: Family) -> sp.Basic:
    """The draw as numbers: one, or a vector."""
    return family.variables[0] if len(family.variables) == 1 else sp.Tuple(*family.variables)


def _numbers(expression: sp.Basic) -> Any:
    """A number, a vector or a matrix of floats (nan where it is not real)."""
    if isinstance(expression, sp.MatrixBase):
        return np.array([[_numbers(entry) for entry in row] for row in expression.tolist()])
    if isinstance(expression, sp.Tuple):
        return np.array([_numbers(entry) for entry in expression])
    value = complex(expression.evalf())
    return value.real if abs(value.imag) < 1e-12 else float("nan")
