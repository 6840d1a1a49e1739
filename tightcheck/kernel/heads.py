"""Is a given natural-parameter function in a conditional's class? Links are inverted, then each map is asked.

Both sides use it: the decoder for f, a function of z, and the encoder for g* = F' nu + c, a function of x (C3).
"""

from __future__ import annotations

from collections.abc import Sequence

import sympy as sp

from tightcheck.design import OUTPUT, Conditional, Constant, Head, Map
from tightcheck.kernel.classes import IDENTITY_PAIRS, LAYER_NORMALISED, family_of, is_onto
from tightcheck.kernel.link_values import in_range, inverted, output_values, without_shift
from tightcheck.kernel.parametrised import agree, is_parametrised, opaque, parametrisation_of, raw_values
from tightcheck.kernel.rejected import require
from tightcheck.kernel.side import Side, holds_constants, sums_to_constant
from tightcheck.kernel.slices import is_entire
from tightcheck.once import once
from tightcheck.span import combination, is_zero, normal_form


def contains(conditional: Conditional, eta: Sequence[sp.Expr], side: Side, rank: int, used: int | None) -> None:
    """Require that the conditional's class holds the natural parameters eta, functions of the side's variables.

    `rank` is how many independent affine functions the map has to put out in all, `used` how many coordinates each of
    them may depend on (None: coordinates of several blocks).
    """
    require(is_parametrised(conditional, eta), "the natural parameters are not shown to be any of the parametrisation")
    family, shown = family_of(conditional.block), side.input_functions()
    moved = frozenset(n for n, e in zip(family.natural_parameters, eta, strict=True) if e.has(*side.variables))
    curved = [h for h in conditional.heads if moved and _puts_out(h) and not _is_affine(conditional, h, moved)]
    require(not curved or used == 1, lambda: f"what {curved[0].symbol} asks of the map is no sum over coordinates")
    one_function = side.family.support.cardinality == 2 or (shown is not None and len(shown) == 1)
    rank *= 1 if not curved or one_function else len(conditional.heads)
    values = raw_values(conditional, eta)
    require(agree(conditional, values), "components share a constant and need different ones")
    for head, stated in values.items():
        moving = bool(stated.free_symbols & set(side.variables))
        value = normal_form(opaque(stated, frozenset(side.variables))) if moving else stated
        value = value if moving or value.free_symbols else normal_form(value)
        if isinstance(head.source, Constant):
            agrees(head, head.source, value, moving)
        else:
            holds_function(conditional, head, value, side, rank, used)


@once
def _is_affine(conditional: Conditional, head: Head, moved: frozenset[sp.Symbol]) -> bool:
    """Whether what the head's map puts out is affine in the natural parameters that move: it is then a sum over coordinates
    where they are, and as many outputs are of no larger rank."""
    way = parametrisation_of(conditional)
    value = sp.sympify(dict(zip(way.symbols, way.inverse, strict=True))[head.symbol])
    output = inverted(*without_shift(OUTPUT if head.link is None else head.link, value)) if value.has(*moved) else value
    return output is not None and (
        _is_plainly_affine(output, moved) or not any(sp.diff(output, e).has(*moved) for e in moved)
    )


def _is_plainly_affine(output: sp.Expr, moved: frozenset[sp.Symbol]) -> bool:
    """Whether the output is a factor times a sum of multiples of the symbols, as it is written."""
    _, rest = output.as_independent(*moved, as_Add=False)
    parts = (term.as_independent(*moved, as_Add=False)[1] for term in sp.Add.make_args(rest))
    return all(part == 1 or part in moved for part in parts)


def _puts_out(head: Head) -> bool:
    """Whether the head is put out by a map that is not any function of its inputs."""
    return isinstance(head.source, Map) and head.source.kind != "unrestricted"


def agrees(head: Head, constant: Constant, value: sp.Expr, moving: bool) -> None:
    """Require that a constant of the design can be this value: it is learned, or the same number."""
    require(not moving, lambda: f"{head.symbol} is constant in the design and {value} in the model")
    same = constant.sharing != "fixed" if constant.value is None else is_zero(value - constant.value)
    require(same, lambda: f"{head.symbol} is {constant.value} in the design and {value} in the model")


def holds_function(
    conditional: Conditional, head: Head, value: sp.Expr, side: Side, rank: int, used: int | None
) -> None:
    """Require that the head's map and link can put out `value`, a function of the side's variables."""
    require(not value.has(sp.nan, sp.zoo, sp.oo), lambda: f"{head.symbol} would have no value")
    source = head.source
    assert isinstance(source, Map)
    moves = bool(value.free_symbols & set(side.variables))
    require(source.batch_norm != "train", "batch normalisation in training mode couples examples")
    _within_bounds(head, value, moves)
    if not moves and value.free_symbols:  # some constant: within reach where every value of the parameter is
        is_free = source.kind == "unrestricted" or holds_constants(source, side.family, side.inputs)
        constant = is_onto(head, conditional) and is_free and source.kind in ("affine", "mlp", "unrestricted")
        require(constant, f"{head.symbol} is not shown to reach every constant")
        return
    output = _output(conditional, head, value, side, used)
    if source.kind == "unrestricted":
        determined = side.is_injective or not moves or side.shows_differences(output)
        require(determined, "the inputs do not determine the coordinate")
        return
    require(source.kind in ("affine", "mlp"), "an explicit expression is compared elsewhere")
    if not moves:
        constant = is_zero(output) or holds_constants(source, side.family, side.inputs)
        require(constant, lambda: f"without a bias {head.symbol} is not shown to reach {value}")
        return
    _is_affine_in_inputs(head, source, output, side, used)
    wide = source.kind == "affine" or _holds_rank(source, side, rank, used)
    require(wide, "the network is not shown to hold the affine map")


def _within_bounds(head: Head, value: sp.Expr, moves: bool) -> None:
    """Require a constant between the bounds of an output that has some."""
    if head.bounds is None:
        return
    require(not moves, "a bounded output is not shown to reach a function that moves")
    low, high = head.bounds
    inside = bool(value.is_number and low <= value) and bool(value <= high)
    require(inside, lambda: f"{head.symbol} = {value} is out of its bounds")


def _output(conditional: Conditional, head: Head, value: sp.Expr, side: Side, used: int | None) -> sp.Expr:
    """What the map has to put out; some output that is a constant where only the link's range is known."""
    moves = bool(value.free_symbols & set(side.variables))
    adds_up = moves and used != 1 and head.link is not None and not sp.diff(head.link, OUTPUT).is_number
    require(not adds_up or is_onto(head, conditional), "several coordinates may leave the range of the link")
    output = output_values(conditional, head, value, side)
    if output is not None:
        return output
    require(not moves, lambda: f"the link of {head.symbol} is not inverted here")
    require(in_range(head, value), lambda: f"the link of {head.symbol} is not shown to reach {value}")
    return OUTPUT


def _is_affine_in_inputs(head: Head, source: Map, output: sp.Expr, side: Side, used: int | None) -> None:
    """Require an affine function of what the map is shown: of indicators, or of one input with two values, every function is."""
    require(source.bias or side.inputs != "standardize", "without a bias the shift of the inputs stays")
    functions = side.input_functions()
    splits = used == 1 or combination(output, side.variables, side.variables) is not None  # a sum over coordinates
    sums = side.inputs in ("identity", "counts", "one_hot") and sums_to_constant(side.family)
    shows_all = side.family.support.is_finite and (side.inputs == "one_hot" or side.shows_indicators)
    if shows_all and splits and (source.bias or sums):  # the constant is among the indicators
        return
    if _is_two_valued(side) and len(side.variables) == 1 and splits and source.bias:
        return
    require(functions is not None, "the inputs are not functions known here")
    assert functions is not None
    coefficients = combination(output, functions, side.variables)
    centred = coefficients is not None and is_zero(coefficients[0])
    has_constants = holds_constants(source, side.family, side.inputs)
    require(centred or has_constants, "without a bias the class is not shown to hold the function")
    affine = coefficients is not None
    require(affine, f"{head.symbol} would need an output that is not affine in the inputs")


def _is_two_valued(side: Side) -> bool:
    """Whether each input has two values."""
    return side.family.support.cardinality == 2 and side.is_injective


def _holds_rank(source: Map, side: Side, rank: int, used: int | None) -> bool:
    """Whether a network certainly holds every affine map of this rank of what it is shown."""
    functions = side.input_functions()
    if not source.bias and holds_constants(source, side.family, side.inputs):
        rank += 2  # units that carry the constants of the other heads, and of other coordinates
    bounded = source.bias and functions is not None and _is_bounded(side, functions)
    is_bits = source.bias and _is_two_valued(side) and side.inputs != "one_hot"
    return wide_enough(source, rank, max(used, rank) if is_bits and used is not None else None, bounded)


def wide_enough(source: Map, rank: int, two_valued_inputs: int | None, bounded: bool) -> bool:
    """Whether a network certainly holds every affine map of this rank.

    a(t) and a(-t) combine to t: width 2 r. On a bounded set ReLU and LeakyReLU are shifted into their linear part: width r.
    LeakyReLU twice is linear: an even number of layers of width r. On two-valued inputs any non-constant activation of one
    input takes two values: width n for n inputs; of inputs turned into ±1 and normalised in pairs t, -t: width 2 n.
    """
    if source.activation in LAYER_NORMALISED and two_valued_inputs is not None:
        two_valued_inputs = 2 * two_valued_inputs
    narrowest = min(source.hidden, default=10**9)
    if source.activation in IDENTITY_PAIRS and narrowest >= 2 * rank:
        return True
    if source.activation == "identity" or (source.activation in ("relu", "leaky_relu") and bounded):
        return narrowest >= rank
    if source.activation == "leaky_relu" and len(source.hidden) % 2 == 0 and narrowest >= rank:
        return True
    return not source.hidden or (two_valued_inputs is not None and narrowest >= two_valued_inputs)


def _is_bounded(side: Side, functions: Sequence[sp.Expr]) -> bool:
    """Whether the inputs run over a bounded set: continuous functions on a closed box, whose logarithm at 0 is none of them."""
    bounds = side.family.support.bounds
    ends = [end for pair in bounds or () for end in pair]
    is_box = bounds is not None and all(end.is_finite for end in ends)
    return side.family.support.is_finite or (is_box and all(_is_continuous(f, side.variables) for f in functions))


def _is_continuous(function: sp.Expr, variables: Sequence[sp.Symbol]) -> bool:
    """Whether a function is entire in every variable, or log(1 + v) for v >= 0."""
    (v,) = variables if len(variables) == 1 else (sp.Integer(-1),)
    return all(is_entire(function, u) for u in variables) or (function == sp.log(1 + v) and bool(v.is_nonnegative))
