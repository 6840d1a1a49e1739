"""The joint with all of x integrated out, z a number on an interval or a lattice. Lemma `joint`, (e) to (g)."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from tightcheck.family import Family
from tightcheck.kernel.joint_curves import End, curve_of
from tightcheck.kernel.joint_exact import Exact
from tightcheck.kernel.joint_faces import Face, along_face, faces, has_faces
from tightcheck.kernel.joint_germs import Germ, Huge, plus
from tightcheck.kernel.joint_growth import log_partition_along
from tightcheck.kernel.joint_margins import is_natural
from tightcheck.kernel.joint_numbers import ZERO, Number, Signs, Unreached
from tightcheck.kernel.joint_range import Touch, along, negative
from tightcheck.kernel.joint_region import stays_inside
from tightcheck.kernel.joint_tails import is_integrable
from tightcheck.kernel.joint_touches import integrates_at
from tightcheck.kernel.joint_weights import Side, Weights, rows_of


def integrates(xs: Side, z: Family, weights: Weights, signs: Signs, side: str = "") -> bool:
    """The joint with all of x integrated out, z a number; `side` names x in what the oracle remembers."""
    curve = curve_of(z)
    if curve is None:
        raise Unreached(f"{z.name} is not a number on an interval or a lattice")
    blocks = rows_of(xs, weights)
    touches: list[tuple[int, Face, Touch]] = []
    for place, (x, rows) in enumerate(zip(xs, blocks, strict=True)):
        if not x.has_full_domain and not has_faces(x):
            if _is_fixed(x, rows, signs):
                if not _is_natural(x, rows, signs):
                    return False
                continue
            if isinstance(signs, Exact):
                if not stays_inside(x, curve, rows):
                    return False
                continue
        for face in faces(x):
            key, alpha = (side, place, face), along_face(face, rows)
            is_negative, touch = signs.once(key, partial(negative, curve, alpha, face.is_closed, signs))
            if not is_negative:
                signs.note(f"inside the range of {z.name}", f"a natural parameter of {x.name} leaves its domain")
                return False
            if touch is not None and touch.point is not None:
                touches.append((place, face, touch))
    try:
        for place, face, touch in touches:
            assert touch.point is not None
            is_alone = len(touches) == 1 and len(xs) == 1
            work = partial(integrates_at, xs, curve, blocks, place, face, touch.point, signs, is_alone)
            if not signs.once((side, place, touch), work):
                signs.note(f"inside the range of {z.name}", f"a domain of {x.name} is touched: a power of the distance")
                return False
        return all(_integrates_towards(end, xs, blocks, weights[0], signs, side) for end in curve.ends)
    except Huge:
        signs.note(f"an end of the range of {z.name}", "the logarithm outgrows every power")
        return False


def _is_fixed(x: Family, rows: Weights, signs: Signs) -> bool:
    """Whether z moves none of the natural parameters that the domain of x is about."""
    limited = set().union(*(condition.free_symbols for condition in x.natural_domain))
    return all(
        signs.is_known_zero(entry)
        for eta, row in zip(x.natural_parameters, rows, strict=True)
        if eta in limited
        for entry in row[1:]
    )


def _is_natural(x: Family, rows: Weights, signs: Signs) -> bool:
    """Whether the part of f(z) that does not depend on z is in the domain."""
    return is_natural(x, [row[0] for row in rows], signs)


def _integrates_towards(
    end: End, xs: Side, blocks: Sequence[Weights], c: Sequence[Number], signs: Signs, side: str
) -> bool:
    parts = [end.log_density, along([ZERO, *c[1:]], end.statistics, signs)]
    try:
        for k, (x, rows) in enumerate(zip(xs, blocks, strict=True)):
            place = (side, k, end)
            etas = signs.once(place, partial(_all_along, rows, end, signs))
            parts.append(log_partition_along(x, etas, signs, place))
    except Huge:
        signs.note(end.name, "the logarithm of the margin outgrows every power of t")
        return False
    total = plus(parts, signs)
    answer = signs.once((side, end, "integrable"), lambda: is_integrable(total, signs))
    if not answer:
        signs.note(end.name, rate_of(total))
    return answer


def _all_along(rows: Weights, end: End, signs: Signs) -> list[Germ]:
    return [along(row, end.statistics, signs) for row in rows]


def rate_of(germ: Germ) -> str:
    """The leading order of the logarithm of an integrand in t -> infinity, in words."""
    if not germ.terms:
        return "the margin does not vanish"
    powers = [
        f"{base}^{e}" if e != 1 else base
        for base, e in zip(("t", "(log t)", "(log log t)"), germ.terms[0][0], strict=True)
        if e
    ]
    return f"the logarithm of the margin is of order {' '.join(powers)}" if powers else "the margin does not vanish"


__all__ = ["integrates", "rate_of"]
