"""Numbers, network classes and features as Coq terms."""

from __future__ import annotations

import sympy as sp

from tightcheck.coq.unwritten import Unwritten, need
from tightcheck.design import Conditional, Map
from tightcheck.kernel.classes import function_class

ACTIVATIONS = {
    "relu": "relu",
    "leaky_relu": "leaky_relu",
    "softplus": "softplus",
    "silu": "silu",
    "swish": "silu",
    "sigmoid": "sigmoid",
    "tanh": "tanh",
    "identity": "identity",
}


def real(number: sp.Expr) -> str:
    """An exact number: rationals, and sums, products, powers, exp and log of them."""
    value = sp.sympify(number)
    if isinstance(value, sp.Rational):
        return f"({value.p} / {value.q})" if value.q != 1 else f"({value.p})"
    if isinstance(value, sp.exp | sp.log):
        name = "exp" if isinstance(value, sp.exp) else "ln"
        return f"({name} {real(value.args[0])})"
    if isinstance(value, sp.Add | sp.Mul):
        sign = " + " if isinstance(value, sp.Add) else " * "
        return f"({sign.join(map(real, value.args))})"
    if isinstance(value, sp.Pow) and value.exp.is_Integer:
        return f"({real(value.base)} ^ {value.exp})" if value.exp > 0 else f"(/ {real(value.base**-value.exp)})"
    raise Unwritten(f"the number {value} has no Coq term here")


def network(source: Map, inputs: str, outputs: str) -> str:
    """The class of maps from `inputs` numbers to `outputs` numbers that the design gives this conditional."""
    need(source.bias and source.batch_norm is None, "a map without biases, or with batch normalisation")
    if source.kind in ("affine", "unrestricted"):
        return f"({source.kind} {inputs} {outputs})"
    need(source.kind == "mlp", "a map that is a written expression")
    need(source.activation in ACTIVATIONS, f"the activation {source.activation}")
    widths = "; ".join(map(str, source.hidden))
    return f"(mlp {ACTIVATIONS[source.activation]} [{widths}]%nat {inputs} {outputs})"


def natural_map(conditional: Conditional, components: range) -> Map:
    """The one map behind natural parameters that are its outputs, up to a multiple and a constant."""
    classes = [function_class(conditional, k) for k in components]
    kinds = {found.kind for found in classes}
    need(kinds <= {"affine", "mlp", "unrestricted"}, "natural parameters that are no plain outputs of a network")
    sources = {found.source for found in classes}
    need(len(sources) == 1, "natural parameters of several maps")
    source = sources.pop()
    assert source is not None
    return source
