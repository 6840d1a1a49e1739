"""Natural domains as intersections of half-spaces <n, eta> + constant < 0: single ones, and cones of them by an angle."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cache
from typing import TypeAlias

import sympy as sp

from tightcheck.family import Family
from tightcheck.kernel.joint_faces import Face, Product, product_condition, stated_face
from tightcheck.kernel.joint_numbers import ZERO, Number, rational
from tightcheck.kernel.joint_weights import Side

Angle: TypeAlias = tuple[int, int]
"""A direction (v, w) of the plane by whole numbers."""

Normal: TypeAlias = tuple[Number, ...]


@dataclass(frozen=True)
class HalfSpace:
    """One half-space."""

    normal: Normal
    constant: Number
    is_closed: bool


@dataclass(frozen=True)
class Cone:
    """The half-spaces <n(p, p), eta> < 0, p = (v, w), n(p, q) bilinear: a symmetric matrix is negative definite."""

    product: Product
    mu: Fraction
    size: int

    def normal(self, p: Angle, q: Angle) -> Normal:
        """n(p, q), symmetric in p and q."""
        n = [ZERO] * self.size
        first, second = self.product.signs
        n[self.product.a] = rational(first * p[0] * q[0])
        n[self.product.b] = rational(second * p[1] * q[1])
        n[self.product.c] = rational(self.mu * (p[0] * q[1] + p[1] * q[0]))
        return tuple(n)


Piece: TypeAlias = HalfSpace | Cone


@cache
def normals_of(family: Family) -> tuple[Piece, ...]:
    """Pieces whose intersection has the same inside as the natural domain. Raises Unreached where a condition is another."""
    return tuple(_piece(condition, family) for condition in family.natural_domain)


def _piece(condition: sp.Basic, family: Family) -> Piece:
    product = product_condition(condition, family)
    if product is not None:
        mu = sp.sqrt(product.square_of_mu)
        if mu.is_Rational:
            return Cone(product, Fraction(int(mu.p), int(mu.q)), len(family.natural_parameters))
    face: Face = stated_face(condition, family)
    return HalfSpace(face.slopes, face.constant, face.is_closed)


@dataclass(frozen=True)
class Arc:
    """The normals n(p, p) of a cone for p between two angles: n(a p + b q, ...) = a^2 n(p, p) + b^2 n(q, q) + 2 a b n(p, q).

    A single half-space has one corner. What is below 0 at the corners and at most 0 at `between`, and convex and homogeneous
    of degree 1, is below 0 on the arc.
    """

    piece: Piece
    ends: tuple[Angle, Angle] | None

    @property
    def corners(self) -> tuple[Normal, ...]:
        """Normals of the arc itself."""
        if isinstance(self.piece, HalfSpace):
            return (self.piece.normal,)
        assert self.ends is not None
        return tuple(self.piece.normal(p, p) for p in self.ends)

    @property
    def between(self) -> tuple[Normal, ...]:
        """What the corners span the arc with."""
        if isinstance(self.piece, HalfSpace):
            return ()
        assert self.ends is not None
        return (self.piece.normal(*self.ends),)

    def halves(self) -> Iterator[Arc]:
        """The arc cut at the sum of its ends."""
        assert self.ends is not None
        (p, q) = self.ends
        middle = p[0] + q[0], p[1] + q[1]
        yield Arc(self.piece, (p, middle))
        yield Arc(self.piece, (middle, q))


def arcs_of(side: Side) -> Iterator[Arc]:
    """All normals of the factors' domains: half a turn for a cone, as n(-p, -p) = n(p, p)."""
    size, first = sum(len(family.natural_parameters) for family in side), 0
    for family in side:
        yield from _arcs([_placed(piece, first, size) for piece in normals_of(family)])
        first += len(family.natural_parameters)


def _placed(piece: Piece, first: int, size: int) -> Piece:
    """A piece of the domain of one factor among all natural parameters of a side."""
    if isinstance(piece, HalfSpace):
        behind = size - first - len(piece.normal)
        return replace(piece, normal=(*(ZERO,) * first, *piece.normal, *(ZERO,) * behind))
    p = piece.product
    return replace(piece, product=replace(p, a=p.a + first, b=p.b + first, c=p.c + first), size=size)


def _arcs(pieces: Sequence[Piece]) -> Iterator[Arc]:
    for piece in pieces:
        if isinstance(piece, HalfSpace):
            yield Arc(piece, None)
        else:
            yield Arc(piece, ((1, 0), (0, 1)))
            yield Arc(piece, ((0, 1), (-1, 0)))


__all__ = ["Arc", "HalfSpace", "Normal", "arcs_of", "normals_of"]
