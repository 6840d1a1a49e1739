"""Live PyTorch modules as the `map` of a design: a module, or a method of one (`vae.encode`), read into the keys of a file.

The calls of its forward pass are recorded. What is read is a chain of layers for each output: affine layers with one activation
between them, normalised or not, and a link after the last one; covariates that the design gives may join it. Branches that
join are an architecture by name. Everything else is a DesignError that names the line.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from decimal import Decimal
from math import isfinite
from typing import Any

from tightcheck.design import Place
from tightcheck.reading import links
from tightcheck.reading.errors import DesignError
from tightcheck.reading.nodes import Tree
from tightcheck.reading.numbers import Output, free_outputs, put_out, shown
from tightcheck.reading.origins import Origins, named
from tightcheck.reading.recording import VIEWS, Recording, overlap, recorded, spans, unread

DROPOUTS = {"Dropout", "dropout"}
"""They change no value outside training."""
ACTIVATIONS = {
    **{"ReLU": "relu", "Tanh": "tanh", "Sigmoid": "sigmoid", "Softplus": "softplus", "GELU": "gelu", "ELU": "elu"},
    **{"SiLU": "silu", "LeakyReLU": "leaky_relu", "SELU": "selu", "Softmax": "softmax", "Exp": "exp"},
    **{
        "CELU": "celu",
        "Mish": "mish",
        "ReLU6": "relu6",
        "Softsign": "softsign",
        "sqrt": "sqrt",
        "log": "log",
        "abs": "abs",
    },
}
UNCHANGED = {*VIEWS, "clone", "float", "double", "to", "type_as"}
"""Layers and calls that change no value."""
NO_UNITS = {"softmax", "exp", "sqrt", "log", "abs"}
"""They follow the last layer only."""
JOINED = {
    "add": "residual",
    "add_": "residual",
    "mul": "gated",
    "mul_": "gated",
    "cat": "densenet",
    "concat": "densenet",
}
"""Calls that join branches of a network, by the architecture that they make it."""
RANDOM = frozenset(
    "randn_like rand_like randint_like normal normal_ bernoulli bernoulli_ uniform_ multinomial poisson gumbel_softmax rsample "
    "sample rrelu RReLU randn rand".split()
)
"""Calls whose numbers are drawn."""
FEATURES = {"log1p": "log1p", "softmax": "softmax", "LayerNorm": "layer_norm", "layer_norm": "layer_norm"}
"""What may be computed of the inputs before the first layer, and the word for it in `features` or `input`."""
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
    is_beside: bool = False  # whether covariates are shown beside the numbers
    architecture: str = ""
    batch_norm: str = ""
    feature: str = ""
    is_scaled: bool = False  # whether the inputs are multiplied by a number
    normalised: list[bool] = field(default_factory=list)
    steps: list[str] = field(default_factory=list)  # what follows the last layer, in order
    link: str | None = "output"  # the same as a formula
    bounds: tuple[Any, Any] | None = None
    parts: Any = None  # how the last layer's numbers are cut
    part: int | range | None = None

    @property
    def width(self) -> int | None:
        """How many numbers are put out, where that is plain."""
        return None if self.numbers is None else len(self.numbers)

    @property
    def numbers(self) -> range | None:
        """Which of the last layer's numbers are put out, where that is plain."""
        if self.architecture and self.width_before is None:
            return None
        if not self.widths or self.parts is None or self.part is None:
            return range(self.widths[-1]) if self.widths else None
        if isinstance(self.part, range):
            return self.part
        kind, how = self.parts
        if isinstance(how, int) and self.widths[-1] % how == 0:
            size = how if kind == "split" else self.widths[-1] // how
            how = [size] * (self.widths[-1] // size)
        if isinstance(how, int) or kind == "tensor_split":
            return None
        index = self.part % len(how)
        return range(sum(how[:index]), sum(how[: index + 1]))


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
    sides = [(_of_blocks(own), other) for own, other in ((encoder, decoder), (decoder, encoder))]
    recordings = [
        [recorded(part["map"], shown({}, other), named(part)) if is_live(part.get("map")) else None for part in parts]
        for parts, other in sides
    ]
    calls = [recording for side in recordings for recording in side if recording is not None]
    if overlap(span for recording in calls for span in spans(recording)):
        raise DesignError("encoder and decoder share weights, and a design's maps are free; give each its own", Place())
    read = [
        _tree(own, parts, other, recorded_ones)
        for own, (parts, other), recorded_ones in zip((encoder, decoder), sides, recordings, strict=True)
    ]
    return read[0], read[1]


def _of_blocks(part: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The part, or one part for each of its blocks where each has a map of its own."""
    key = "latent" if "latent" in part else "observed"
    blocks, maps, output = part.get(key), part.get("map"), part.get("output")
    if not isinstance(maps, list | tuple) or not any(is_live(each) for each in maps):
        return [part]
    if (
        not isinstance(blocks, list | tuple)
        or not isinstance(output, list | tuple)
        or not len(blocks) == len(maps) == len(output)
    ):
        raise DesignError(
            "a list of maps with a module in it has one for each block, and so has `output`; write one module that puts out "
            "everything, or blocks, maps and outputs in the same order",
            Place(),
        )
    return [{**part, key: b, "map": m, "output": o} for b, m, o in zip(blocks, maps, output, strict=True)]


def _tree(
    part: Mapping[str, Any],
    parts: list[Mapping[str, Any]],
    other: Mapping[str, Any],
    recordings: list[Recording | None],
) -> Tree:
    maps = [
        own.get("map") if recording is None else _map(recording, own, shown(own, other))
        for own, recording in zip(parts, recordings, strict=True)
    ]
    data = dict(part)
    if any(recording is not None for recording in recordings):
        data["map"] = maps[0] if parts == [part] else maps
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
    outputs, origins = free_outputs(part), Origins(recording, part)
    _shows_what_is_given(recording, origins)
    returned = [node for node in _returned(recording, outputs) if node is not None and not origins.is_parameter(node)]
    chains = [_chain(node, recording, origins) for node in returned]
    _are_apart(chains)
    if len(chains) not in (1, len(outputs)):
        raise DesignError(f"the module returns {len(chains)} things, and `output` names {len(outputs)}", Place())
    named = [[output] for output in outputs] if len(chains) == len(outputs) else [outputs]
    for chain, own in zip(chains, named, strict=True):
        _is_named(chain, part, own)
    maps = [_written(chain) for chain in chains]
    _fit(chains, given, put_out(part))
    trunks = {tuple(map(id, chain.layers[:-1])) for chain in chains}
    is_one = all(each == maps[0] for each in maps) and (len(trunks) == 1 or "hidden" not in maps[0])
    return maps[0] if is_one else maps


def _shows_what_is_given(recording: Recording, origins: Origins) -> None:
    """Require an input for each thing that the design gives the network."""
    inputs = {str(node.target) for node in recording.nodes if node.op == "placeholder" and node.users}
    for name in sorted(origins.given - inputs):
        raise DesignError(
            f"the design gives the network `{name}`, and the module has no input of that name that it uses; name one so, or "
            f"leave `given: {name}` out",
            Place(),
        )


def _returned(recording: Recording, outputs: list[Output]) -> list[Any]:
    """What the module returns, in the order of the outputs where it has their names."""
    returned = next(node for node in recording.nodes if node.op == "output").args[0]
    if isinstance(getattr(returned, "target", None), type) and is_dataclass(returned.target):
        returned = (
            dict(zip((each.name for each in fields(returned.target)), returned.args, strict=False)) | returned.kwargs
        )
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


def _chain(node: Any, recording: Recording, origins: Origins) -> _Chain:
    """The layers from the input to one output, in order."""
    calls: list[Any] = []
    while node is not origins.main:
        if node not in origins.own:
            raise _is_elsewhere(calls[-1] if calls else node, node, origins)
        inputs = origins.inputs(node)
        calls.append(node)
        if origins.is_by_its_length(node):
            inputs = [node.args[0]]
        if len(inputs) != 1:
            chain = _joined(calls.pop(), inputs, recording, origins)
            break
        node = inputs[0]
    else:
        chain = _Chain()
    for call in reversed(calls):
        _add(chain, call, recording, origins)
    return chain


def _is_elsewhere(call: Any, node: Any, origins: Origins) -> DesignError:
    if node.op == "placeholder" or any(root.op == "placeholder" for root in origins.roots(node)):
        main = getattr(origins.main, "name", "x")
        return unread(call, f"an output is computed from `{node.name}`, and not from `{main}`")
    return DesignError(
        f"an output of the module is a constant, `{node.name}`; leave it out of the module, and write it in "
        "`output`, such as {'variance': {'fixed': 1}}",
        Place(),
    )


def _joined(call: Any, inputs: list[Any], recording: Recording, origins: Origins) -> _Chain:
    """Branches that join make a network of a named architecture, where an affine layer follows."""
    name = recording.name(call)
    for each in inputs:
        if each not in origins.chains:
            origins.chains[each] = _chain(each, recording, origins)
    branches = [origins.chains[each] for each in inputs]
    alike = len({branch.feature for branch in branches}) == 1 and all(branch.parts is None for branch in branches)
    if name not in JOINED or not alike or len(branches) < 2 or origins.others(call):
        raise unread(call, f"`{call.name}` is computed from {len(inputs)} things")
    norms = {branch.batch_norm for branch in branches}
    batch_norm = "train" if "train" in norms else "eval" if "eval" in norms else ""
    feature = branches[0].feature
    return _Chain(architecture=JOINED[name], steps=["joined"], link=None, feature=feature, batch_norm=batch_norm)


def _add(chain: _Chain, call: Any, recording: Recording, origins: Origins) -> None:
    """One call more."""
    layer, name = recording.layer(call), recording.name(call)
    if name in DROPOUTS:
        return _is_off(call, layer, recording)
    if name in ("cat", "concat") and len(call.args[0]) == 1:
        return None
    if name in UNCHANGED and _is_unrounded(call):
        return None
    if name in RANDOM:
        raise unread(call, f"`{call.name}` is drawn at random, and a map puts out the same for the same numbers")
    found = next((word for start, word in ARCHITECTURES.items() if name.startswith(start)), "")
    is_step = name in ACTIVATIONS or name in ACTIVATIONS.values() or name in links.ARITHMETIC
    if chain.parts is not None and not is_step and (name != "getitem" or chain.part is not None):
        raise unread(call, f"`{name}` is computed from a part of the outputs")
    if origins.is_by_its_length(call) or (name == "normalize" and origins.is_length(call)):
        return _add_length(chain, call)
    if found:
        _add_architecture(chain, call, layer, found)
    elif origins.others(call):
        _add_beside(chain, call, recording, origins)
    elif name in PARTED and chain.widths:
        _cut(chain, call, name)
    elif name == "getitem" and chain.parts is not None and isinstance(call.args[1], int):
        chain.part = call.args[1]
    elif name == "getitem" and chain.parts is None and chain.architecture and not chain.widths:
        pass
    elif (
        name == "getitem" and chain.parts is None and chain.widths and (slice_ := _last_slice(call.args[1])) is not None
    ):
        chain.parts, chain.part = ("slice", slice_), range(*slice_.indices(chain.widths[-1]))
    elif name.startswith("BatchNorm"):
        _add_batch_norm(chain, call, layer)
    elif layer is not None and name == "Linear":
        _add_affine(chain, call, layer.in_features, layer.out_features, layer.bias is not None)
    elif not (chain.widths or chain.architecture):
        _add_feature(chain, call, name)
    elif name in ("LayerNorm", "layer_norm"):
        _add_layer_norm(chain, call, layer)
    elif name in links.ARITHMETIC:
        _add_arithmetic(chain, call, name, {})
    elif name in ("clamp", "clip", "Hardtanh"):
        _add_bounds(chain, call, layer)
    elif (word := ACTIVATIONS.get(name, name)) in ACTIVATIONS.values():
        _add_activation(chain, call, layer, word)
    else:
        raise unread(call, f"`{name}` is no affine layer, activation or architecture that is read here")
    return None


def _add_architecture(chain: _Chain, call: Any, layer: Any, found: str) -> None:
    """A layer of a named architecture; one with a bias may end branches that join, and pooling has no weights."""
    is_end = chain.architecture in JOINED.values() and getattr(layer, "bias", None) is not None
    chain.architecture = found if is_end else chain.architecture or found
    chain.width_before = None
    if layer is not None and any(True for _ in layer.parameters()):
        chain.steps, chain.link, chain.bounds = [], "output", None
    elif chain.link != "output" or chain.bounds is not None:
        chain.steps.append(str(call.target))
        chain.link = None
    chain.layers.append(call)


def _add_feature(chain: _Chain, call: Any, name: str) -> None:
    """What is computed of the inputs before the first layer; a multiple of them is as good as they are."""
    factors = [each for each in call.args if isinstance(each, int | float) and each and isfinite(each)]
    is_multiple = name in ("mul", "div", "truediv") and bool(factors) and not call.kwargs
    if is_multiple and call.args[0] in call.all_input_nodes:
        chain.is_scaled = True
        return
    word = FEATURES.get(ACTIVATIONS.get(name, name))
    if word is None or chain.feature or chain.batch_norm or chain.is_scaled:
        raise unread(call, f"`{name}` is no affine layer, activation or architecture that is read here")
    chain.feature = word


def _add_length(chain: _Chain, call: Any) -> None:
    """Numbers divided by their length: shown so, or put out so."""
    if not (chain.widths or chain.architecture or chain.feature):
        chain.feature = "sqrt"
    elif chain.steps or not chain.widths:
        raise unread(call, f"`{call.name}` divides by a length after a link")
    else:
        chain.steps, chain.link = ["normalize"], "normalize"


def _add_beside(chain: _Chain, call: Any, recording: Recording, origins: Origins) -> None:
    """A call of parameters: an affine layer, or a bias or factor that one has; or of covariates that the design gives."""
    name, others = recording.name(call), origins.others(call)
    parameters = [origins.parameter(each) for each in others if origins.is_parameter(each)]
    if len(parameters) == len(others):
        if name == "linear" and 1 <= len(parameters) <= 2:
            outputs, inputs = parameters[0].shape
            return _add_affine(chain, call, inputs, outputs, len(parameters) == 2)
        if name in ("matmul", "mm") and len(parameters) == 1 and parameters[0].dim() == 2 and call.args[1] is others[0]:
            inputs, outputs = parameters[0].shape
            return _add_affine(chain, call, inputs, outputs, False)
        if name == "add" and chain.widths and not chain.steps and parameters[0].numel() == chain.widths[-1]:
            chain.biases[-1] = True
            return None
        raise unread(call, f"`{name}` of a layer's numbers and of a parameter is not read here")
    is_link = name in ("mul", "truediv", "div") and bool(chain.widths or chain.architecture)
    if all(origins.is_parameter(root) for each in others for root in origins.roots(each)):
        raise unread(
            call, f"`{call.name}` is computed from a function of parameters, which is no affine layer with free weights"
        )
    if any(root.op == "get_attr" and not origins.is_parameter(root) for each in others for root in origins.roots(each)):
        raise unread(
            call, f"`{call.name}` is computed from a constant that the module holds or draws, which is not read here"
        )
    unknown = sorted(origins.shown(others) - (origins.covariates if is_link else origins.given))
    if unknown:
        key = "{'covariates': {'%s': {'computed_from': 'x'}}}" if is_link else "{'given': '%s'}"
        raise unread(
            call,
            f"the module is shown `{unknown[0]}`, which the design does not name: write {key % unknown[0]} beside it",
        )
    if is_link:
        words = {each: origins.words(each) for each in others}
        return _add_arithmetic(chain, call, name, words)
    is_bias = name in ("add", "sub") and bool(chain.widths) and not chain.steps
    if name not in ("cat", "concat") and not is_bias:
        raise unread(call, f"`{name}` of covariates and of a layer's numbers is not read here")
    if not all(origins.is_free(each, may_be_bare=not is_bias) for each in others):
        raise unread(
            call,
            "covariates join the numbers as they are, beside them, or through an affine layer or an embedding of their own; "
            "other functions of them have no free weights",
        )
    if is_bias and not chain.biases[-1]:
        raise unread(
            call, "covariates move a layer that has no bias, so it has one for some of their values; give it a bias"
        )
    chain.is_beside = not is_bias
    chain.width_before = chain.width_before if is_bias else None
    return None


def _add_arithmetic(chain: _Chain, call: Any, name: str, words: Mapping[Any, str | None]) -> None:
    """A sum, product or power of what a layer puts out with numbers and covariates."""
    values = [*call.args, *call.kwargs.values()]
    own = [v for v in values if v in call.all_input_nodes and v not in words]
    numbers = {v: links.number(v) for v in values if isinstance(v, int | float)}
    texts = [{**words, **numbers, own[0]: chain.link}.get(v) for v in values] if len(own) == 1 else [None]
    is_read = None not in texts
    chain.link = links.ARITHMETIC[name].format(*texts) if is_read and chain.bounds is None else None
    chain.steps.append(name)


def _add_bounds(chain: _Chain, call: Any, layer: Any) -> None:
    """Numbers clipped at two ends, or at one."""
    lower, upper = getattr(layer, "min_val", None), getattr(layer, "max_val", None)
    given = dict(zip(("input", "min", "max"), call.args, strict=False)) | call.kwargs
    chain.bounds = (given.get("min", lower), given.get("max", upper))
    chain.steps.append("clamp")


def _add_layer_norm(chain: _Chain, call: Any, layer: Any) -> None:
    """A layer normalisation of all the numbers of a layer, with an eps."""
    eps = getattr(layer, "eps", call.kwargs.get("eps", 1e-5 if len(call.args) < 5 else call.args[4]))
    given = call.kwargs.get("normalized_shape", call.args[1] if len(call.args) > 1 else ())
    shape = [*getattr(layer, "normalized_shape", given)]
    is_whole = not chain.widths or shape == [chain.widths[-1]]
    if not is_whole or not eps > 0 or "layer_norm" in chain.steps:
        raise unread(call, "the layer normalisation is not one of all the numbers of a layer, once and with an eps")
    chain.steps.append("layer_norm")
    chain.link = None


def _last_slice(index: Any) -> slice | None:
    """The slice of the numbers alone, as in h[:, :2] and h[..., 2:]."""
    if isinstance(index, tuple) and len(index) == 2 and index[0] in (slice(None), slice(None, None, None), Ellipsis):
        last = index[1]
        return last if isinstance(last, slice) and last.step in (None, 1) else None
    return None


def _is_unrounded(call: Any) -> bool:
    """Whether the numbers do not become whole ones."""
    return all(getattr(each, "is_floating_point", True) for each in (*call.args[1:], *call.kwargs.values()))


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
    if layer.affine and chain.width_before is not None and call.all_input_nodes[0] is chain.layers[-1]:
        chain.biases[-1] = True


def _add_affine(chain: _Chain, call: Any, inputs: int, outputs: int, has_bias: bool) -> None:
    """An affine layer, of all the numbers before it; of some of them it would have one weight for several places."""
    if chain.parts is not None:
        raise unread(call, "a layer is computed from a part of the outputs")
    if chain.is_beside and not has_bias:
        raise unread(
            call,
            "covariates beside the numbers of a layer without a bias are one for some of their values; give it one",
        )
    chain.is_beside = False
    if chain.width_before not in (None, inputs):
        raise unread(
            call,
            f"`{call.target}` takes {inputs} numbers and is given {chain.width_before}, so places share its weights",
        )
    if not chain.widths and not chain.architecture:
        chain.given = int(inputs)
    if chain.widths:
        units = [step for step in chain.steps if step != "layer_norm"]
        is_one = (
            len(units) <= 1 and not {*units} & NO_UNITS and {*units} <= {*ACTIVATIONS.values()} and chain.bounds is None
        )
        chain.between[-1] = "another" if not is_one else units[0] if units else "identity"
        chain.normalised[-1] = "layer_norm" in chain.steps
    chain.width_before = int(outputs)
    chain.widths.append(chain.width_before)
    chain.biases.append(has_bias)
    chain.layers.append(call)
    chain.between.append("identity")
    chain.normalised.append(False)
    chain.steps, chain.link, chain.bounds = [], "output", None


def _add_activation(chain: _Chain, call: Any, layer: Any, word: str) -> None:
    own = {key: getattr(layer, key) for key in CONSTANTS if hasattr(layer, key)} | dict(call.kwargs)
    if word == "softmax":
        along = getattr(layer, "dim", own.get("dim", call.args[1] if len(call.args) > 1 else None))
        is_own = along is None or along == -1 or along > 0
    else:
        is_own = len(call.args) == 1 and all(own.get(key, value) == value for key, value in CONSTANTS.items())
    if not is_own:
        raise unread(call, f"`{word}` has other constants than PyTorch's own")
    chain.steps.append(word)
    chain.link = links.applied(word, chain.link) if chain.bounds is None else None


def _are_apart(chains: list[_Chain]) -> None:
    """Require that no two outputs are the same numbers."""
    seen: list[tuple[Any, range | None]] = []
    for chain in chains:
        if not chain.layers:
            continue
        key = (chain.layers[-1], chain.numbers)
        if any(layer is key[0] and _have_in_common(numbers, key[1]) for layer, numbers in seen):
            raise unread(
                key[0], f"two outputs are the same numbers of `{key[0].target}`, and a design's outputs are free"
            )
        seen.append(key)


def _have_in_common(one: range | None, other: range | None) -> bool:
    """Whether two parts of a layer's numbers are not shown to be apart."""
    return one is None or other is None or max(one.start, other.start) < min(one.stop, other.stop)


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


def _is_named(chain: _Chain, part: Mapping[str, Any], outputs: list[Output]) -> None:
    """Require that the design names what the module computes of its inputs, and after its last layer."""
    key = "features" if "latent" in part else "input"
    if chain.feature and chain.feature not in str(part.get(key, "")):
        word = "x / sqrt(sum(x^2))" if chain.feature == "sqrt" else chain.feature
        raise DesignError(
            f"the module computes {word} itself, and `{key}` does not name it; write '{key}': '{word}'", Place()
        )
    for output in outputs if chain.bounds is not None else []:
        _has_bounds(chain, part, output)
    if chain.link is None and chain.steps != ["joined"]:
        last = next((step for step in reversed(chain.steps)), "a step")
        raise DesignError(f"the module ends in {last}; end it with its last affine layer", Place())
    covariates = [*_names(part.get("given")), *_names(part.get("covariates"))]
    for output in outputs if chain.link not in (None, "output") else []:
        assert chain.link is not None
        if not links.names(chain.link, output.value, covariates):
            word = links.shown(chain.link)
            raise DesignError(
                f"the module computes {word} itself, and `output` does not name it for {output.name}; write "
                f"'output': {{'{output.name}': '{word}'}}",
                Place(),
            )


def _has_bounds(chain: _Chain, part: Mapping[str, Any], output: Output) -> None:
    """Require that the design has the two ends at which the module clips an output."""
    assert chain.bounds is not None
    ends = [end if at is None else at for at, end in zip(chain.bounds, ("-infinity", "infinity"), strict=True)]
    of_output = output.value.get("bounds") if isinstance(output.value, Mapping) else None
    written = part.get("bounds", {}).get(output.name, of_output)
    if written is None or [str(end) for end in written] != [str(end) for end in ends]:
        raise DesignError(
            f"the module clips {output.name} itself, and `bounds` does not name it; write 'bounds': {{'{output.name}': {ends}}}",
            Place(),
        )


def _names(data: Any) -> list[str]:
    return [data] if isinstance(data, str) else [*(data or ())]


def _written(chain: _Chain) -> dict[str, Any]:
    """The chain as a file's `map`."""
    norm = {"batch_norm": chain.batch_norm} if chain.batch_norm else {}
    if chain.feature == "softmax" and chain.biases:
        chain.biases[0] = True  # shares add up to 1: a multiple of their sum is a bias
    ends_affine = bool(chain.widths) and chain.biases[-1]
    units = {*zip(chain.between[:-1], chain.normalised[:-1], strict=True)}
    is_mixed = ends_affine and (len(units) > 1 or ("another", False) in units or len({*chain.biases}) > 1)
    architecture = chain.architecture or ("network" if is_mixed and all(chain.biases) else "")
    if architecture in {*JOINED.values(), "network"} and not ends_affine:
        raise DesignError(
            "branches that join must be followed by an affine layer with a bias; end the module with one", Place()
        )
    if architecture:
        return {"kind": architecture, **norm}
    if len(units) > 1 or len({*chain.biases}) > 1 or not chain.widths:
        raise DesignError(
            f"a map has one activation ({', '.join(sorted(word for word, _ in units)) or 'none'}), biases everywhere or nowhere, "
            "and a last affine layer; write {'kind': 'unrestricted'} for a network that can compute every function",
            Place(),
        )
    if norm and not all(chain.biases):
        raise DesignError(
            "a batch norm shifts what is put out, and no layer has a bias; give the layers theirs", Place()
        )
    bias = {} if all(chain.biases) else {"bias": False}
    if not units:
        return {"kind": "affine", **bias, **norm}
    ((activation, is_normalised),) = units
    layer_norm = {"layer_norm": True} if is_normalised else {}
    return {"kind": "mlp", "hidden": chain.widths[:-1], "activation": activation, **layer_norm, **bias, **norm}
