"""What the calls of a live module are computed from: its input, covariates that the design names, parameters."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from tightcheck.reading.links import WORDS
from tightcheck.reading.recording import VIEWS, Recording, is_size


class Origins:
    """The input of a map and all calls that have to do with it; `given` are covariates that the network may be shown."""

    def __init__(self, recording: Recording, part: Mapping[str, Any]) -> None:
        self.recording = recording
        self.chains: dict[Any, Any] = {}  # what is read of branches that join
        self.given, self.covariates = given(part), named(part)
        inputs = [node for node in recording.nodes if node.op == "placeholder"]
        self.main = next((node for node in inputs if str(node.target) not in self.covariates), None)
        self.own = {self.main}
        for node in recording.nodes:
            if not is_size(node) and not self.own.isdisjoint(node.all_input_nodes):
                self.own.add(node)

    def inputs(self, node: Any) -> list[Any]:
        """What the call is given of the numbers computed from the input."""
        return [each for each in node.all_input_nodes if each in self.own]

    def others(self, node: Any) -> list[Any]:
        """What else the call is given, but sizes."""
        return [each for each in node.all_input_nodes if each not in self.own and not is_size(each)]

    def is_parameter(self, node: Any) -> bool:
        """Whether this is a parameter of the module."""
        return node.op == "get_attr" and node.target in self.recording.parameters

    def parameter(self, node: Any) -> Any:
        """The parameter that a node stands for."""
        return self.recording.parameters[node.target]

    def roots(self, node: Any) -> set[Any]:
        """The inputs and parameters that a node is computed from."""
        found, new = {node}, [node]
        while new:
            new = [n for each in new for n in each.all_input_nodes if n not in found]
            found.update(new)
        return {each for each in found if not each.all_input_nodes}

    def shown(self, nodes: Iterable[Any]) -> set[str]:
        """The names of the inputs that nodes are computed from."""
        roots = [root for node in nodes for root in self.roots(node)]
        return {str(root.target) if root.op == "placeholder" else root.name for root in roots if root.op != "get_attr"}

    def is_free(self, node: Any, may_be_bare: bool) -> bool:
        """Whether a node is a covariate or its indicators, or an affine layer or embedding of these."""
        layer = None
        while node.op != "placeholder":
            name = self.recording.name(node)
            if name in ("Linear", "Embedding") and layer is None:
                layer = node
            elif name not in (*VIEWS, "unsqueeze", "expand", "float", "long", "one_hot", "to"):
                return False
            node = next((each for each in node.all_input_nodes if not is_size(each)), None)
            if node is None:
                return False
        return may_be_bare or layer is not None

    def words(self, node: Any) -> str | None:
        """A covariate, or a function of one, as a formula."""
        if node.op == "placeholder":
            return str(node.target)
        name, inputs = self.recording.name(node), node.all_input_nodes
        word = name.lower() if name.lower() in WORDS - {"softmax"} else ""
        if len(inputs) != 1 or not (word or name in (*VIEWS, "unsqueeze", "expand", "float")):
            return None
        inner = self.words(inputs[0])
        return inner if inner is None or not word else f"{word}({inner})"

    def is_by_its_length(self, node: Any) -> bool:
        """Whether a call divides numbers by their length, to which a small number may be added."""
        if not node.op.startswith("call") or self.recording.name(node) not in ("div", "truediv") or len(node.args) < 2:
            return False
        of, length = node.args[:2]
        rooted = False
        while length in self.own and length is not of:
            name, inputs = self.recording.name(length), self.inputs(length)
            if "norm" in name:
                return inputs == [of] and self.is_length(length)
            if name == "sum" and rooted:
                return self._is_square(inputs[0], of)
            rooted = rooted or name == "sqrt"
            length = (
                inputs[0] if len(inputs) == 1 and name in ("add", "getitem", "unsqueeze", "clamp", "sqrt") else None
            )
        return False

    def _is_square(self, node: Any, of: Any) -> bool:
        """Whether a node is the squares of numbers."""
        return (self.recording.name(node) in ("pow", "square") and node.all_input_nodes == [of]) and (
            self.recording.name(node) == "square" or node.args[1:] == (2,)
        )

    def is_length(self, node: Any) -> bool:
        """Whether the norm of a call is the length, along the numbers and not along the batch."""
        orders = [each for each in (*node.args[1:2], node.kwargs.get("p"), node.kwargs.get("ord")) if each is not None]
        return all(order == 2 for order in orders) and node.kwargs.get("dim", -1) in (-1, 1)


def given(part: Mapping[str, Any]) -> set[str]:
    """What the networks of a part are given beside their input."""
    written = part.get("latent", part.get("observed"))
    blocks = [
        each for each in (written if isinstance(written, list | tuple) else [written]) if isinstance(each, Mapping)
    ]
    return _names(part.get("given")).union(*(_names(block.get("given")) for block in blocks))


def named(part: Mapping[str, Any]) -> set[str]:
    """What a part names beside blocks: what is given, and covariates of its links."""
    return given(part) | _names(part.get("covariates"))


def _names(data: Any) -> set[str]:
    """The names under `given` or `covariates`."""
    return {data} if isinstance(data, str) else {*(data or ())}
