"""One run of a live module on two rows of numbers, written down as a torch.fx graph.

This is for modules whose steps depend on shapes, on the classes of their layers, or that return distributions, which torch.fx
does not record. A step that depends on the numbers themselves would be taken one way only, so it is refused.
"""

from __future__ import annotations

import inspect
import operator
import traceback
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import fields, is_dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import torch
    from torch import fx

READ_OFF = frozenset("__bool__ __int__ __float__ __index__ __len__ item tolist numpy is_nonzero equal allclose".split())
"""Calls that make Python's own values of a tensor's, on which steps may depend."""
NUMBERS_AT_ALL = frozenset(("isnan", "isinf", "isfinite", "__len__"))
"""Whether there are numbers, and how many rows: no step of a map depends on it."""


class DependsOnValues(Exception):  # noqa: N818 (never leaves this package)
    """A step of the module depends on the numbers that it is given."""


def watched(module: torch.nn.Module, name: str, sizes: tuple[int, ...], given: Collection[str]) -> fx.Graph | None:
    """The graph of one run of a method, with rows of one of these sizes, or of the first layer's; None where none works."""
    import torch

    layers = [layer for layer in module.modules() if isinstance(layer, torch.nn.Linear)]
    for size in dict.fromkeys((*sizes, *(layer.in_features for layer in layers[:1]))):
        for number in (torch.ones(2, 1), torch.zeros(2, 1, dtype=torch.long)):
            try:
                return _Watch(module).graph_of(getattr(module, name), size, number, given)
            except DependsOnValues:
                return None
            except Exception:  # whatever the module raises: the next size may be its own
                continue
    return None


class _Watch:
    """One run of a module: which node put out each tensor."""

    def __init__(self, module: torch.nn.Module) -> None:
        import torch.fx

        self.graph, self.module = torch.fx.Graph(), module
        self.names = {id(layer): name for name, layer in module.named_modules()}
        self.nodes: dict[int, Any] = {}
        self.kept: list[Any] = []  # a tensor that is gone would leave its number to another
        self.counted: set[int] = set()  # tensors that say whether there are numbers at all
        self.depth = 0
        for name, parameter in module.named_parameters():
            self._know(parameter, self.graph.get_attr(name))

    def graph_of(self, call: Any, size: int, number: Any, given: Collection[str]) -> fx.Graph:
        """The graph of a call with two rows of `size` numbers, and `number` for every further input that it asks for."""
        import torch

        inputs: dict[str, Any] = {}
        for name, parameter in inspect.signature(call).parameters.items():
            is_asked = parameter.default is parameter.empty or name in given
            if is_asked and parameter.kind is parameter.POSITIONAL_OR_KEYWORD:
                rows = torch.linspace(0, 1, 2 * size).reshape(2, size).to(next(self.module.parameters()))
                inputs[name] = number.clone() if inputs else rows
                self._know(inputs[name], self.graph.placeholder(name))
        with torch.enable_grad(), torch.random.fork_rng(), _kept(self.module), self._hooks(), _unvalidated():
            found = call(**inputs)
        named = isinstance(found, Mapping) and all(hasattr(value, "shape") for value in found.values())
        if named:
            self.graph.output({name: self.nodes[id(tensor)] for name, tensor in found.items()})
        else:
            self.graph.output([self.nodes[id(tensor)] for tensor in _tensors(found)])
        return self.graph

    def _know(self, tensor: Any, node: Any) -> None:
        self.nodes[id(tensor)] = node
        self.kept.append(tensor)

    @contextmanager
    def _hooks(self) -> Iterator[None]:
        from torch.nn.modules.module import register_module_forward_hook, register_module_forward_pre_hook
        from torch.overrides import TorchFunctionMode

        watch = self

        class Functions(TorchFunctionMode):
            """Every function and method outside of PyTorch's own layers."""

            def __torch_function__(self, call: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
                found = call(*args, **(kwargs or {}))
                if not watch.depth:
                    watch.called(call, args, kwargs or {}, found)
                return found

        hooks = register_module_forward_pre_hook(self._enter), register_module_forward_hook(self._leave)
        try:
            with Functions():
                yield
        finally:
            for hook in hooks:
                hook.remove()

    def _enter(self, layer: Any, args: Any) -> None:
        self.depth += _is_leaf(layer)

    def _leave(self, layer: Any, args: Any, found: Any) -> None:
        if _is_leaf(layer):
            self.depth -= 1
            if not self.depth:
                known = tuple(self.nodes.get(id(each)) for each in args)
                self._put_out(self.graph.call_module(self.names[id(layer)], known), found)

    def called(self, call: Any, args: Any, kwargs: Any, found: Any) -> None:
        """A function or method that was called."""
        import torch

        name, tensors = getattr(call, "__name__", ""), [each for each in args if isinstance(each, torch.Tensor)]
        is_counted = bool(tensors) and self.counted.issuperset(map(id, tensors))
        if name in NUMBERS_AT_ALL or (is_counted and isinstance(found, torch.Tensor)):
            self.counted.add(id(found))
            self.kept.append(found)
            return
        if name in READ_OFF and not is_counted:
            raise DependsOnValues(name)
        if not (self._is_known(args) or self._is_known(kwargs)):
            return
        mapped, named = self._mapped(args), self._mapped(kwargs)
        if call is torch.broadcast_tensors:
            for before, after in zip(args, found, strict=True):
                self._know(after, self.nodes.get(id(before)))
        else:
            self._put_out(self.graph.call_function(call, tuple(mapped), named), found)

    def _mapped(self, value: Any) -> Any:
        if isinstance(value, list | tuple):
            return [self._mapped(each) for each in value]
        if isinstance(value, dict):
            return {key: self._mapped(each) for key, each in value.items()}
        if _is_tensor(value) and id(value) not in self.nodes:
            self._know(value, self.graph.get_attr("a constant of its own"))
        return self.nodes.get(id(value), value if isinstance(value, int | float | bool | str | slice) else None)

    def _is_known(self, values: Any) -> bool:
        """Whether something that the call is given has to do with the inputs, or is a parameter."""
        if isinstance(values, dict):
            values = list(values.values())
        if isinstance(values, list | tuple):
            return any(map(self._is_known, values))
        return id(values) in self.nodes

    def _put_out(self, node: Any, found: Any) -> None:
        import torch

        node.stack_trace = "".join(traceback.format_list(traceback.extract_stack()[:-2]))
        node.meta["is_trained"] = torch.is_grad_enabled()
        if isinstance(found, torch.Tensor):
            self._know(found, node)
        elif isinstance(found, list | tuple):
            for i, each in enumerate(found):
                if isinstance(each, torch.Tensor):
                    part = self.graph.call_function(operator.getitem, (node, i))
                    part.meta["is_trained"] = torch.is_grad_enabled()
                    self._know(each, part)


def _is_leaf(layer: Any) -> bool:
    """Whether this is a layer of PyTorch, and no list of layers."""
    lists = ("Sequential", "ModuleList", "ModuleDict")
    return type(layer).__module__.startswith("torch.nn") and type(layer).__name__ not in lists


@contextmanager
def _unvalidated() -> Iterator[None]:
    """Distributions are made without a look at their parameters."""
    from torch.distributions import Distribution

    before = Distribution._validate_args
    Distribution.set_default_validate_args(False)
    try:
        yield
    finally:
        Distribution.set_default_validate_args(before)


@contextmanager
def _kept(module: torch.nn.Module) -> Iterator[None]:
    """What the module counts or averages, as batch normalisation does in training, is as it was."""
    import torch

    before = [(buffer, buffer.clone()) for buffer in module.buffers()]
    try:
        yield
    finally:
        with torch.no_grad():
            for buffer, values in before:
                buffer.copy_(values)


def _is_tensor(value: Any) -> bool:
    import torch

    return isinstance(value, torch.Tensor)


def _tensors(found: Any) -> list[Any]:
    """The tensors that a call put out, in order: of a distribution its parameters, and then nothing that was drawn from it."""
    import torch
    from torch.distributions import Distribution, Independent

    if isinstance(found, Independent):
        found = found.base_dist
    if isinstance(found, Distribution):
        return [value for name in found.arg_constraints if (value := vars(found).get(name)) is not None]
    if is_dataclass(found) and not isinstance(found, type):
        found = {each.name: getattr(found, each.name) for each in fields(found)}
    if isinstance(found, Mapping):
        found = list(found.values())
    if isinstance(found, list | tuple):
        laws = [each for each in found if isinstance(each, Distribution)]
        return [tensor for each in laws or found for tensor in _tensors(each)]
    return [found] if isinstance(found, torch.Tensor) else []
