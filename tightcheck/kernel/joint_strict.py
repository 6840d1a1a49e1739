"""Strict joints of vectors: both conditional distributions stay inside their natural domains with room to spare.

Lemma `joint`, (s): W is a density if f(z) stays inside Omega at a distance, g(x) inside Omega', and the interaction has
n' F m < 0 for all normals n and m of the two domains, which simplicial domains do not need, (t). It is none if f(z) or g(x)
leaves the closure of its domain.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from functools import cache

import sympy as sp

from tightcheck.family import Family
from tightcheck.kernel.joint_exact import Exact
from tightcheck.kernel.joint_normals import Arc, HalfSpace, Normal, arcs_of, normals_of
from tightcheck.kernel.joint_numbers import ZERO, Number, Unreached, dot, rational
from tightcheck.kernel.joint_support import NUDGE, is_bounded, largest, largest_of
from tightcheck.kernel.joint_weights import Side, Weights, transposed

MOST_ARCS = 200
MOST_PAIRS = 1000


def is_strict_density(xs: Side, zs: Side, weights: Weights) -> bool:
    """Whether W, in rationals, gives a density. Raises Unreached on the boundary of the set, and for other families."""
    answers = [_stays_inside(xs, zs, weights[1:]), _stays_inside(zs, xs, transposed(weights)[1:])]
    if False in answers:
        return False
    if None in answers:
        raise Unreached("W is on the boundary of the set, or close to it")
    if all(map(is_simplicial, (*xs, *zs))):
        return True
    if not all(is_bounded(family) or is_simplicial(family) or is_tempered(family) for family in (*xs, *zs)):
        raise Unreached("log-partitions that are no sums of logarithms, log Gamma and fractions of degree 1")
    if not _is_negative(list(arcs_of(xs)), list(arcs_of(zs)), weights):
        raise Unreached("W is on the boundary of the set, or close to it")
    return True


def _stays_inside(xs: Side, zs: Side, rows: Weights) -> bool | None:
    """Whether sup_z <n, f(z)> + constant < 0 for all normals n of the domains of x; False where one is above 0, None for 0."""
    arcs, touches = list(arcs_of(xs)), False
    for _ in range(MOST_ARCS):
        if not arcs:
            return None if touches else True
        arc = arcs.pop()
        corners = [_excess(n, arc, zs, rows) for n in arc.corners]
        if any(sign > 0 for sign in corners):
            return False
        if any(sign == 0 for sign in corners):
            touches = True
        elif any(_excess(n, arc, zs, rows) > 0 for n in arc.between):
            arcs += arc.halves()
    return None


def _excess(normal: Normal, arc: Arc, zs: Side, rows: Weights) -> int:
    """The sign of sup_z <n, f(z)> + constant; 1 for infinity, and where f(z) is on an open boundary for all z."""
    mixed = [dot(normal, column) for column in zip(*rows, strict=True)]
    support = largest_of(zs, mixed[1:])
    constant = arc.piece.constant if isinstance(arc.piece, HalfSpace) else ZERO
    if support is None:
        return 1
    sign = Exact().sign(support + mixed[0] + constant)
    is_closed = isinstance(arc.piece, HalfSpace) and arc.piece.is_closed
    return 1 if sign == 0 and not is_closed and not any(entry.terms for entry in mixed[1:]) else sign


def _is_negative(left: Sequence[Arc], right: Sequence[Arc], weights: Weights) -> bool:
    """Whether n' F m < 0 for all normals n of the left arcs and m of the right ones."""
    pairs = [(p, q) for p in left for q in right]
    for _ in range(MOST_PAIRS):
        if not pairs:
            return True
        p, q = pairs.pop()
        if any(_product(n, m, weights) >= 0 for n in p.corners for m in q.corners):
            return False
        if all(_product(n, m, weights) <= 0 for n in (*p.corners, *p.between) for m in (*q.corners, *q.between)):
            continue
        pairs += [(a, b) for a in _cut(p) for b in _cut(q)]
    return False


def _cut(arc: Arc) -> list[Arc]:
    return [arc] if arc.ends is None else list(arc.halves())


def _product(n: Normal, m: Normal, weights: Weights) -> int:
    """The sign of n' F m."""
    entries = (a * w * b for a, row in zip(n, weights[1:], strict=True) for w, b in zip(row[1:], m, strict=True))
    return Exact().sign(sum(entries, ZERO))


@cache
def is_simplicial(family: Family) -> bool:
    """Whether the domain has k half-spaces for k parameters, and nu = nu_0 + sum_i u_i n_i, n_i their normals, u_i >= 0."""
    from flint import fmpq, fmpq_mat

    try:
        pieces = [piece for piece in normals_of(family) if isinstance(piece, HalfSpace)]
        normals = [[Fraction(n.rational) for n in piece.normal if n.rational is not None] for piece in pieces]
        size = len(family.natural_parameters)
        if len(normals_of(family)) != size or any(len(normal) != size for normal in normals) or len(normals) != size:
            return False
        matrix = fmpq_mat([[fmpq(n.numerator, n.denominator) for n in normal] for normal in normals])
        if matrix.rank() < size:
            return False
        dual = matrix.transpose().inv().tolist()  # u_i = <d_i, nu>
        downwards = [[rational(Fraction(-int(d.p), int(d.q))) for d in row] for row in dual]
        return all(largest(family, direction) is not None for direction in downwards)
    except Unreached:
        return False


@cache
def is_tempered(family: Family) -> bool:
    """Whether sup <gamma, psi> is finite for every gamma inside the recession cone of the natural domain.

    A(eta + t gamma) is c(gamma) t log t + O(t) for A a sum of fractions of degree at most 1, of log Gamma of affine functions
    and of affine functions times logarithms, and c is linear in gamma: it vanishes if it does so in directions that span.
    """
    try:
        pieces = normals_of(family)
        if not pieces or not all(
            _is_slow(term, family) for term in sp.Add.make_args(sp.expand_mul(family.log_partition))
        ):
            return False
        size = len(family.natural_parameters)
        middle = _inwards(family)
        steps = [[rational(NUDGE * int(i == k)) for i in range(size)] for k in range(size)]
        directions = [[a + b for a, b in zip(middle, step, strict=True)] for step in ([ZERO] * size, *steps)]
        return all(_is_generic(family, d) and largest(family, d) is not None for d in directions)
    except Unreached:
        return False


def _inwards(family: Family) -> list[Number]:
    """Minus the sum of normals that span the cone: a direction inside the recession cone."""
    corners = [n for arc in arcs_of((family,)) for n in arc.corners]
    return [-sum(column, ZERO) for column in zip(*corners, strict=True)]


def _is_slow(term: sp.Expr, family: Family) -> bool:
    etas = family.natural_parameters
    factors = [factor for factor in sp.Mul.make_args(term) if factor.has(*etas)]
    special = [factor for factor in factors if factor.has(sp.log, sp.loggamma)]
    rest = sp.Mul(*(factor for factor in factors if factor not in special))
    if not special:
        return _degree(rest, etas) is not None and (_degree(rest, etas) or 0) <= 1
    if len(special) != 1 or not isinstance(special[0], (sp.log, sp.loggamma)):
        return False
    inner = special[0].args[0]
    if isinstance(special[0], sp.loggamma):
        return not rest.has(*etas) and inner.is_polynomial(*etas) and sp.Poly(inner, *etas).total_degree() <= 1
    return _degree(inner, etas) is not None and rest.is_polynomial(*etas) and sp.Poly(rest, *etas).total_degree() <= 1


def _is_generic(family: Family, direction: Sequence[Number]) -> bool:
    """Whether no denominator of A, and nothing inside its logarithms, has a leading form that vanishes in this direction."""
    etas = family.natural_parameters
    place = {eta: sp.Rational(str(d.rational)) for eta, d in zip(etas, direction, strict=True)}
    inner = [log.args[0] for log in family.log_partition.atoms(sp.log, sp.loggamma)]
    bare = family.log_partition.replace(sp.log, lambda _: sp.Integer(0)).replace(sp.loggamma, lambda _: sp.Integer(0))
    parts = [part for fraction in inner for part in sp.fraction(sp.together(fraction))]
    parts += [sp.fraction(sp.together(term))[1] for term in sp.Add.make_args(bare)]
    return all(_leading_form(sp.Poly(part, *etas), place) != 0 for part in parts if part.has(*etas))


def _leading_form(polynomial: sp.Poly, place: Mapping[sp.Symbol, sp.Rational]) -> sp.Expr:
    """The terms of the highest degree, at a place."""
    degree = polynomial.total_degree()
    leading = [(powers, c) for powers, c in polynomial.terms() if sum(powers) == degree]
    return sp.Add(
        *(c * sp.Mul(*(place[e] ** p for e, p in zip(polynomial.gens, powers, strict=True))) for powers, c in leading)
    )


def _degree(fraction: sp.Expr, etas: Sequence[sp.Symbol]) -> int | None:
    """The degree of a rational function; None for other functions."""
    top, bottom = sp.fraction(sp.together(fraction))
    if not (top.is_polynomial(*etas) and bottom.is_polynomial(*etas)):
        return None
    return int(sp.Poly(top, *etas).total_degree() - sp.Poly(bottom, *etas).total_degree())


__all__ = ["is_simplicial", "is_strict_density", "is_tempered"]
