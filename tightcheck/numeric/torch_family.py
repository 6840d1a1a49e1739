"""A family of the registry as batched, differentiable PyTorch functions.

    from tightcheck.numeric.torch_family import torch_family

    family = torch_family("gamma")                            # a name, or a Family (registry.load, with_fixed, product)
    eta = family.natural(shape=alpha, rate=beta)              # any parametrisation of the registry -> (..., k)
    family.parameters(eta, "shape", "rate")                   # and back: {"shape": ..., "rate": ...}
    family.statistics(x)                                      # (..., v) -> (..., k)        T(x)
    family.log_base_measure(x)                                # (..., v) -> (...)           log h(x)
    family.log_partition(eta)                                 # (..., k) -> (...)           A(eta), inf outside the domain
    family.log_density(x, eta)                                # log h(x) + <T(x), eta> - A(eta), shapes broadcast
    family.in_domain(eta)                                     # (..., k) -> (...)           booleans
    family.mean_statistics(eta), family.fisher(eta)           # grad A (..., k), Hessian of A (..., k, k)
    family.sample(eta, shape, generator)                      # (*shape, ..., v); reparametrised where PyTorch can
    family.points                                             # finite support: every point, (count, v)
    family.to_support(t)                                      # continuum: R^d -> support, with the log-Jacobian

Shapes: v variables (`family.variables`), k statistics (`family.size`) along the last axis; batches before it. A scalar
family keeps its last axis of length 1. The dtype and the device are those of the argument. A fixed parameter that the
family leaves open (a learned variance, a learned dispersion) is given by name at each call, `fixed={"variance": v}`,
and is differentiable too. Everything except `sample` and a log-partition declared as a series works under torch.func.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

import torch
from torch import Tensor

from tightcheck import registry
from tightcheck.family import Family
from tightcheck.numeric.sampling import sample
from tightcheck.numeric.torch_density import Fixed, TorchDensity


def torch_family(family: str | Family, **choices: Any) -> TorchFamily:
    """The registry's family of this name (`choices` are those of `registry.load`), or this Family, in PyTorch."""
    return _translated(registry.load(family, **choices) if isinstance(family, str) else family)


@cache
def _translated(family: Family) -> TorchFamily:
    return TorchFamily(family)


class TorchFamily(TorchDensity):
    """One family; see the module's docstring. Everything is translated when it is first used."""

    def __repr__(self) -> str:
        return f"TorchFamily({self.name}, {self.variables} variables, {self.size} statistics)"

    def sample(
        self,
        eta: Tensor,
        shape: Sequence[int] = (),
        generator: torch.Generator | None = None,
        fixed: Fixed | None = None,
    ) -> Tensor:
        """Independent draws for every eta: (..., k) -> (*shape, ..., v).

        From PyTorch's own distribution where there is one (reparametrised where it can be), else by listing a finite
        support; NotImplementedError for the rest. A generator makes the draws repeatable.
        """
        return sample(self, eta, tuple(shape), generator, fixed)
