"""C3 in numbers: whether the encoder's network gives the exact posterior's parameters at the points looked at."""

from __future__ import annotations

from collections.abc import Mapping

import sympy as sp
import torch
from torch import Tensor

from tightcheck.attack.network import holds_affine
from tightcheck.attack.picked import Posterior
from tightcheck.attack.refusal import NotDrawn
from tightcheck.attack.shown import shown
from tightcheck.design import OUTPUT, Conditional, Constant, Design, Head, Map
from tightcheck.family import Parametrisation
from tightcheck.numeric.residual import NOT_ZERO, ZERO, least_squares
from tightcheck.numeric.side import Side
from tightcheck.numeric.torch_family import TorchFamily
from tightcheck.numeric.translate import Translated
from tightcheck.parametrise import complete

Answer = bool | None


def reached(design: Design, posterior: Posterior, observed: Side, names: Mapping[str, int], x: Tensor) -> Answer:
    """True, False, or None where it cannot be told, for x (data, V_x) and the exact posterior there."""
    if design.covariates:
        return None
    answers: list[Answer] = []
    for conditional, (family, copies), eta in zip(design.encoder, posterior.parts, posterior.eta, strict=True):
        try:
            features = shown(conditional.inputs, observed, names, {})(x)
        except NotDrawn:
            return None
        if not bool(torch.isfinite(features).all()):
            return None
        values = len(eta) if conditional.block.given else 1
        rows = eta.reshape(values * len(x), copies, family.size)
        found = _block(conditional, family, features.repeat(values, 1), rows, values)
        is_told = observed.count is not None or not any(map(_is_partial, conditional.heads))
        answers += found if is_told else [None if answer else answer for answer in found]
    if False in answers:
        return False
    return None if None in answers else True


def _is_partial(head: Head) -> bool:
    """Whether the link leaves values of a real parameter out, which data that were not looked at may ask for."""
    return head.link not in (None, OUTPUT) and not head.symbol.is_positive


def _block(conditional: Conditional, family: TorchFamily, features: Tensor, eta: Tensor, values: int) -> list[Answer]:
    """One answer for each head; the rows are those of each of the `values` of the blocks that it is given, in turn."""
    way = _parametrisation(family, conditional)
    if way is None:
        return [None]
    is_relative = len(way.symbols) == family.size + 1 and all(h.link is None for h in conditional.heads)
    if len(way.symbols) != family.size and not (is_relative and _are_logits(way)):
        return [None]
    written = Translated(way.inverse, family.family.natural_parameters)(eta)
    if not bool(torch.isfinite(written).all()):
        return [None]
    heads = {head.symbol: head for head in conditional.heads}
    return [_head(heads[symbol], features, written[..., k], values) for k, symbol in enumerate(way.symbols)]


def _are_logits(way: Parametrisation) -> bool:
    return tuple(way.parameters) == ("logits",)


def _parametrisation(family: TorchFamily, conditional: Conditional) -> Parametrisation | None:
    """The way in which the heads write the natural parameters."""
    symbols = {head.symbol for head in conditional.heads}
    ways = complete(family.family).parametrisations
    return next((way for way in ways if set(way.symbols) == symbols), None)


def _head(head: Head, features: Tensor, parameter: Tensor, values: int) -> Answer:
    """`parameter` is (rows, copies)."""
    if head.bounds is not None:
        low, high = (float(end) for end in head.bounds)
        if bool((parameter < low - 1e-6).any() or (parameter > high + 1e-6).any()):
            return False
        return None
    if isinstance(head.source, Constant):
        return _constant(head.source, parameter)
    outputs = _unlinked(head, parameter)
    if outputs is None or not bool(torch.isfinite(outputs).all()):
        return None
    if values == 1:
        return _map(head.source, features, outputs)
    if head.source.kind == "affine":  # a map for each value
        each = [_map(head.source, *part) for part in zip(features.chunk(values), outputs.chunk(values), strict=True)]
        return False if False in each else None if None in each else True
    value = torch.eye(values, dtype=features.dtype).repeat_interleave(len(features) // values, 0)
    return _map(head.source, torch.cat([features, value], -1), outputs)


def _constant(source: Constant, values: Tensor) -> Answer:
    """Whether the values are the constant, or a constant."""
    if source.value is not None:
        target = torch.full_like(values, float(source.value))
    elif source.sharing == "shared":
        target = values.mean().expand_as(values)
    else:
        target = values.mean(0, keepdim=True).expand_as(values)
    return _told(float((values - target).abs().max()) / (1e-3 + float(values.abs().max())))


def _told(relative: float) -> Answer:
    """Whether the number is zero."""
    return True if relative < ZERO else False if relative > NOT_ZERO else None


def _unlinked(head: Head, values: Tensor) -> Tensor | None:
    """What the map must put out; None for a link that is not inverted here."""
    o = OUTPUT
    if head.link is None:
        return values
    if head.link == sp.exp(o):
        return torch.log(values)
    if head.link == sp.log(1 + sp.exp(o)):
        return values + torch.log(-torch.expm1(-values))
    if head.link == 1 / (1 + sp.exp(-o)):
        return torch.logit(values)
    if head.link == sp.tanh(o):
        return torch.atanh(values)
    return None


def _map(source: Map, features: Tensor, outputs: Tensor) -> Answer:
    """Whether some function of the class has these outputs (data, copies) at these features (data, width)."""
    if source.kind == "expression":
        return None
    if _separates_equals(features, outputs):
        return False
    if source.kind == "unrestricted":
        return True
    fit = least_squares(features, outputs, has_constant=source.bias)
    is_constant = bool(((outputs - outputs[0]).abs() < ZERO * (1 + outputs.abs())).all())
    rank = 0 if is_constant else min(features.shape[1], outputs.shape[1])
    if source.kind == "affine" or not source.hidden:
        return fit.is_zero
    return True if fit.is_zero and holds_affine(source, rank) else None


def _separates_equals(features: Tensor, outputs: Tensor) -> bool:
    """Whether equal features would need different outputs."""
    same = (features[:, None] - features[None]).abs().amax(-1) == 0
    apart = (outputs[:, None] - outputs[None]).abs().amax(-1) > NOT_ZERO * (1 + outputs.abs().max())
    return bool((same & apart).any())
