"""Live PyTorch modules as the `map` of a design: a module, or a method of one (`vae.encode`), read into the keys of a file.

The calls of its forward pass are recorded. What is read is a chain of layers for each output: affine layers with one
activation between them, or an architecture by name. Everything else is a DesignError that names the line.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from tightcheck.design import Place
from tightcheck.reading.errors import DesignError
from tightcheck.reading.nodes import Tree
from tightcheck.reading.numbers import Output, free_outputs, put_out, shown
from tightcheck.reading.recording import VIEWS, Recording, is_size, overlap, recorded, spans, unread

DROPOUTS = {"Dropout", "dropout"}
"""They change no value outside training."""
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
PARTED = {"chunk": "chunks", "split": "split_size_or_sections", "tensor_split": "indices_or_sections"}
"""Calls that cut the last layer's numbers into outputs, with the name of the argument that says how."""
CONSTANTS: Mapping[str, Any] = {"negative_slope": 0.01, "alpha": 1.0, "beta": 1, "approximate": "none"}
"""PyTorch's own, which the activations of a design have; other values are another activation."""


@dataclass
class _Chain:
    """The layers on the way to one output."""

    widths: list[int] = field(default_factory=list)
    biases: list[bool] = field(default_factory=list)
    between: list[str] = field(default_factory=list)
    layers: list[Any] = field(default_factory=list)
    given: int | None = None  # how many numbers the first affine layer takes, where none is before it
    width_before: int | None = None  # of what the next layer is given, where that is plain
    architecture: str = ""
    batch_norm: str = ""
    feature: str = ""
    last: str = ""  # what an architecture's last layer is followed by
    parts: Any = None  # how the last layer's numbers are cut
    part: int | None = None

    @property
    def width(self) -> int | None:
        """How many numbers are put out, where that is plain."""
        if not self.widths or self.parts is None or self.part is None:
            return self.widths[-1] if self.widths else None
        kind, how = self.parts
        if kind == "split":
            return how if isinstance(how, int) else int(how[self.part])
        return self.widths[-1] // how if isinstance(how, int) and self.widths[-1] % how == 0 else None


def is_live(part: object) -> bool:
    """Whether this is a PyTorch module, or a method of one."""
    owner = getattr(part, "__self__", part)
    return any(kind.__module__ == "torch.nn.modules.module" for kind in type(owner).__mro__)


def trees(encoder: object, decoder: object) -> tuple[Tree, Tree]:
    """Encoder and decoder as data, with the keys of a file, whose `map` may be live.

    Raises DesignError for a module that is no chain of layers with free weights, for a link or a feature of its own that
    the data do not name, for other numbers of inputs or outputs than the data's, and for weights that both sides share.
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
    recordings = [recorded(part["map"]) if is_live(part.get("map")) else None for part in (encoder, decoder)]
    if overlap(span for recording in recordings if recording is not None for span in spans(recording)):
        raise DesignError("encoder and decoder share weights, and a design's maps are free; give each its own", Place())
    return _tree(encoder, decoder, recordings[0]), _tree(decoder, encoder, recordings[1])


def _tree(part: Mapping[str, Any], other: Mapping[str, Any], recording: Recording | None) -> Tree:
    data = dict(part)
    if recording is not None:
        data["map"] = _map(recording, data, shown(part, other))
    return Tree(_exact(data))


def _exact(data: Any) -> Any:
    """The data with exact numbers, as a file has them."""
    if isinstance(data, Mapping):
        return {key: _exact(value) for key, value in data.items()}
    if isinstance(data, list | tuple):
        return [_exact(value) for value in data]
    return Decimal(str(data)) if isinstance(data, float) else data


def _map(recording: Recording, part: Mapping[str, Any], given: int | None) -> Any:
    """The map, one for all outputs, or one for each where they differ; `given` is how many numbers it is shown."""
    outputs = free_outputs(part)
    chains = [_chain(node, recording) for node in _returned(recording, outputs)]
    _are_apart(chains)
    if len(chains) not in (1, len(outputs)):
        raise DesignError(f"the module returns {len(chains)} things, and `output` names {len(outputs)}", Place())
    named = [[output] for output in outputs] if len(chains) == len(outputs) else [outputs]
    maps = [_written(chain, part, own) for chain, own in zip(chains, named, strict=True)]
    _fit(chains, given, put_out(part))
    trunks = {tuple(map(id, chain.layers[:-1])) for chain in chains}
    is_one = all(each == maps[0] for each in maps) and (len(trunks) == 1 or "hidden" not in maps[0])
    return maps[0] if is_one else maps


def _returned(recording: Recording, outputs: list[Output]) -> list[Any]:
    """What the module returns, in the order of the outputs where it has their names."""
    returned = next(node for node in recording.nodes if node.op == "output").args[0]
    if not isinstance(returned, Mapping):
        return [*returned] if isinstance(returned, list | tuple) else [returned]
    names = [output.name for output in outputs]
    if {*names} <= returned.keys():
        return [returned[name] for name in names]
    if {*names} & returned.keys():
        raise DesignError(
            f"the module returns {', '.join(map(str, returned))}, and `output` names {', '.join(names)}; use one set of names",
            Place(),
        )
    return [*returned.values()]


def _chain(node: Any, recording: Recording) -> _Chain:
    """The layers from the input to one output, in order."""
    calls = []
    while node.op != "placeholder":
        inputs = [each for each in node.all_input_nodes if not is_size(each)]
        if not inputs:
            raise DesignError(
                f"an output of the module is a constant, `{node.name}`; leave it out of the module, and write it in "
                "`output`, such as {'variance': {'fixed': 1}}",
                Place(),
            )
        if len(inputs) != 1:
            raise unread(node, f"`{node.name}` is computed from {len(inputs)} things")
        calls.append(node)
        node = inputs[0]
    first = next(each for each in recording.nodes if each.op == "placeholder")
    if node is not first:
        raise unread(
            calls[-1] if calls else node, f"an output is computed from `{node.name}`, and not from `{first.name}`"
        )
    chain = _Chain()
    for call in reversed(calls):
        _add(chain, call, recording)
    return chain


def _add(chain: _Chain, call: Any, recording: Recording) -> None:
    """One call more."""
    layer, name = recording.layer(call), recording.name(call)
    if name in DROPOUTS:
        return _is_off(call, layer, recording)
    if name in VIEWS:
        return None
    found = next((word for start, word in ARCHITECTURES.items() if name.startswith(start)), "")
    if chain.parts is not None and (name != "getitem" or chain.part is not None):
        raise unread(call, f"`{name}` is computed from a part of the outputs")
    if found:
        chain.architecture, chain.last, chain.width_before = chain.architecture or found, "", None
    elif name in PARTED and chain.widths:
        _cut(chain, call, name)
    elif name == "getitem" and chain.parts is not None and isinstance(call.args[1], int):
        chain.part = call.args[1]
    elif name == "getitem" and chain.parts is None and chain.architecture and not chain.widths:
        pass
    elif name.startswith("BatchNorm"):
        _add_batch_norm(chain, call, layer)
    elif layer is not None and name == "Linear":
        _add_affine(chain, call, layer)
    elif name == "log1p" and not (chain.widths or chain.feature or chain.batch_norm or chain.architecture):
        chain.feature = "log1p"
    elif (word := ACTIVATIONS.get(name, name)) in ACTIVATIONS.values() and (chain.between or chain.architecture):
        _add_activation(chain, call, layer, word)
    else:
        raise unread(call, f"`{name}` is no affine layer, activation or architecture that is read here")
    return None


def _is_off(call: Any, layer: Any, recording: Recording) -> None:
    """Require that a dropout changes nothing outside training."""
    arguments = dict(zip(("input", "p", "training"), call.args, strict=False)) | call.kwargs
    is_on = layer.training if layer is not None else arguments.get("training", True)
    if is_on and not recording.is_training:
        raise unread(call, "the dropout is on outside training too, so the map is random")


def _cut(chain: _Chain, call: Any, name: str) -> None:
    """The last layer's numbers are cut into outputs, along the numbers and not along the batch."""
    arguments = dict(zip(("input", PARTED[name], "dim"), call.args, strict=False)) | call.kwargs
    along = arguments.get("dim", 0)
    if along == 0 or along < -1:
        raise unread(call, f"`{name}` cuts along dimension {along}, which is the batch's")
    how = arguments[PARTED[name]] if PARTED[name] in arguments else arguments.get("split_size")
    chain.parts = (name, how)


def _add_batch_norm(chain: _Chain, call: Any, layer: Any) -> None:
    """A batch norm; it shifts, so the affine layer just before it has a bias."""
    uses_batch = layer.training or layer.running_mean is None
    chain.batch_norm = "train" if uses_batch or chain.batch_norm == "train" else "eval"
    if layer.affine and chain.layers and call.all_input_nodes[0] is chain.layers[-1]:
        chain.biases[-1] = True


def _add_affine(chain: _Chain, call: Any, layer: Any) -> None:
    """An affine layer, of all the numbers before it; of some of them it would have one weight for several places."""
    if chain.width_before not in (None, layer.in_features):
        raise unread(
            call,
            f"`{call.target}` takes {layer.in_features} numbers and is given {chain.width_before}, so places share its "
            "weights",
        )
    if not chain.widths and not chain.architecture:
        chain.given = int(layer.in_features)
    chain.width_before = int(layer.out_features)
    chain.widths.append(chain.width_before)
    chain.biases.append(layer.bias is not None)
    chain.layers.append(call)
    chain.between.append("identity")
    chain.last = ""


def _add_activation(chain: _Chain, call: Any, layer: Any, word: str) -> None:
    own = {key: getattr(layer, key) for key in CONSTANTS if hasattr(layer, key)} | dict(call.kwargs)
    before = chain.between[-1] if chain.between else chain.last or "identity"
    if word == "softmax":
        along = getattr(layer, "dim", own.get("dim", call.args[1] if len(call.args) > 1 else None))
        is_own = along is None or along == -1 or along > 0
    else:
        is_own = len(call.args) == 1 and all(own.get(key, value) == value for key, value in CONSTANTS.items())
    if not is_own:
        raise unread(call, f"`{word}` has other constants than PyTorch's own")
    if chain.between and before != "identity":
        raise unread(call, f"`{word}` follows `{before}`")
    if chain.between:
        chain.between[-1] = word
    else:
        chain.last = word


def _are_apart(chains: list[_Chain]) -> None:
    """Require that no two outputs are the same numbers."""
    seen: list[tuple[Any, int | None]] = []
    for chain in chains:
        if not chain.layers:
            continue
        key = (chain.layers[-1], chain.part)
        if any(layer is key[0] and (part == key[1] or None in (part, key[1])) for layer, part in seen):
            raise unread(
                key[0], f"two outputs are the same numbers of `{key[0].target}`, and a design's outputs are free"
            )
        seen.append(key)


def _fit(chains: list[_Chain], given: int | None, wanted: int | None) -> None:
    """Require as many numbers in and out as the data have."""
    for chain in chains:
        if None not in (given, chain.given) and chain.given != given:
            raise unread(
                chain.layers[0],
                f"`{chain.layers[0].target}` takes {chain.given} numbers, and the other side has {given}",
            )
    found = [chain.width for chain in chains]
    if wanted is not None and None not in found and sum(width or 0 for width in found) != wanted:
        raise unread(
            chains[-1].layers[-1],
            f"the module puts out {' and '.join(map(str, found))} numbers, and the outputs have {wanted} in all (one that "
            "several coordinates share is written {'learned': 'shared'} or with a `covariance`)",
        )


def _written(chain: _Chain, part: Mapping[str, Any], outputs: list[Output]) -> dict[str, Any]:
    """The chain as a file's `map`; its own feature and link must be named by the design."""
    link = chain.between[-1] if chain.between else chain.last
    link = "" if link == "identity" else link
    hidden, between = chain.widths[:-1], set(chain.between[:-1])
    if link and link not in LINKS:
        raise DesignError(f"the module ends in {link}; end it with its last affine layer", Place())
    if chain.feature and chain.feature not in str(part.get("features", "")):
        raise DesignError(
            f"the module computes {chain.feature} itself, and `features` does not name it; write "
            f"'features': '{chain.feature}'",
            Place(),
        )
    for output in outputs:
        if link and link not in str(output.value):
            raise DesignError(
                f"the module computes {link} itself, and `output` does not name it for {output.name}; write "
                f"'output': {{'{output.name}': '{link}'}}",
                Place(),
            )
    norm = {"batch_norm": chain.batch_norm} if chain.batch_norm else {}
    if chain.architecture:
        return {"kind": chain.architecture, **norm}
    if len(between) > 1 or len(set(chain.biases)) > 1 or not chain.widths:
        raise DesignError(
            f"a map has one activation ({', '.join(sorted(between)) or 'none'}), biases everywhere or nowhere, and a last "
            "affine layer; write {'kind': 'unrestricted'} for a network that can compute every function",
            Place(),
        )
    if norm and not all(chain.biases):
        raise DesignError(
            "a batch norm shifts what is put out, and no layer has a bias; give the layers theirs", Place()
        )
    bias = {} if all(chain.biases) else {"bias": False}
    if not hidden:
        return {"kind": "affine", **bias, **norm}
    return {"kind": "mlp", "hidden": hidden, "activation": between.pop(), **bias, **norm}
