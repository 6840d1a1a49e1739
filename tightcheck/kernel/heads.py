"""Is a given natural-parameter function in a conditional's class? Links are inverted, then each map is asked.

Both sides use it: the decoder for f, a function of z, and the encoder for g* = F' nu + c, a function of x (C3).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import combinations

import sympy as sp

from tightcheck.design import OUTPUT, SOFTMAX, Conditional, Constant, Head, Map
from tightcheck.expression import CoordinateSum
from tightcheck.family import Family, Parametrisation
from tightcheck.kernel.classes import (
    IDENTITY_PAIRS,
    FunctionClass,
    family_of,
    foreign_symbols,
    function_class,
    is_onto,
    linked_value,
)
from tightcheck.kernel.rejected import require
from tightcheck.kernel.slices import is_entire
from tightcheck.once import once
from tightcheck.span import combination, is_zero, normal_form, separates


def is_one_to_one(conditional: Conditional) -> bool:
    """Whether a natural parameter has one way to be written: there are as many parameters, or a direction, of length 1, and a
    concentration. The logits of a class may all be shifted."""
    family = family_of(conditional.block)
    return len(conditional.heads) == len(family.natural_parameters) or family.support.chart is not None


def parametrisation_of(conditional: Conditional) -> Parametrisation:
    """The way of writing the family's parameters that the heads follow."""
    symbols = {head.symbol for head in conditional.heads}
    for way in family_of(conditional.block).parametrisations:
        if set(way.symbols) == symbols:
            same = tuple(way.natural) == tuple(conditional.natural)
            require(same, f"the natural parameters of {conditional.block.name} are not those of its parametrisation")
            return way
    require(False, f"the heads of {conditional.block.name} are no parametrisation of {conditional.block.family}")
    raise AssertionError


def raw_values(conditional: Conditional, eta: Sequence[sp.Expr]) -> dict[Head, sp.Expr]:
    """What each head must be for the natural parameters to be eta, as the parametrisation writes it."""
    way, family = parametrisation_of(conditional), family_of(conditional.block)
    known = dict(zip(family.natural_parameters, eta, strict=True))
    by_symbol = dict(zip(way.symbols, way.inverse, strict=True))
    return {h: sp.sympify(by_symbol[h.symbol]).xreplace(known) for h in conditional.heads}


def is_parametrised(conditional: Conditional, eta: Sequence[sp.Expr]) -> bool:
    """Whether the heads that eta stands for are certainly real, and positive where they must be."""
    way, family = parametrisation_of(conditional), family_of(conditional.block)
    known = dict(zip(family.natural_parameters, eta, strict=True))
    return all(bool(part.xreplace(known).is_positive) for part in partial(family, way))


def partial(family: Family, way: Parametrisation) -> list[sp.Expr]:
    """What has to be positive beyond the natural domain for a natural parameter to have parameters of this kind. Where the
    natural domain says it of what a positive one, a logarithm or a root is made of, every natural parameter has them; a
    truncated Gaussian that grows outwards has no variance."""
    limited = set().union(*(relation.free_symbols for relation in family.natural_domain))
    parts = [e for symbol, e in zip(way.symbols, way.inverse, strict=True) if symbol.is_positive]
    for e in map(sp.sympify, way.inverse):
        parts += [log.args[0] for log in e.atoms(sp.log)]
        parts += [power.base for power in e.atoms(sp.Pow) if not power.exp.is_integer and power.base != sp.E]
    return [part for part in map(sp.sympify, parts) if not (part.is_nonnegative or part.free_symbols & limited)]


def opaque(expression: sp.Expr, variables: frozenset[sp.Symbol]) -> sp.Expr:
    """The expression with every part that is free of the variables replaced by a symbol: the same function of them."""
    return _opaque(expression, variables, {})


def _opaque(expression: sp.Expr, variables: frozenset[sp.Symbol], names: dict[sp.Expr, sp.Symbol]) -> sp.Expr:
    if expression.is_Atom:
        return expression
    if not expression.free_symbols & variables:
        if expression.is_number:
            return expression
        sign = (
            {"positive": True}
            if expression.is_positive
            else {"negative": True}
            if expression.is_negative
            else {"real": True}
        )
        return names.setdefault(expression, sp.Dummy(**sign))
    if expression.is_Add or expression.is_Mul:
        still = [a for a in expression.args if not a.free_symbols & variables]
        moving = [_opaque(a, variables, names) for a in expression.args if a.free_symbols & variables]
        return expression.func(_opaque(expression.func(*still), variables, names), *moving)
    return expression.func(*(_opaque(a, variables, names) for a in expression.args))


def head_values(conditional: Conditional, eta: Sequence[sp.Expr]) -> dict[Head, sp.Expr]:
    """What each head must be for the natural parameters to be eta, in normal form."""
    return {head: normal_form(value) for head, value in raw_values(conditional, eta).items()}


def output_values(conditional: Conditional, head: Head, value: sp.Expr, side: Side) -> sp.Expr | None:
    """What the head's map must put out for the head to be `value`; None where the link is not one that is inverted here."""
    link, value = _without_shift(OUTPUT if head.link is None else head.link, value)
    if link.free_symbols - {OUTPUT, SOFTMAX}:
        return None
    if not is_onto(head, conditional) and link != OUTPUT and not _reached_everywhere(link, value, side):
        return None
    if conditional.block.dimension is not None and link == SOFTMAX:
        return normal_form(sp.log(value))
    return _inverted(link, value)


def _inverted(link: sp.Expr, value: sp.Expr) -> sp.Expr | None:
    """What a link is at to be `value`; None where it is not one that is inverted here."""
    inverses = {
        OUTPUT: lambda v: v,
        sp.exp(OUTPUT): sp.log,
        1 / (1 + sp.exp(-OUTPUT)): lambda v: sp.log(v) - sp.log(1 - v),
        sp.tanh(OUTPUT): lambda v: (sp.log(1 + v) - sp.log(1 - v)) / 2,
        sp.log(1 + sp.exp(OUTPUT)): lambda v: sp.log(sp.exp(v) - 1),
    }
    if link in inverses:
        return normal_form(inverses[link](value))
    slope = sp.diff(link, OUTPUT)
    if slope.is_number and slope != 0:
        return sp.expand((value - link.xreplace({OUTPUT: sp.Integer(0)})) / slope)
    return _peeled(link, value)


def _peeled(link: sp.Expr, value: sp.Expr) -> sp.Expr | None:
    """What a link that names its output once is at to be `value`: sums with numbers, multiples, exp, log and tanh taken off one
    after another, each of them one-to-one; None where there is another step."""
    while link != OUTPUT:
        moving = [part for part in link.args if part.has(OUTPUT)]
        rest = [part for part in link.args if not part.has(OUTPUT)]
        if len(moving) != 1 or not all(part.is_number for part in rest):
            return None
        if link.is_Add:
            value = value - sp.Add(*rest)
        elif link.is_Mul:
            value = value / sp.Mul(*rest)
        elif link.is_Pow and link.exp == -1:
            value = 1 / value
        elif isinstance(link, sp.exp):
            value = sp.log(value)
        elif isinstance(link, sp.log):
            value = sp.exp(value)
        elif isinstance(link, sp.tanh):
            value = (sp.log(1 + value) - sp.log(1 - value)) / 2
        else:
            return None
        link = moving[0]
    return normal_form(value)


@once
def _is_affine(conditional: Conditional, head: Head, moved: frozenset[sp.Symbol]) -> bool:
    """Whether what the head's map puts out is affine in the natural parameters that move: it is then a sum over coordinates
    where they are, and as many outputs are of no larger rank."""
    way = parametrisation_of(conditional)
    value = sp.sympify(dict(zip(way.symbols, way.inverse, strict=True))[head.symbol])
    output = (
        _inverted(*_without_shift(OUTPUT if head.link is None else head.link, value)) if value.has(*moved) else value
    )
    return output is not None and (
        _is_plainly_affine(output, moved) or not any(sp.diff(output, e).has(*moved) for e in moved)
    )


def _is_plainly_affine(output: sp.Expr, moved: frozenset[sp.Symbol]) -> bool:
    """Whether the output is a factor times a sum of multiples of the symbols, as it is written."""
    _, rest = output.as_independent(*moved, as_Add=False)
    parts = (term.as_independent(*moved, as_Add=False)[1] for term in sp.Add.make_args(rest))
    return all(part == 1 or part in moved for part in parts)


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


def _without_shift(link: sp.Expr, value: sp.Expr) -> tuple[sp.Expr, sp.Expr]:
    """The link and the value without a constant that the link adds: softplus(o) + 1 = v is softplus(o) = v - 1."""
    shift, moving = link.as_coeff_Add()
    return (moving, value - shift) if shift != 0 and moving != OUTPUT else (link, value)


def _reached_everywhere(link: sp.Expr, value: sp.Expr, side: Side) -> bool:
    """Whether the link certainly takes the value at every point of the side's support."""
    if not side.family.support.is_finite or len(side.family.support.points) != side.family.support.cardinality:
        return _certainly_reached(link, value)
    points = (
        [dict(zip(side.variables, point, strict=True)) for point in side.family.support.points]
        if side.variables
        else [{}]
    )
    return all(_certainly_reached(link, value.xreplace(point)) for point in points)


def _certainly_reached(link: sp.Expr, value: sp.Expr) -> bool:
    """Whether the value lies in the open range of an invertible link, wherever its variables are."""
    if link == 1 / (1 + sp.exp(-OUTPUT)):
        return bool(value.is_positive) and bool((1 - value).is_positive)
    if link == sp.tanh(OUTPUT):
        return bool((1 + value).is_positive) and bool((1 - value).is_positive)
    if link in (sp.exp(OUTPUT), sp.log(1 + sp.exp(OUTPUT))):
        return bool(value.is_positive)
    return bool(sp.diff(link, OUTPUT).is_number) or is_between_ends(link, value)


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
            return self._tells_apart()
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
    for head, stated in raw_values(conditional, eta).items():
        moving = bool(stated.free_symbols & set(side.variables))
        value = normal_form(opaque(stated, frozenset(side.variables))) if moving else stated
        value = value if moving or value.free_symbols else normal_form(value)
        if isinstance(head.source, Constant):
            agrees(head, head.source, value, moving)
        else:
            holds_function(conditional, head, value, side, rank, used)


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
    if head.bounds is not None:
        require(not moves, "a bounded output is not shown to reach a function that moves")
        low, high = head.bounds
        require(
            bool(value.is_number and low <= value) and bool(value <= high),
            lambda: f"{head.symbol} = {value} is out of its bounds",
        )
    if not moves and value.free_symbols:  # some constant: within reach where every value of the parameter is
        is_free = source.kind == "unrestricted" or holds_constants(source, side.family, side.inputs)
        constant = is_onto(head, conditional) and is_free and source.kind in ("affine", "mlp", "unrestricted")
        require(constant, f"{head.symbol} is not shown to reach every constant")
        return
    adds_up = moves and used != 1 and head.link is not None and not sp.diff(head.link, OUTPUT).is_number
    require(not adds_up or is_onto(head, conditional), "several coordinates may leave the range of the link")
    output = output_values(conditional, head, value, side)
    if output is None:
        require(not moves, lambda: f"the link of {head.symbol} is not inverted here")
        require(in_range(head, value), lambda: f"the link of {head.symbol} is not shown to reach {value}")
        output = OUTPUT
    if source.kind == "unrestricted":
        determined = side.is_injective or not moves or side.shows_differences(output)
        require(determined, "the inputs do not determine the coordinate")
        return
    require(source.kind in ("affine", "mlp"), "an explicit expression is compared elsewhere")
    if not moves:
        constant = is_zero(output) or holds_constants(source, side.family, side.inputs)
        require(constant, lambda: f"without a bias {head.symbol} is not shown to reach {value}")
        return
    require(source.bias or side.inputs != "standardize", "without a bias the shift of the inputs stays")
    functions = side.input_functions()
    is_two_valued = side.family.support.cardinality == 2 and side.is_injective
    splits = used == 1 or combination(output, side.variables, side.variables) is not None  # a sum over coordinates
    sums = side.inputs in ("identity", "counts", "one_hot") and sums_to_constant(side.family)
    shows_all = side.family.support.is_finite and (side.inputs == "one_hot" or side.shows_indicators)
    if shows_all and splits and (source.bias or sums):
        affine = True  # in the indicators, the constant among them: every function
    elif is_two_valued and len(side.variables) == 1 and splits and source.bias:
        affine = True  # in any injective feature of two points
    else:
        require(functions is not None, "the inputs are not functions known here")
        assert functions is not None
        coefficients = combination(output, functions, side.variables)
        affine = coefficients is not None
        centred = coefficients is not None and is_zero(coefficients[0])
        has_constants = holds_constants(source, side.family, side.inputs)
        require(centred or has_constants, "without a bias the class is not shown to hold the function")
    require(affine, lambda: f"{head.symbol} would need the output {output}, which is not affine in the inputs")
    if source.kind == "mlp":
        if not source.bias and holds_constants(source, side.family, side.inputs):
            rank += 2  # units that carry the constants of the other heads, and of other coordinates
        bounded = source.bias and functions is not None and _is_bounded(side, functions)
        is_bits = source.bias and is_two_valued and side.inputs != "one_hot" and used is not None
        two_valued_inputs = max(used, rank) if is_bits and used is not None else None
        require(
            wide_enough(source, rank, two_valued_inputs, bounded), "the network is not shown to hold the affine map"
        )


def wide_enough(source: Map, rank: int, two_valued_inputs: int | None, bounded: bool) -> bool:
    """Whether a network certainly holds every affine map of this rank.

    a(t) and a(-t) combine to t: width 2 r. On a bounded set ReLU and LeakyReLU are shifted into their linear part: width r.
    LeakyReLU twice is linear: an even number of layers of width r. On two-valued inputs any non-constant activation of one
    input takes two values: width n for n inputs.
    """
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


def in_range(head: Head, value: sp.Expr) -> bool:
    """Whether a monotone link certainly takes the constant value: it lies strictly between the link's ends."""
    return is_between_ends(OUTPUT if head.link is None else head.link, value)


def is_between_ends(link: sp.Expr, value: sp.Expr) -> bool:
    """Whether a link that is continuous on the whole line certainly takes the value, strictly between its limits."""
    if link.has(SOFTMAX) or link.free_symbols != {OUTPUT} or not value.is_number:
        return False
    if not _is_steady(link):
        return False
    low, high = sorted(ends(link), key=lambda v: sp.N(v))
    return bool(value.is_real) and bool(low < value) and bool(value < high)


@cache
def _is_steady(link: sp.Expr) -> bool:
    """Whether a link is continuous on the whole line, without poles, and has limits at its ends."""

    def is_continuous(part: sp.Expr) -> bool:
        if isinstance(part, sp.Pow) and part.base != sp.E:
            whole = bool(part.exp.is_Integer)
            return bool(part.base.is_positive) or (whole and bool(part.exp.is_positive or part.base.is_nonzero))
        if isinstance(part, sp.log):
            return bool(part.args[0].is_positive)
        return (
            part.is_Symbol
            or part.is_number
            or part.is_Add
            or part.is_Mul
            or isinstance(part, (sp.exp, sp.tanh, sp.Abs))
        )

    return all(map(is_continuous, sp.preorder_traversal(link))) and not any(
        isinstance(end, sp.AccumBounds) or end.has(sp.nan, sp.zoo) for end in ends(link)
    )


@cache
def ends(link: sp.Expr) -> tuple[sp.Expr, ...]:
    """The limits of a link in OUTPUT at minus and at plus infinity: its values there where every step of them has one."""
    is_plain = not link.has(CoordinateSum) and all(power.exp.is_number for power in link.atoms(sp.Pow))
    values = [link.xreplace({OUTPUT: end}) if is_plain else sp.nan for end in (-sp.oo, sp.oo)]
    return tuple(
        sp.limit(link, OUTPUT, end) if value.has(sp.nan, sp.zoo) or not value.is_extended_real else value
        for end, value in zip((-sp.oo, sp.oo), values, strict=True)
    )


def out_of_range(head: Head, value: sp.Expr) -> bool:
    """Whether the head certainly cannot be the constant `value`: outside its bounds or the range of its link."""
    if value.has(sp.nan, sp.zoo) or value.is_real is False:
        return False  # the prior itself is no density
    if head.bounds is not None and value.is_number and not (head.bounds[0] <= value <= head.bounds[1]):
        return True
    link = OUTPUT if head.link is None else head.link
    if link.has(SOFTMAX) or link.free_symbols != {OUTPUT} or not value.is_number or not _is_steady(link):
        return False
    extremes = ends(link)
    slope_sign = sp.diff(link, OUTPUT).is_positive
    return bool(slope_sign) and bool(value <= extremes[0] or value >= extremes[1])


def reduced_class(conditional: Conditional, k: int, dead: frozenset[int]) -> FunctionClass:
    """The class of natural parameter k once those in `dead` are known to be constant.

    With the variance of a Gaussian constant, its mean over the variance is in the class of the mean's map.
    """
    stated = function_class(conditional, k)
    if stated.kind != "linked" or not is_one_to_one(conditional):
        return stated
    family = family_of(conditional.block)
    eta = family.natural_parameters[k]
    way = parametrisation_of(conditional)
    others = {e for i, e in enumerate(family.natural_parameters) if i != k and i not in dead}
    by_symbol = dict(zip(way.symbols, way.inverse, strict=True))
    moved = [h for h in conditional.heads if sp.sympify(by_symbol[h.symbol]).has(eta)]
    if len(moved) == 1 and isinstance(moved[0].source, Constant):
        inverse = sp.sympify(by_symbol[moved[0].symbol])
        slope = sp.diff(inverse, eta)
        if not slope.has(eta) and slope.is_zero is False and not inverse.free_symbols & others:
            return FunctionClass("constant")
    if len(moved) != 1 or not isinstance(moved[0].source, Map) or moved[0].bounds is not None:
        return stated
    inverse = sp.sympify(by_symbol[moved[0].symbol])
    slope = sp.diff(inverse, eta)
    if slope.has(eta) or inverse.free_symbols & others:
        return stated
    if moved[0].link is None:
        return FunctionClass(moved[0].source.kind, moved[0].source)
    linked = linked_value(moved[0], conditional)
    return FunctionClass("linked", moved[0].source, formula=linked, foreign=foreign_symbols(conditional, linked))
