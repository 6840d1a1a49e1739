"""What a live module computes after its last layer, as a formula in `output`, and whether the design names it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

import sympy as sp

from tightcheck.expression import ExpressionError, parse

WORDS = frozenset(("sigmoid", "tanh", "softplus", "exp", "softmax", "sqrt", "log", "abs"))
"""Functions that a link may have."""
ARITHMETIC = {
    **dict.fromkeys(("add", "add_"), "({} + {})"),
    **dict.fromkeys(("mul", "mul_"), "({} * {})"),
    **dict.fromkeys(("div", "truediv"), "({} / {})"),
    **{"sub": "({} - {})", "pow": "({}) ^ {}", "neg": "(-{})", "pow_": "({}) ^ {}"},
}
"""Calls with numbers and covariates, as formulas of what they are given."""


def applied(word: str, link: str | None) -> str | None:
    """A function of a formula; a softmax is one of the outputs themselves only."""
    if link is None or word not in WORDS:
        return None
    if word == "softmax":
        return "softmax" if link == "output" else None
    return f"{word}({link})"


def number(value: float) -> str:
    """A number without an exponent."""
    text = format(Decimal(str(value)), "f")
    return f"({text})" if value < 0 else text


def shown(link: str) -> str:
    """The formula as a file has it: a function of the output alone is its word."""
    word = next((word for word in WORDS if link == f"{word}(output)"), "")
    inner = link[1:-1] if link.startswith("(") and link.endswith(")") and _is_one_pair(link) else link
    return word or inner


def _is_one_pair(link: str) -> bool:
    """Whether the first parenthesis is closed by the last one."""
    depths = [link[: i + 1].count("(") - link[: i + 1].count(")") for i in range(len(link) - 1)]
    return min(depths) > 0


def names(link: str, value: Any, covariates: Iterable[str]) -> bool:
    """Whether what is written about an output is this formula; of a function alone its word is enough."""
    written = value.get("link", "") if isinstance(value, Mapping) else value
    text = str(written if written is not None else "")
    if shown(link) in WORDS or link == "normalize":
        return shown(link) in text
    output = sp.Symbol("output", real=True)
    symbols = {name: sp.Symbol(name, real=True) for name in covariates}
    symbols |= {"output": output, "softmax": sp.Symbol("softmax", positive=True)}
    try:
        first, second = parse(link, symbols), parse(f"{text}(output)" if text in WORDS - {"softmax"} else text, symbols)
    except ExpressionError:
        return False
    return bool(first == second or sp.simplify(first - second) == 0)
