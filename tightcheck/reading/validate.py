"""The models' complaints in sentences with places."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from difflib import get_close_matches
from typing import Any, NoReturn, TypeVar

from tightcheck.design import Place
from tightcheck.reading import models
from tightcheck.reading.errors import DesignError, nearest
from tightcheck.reading.nodes import Path_, Tree
from tightcheck.reading.shape import Misfit, Shape, keys, model, read

S = TypeVar("S", bound=Shape)
KINDS = {
    "string_type": "a word",
    "int_type": "a whole number",
    "bool_type": "true or false",
    "list_type": "a list",
    "dict_type": "a mapping",
    "model_type": "a mapping",
    "is_instance_of": "a number",
}
PARTS: Mapping[type[Shape], str] = {models.Encoder: "encoder", models.Decoder: "decoder"}
SPOKEN = {**dict.fromkeys(("on", "yes", "true", "1"), "true"), **dict.fromkeys(("off", "no", "false", "0"), "false")}
LONGEST_NUMBER = 18  # digits
BLOCK = "{family: gaussian, dim: 20}"
EXAMPLES = {
    "latent": BLOCK,
    "observed": BLOCK,
    "family": "a name that `tightcheck families` lists",
    "map": "`affine`, or {kind: mlp, hidden: [512]}",
    "bounds": "[lower, upper]",
    "output": "`logits`, or [mean, log_variance], or for several blocks a list with an entry for each",
}
"""What is written under a key whose shape is not seen from what was written there."""


@dataclass(frozen=True)
class At:
    """A part of a file: where the sentences about it point."""

    tree: Tree
    path: Path_ = ()

    def __truediv__(self, key: str | int) -> At:
        return At(self.tree, (*self.path, key))

    @property
    def place(self) -> Place:
        """The part's place, or that of the smallest part around it."""
        return self.tree.place(self.path)

    def error(self, message: str) -> DesignError:
        """The complaint `message` about this part."""
        return DesignError(message, self.place)


def validated(shape: type[S], at: At, data: Any) -> S:
    """`data` as the shape. Raises DesignError about the first part that does not fit."""
    try:
        return read(shape, data)
    except Misfit:
        _complain(shape, at, data, _errors(shape, data))


def _errors(shape: type[Shape], data: Any) -> list[Any]:
    """What pydantic says is wrong."""
    from pydantic import ValidationError

    try:
        model(shape).model_validate(data)
    except ValidationError as error:
        return list(error.errors(include_url=False))
    raise AssertionError(f"pydantic takes what is no {shape.__name__}")


def _complain(shape: type[Shape], at: At, data: Any, errors: list[Any]) -> NoReturn:
    """Of the alternatives that were tried, those that went deepest into the data say what is wrong."""
    located = [(_real_path(error["loc"], data), error) for error in errors]
    deepest = max(len(path) + (error["type"] == "extra_forbidden") for path, error in located)
    found = [(p, error) for p, error in located if len(p) + (error["type"] == "extra_forbidden") == deepest]
    path, error = min(found, key=lambda pair: pair[1]["type"] in KINDS)  # another shape: another alternative
    same = [e for p, e in found if p == path and (error["type"] in KINDS) == (e["type"] in KINDS)]
    here = At(at.tree, (*at.path, *path))
    raise here.error(_sentence(shape, path, error, same))


def _real_path(location: tuple[str | int, ...], data: Any) -> Path_:
    """The part of a location that indexes the data; the rest names alternatives of a union."""
    path: Path_ = ()
    for step in location:
        if (isinstance(data, dict) and step in data) or (isinstance(data, list) and isinstance(step, int)):
            path, data = (*path, step), data[step]  # type: ignore[index]
    return path


def _sentence(shape: type[Shape], path: Path_, error: Any, same: list[Any]) -> str:
    kind, context = error["type"], error.get("ctx", {})
    owners = (vars(models).get(str(step)) for step in reversed(error["loc"]))
    owner = next((o for o in owners if isinstance(o, type) and issubclass(o, Shape)), shape)
    if kind == "extra_forbidden":
        key = str(path[-1])
        return f"the key {key[:60]!r} is not known here; {_home(key, owner) or nearest(key, keys(owner))}"
    if kind == "missing":
        return f"the key {error['loc'][-1]!r} is missing here; write `{error['loc'][-1]}: ...`"
    name = f"`{path[-1]}`" if path and isinstance(path[-1], str) else "this part"
    expected = " or ".join(dict.fromkeys(_expected(e, context) for e in same))
    instead = _instead(expected, path, error["input"])
    return f"{name} must be {expected}, but {_shown(error['input'])} was found; write {instead}"


def _home(key: str, owner: type[Shape]) -> str:
    """Where a key that is misplaced belongs; empty for a key that is known nowhere."""
    if owner in (models.Encoder, models.Decoder) and key in keys(models.Block):
        return f"it belongs to a block: indent it under `{'latent' if owner is models.Encoder else 'observed'}:`"
    homes = [name for part, name in PARTS.items() if key in keys(part) and part is not owner]
    if owner is models.Map and not get_close_matches(key, keys(owner), 1, 0.7):
        return "what the map puts out is named under `output`, and a formula stands under `expression`"
    if owner is models.Both and homes:
        return f"it belongs under {' or '.join(f'`{name}:`' for name in homes)}"
    return f"it belongs to the {homes[0]}" if homes and owner in PARTS else ""


def _instead(expected: str, path: Path_, value: Any) -> str:
    """What to write where it can be seen from what was written; else what was expected."""
    text = str(value).strip()
    if expected == "a whole number" and not isinstance(value, bool) and (number := _whole(text)) is not None:
        return str(number)
    if expected == "true or false" and text.lower() in SPOKEN:
        return SPOKEN[text.lower()]
    if expected == "a list" and isinstance(value, (int, str, Decimal)):
        return f"[{text}]"
    own, parent, *_ = *(step for step in reversed(path) if isinstance(step, str)), "", ""
    if own in ("latent", "observed") and isinstance(value, str):
        return f"{{family: {text}, dim: 20}}"
    return EXAMPLES.get(own if own in EXAMPLES or parent not in ("bounds", "output") else parent, expected)


def _whole(text: str) -> int | None:
    """The whole number that a text, 20.0 or 1e3 stands for."""
    try:
        number = Decimal(text.replace("_", "").replace(",", ""))
        return int(number) if number == int(number) and abs(number.adjusted()) < LONGEST_NUMBER else None
    except ArithmeticError:
        return None


def _expected(error: Any, context: dict[str, Any]) -> str:
    kind = error["type"]
    if kind == "literal_error":
        return str(error["ctx"]["expected"]).replace("'", "")
    if kind in ("greater_than", "greater_than_equal", "less_than_equal"):
        limit = next(iter(error["ctx"].values()))
        word = {"greater_than": "greater than", "greater_than_equal": "at least", "less_than_equal": "at most"}[kind]
        return f"a number {word} {limit}"
    if kind in ("too_short", "too_long"):
        return "a list of two"
    return KINDS.get(kind, "something of another shape")


def _shown(value: Any) -> str:
    if isinstance(value, (dict, list)):
        return "a mapping" if isinstance(value, dict) else f"a list of {len(value)}"
    if value is None:
        return "nothing"
    text = str(value).lower() if isinstance(value, bool) else str(value)
    shown = text if len(text) <= 40 else f"{text[:37]}..."
    return f"the text {shown!r}" if isinstance(value, str) and _whole(text) is not None else shown
