"""The calls of a live module's forward pass, and what a record of them does not show.

torch.fx writes the calls down. It does not see hooks, a forward that was replaced, weights that are frozen or tied to
others, steps outside the gradient, or what a call changes in place; with any of them the class of maps is not that of
its layers with free weights, so each is a DesignError.
"""

from __future__ import annotations

import inspect
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any

from tightcheck.design import Place
from tightcheck.reading.errors import DesignError
from tightcheck.reading.watched import watched

VIEWS = {"Flatten", "Unflatten", "Identity", "flatten", "view", "reshape", "squeeze", "contiguous"}
"""Layers and calls that change no value."""


@dataclass(frozen=True)
class Recording:
    """The calls in order, the modules by the names in which they are called, and whether the whole is in training."""

    nodes: tuple[Any, ...]
    modules: dict[str, Any]
    is_training: bool
    parameters: Mapping[str, Any] = field(default_factory=dict)

    def layer(self, call: Any) -> Any:
        """The module that a call is of; None for a function or a method."""
        return self.modules[call.target] if call.op == "call_module" else None

    def name(self, call: Any) -> str:
        """What is called: a module's class, a function or a method."""
        layer = self.layer(call)
        return type(layer).__name__ if layer is not None else getattr(call.target, "__name__", str(call.target))


def recorded(live: Any, width: int | None = None, given: Collection[str] = ()) -> Recording:
    """The calls of a module, or of a method of one, whose first input has rows of `width` numbers, where that is known.

    Of its further inputs those that have a default have it, but for the ones that are `given`. Raises DesignError where the calls
    do not say what is computed.
    """
    import torch.fx

    module, name = getattr(live, "__self__", live), getattr(live, "__name__", "forward")
    if type(module).__module__.startswith("torch.nn") and not isinstance(module, torch.nn.Sequential):
        module = torch.nn.Sequential(module)

    class Tracer(torch.fx.Tracer):
        traced_func_name, record_stack_traces = name, True

        def create_node(self, *args: Any, **kwargs: Any) -> Any:
            node = super().create_node(*args, **kwargs)
            node.meta["is_trained"] = torch.is_grad_enabled()
            return node

    try:
        with torch.enable_grad():
            graph = Tracer().trace(module, _defaults(getattr(module, name), given))
    except Exception as error:
        run = watched(module, name, () if width is None else (width,), given)
        if run is None:
            raise _is_unrecorded(module, name, error) from None
        graph = run
    recording = Recording(
        tuple(graph.nodes), dict(module.named_modules()), module.training, dict(module.named_parameters())
    )
    if name == "forward":
        _has_no_hook(type(module).__name__, module)
    _check(recording)
    return recording


def _defaults(call: Any, given: Collection[str]) -> dict[str, Any]:
    """What a call's inputs are where they are not given."""
    parameters = inspect.signature(call).parameters.items()
    return {name: p.default for name, p in parameters if p.default is not p.empty and name not in given}


def _is_unrecorded(module: Any, name: str, error: Exception) -> DesignError:
    return DesignError(
        f"{type(module).__name__}.{name} cannot be recorded, its steps depend on values ({str(error)[:120]}); give "
        "the layers alone, as an nn.Sequential, or write the map in words, such as {'kind': 'mlp', 'hidden': [512]}",
        Place(),
    )


def unread(call: Any, what: str) -> DesignError:
    """The complaint about one call, with the line that makes it."""
    import torch

    lines = (line.split('"') for line in (call.stack_trace or "").splitlines() if line.strip().startswith("File"))
    library = (str(Path(torch.__file__).parent), str(Path(__file__).parent))
    files = [parts for parts in lines if not parts[1].startswith(library) and parts[1] != __file__]
    place = Place()
    if files:
        number = int(files[-1][2].split("line ")[1].split(",")[0])
        place = Place(files[-1][1], number, call.name)
    return DesignError(
        f"{what}; give the layers before it as the map and name the rest in `output` (such as {{'mean': 'library * "
        "softmax'}), in `features`, or write {'kind': 'unrestricted'} for a network that can compute every function",
        place,
    )


def is_size(node: Any) -> bool:
    """Whether this is a size of something, as in x.view(x.size(0), -1)."""
    name = getattr(node.target, "__name__", str(node.target))
    if name == "getitem":
        return is_size(node.args[0])
    return name == "size" or (name == "getattr" and node.args[1] == "shape")


def spans(recording: Recording) -> list[tuple[int, int]]:
    """Where the weights lie in memory, of all modules that are called, and parameters that are used."""
    of_modules = [span for _, each in _called(recording) for span in _spans(each.parameters())]
    return of_modules + [span for each in _used(recording).values() for span in _spans([each])]


def _used(recording: Recording) -> dict[str, Any]:
    """The parameters that calls are given."""
    named = [node.target for node in recording.nodes if node.op == "get_attr" and node.users]
    return {name: recording.parameters[name] for name in named if name in recording.parameters}


def _is_used_twice(recording: Recording) -> bool:
    """Whether two calls are given the same parameter."""
    uses: Counter[str] = Counter()
    for node in recording.nodes:
        if node.op == "get_attr" and node.target in recording.parameters:
            uses[node.target] += sum(not is_size(user) for user in node.users)
    return any(count > 1 for count in uses.values())


def overlap(spans: Iterable[tuple[int, int]]) -> bool:
    """Whether two of these stretches of memory have a number in common: weights that are one, or views of one."""
    ordered = sorted(spans)
    return any(after[0] < before[1] for before, after in pairwise(ordered))


def _called(recording: Recording) -> Iterator[tuple[Any, Any]]:
    """The calls of modules, with the modules."""
    return ((node, recording.layer(node)) for node in recording.nodes if node.op == "call_module")


def _spans(parameters: Iterable[Any]) -> list[tuple[int, int]]:
    """Where parameters lie; one that has no memory yet, at a place of its own."""
    found = []
    for parameter in parameters:
        length = 1 + sum((size - 1) * step for size, step in zip(parameter.shape, parameter.stride(), strict=True))
        start = parameter.data_ptr() or -id(parameter)
        found.append((start, start + (length * parameter.element_size() if start > 0 else 1)))
    return found


def _check(recording: Recording) -> None:
    for call, layer in _called(recording):
        _has_no_hook(str(call.target), layer)
        _is_free(str(call.target), layer)
    for name, parameter in _used(recording).items():
        if not parameter.requires_grad:
            raise _is_frozen(name)
    if overlap(spans(recording)) or _is_used_twice(recording):
        raise DesignError("two layers share one weight, and a design's maps are free; give each its own", Place())
    for call in recording.nodes:
        if call.op.startswith("call") and not call.meta["is_trained"]:
            raise unread(
                call, f"`{recording.name(call)}` is computed outside the gradient, so no weight before it is free"
            )
        if _is_in_place(recording, call):
            _changes_nothing_else(recording, call)


def _has_no_hook(name: str, layer: Any) -> None:
    if layer._forward_hooks or layer._forward_pre_hooks or "forward" in vars(layer):
        raise DesignError(
            f"{name} has a hook or a forward of its own, which changes what its layers compute and is not recorded; "
            "take it off (a norm or a mask of weights is one), or write the map in words",
            Place(),
        )


def _is_free(name: str, layer: Any) -> None:
    """Every weight is trained. A frozen one is a constant, and a design's maps have none."""
    frozen = [key for key, parameter in layer.named_parameters() if not parameter.requires_grad]
    frozen += ["weight"] if type(layer).__name__ == "Linear" and "weight" not in layer._parameters else []
    if frozen:
        raise _is_frozen(f"{name}.{frozen[0]}")


def _is_frozen(name: str) -> DesignError:
    return DesignError(
        f"{name} is frozen, and a design's maps are free; let it be trained, or give the layers after it "
        "as the map and what the frozen ones compute as `features`",
        Place(),
    )


def _is_in_place(recording: Recording, call: Any) -> bool:
    """Whether the call changes what it is given."""
    if not call.op.startswith("call"):
        return False
    name = recording.name(call)
    is_named = name in ("setitem", "__setitem__") or (name.endswith("_") and not name.startswith("__"))
    return bool(
        is_named
        or call.kwargs.get("inplace")
        or "out" in call.kwargs
        or getattr(recording.layer(call), "inplace", False)
    )


def _changes_nothing_else(recording: Recording, call: Any) -> None:
    """What is changed in place is used by this call alone, so that the order of the calls says everything."""
    name, changed = recording.name(call), call
    used = bool(call.users)
    while used and changed.all_input_nodes:
        changed = changed.all_input_nodes[0]
        used = sum(not is_size(user) for user in changed.users) == 1
        if recording.name(changed) not in VIEWS:
            break
    if not used:
        raise unread(
            call, f"`{name}` changes in place what is used elsewhere, so the record does not say what is computed"
        )
