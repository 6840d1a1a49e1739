"""Half-spaces in natural domains: the conditions that are affine, and half-spaces that hold the others."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache

import sympy as sp

from tightcheck.family import Family
from tightcheck.kernel.joint_curves import constants_of
from tightcheck.kernel.joint_expressions import value
from tightcheck.kernel.joint_numbers import ONE, ZERO, Number, Unreached, rational
from tightcheck.kernel.joint_signs import Path
from tightcheck.kernel.joint_weights import Weights


class Face:
    """A condition constant + <slopes, eta> < 0 (or <= 0) of a natural domain; slopes of one parameter are 1 or -1."""

    __slots__ = ("constant", "is_closed", "slopes")

    def __init__(self, constant: Number, slopes: tuple[Number, ...], is_closed: bool) -> None:
        self.constant, self.slopes, self.is_closed = constant, slopes, is_closed


def faces(family: Family) -> tuple[Face, ...]:
    """The conditions of the natural domain; raises Unreached where one is not affine."""
    found = _all_affine(family)
    if found is None:
        raise Unreached(f"the natural domain of {family.name}")
    return found


@cache
def _all_affine(family: Family) -> tuple[Face, ...] | None:
    """The conditions of the natural domain; None where one is not affine."""
    try:
        return tuple(stated_face(condition, family) for condition in family.natural_domain)
    except Unreached:
        return None


@cache
def outer_faces(family: Family) -> tuple[Face, ...]:
    """Half-spaces that hold the natural domain: its affine conditions, closed where only some of its parts say so."""
    found: list[Face] = []
    for condition in family.natural_domain:
        parts = condition.args if isinstance(condition, sp.Or) else (condition,)
        each = [_stated(part, family) for part in parts]
        for key, face in each[0].items():
            if all(key in other for other in each):
                is_closed = any(other[key].is_closed for other in each)
                found.append(Face(face.constant, face.slopes, is_closed))
    return (*found, *_implied(family, found))


def _implied(family: Family, found: Sequence[Face]) -> Iterator[Face]:
    """Half-spaces that follow from a product condition: b has a sign, and |a| + |b| > 2 mu |c|.

    From sum c_i exp(eta_i) < d, all positive, exp(eta_i) < d / c_i follows.
    """
    etas = family.natural_parameters
    for condition in family.natural_domain:
        if not isinstance(condition, (sp.StrictLessThan, sp.StrictGreaterThan)):
            continue
        excess = _excess(condition, family, found)
        if excess.is_polynomial(*etas):
            if (product := _product(sp.Poly(excess, *etas), found)) is not None:
                yield from _about(product, len(etas))
        else:
            signs = Path(positive=constants_of(family))
            shares = [-sp.diff(excess, eta) / sp.exp(eta) for eta in etas]
            rest = excess.subs(dict.fromkeys(etas, -sp.oo))
            if not rest.is_positive or any(share.has(*etas) or not share.is_nonnegative for share in shares):
                continue
            for i, share in enumerate(shares):
                if share.is_positive:
                    slopes = tuple(ONE if i == k else ZERO for k in range(len(etas)))
                    yield Face(value(sp.log(share) - sp.log(rest), {}, signs), slopes, False)


def _excess(condition: sp.Basic, family: Family, found: Sequence[Face]) -> sp.Expr:
    """What a condition says is positive, without its denominator."""
    top, bottom = sp.fraction(sp.together(condition.gts - condition.lts))
    return sp.expand(top * _sign_of(bottom, family, found))


@dataclass(frozen=True)
class Product:
    """The condition a b > mu^2 c^2, where `signs` times the natural parameters a and b are negative.

    It says that v^2 sign_a a + w^2 sign_b b + 2 mu v w c < 0 for all (v, w) != 0.
    """

    a: int
    b: int
    c: int
    signs: tuple[int, int]
    square_of_mu: sp.Rational


def product_condition(condition: sp.Basic, family: Family) -> Product | None:
    """The condition of a natural domain as a product condition, where it is one."""
    if not isinstance(condition, (sp.StrictLessThan, sp.StrictGreaterThan)):
        return None
    affine = [face for part in family.natural_domain for face in _stated(part, family).values()]
    excess = _excess(condition, family, affine)
    etas = family.natural_parameters
    return _product(sp.Poly(excess, *etas), affine) if excess.is_polynomial(*etas) else None


def _sign_of(bottom: sp.Expr, family: Family, found: Sequence[Face]) -> sp.Expr:
    """The sign of a denominator c eta_i, where a face says it; otherwise the denominator itself, which has its sign."""
    for i, eta in enumerate(family.natural_parameters):
        share = sp.cancel(bottom / eta)
        for face in found:
            if share.is_Rational and not face.constant.terms and _is_alone(face, i):
                return -sp.sign(share) * sp.sign(_rational_of(face.slopes[i]))
    return bottom


def _rational_of(number: Number) -> sp.Rational:
    known = number.rational
    assert known is not None
    return sp.Rational(known.numerator, known.denominator)


def _product(excess: sp.Poly, found: Sequence[Face]) -> Product | None:
    """k a b - m c^2 > 0 where a half-space says the sign of a or of b."""
    terms = excess.terms()
    mixed = [(powers, c) for powers, c in terms if sorted(powers)[-2:] == [1, 1] and sum(powers) == 2]
    squares = [(powers.index(2), c) for powers, c in terms if 2 in powers and sum(powers) == 2]
    if len(terms) != 2 or len(mixed) != 1 or len(squares) != 1 or not squares[0][1] < 0:
        return None
    ((powers, k),), ((c, m),) = mixed, squares
    a, b = (i for i, power in enumerate(powers) if power)
    known = {i: face for face in found for i in (a, b) if not face.constant.terms and _is_alone(face, i)}
    if not known or c in (a, b):
        return None
    first, face = next(iter(known.items()))
    way = int(sp.sign(_rational_of(face.slopes[first])))
    return Product(first, b if first == a else a, c, (way, way * int(sp.sign(k))), -m / abs(k))


def _about(product: Product, size: int) -> Iterator[Face]:
    """Half-spaces that hold the cone: that of b, and |a| + |b| > 2 mu |c| where mu is rational."""
    first, second = product.signs
    width = 2 * sp.sqrt(product.square_of_mu)
    for side in (0, width, -width) if width.is_Rational else (0,):
        slopes = {product.a: first if side else 0, product.b: second, product.c: side}
        yield Face(ZERO, tuple(exact(sp.Rational(slopes.get(i, 0))) for i in range(size)), False)


def _is_alone(face: Face, place: int) -> bool:
    return all(bool(slope.terms) == (i == place) for i, slope in enumerate(face.slopes))


def _stated(part: sp.Basic, family: Family) -> dict[tuple[Number, ...], Face]:
    """The affine conditions of a conjunction by their coefficients; an equation stands for both its half-spaces."""
    found = {}
    for condition in part.args if isinstance(part, sp.And) else (part,):
        sides: tuple[sp.Basic, ...] = (condition,)
        if isinstance(condition, sp.Eq):
            sides = (condition.lhs <= condition.rhs, condition.lhs >= condition.rhs)
        for side in sides:
            try:
                face = stated_face(side, family)
            except Unreached:
                continue
            found[(face.constant, *face.slopes)] = face
    return found


def has_faces(family: Family) -> bool:
    """Whether the natural domain is a polyhedron."""
    return bool(_all_affine(family))


def stated_face(condition: sp.Basic, family: Family) -> Face:
    """An affine condition of a natural domain; raises Unreached for another one."""
    if not isinstance(condition, (sp.StrictLessThan, sp.LessThan, sp.StrictGreaterThan, sp.GreaterThan)):
        raise Unreached(f"the natural domain of {family.name}")
    excess = condition.lts - condition.gts
    slopes = [sp.diff(excess, eta) for eta in family.natural_parameters]
    rest = excess.xreplace(dict.fromkeys(family.natural_parameters, sp.Integer(0)))
    if not all(s.is_Rational for s in (*slopes, rest)):
        raise Unreached(f"the natural domain of {family.name}")
    is_closed = isinstance(condition, (sp.LessThan, sp.GreaterThan))
    return Face(exact(rest), tuple(map(exact, slopes)), is_closed)


def along_face(face: Face, rows: Weights) -> list[Number]:
    """The face's condition on f(z) as a function constant + <alpha, psi(z)>; `rows` are those of the family."""
    return [
        sum((face.slopes[i] * row[k] for i, row in enumerate(rows)), face.constant if k == 0 else ZERO)
        for k in range(len(rows[0]))
    ]


def exact(c: sp.Expr) -> Number:
    """The rational number."""
    return rational(Fraction(int(c.p), int(c.q)))


__all__ = [
    "Face",
    "Product",
    "along_face",
    "exact",
    "faces",
    "has_faces",
    "outer_faces",
    "product_condition",
    "stated_face",
]
