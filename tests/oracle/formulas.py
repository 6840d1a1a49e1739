"""Formulas of the tests' own designs in ball arithmetic, read with Python's grammar and never evaluated as code."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Mapping
from fractions import Fraction

from flint import arb

from .families import ball, sigmoid

OPERATIONS: Mapping[type[ast.operator], Callable[[arb, arb], arb]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}
FUNCTIONS: Mapping[str, Callable[[arb], arb]] = {
    "exp": lambda t: t.exp(),
    "log": lambda t: t.log(),
    "abs": lambda t: abs(t),
    "tanh": lambda t: t.tanh(),
    "softplus": lambda t: (1 + t.exp()).log(),
    "sigmoid": sigmoid,
}


def evaluate(text: str, names: Mapping[str, arb], vectors: Mapping[str, list[arb]]) -> arb:
    """The value of a formula; `z[1]` is a coordinate of a vector. Raises KeyError for what is not understood."""

    def value(node: ast.expr) -> arb:
        if isinstance(node, ast.Constant):
            return ball(Fraction(str(node.value)))
        if isinstance(node, ast.Name):
            return names[node.id]
        if isinstance(node, ast.UnaryOp):
            return -value(node.operand) if isinstance(node.op, ast.USub) else value(node.operand)
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Pow):
            assert isinstance(node.right, ast.Constant)
            assert isinstance(node.right.value, int)
            return value(node.left) ** node.right.value
        if isinstance(node, ast.BinOp):
            return OPERATIONS[type(node.op)](value(node.left), value(node.right))
        if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name):
            assert isinstance(node.slice, ast.Constant)
            return vectors[node.value.id][int(node.slice.value)]  # type: ignore[arg-type]
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            return FUNCTIONS[node.func.id](value(node.args[0]))
        raise KeyError(ast.dump(node))

    return value(ast.parse(text.replace("^", "**"), mode="eval").body)
