"""The joint with all of x integrated out, z a unit vector. Lemma `joint`, (h)."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from tightcheck.family import Family
from tightcheck.kernel.joint_elementary import power
from tightcheck.kernel.joint_exact import Exact
from tightcheck.kernel.joint_faces import Face, along_face, faces, has_faces
from tightcheck.kernel.joint_germs import monomial, plus
from tightcheck.kernel.joint_growth import log_partition_along
from tightcheck.kernel.joint_numbers import ZERO, Number, Signs, Unreached, inverse, rational
from tightcheck.kernel.joint_region import stays_inside_on_sphere
from tightcheck.kernel.joint_singularity import singularity
from tightcheck.kernel.joint_tails import is_integrable
from tightcheck.kernel.joint_touches import hidden, leaving
from tightcheck.kernel.joint_weights import Side, Weights, rows_of


def integrates_over_sphere(xs: Side, z: Family, weights: Weights, signs: Signs) -> bool:
    """z on a sphere of dimension d - 1: alpha_0 + <alpha, z> is largest at alpha / |alpha|; near there it falls like 1/t^2."""
    dimension = len(z.statistics)
    for x, rows in zip(xs, rows_of(xs, weights), strict=True):
        if not x.has_full_domain and not has_faces(x) and isinstance(signs, Exact):
            if not stays_inside_on_sphere(x, dimension, rows):
                return False
            continue
        touched: list[tuple[Face, list[Number], Number]] = []
        for face in faces(x):
            alpha = along_face(face, rows)
            square = sum((a * a for a in alpha[1:]), ZERO)
            if signs.sign(square) == 0:
                if signs.sign(alpha[0]) >= (1 if face.is_closed else 0):
                    return False
                continue
            if signs.sign(alpha[0]) >= 0:
                return False
            gap = signs.sign(alpha[0] * alpha[0] - square)
            if gap < 0:
                return False
            if gap == 0:
                touched.append((face, alpha, square))
        if touched and len(xs) > 1:
            raise Unreached("several x whose domain is touched on a sphere")
        if not all(_integrates_near(x, dimension, rows, each, len(touched) == 1, signs) for each in touched):
            return False
    return True


def _integrates_near(
    x: Family,
    dimension: int,
    rows: Weights,
    touch: tuple[Face, list[Number], Number],
    is_alone: bool,
    signs: Signs,
) -> bool:
    """Near the point of the sphere where a face is touched: by its own strength where no other face is."""
    face, alpha, square = touch
    strength = singularity(x, face) if is_alone else None
    if strength is not None:
        return signs.sign(rational(2) * strength - rational(dimension - 1)) < 0
    here = _where_largest(face, alpha, rows, square, signs)
    jacobian = monomial(0, 1, factor=rational(-dimension))
    return is_integrable(plus([jacobian, log_partition_along(x, leaving(x, here, signs), signs)], signs), signs)


def _where_largest(face: Face, alpha: Sequence[Number], rows: Weights, square: Number, signs: Signs) -> list[Number]:
    """f at the point alpha / |alpha| of the sphere, by letters where W is not known."""
    if not isinstance(signs, Exact):
        return hidden(face, rows, f"the point of the sphere nearest to {list(alpha[1:])!r}")
    length = power(square, Fraction(1, 2), signs)
    point = [a * inverse(length) for a in alpha[1:]]
    return [sum((w * p for w, p in zip(row[1:], point, strict=True)), row[0]) for row in rows]


__all__ = ["integrates_over_sphere"]
