"""Necessary: towards every end of z's support, and at its first point, f does not leave Omega. Lemma `joint`, (e) and (g)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial

from tightcheck.family import Family
from tightcheck.kernel.joint_curves import Curve, End, curve_of
from tightcheck.kernel.joint_faces import Face, along_face, outer_faces
from tightcheck.kernel.joint_germs import lead
from tightcheck.kernel.joint_numbers import Number, Signs, dot
from tightcheck.kernel.joint_range import along
from tightcheck.kernel.joint_weights import Side, Weights, rows_of


def may_be_proper(xs: Side, z: Family, weights: Weights, signs: Signs, side: str = "") -> bool:
    """Necessary: towards every end of z's support, and at its first point, f does not leave Omega_nu."""
    conditions = enumerate(end_conditions(xs, z, weights))
    return all(signs.once((side, "end", k), partial(condition, signs)) for k, condition in conditions)


def end_conditions(xs: Side, z: Family, weights: Weights) -> Iterator[Callable[[Signs], bool]]:
    """The same, one by one."""
    curve = curve_of(z)
    if curve is None:
        return
    for x, rows in zip(xs, rows_of(xs, weights), strict=True):
        for face in outer_faces(x):
            alpha = along_face(face, rows)
            for end in curve.ends:
                yield partial(_stays, x, alpha, end)
            if curve.first is not None:
                yield partial(_starts, x, face, alpha, curve)


def _stays(x: Family, alpha: Sequence[Number], end: End, signs: Signs) -> bool:
    found = lead(along(alpha, end.statistics, signs), signs)
    if found is not None and found[2] > 0:
        signs.note(end.name, f"a natural parameter of {x.name} leaves its domain")
        return False
    return True


def _starts(x: Family, face: Face, alpha: Sequence[Number], curve: Curve, signs: Signs) -> bool:
    assert curve.first is not None
    first = alpha[0] + dot(alpha[1:], curve.first)
    if signs.sign(first) >= (1 if face.is_closed else 0):
        signs.note(f"at {curve.lower}", f"a natural parameter of {x.name} leaves its domain")
        return False
    return True


__all__ = ["end_conditions", "may_be_proper"]
