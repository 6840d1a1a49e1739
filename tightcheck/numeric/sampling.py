"""Independent draws from a family: PyTorch's own distribution of the same name, or a list of all points."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import sympy as sp
import torch
from torch import Tensor

from tightcheck.family import Twin
from tightcheck.numeric.torch_density import TorchDensity
from tightcheck.numeric.translate import Translated

WHOLE = ("total_count",)
"""Arguments that PyTorch takes as one whole number."""


def sample(
    family: TorchDensity,
    eta: Tensor,
    shape: tuple[int, ...],
    generator: torch.Generator | None,
    fixed: Mapping[str, Any] | None,
) -> Tensor:
    """(..., k) -> (*shape, ..., v)."""
    with _seeded(generator, eta.device):
        if family.family.support.is_finite:
            return _of_points(family, eta, shape, fixed)
        if family.family.torch is None:
            raise NotImplementedError(f"PyTorch has no distribution to draw {family.name} from.")
        return _of_twin(family, family.family.torch, eta, shape, fixed)


@contextmanager
def _seeded(generator: torch.Generator | None, device: torch.device) -> Iterator[None]:
    """PyTorch's own state set by a draw from the generator, and put back afterwards."""
    if generator is None:
        yield
        return
    seed = int(torch.randint(2**62, (), generator=generator, device=generator.device))
    with torch.random.fork_rng([device] if device.type == "cuda" else []):
        torch.manual_seed(seed)
        yield


def _of_points(family: TorchDensity, eta: Tensor, shape: tuple[int, ...], fixed: Mapping[str, Any] | None) -> Tensor:
    """One point each, by its mass."""
    points = family.points.to(eta)
    masses = torch.softmax(
        family.log_base_measure(points, fixed) + eta.detach() @ family.statistics(points, fixed).T, -1
    )
    count = int(torch.tensor(shape).prod())
    chosen = torch.multinomial(masses.reshape(-1, len(points)), count, replacement=True)
    return points[chosen.T.reshape(*shape, *eta.shape[:-1])]


def _of_twin(
    family: TorchDensity, twin: Twin, eta: Tensor, shape: tuple[int, ...], fixed: Mapping[str, Any] | None
) -> Tensor:
    """PyTorch's draw, in the family's variables."""
    arguments = {name: _argument(family, name, expression, eta, fixed) for name, expression in twin.arguments.items()}
    distribution = getattr(torch.distributions, twin.name)(**arguments, validate_args=False)
    draw: Tensor = distribution.rsample(shape) if distribution.has_rsample else distribution.sample(shape)
    vector = draw if distribution.event_shape else draw[..., None]
    if twin.value is None:
        return vector
    if isinstance(twin.value, sp.MatrixBase):
        entries = twin.value.tolist()
        places = [
            next((i, j) for i, row in enumerate(entries) for j, entry in enumerate(row) if entry == variable)
            for variable in family.family.variables
        ]
        return torch.stack([draw[..., i, j] for i, j in places], -1)
    (variable,), value = family.family.variables, sp.Dummy("value", real=True)
    (written,) = sp.solve(twin.value - value, variable)
    return Translated([written], [value])(vector)


def _argument(
    family: TorchDensity, name: str, expression: sp.Basic, eta: Tensor, fixed: Mapping[str, Any] | None
) -> Any:
    """One argument of PyTorch's distribution: a number, a vector or a matrix for every eta."""
    if name in WHOLE and expression.is_Integer:
        return int(expression)
    if isinstance(expression, sp.MatrixBase):
        flat = Translated(list(expression), family.family.natural_parameters)(eta, fixed)
        return flat.reshape(*flat.shape[:-1], *expression.shape)
    if isinstance(expression, sp.Tuple):
        return Translated(list(expression), family.family.natural_parameters)(eta, fixed)
    return Translated([expression], family.family.natural_parameters)(eta, fixed)[..., 0]
