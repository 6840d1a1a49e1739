"""What a conditional's network is shown of the other side, as a function of that side's variables."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import torch
from torch import Tensor

from tightcheck.attack.refusal import NotDrawn
from tightcheck.design import Inputs
from tightcheck.numeric.side import Side
from tightcheck.training.formula import Formula

Shown = Callable[[Tensor], Tensor]


def shown(inputs: Inputs, side: Side, names: Mapping[str, int], covariates: Mapping[str, Tensor]) -> Shown:
    """A function (..., V) -> (..., features). Raises NotDrawn for features that need a data set."""
    extra = [covariates[name] for name in inputs.covariates]

    def run(points: Tensor) -> Tensor:
        features = _features(inputs, side, names, points)
        return torch.cat([features, *(value.expand(*points.shape[:-1], 1) for value in extra)], -1)

    return run


def by_name(names: Mapping[str, int], points: Tensor) -> dict[str, Tensor]:
    """Each block's coordinates; `names` says how many each has, in order."""
    return dict(zip(names, points.split(list(names.values()), -1), strict=True))


def _features(inputs: Inputs, side: Side, names: Mapping[str, int], points: Tensor) -> Tensor:
    kind = inputs.kind
    if kind in ("identity", "counts", "one_hot"):
        return points
    if kind == "standardize":
        return (points - 0.5) / 1.25
    if kind == "statistics":
        return side.statistics(points)
    if kind == "log1p":
        return torch.log1p(points)
    if kind == "softmax":
        return torch.softmax(points, -1)
    if kind == "frequencies":
        return points / points.sum(-1, keepdim=True)
    if kind == "tfidf":
        scale = 1 + torch.arange(points.shape[-1], dtype=points.dtype) / 4
        return scale * points / points.sum(-1, keepdim=True)
    if kind == "layer_norm":
        centred = points - points.mean(-1, keepdim=True)
        return centred / torch.sqrt((centred**2).mean(-1, keepdim=True) + 1e-5)
    if kind == "expression" and inputs.expression is not None:
        return _applied(inputs, names, points)
    raise NotDrawn(f"what {kind!r} shows is not looked at in numbers")


def _applied(inputs: Inputs, names: Mapping[str, int], points: Tensor) -> Tensor:
    """A formula of one coordinate, for each coordinate of the blocks that it mentions."""
    formula = Formula(inputs.expression)
    values: Sequence[Tensor] = [formula({name: part}, points) for name, part in by_name(names, points).items()]
    return torch.cat([value.expand(*points.shape[:-1], value.shape[-1]) for value in values], -1)
