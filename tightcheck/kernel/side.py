"""What a map is shown of the other side, and the constants that it holds."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import sympy as sp

from tightcheck.design import Map
from tightcheck.expression import CoordinateSum
from tightcheck.family import Family
from tightcheck.kernel.one_to_one import direction
from tightcheck.span import is_zero, separates

NEVER_ZERO = frozenset(("softplus", "sigmoid"))
"""Activations with a(0) > 0."""


NOT_ODD = frozenset("relu leaky_relu elu selu celu silu gelu mish".split())
"""Activations with a(0) = 0 and a(1) + a(-1) not 0 (below 0 for SELU)."""


def holds_constants(source: Map, family: Family, inputs: str) -> bool:
    """Whether a map holds every constant, shown draws of the family: by its biases; by hidden units that are not 0 where their
    weights are; by inputs that add up to a constant; by a(x) + a(-x), the same for x = 1 and x = -1."""
    if source.bias:
        return True
    if source.kind not in ("affine", "mlp") or source.batch_norm is not None:
        return False
    if source.kind == "mlp" and source.hidden and source.activation in NEVER_ZERO:
        return True
    plain = inputs in ("identity", "counts")
    if (plain or inputs == "one_hot") and sums_to_constant(family):
        return True
    two_signs = set(family.support.points) == {(sp.Integer(1),), (sp.Integer(-1),)} and family.support.is_finite
    return plain and two_signs and bool(source.hidden) and source.activation in NOT_ODD and source.hidden[0] >= 2


def sums_to_constant(family: Family) -> bool:
    """Whether the coordinates of every draw of a finite family add up to the same number, which is not 0."""
    points = family.support.points
    is_complete = family.support.is_finite and len(points) == family.support.cardinality
    totals = {sp.Add(*point) for point in points}
    return is_complete and len(family.variables) > 1 and len(totals) == 1 and totals != {sp.Integer(0)}


MOST_POINTS = 16
"""The largest support on which a formula's values are compared."""


INJECTIVE = frozenset(("identity", "counts", "standardize", "statistics", "log1p", "one_hot"))
"""Inputs that determine what they are computed from."""


@dataclass(frozen=True)
class Side:
    """What a map is fed: the other side's variables (of the active coordinates), their family, and how many points."""

    variables: tuple[sp.Symbol, ...]
    family: Family
    inputs: str
    input_expression: sp.Expr | None = None
    name: str = ""

    def input_functions(self) -> tuple[sp.Expr, ...] | None:
        """The functions that the first layer sees, as far as one coordinate goes; None where this is not known."""
        if self.inputs in ("identity", "counts", "standardize"):
            return self.variables
        if self.inputs == "statistics":
            return self.family.statistics
        if self.inputs == "log1p" and len(self.variables) == 1:
            return (sp.log(1 + self.variables[0]),)
        if self.inputs == "expression" and self.input_expression is not None and len(self.variables) == 1:
            symbols = self.input_expression.free_symbols
            is_own = {symbol.name for symbol in symbols} == {self.name} and not self.input_expression.has(CoordinateSum)
            return (self.input_expression.xreplace(dict.fromkeys(symbols, self.variables[0])),) if is_own else None
        return None

    @property
    def is_injective(self) -> bool:
        """Whether the inputs determine the coordinate."""
        if self.inputs == "expression":
            return self._tells_apart() or self._is_monotone()
        has_logarithm = all(bool(v.is_nonnegative) for v in self.variables)
        return self.inputs in INJECTIVE and (self.inputs != "log1p" or has_logarithm)

    def _tells_apart(self) -> bool:
        """Whether a formula shown of each coordinate certainly has another value at each point of a small finite support."""
        functions, support = self.input_functions(), self.family.support
        is_listed = (
            support.is_finite and len(support.points) == support.cardinality and len(support.points) <= MOST_POINTS
        )
        if functions is None or not is_listed:
            return False
        places = [dict(zip(self.variables, point, strict=True)) for point in support.points]
        return all(separates(function, [], [a, b]) for function in functions for a, b in combinations(places, 2))

    def _is_monotone(self) -> bool:
        """Whether a formula shown of each coordinate is strictly monotone in it."""
        functions = self.input_functions() or ()
        return any(direction(function, self.variables[0]) != 0 for function in functions)

    @property
    def shows_indicators(self) -> bool:
        """Whether the inputs span every function of one coordinate with 1: the indicators of a categorical draw."""
        family = self.family
        plain = self.inputs in ("identity", "counts") and set(family.statistics) <= set(self.variables)
        return family.spans_all_functions and (plain or self.inputs == "statistics")

    def shows_differences(self, function: sp.Expr) -> bool:
        """Whether the inputs are x up to a common shift, which the function of several coordinates does not see."""
        t = sp.Dummy("t", real=True)
        shifted = function.xreplace({v: v + t for v in self.variables})
        return self.inputs in ("softmax", "layer_norm") and len(self.variables) > 1 and is_zero(shifted - function)
