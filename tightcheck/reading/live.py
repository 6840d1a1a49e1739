"""Live PyTorch modules as the `map` of a design: a module, or a method of one (`vae.encode`), read into the keys of a file.

The calls of its forward pass are recorded by torch.fx. What is read is a chain of layers for each output: affine layers
with one activation between them, or an architecture by name. Everything else is a DesignError that names the line.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from tightcheck.design import Place
from tightcheck.reading.errors import DesignError
from tightcheck.reading.nodes import Tree

SKIPPED = {
    "Dropout",
    "Flatten",
    "Unflatten",
    "Identity",
    "dropout",
    "flatten",
    "view",
    "reshape",
    "squeeze",
    "contiguous",
}
"""Layers and calls that change no value, or none outside training."""
ACTIVATIONS = {
    **{"ReLU": "relu", "Tanh": "tanh", "Sigmoid": "sigmoid", "Softplus": "softplus", "GELU": "gelu", "ELU": "elu"},
    **{"SiLU": "silu", "LeakyReLU": "leaky_relu", "SELU": "selu", "Softmax": "softmax", "Exp": "exp"},
}
LINKS = {"sigmoid", "softmax", "softplus", "exp", "tanh"}
"""What may follow the last affine layer: a link, which the design's `output` has to name."""
ARCHITECTURES = {
    **dict.fromkeys(("Conv", "MaxPool", "AvgPool", "AdaptiveAvgPool", "Upsample"), "convolutional"),
    **{"GRU": "gru", "LSTM": "lstm", "RNN": "rnn", "Transformer": "transformer"},
}
PARTED = {"chunk", "split", "tensor_split"}
CONSTANTS = {"negative_slope": 0.01, "alpha": 1.0, "beta": 1}
"""PyTorch's own, which the activations of a design have; other values are another activation."""


@dataclass
class _Chain:
    """The layers on the way to one output."""

    widths: list[int] = field(default_factory=list)
    biases: list[bool] = field(default_factory=list)
    between: list[str] = field(default_factory=list)
    weights: list[int] = field(default_factory=list)
    architecture: str = ""
    batch_norm: str = ""
    feature: str = ""
    is_parted: bool = False


def is_live(part: object) -> bool:
    """Whether this is a PyTorch module, or a method of one."""
    owner = getattr(part, "__self__", part)
    return any(kind.__module__ == "torch.nn.modules.module" for kind in type(owner).__mro__)


def trees(encoder: object, decoder: object) -> tuple[Tree, Tree]:
    """Encoder and decoder as data, with the keys of a file, whose `map` may be live.

    Raises DesignError for a module that is no chain of layers, for a link or a feature of its own that the data do not
    name, and for weights that both sides share.
    """
    for part, keys in ((encoder, "'latent': {...}"), (decoder, "'observed': {...}")):
        if not isinstance(part, Mapping):
            raise DesignError(
                f"a design is given by two files, by a Design, or by two mappings with the keys of its files, and this is "
                f"{'a module' if is_live(part) else type(part).__name__}; write "
                f"{{{keys}, 'map': module, 'output': [...]}}",
                Place(),
            )
    assert isinstance(encoder, Mapping) and isinstance(decoder, Mapping)
    if _weights(encoder.get("map")) & _weights(decoder.get("map")):
        raise DesignError("encoder and decoder share weights, and a design's maps are free; give each its own", Place())
    return _tree(encoder), _tree(decoder)


def _tree(part: Mapping[str, Any]) -> Tree:
    data = dict(part)
    if is_live(data.get("map")):
        data["map"] = _map(data["map"], data)
    return Tree(_exact(data))


def _exact(data: Any) -> Any:
    """The data with exact numbers, as a file has them."""
    if isinstance(data, Mapping):
        return {key: _exact(value) for key, value in data.items()}
    if isinstance(data, list | tuple):
        return [_exact(value) for value in data]
    return Decimal(str(data)) if isinstance(data, float) else data


def _map(live: Any, part: Mapping[str, Any]) -> Any:
    """The map, one for all outputs, or one for each where they differ."""
    nodes, modules = _recorded(live)
    outputs = next(node for node in nodes if node.op == "output").args[0]
    listed = [*outputs.values()] if isinstance(outputs, Mapping) else outputs
    chains = [_chain(node, modules) for node in (listed if isinstance(listed, list | tuple) else [listed])]
    maps = [_written(chain, part) for chain in chains]
    return maps[0] if all(each == maps[0] for each in maps) else maps


def _recorded(live: Any) -> tuple[list[Any], dict[str, Any]]:
    """The calls of the forward pass, and the modules by the names in which they are called."""
    import torch.fx

    module, name = getattr(live, "__self__", live), getattr(live, "__name__", "forward")
    if type(module).__module__.startswith("torch.nn") and not isinstance(module, torch.nn.Sequential):
        module = torch.nn.Sequential(module)
    tracer = torch.fx.Tracer()
    tracer.traced_func_name, tracer.record_stack_traces = name, True
    try:
        graph = tracer.trace(module)
    except Exception as error:
        raise DesignError(
            f"{type(module).__name__}.{name} cannot be recorded, its steps depend on values ({str(error)[:120]}); give "
            "the layers alone, as an nn.Sequential, or write the map in words, such as {'kind': 'mlp', 'hidden': [512]}",
            Place(),
        ) from None
    return list(graph.nodes), dict(module.named_modules())


def _chain(node: Any, modules: dict[str, Any]) -> _Chain:
    """The layers from the input to one output, in order."""
    calls = []
    while node.op != "placeholder":
        inputs = [each for each in node.all_input_nodes if not _is_size(each)]
        if not inputs:
            raise DesignError(
                f"an output of the module is a constant, `{node.name}`; leave it out of the module, and write it in "
                "`output`, such as {'variance': {'fixed': 1}}",
                Place(),
            )
        if len(inputs) != 1:
            raise _unread(node, f"`{node.name}` is computed from {len(inputs)} things")
        calls.append(node)
        node = inputs[0]
    chain = _Chain()
    for call in reversed(calls):
        _add(chain, call, modules)
    return chain


def _is_size(node: Any) -> bool:
    """Whether this is a size of something, as in x.view(x.size(0), -1)."""
    name = getattr(node.target, "__name__", str(node.target))
    if name == "getitem":
        return _is_size(node.args[0])
    return name == "size" or (name == "getattr" and node.args[1] == "shape")


def _add(chain: _Chain, call: Any, modules: dict[str, Any]) -> None:
    """One call more."""
    layer = modules.get(call.target) if call.op == "call_module" else None
    name = type(layer).__name__ if layer is not None else getattr(call.target, "__name__", str(call.target))
    if name in SKIPPED:
        return
    found = next((word for start, word in ARCHITECTURES.items() if name.startswith(start)), "")
    if chain.is_parted and name != "getitem":
        raise _unread(call, f"`{name}` is computed from a part of the outputs")
    if found:
        chain.architecture = chain.architecture or found
    elif name in PARTED and chain.widths:
        chain.is_parted = True
    elif name == "getitem" and (chain.is_parted or (chain.architecture and not chain.widths)):
        return
    elif name.startswith("BatchNorm"):
        chain.batch_norm = "train" if layer is not None and layer.training else "eval"
    elif layer is not None and name == "Linear":
        chain.widths.append(int(layer.out_features))
        chain.biases.append(layer.bias is not None)
        chain.weights.append(id(layer.weight))
        chain.between.append("identity")
    elif name == "log1p" and not chain.widths:
        chain.feature = "log1p"
    elif (word := ACTIVATIONS.get(name, name)) in ACTIVATIONS.values() and chain.between:
        own = {key: getattr(layer, key) for key in CONSTANTS if hasattr(layer, key)} | dict(call.kwargs)
        if chain.between[-1] != "identity":
            raise _unread(call, f"`{word}` follows `{chain.between[-1]}`")
        if any(own.get(key, value) != value for key, value in CONSTANTS.items()) or len(call.args) > 2:
            raise _unread(call, f"`{word}` has other constants than PyTorch's own")
        chain.between[-1] = word
    elif not (chain.architecture and word in ACTIVATIONS.values()):
        raise _unread(call, f"`{name}` is no affine layer, activation or architecture that is read here")


def _unread(call: Any, what: str) -> DesignError:
    """The complaint about one call, with the line that makes it."""
    import torch

    lines = (line.split('"') for line in (call.stack_trace or "").splitlines() if line.strip().startswith("File"))
    library = str(Path(torch.__file__).parent)
    files = [parts for parts in lines if not parts[1].startswith(library)]
    place = Place()
    if files:
        number = int(files[-1][2].split("line ")[1].split(",")[0])
        place = Place(files[-1][1], number, call.name)
    return DesignError(
        f"{what}; give the layers before it as the map and name the rest in `output` (such as {{'mean': 'library * "
        "softmax'}), in `features`, or write {'kind': 'unrestricted'} for a network that can compute every function",
        place,
    )


def _written(chain: _Chain, part: Mapping[str, Any]) -> dict[str, Any]:
    """The chain as a file's `map`; its own feature and link must be named by the design."""
    link = chain.between[-1] if chain.between and chain.between[-1] != "identity" else ""
    hidden, between = chain.widths[:-1], set(chain.between[:-1])
    if link and link not in LINKS:
        raise DesignError(f"the module ends in {link}; end it with its last affine layer", Place())
    for word, key, example in (
        (chain.feature, "features", f"'features': '{chain.feature}'"),
        (link, "output", f"'output': {{'probs': '{link}'}}"),
    ):
        if word and word not in str(part.get(key, "")):
            raise DesignError(
                f"the module computes {word} itself, and `{key}` does not name it; write {example}", Place()
            )
    if len(set(chain.weights)) < len(chain.weights):
        raise DesignError("two layers share one weight, and a design's maps are free; give each its own", Place())
    norm = {"batch_norm": chain.batch_norm} if chain.batch_norm else {}
    if chain.architecture:
        return {"kind": chain.architecture, **norm}
    if len(between) > 1 or len(set(chain.biases)) > 1 or not chain.widths:
        raise DesignError(
            f"a map has one activation ({', '.join(sorted(between)) or 'none'}), biases everywhere or nowhere, and a last "
            "affine layer; write {'kind': 'unrestricted'} for a network that can compute every function",
            Place(),
        )
    bias = {} if all(chain.biases) else {"bias": False}
    if not hidden:
        return {"kind": "affine", **bias, **norm}
    return {"kind": "mlp", "hidden": hidden, "activation": between.pop(), **bias, **norm}


def _weights(live: object) -> set[int]:
    """The weights that the calls of a module, or of a method of one, use, by identity."""
    if not is_live(live):
        return set()
    nodes, modules = _recorded(live)
    called = [modules[node.target] for node in nodes if node.op == "call_module"]
    return {id(parameter) for module in called for parameter in module.parameters()}
