"""Values of links: what an output must be for its link to take a value, and which values no output gives."""

from __future__ import annotations

from functools import cache

import sympy as sp

from tightcheck.design import OUTPUT, SOFTMAX, Conditional, Head
from tightcheck.expression import CoordinateSum
from tightcheck.kernel.classes import is_onto
from tightcheck.kernel.side import Side
from tightcheck.span import normal_form


def output_values(conditional: Conditional, head: Head, value: sp.Expr, side: Side) -> sp.Expr | None:
    """What the head's map must put out for the head to be `value`; None where the link is not one that is inverted here."""
    link, value = without_shift(OUTPUT if head.link is None else head.link, value)
    if link.free_symbols - {OUTPUT, SOFTMAX}:
        return None
    if not is_onto(head, conditional) and link != OUTPUT and not _reached_everywhere(link, value, side):
        return None
    if conditional.block.dimension is not None and link == SOFTMAX:
        return normal_form(sp.log(value))
    return inverted(link, value)


def inverted(link: sp.Expr, value: sp.Expr) -> sp.Expr | None:
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


def without_shift(link: sp.Expr, value: sp.Expr) -> tuple[sp.Expr, sp.Expr]:
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
    if link == SOFTMAX and value.is_number:
        return bool(value <= 0 or value > 1)
    if link.has(SOFTMAX) or link.free_symbols != {OUTPUT} or not value.is_number or not _is_steady(link):
        return False
    extremes = ends(link)
    slope_sign = sp.diff(link, OUTPUT).is_positive
    return bool(slope_sign) and bool(value <= extremes[0] or value >= extremes[1])
