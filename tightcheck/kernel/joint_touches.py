"""Where f touches the boundary of Omega at a point inside: it leaves it like 1/t^2. Lemma `joint`, (e)."""

from __future__ import annotations

from collections.abc import Sequence

from tightcheck.family import Family
from tightcheck.kernel.joint_curves import Curve
from tightcheck.kernel.joint_faces import Face, faces, has_faces
from tightcheck.kernel.joint_germs import Germ, constant, monomial, plus
from tightcheck.kernel.joint_growth import log_partition_along
from tightcheck.kernel.joint_numbers import ONE, Contradiction, Number, Signs, Unreached, dot, letter, rational
from tightcheck.kernel.joint_range import at
from tightcheck.kernel.joint_singularity import singularity
from tightcheck.kernel.joint_tails import is_integrable
from tightcheck.kernel.joint_weights import Side, Weights


def integrates_at(
    xs: Side,
    curve: Curve,
    blocks: Sequence[Weights],
    place: int,
    touched: Face,
    point: Number,
    signs: Signs,
    is_alone: bool,
) -> bool:
    """Near a point inside where faces are touched: those natural parameters leave the boundary like 1/t^2.

    f is in the closed domain on the whole interval, so no other face is crossed at the point.
    """
    strength = singularity(xs[place], touched)
    if strength is not None:
        is_weak = signs.sign(rational(2) * strength - ONE) < 0
        if not is_weak or is_alone:
            return is_weak
    parts = [monomial(0, 1, factor=rational(-2))]
    for k, (x, rows) in enumerate(zip(xs, blocks, strict=True)):
        if "max inside of" in repr(point):
            here = hidden(touched if k == place else None, rows, f"at its maximum, {point!r}")
            if k != place and has_faces(x):
                raise Unreached("two numbers x whose domains are touched inside")
        else:
            here = [at(curve, row, point, signs) for row in rows]
        parts.append(log_partition_along(x, leaving(x, here, signs), signs))
    return is_integrable(plus(parts, signs), signs)


def hidden(touched: Face | None, rows: Weights, where: str) -> list[Number]:
    """f at a point by letters; a natural parameter whose face is touched there is on it."""
    here = [letter(f"f at {where}: {list(row)!r}") for row in rows]
    moved = [i for i, slope in enumerate(touched.slopes) if slope.terms] if touched is not None else []
    if touched is not None and len(moved) == 1:
        here[moved[0]] = -touched.constant * touched.slopes[moved[0]]
    return here


def leaving(x: Family, here: Sequence[Number], signs: Signs) -> list[Germ]:
    """The natural parameters near a point where they have these values, 1/t^2 away from faces that they lie on."""
    etas = [constant(value) for value in here]
    if not has_faces(x):
        return etas
    for face in faces(x):
        distance = face.constant + dot(face.slopes, here)
        sign = signs.sign(distance)
        if sign > 0:
            raise Contradiction
        moved = [i for i, slope in enumerate(face.slopes) if slope.terms]
        if sign == 0:
            if len(moved) > 1:
                raise Unreached("a face that mixes natural parameters is touched inside")
            slope = face.slopes[moved[0]]
            etas[moved[0]] = plus([constant(-face.constant * slope), monomial(-2, factor=-slope)], signs)
    return etas


__all__ = ["hidden", "integrates_at", "leaving"]
