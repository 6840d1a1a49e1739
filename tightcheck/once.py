"""What is worked out from an object that never changes is worked out once and kept with it."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

Part = TypeVar("Part")
Arguments = ParamSpec("Arguments")
Found = TypeVar("Found")


def once(function: Callable[Concatenate[Part, Arguments], Found]) -> Callable[Concatenate[Part, Arguments], Found]:
    """The function, which asks its first argument once for each choice of the others (they are hashable)."""

    @wraps(function)
    def remembered(part: Part, /, *arguments: Arguments.args, **named: Arguments.kwargs) -> Found:
        known: dict[Any, Found] = vars(part).setdefault(f"_{function.__module__}.{function.__name__}", {})
        key = (arguments, *named.items())
        if key not in known:
            known[key] = function(part, *arguments, **named)
        return known[key]

    return remembered
