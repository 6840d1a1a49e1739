"""Shapes of data, stated once as annotated classes: read here where the data fit, by pydantic where they do not.

Importing pydantic and building its models takes a quarter of the time that importing SymPy does, so it is asked only
what is wrong, and for the JSON Schema.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from decimal import Decimal
from types import UnionType
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

if TYPE_CHECKING:
    from pydantic import BaseModel

COMPARISONS: Mapping[str, Callable[[Any, Any], bool]] = {
    "gt": operator.gt,
    "ge": operator.ge,
    "le": operator.le,
    "min_length": operator.ge,
    "max_length": operator.le,
}


class Misfit(Exception):  # noqa: N818 (never leaves this package)
    """The data do not have the shape."""


class Limits:
    """Limits of a number (`gt`, `ge`, `le`) or of a length (`min_length`, `max_length`), in pydantic's words."""

    def __init__(self, description: str = "", **limits: int) -> None:
        self.description, self.limits = description, limits

    def admit(self, value: Any) -> bool:
        """Whether the number, or the length of the text or list, is within the limits."""
        size = value if isinstance(value, int | Decimal) else len(value)
        return all(COMPARISONS[name](size, limit) for name, limit in self.limits.items())

    def __get_pydantic_core_schema__(self, source: Any, handler: Any) -> Any:
        return {**handler(source), **self.limits}

    def __get_pydantic_json_schema__(self, schema: Any, handler: Any) -> Any:
        return {**handler(schema), **({"description": self.description} if self.description else {})}


class Shape:
    """A mapping with known keys, read as attributes; a key without a default must be there, nothing is coerced."""

    is_open = False  # whether further keys may be written

    def __init__(self, **values: Any) -> None:
        vars(self).update(values)

    def __init_subclass__(cls, is_open: bool = False) -> None:
        cls.is_open = is_open

    @property
    def further(self) -> dict[str, Any]:
        """What is written under keys that the shape does not name."""
        return {key: value for key, value in vars(self).items() if key not in keys(type(self))}

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: Any) -> Any:
        return handler.generate_schema(model(cls))


S = TypeVar("S", bound=Shape)


KEYS: dict[type, Mapping[str, Any]] = {}
MODELS: dict[type, type[BaseModel]] = {}


def keys(shape: type[Shape]) -> Mapping[str, Any]:
    """The keys of a shape with the types of their values."""
    if shape not in KEYS:
        KEYS[shape] = get_type_hints(shape, include_extras=True)
    return KEYS[shape]


def model(shape: type[Shape]) -> type[BaseModel]:
    """The shape as a pydantic model."""
    if shape not in MODELS:
        MODELS[shape] = _model(shape)
    return MODELS[shape]


def _model(shape: type[Shape]) -> type[BaseModel]:
    from pydantic import ConfigDict, create_model

    fields: dict[str, Any] = {key: (hint, getattr(shape, key, ...)) for key, hint in keys(shape).items()}
    config = ConfigDict(extra="allow" if shape.is_open else "forbid", strict=True)
    return create_model(shape.__name__, __config__=config, __doc__=shape.__doc__, **fields)


def read(shape: type[S], data: Any) -> S:
    """The data as an instance of the shape; raises Misfit."""
    if not isinstance(data, dict):
        raise Misfit
    known = keys(shape)
    if any(key not in data and not hasattr(shape, key) for key in known):
        raise Misfit
    if not shape.is_open and not data.keys() <= known.keys():
        raise Misfit
    return shape(**{key: _value(known.get(key, Any), value) for key, value in data.items()})


def _value(hint: Any, value: Any) -> Any:
    """The value as its type describes it; raises Misfit."""
    kind, arguments = get_origin(hint), get_args(hint)
    if kind in (Union, UnionType):
        return _first(arguments, value)
    if kind is Annotated:
        found = _value(arguments[0], value)
        if not all(limits.admit(found) for limits in arguments[1:]):
            raise Misfit
        return found
    if kind is list and type(value) is list:
        return [_value(arguments[0], item) for item in value]
    if kind is dict and type(value) is dict:
        return {_value(arguments[0], key): _value(arguments[1], item) for key, item in value.items()}
    if isinstance(hint, type) and kind is None and issubclass(hint, Shape):
        return read(hint, value)
    if hint is Any or type(value) is hint or (kind is Literal and value in arguments):
        return value
    raise Misfit


def _first(hints: tuple[Any, ...], value: Any) -> Any:
    """The value as the first of the types that it fits."""
    for hint in hints:
        try:
            return _value(hint, value)
        except Misfit:
            continue
    raise Misfit
