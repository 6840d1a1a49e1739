"""How many numbers a part of a design puts out and is shown, where that is plain from its words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from tightcheck import registry

ALL_SHOWN = {"identity", "counts", "frequencies", "tfidf", "log1p", "standardize", "softmax", "layer_norm"}
"""Features that are as many numbers as the data."""
ONE_EACH = {"categorical", "multinomial", "multinomial_random_length", "dirichlet"}
"""Vector families with one number of each parameter for each component."""


class Output(NamedTuple):
    """One parameter that the map puts out, and what is said about it."""

    name: str
    value: Any


def free_outputs(part: Mapping[str, Any]) -> list[Output]:
    """The outputs of a part that are no constants and have no map of their own, block after block."""
    return [output for output in _outputs(part.get("output")) if not _is_constant(output.value)]


def put_out(part: Mapping[str, Any]) -> int | None:
    """How many numbers the map puts out; None where a family leaves it open."""
    blocks, output = _blocks(part), part.get("output")
    listed = output if len(blocks) > 1 and isinstance(output, list) else [output] * len(blocks)
    if output is None or len(listed) != len(blocks):
        return None
    count = 0
    for block, own in zip(blocks, listed, strict=True):
        size = _size(block)
        is_plain = "covariance" not in block or block["covariance"] in ("diagonal", "fixed")
        if size is None or not is_plain or not (_is_scalar(block) or _family(block) in ONE_EACH):
            return None
        count += size * sum(not _is_constant(each.value) for each in _outputs(own))
    return count


def shown(part: Mapping[str, Any], other: Mapping[str, Any]) -> int | None:
    """How many numbers of the other part the map is shown; None where features or covariates leave it open."""
    word = part.get("features", part.get("input", "identity"))
    sizes = [_size(block) for block in _blocks(other)]
    given = part.get("given") or part.get("covariates") or any(block.get("given") for block in _blocks(part))
    if word not in ALL_SHOWN or given or None in sizes:
        return None
    return sum(size or 0 for size in sizes)


def _outputs(written: Any) -> Iterator[Output]:
    if isinstance(written, str):
        yield Output(written, None)
    elif isinstance(written, Mapping):
        yield from (Output(str(name), value) for name, value in written.items())
    elif isinstance(written, list | tuple):
        for each in written:
            yield from _outputs(each)


def _is_constant(value: Any) -> bool:
    return isinstance(value, Mapping) and bool(value.keys() & {"fixed", "learned", "map"})


def _blocks(part: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    written = part.get("latent", part.get("observed"))
    return [block for block in (written if isinstance(written, list) else [written]) if isinstance(block, Mapping)]


def _family(block: Mapping[str, Any]) -> str:
    try:
        return registry.load(str(block.get("family"))).name
    except (registry.UnknownFamily, registry.RefusedFamily):
        return ""


def _is_scalar(block: Mapping[str, Any]) -> bool:
    name = _family(block)
    return bool(name) and registry.load(name).dimension is None


def _size(block: Mapping[str, Any]) -> int | None:
    """How many numbers one x or z of the block is."""
    name = _family(block)
    sizes = [block.get(key) or 1 for key in ("dim", "copies", "categories")]
    family = registry.load(name) if name else None
    if family is None or len(family.variables) != (family.dimension or 1) or not all(isinstance(n, int) for n in sizes):
        return None
    return int(sizes[0] * sizes[1] * sizes[2])
