"""How log-partitions grow along curves of natural parameters, up to a bounded difference."""

from __future__ import annotations

from collections.abc import Sequence

import sympy as sp

from tightcheck.family import Family
from tightcheck.kernel.joint_expressions import evaluate
from tightcheck.kernel.joint_faces import faces
from tightcheck.kernel.joint_germs import FLAT, Germ, compare, constant, lead, plus, scaled, settled, times
from tightcheck.kernel.joint_numbers import Signs


def log_partition_along(family: Family, etas: Sequence[Germ], signs: Signs, place: object = None) -> Germ:
    """A along a curve of natural parameters, up to a bounded difference. Raises Huge."""
    values = dict(zip(family.natural_parameters, etas, strict=True))
    if (norm := _growth(family, "norm")) is not None:
        square = plus([times(eta, eta, signs) for eta in etas], signs)
        found = lead(square, signs)
        if found is None or compare(found[0], FLAT, signs) <= 0:
            return Germ((), FLAT)
        return evaluate(norm, values, signs, place)
    if len(etas) == 1:
        return _log_partition_of_one(family, etas[0], values, signs, place)
    return evaluate(family.log_partition, values, signs, place)


def _log_partition_of_one(
    family: Family, eta: Germ, values: dict[sp.Symbol, Germ], signs: Signs, place: object
) -> Germ:
    found = lead(eta, signs)
    size = -1 if found is None else compare(found[0], FLAT, signs)
    if size > 0:
        assert found is not None
        far = _growth(family, "oo" if found[2] > 0 else "-oo")
        return evaluate(family.log_partition if far is None else far, values, signs, place)
    for face in faces(family):
        distance = settled(plus([constant(face.constant), scaled(eta, face.slopes[0])], signs), signs)
        if not distance.terms or compare(distance.terms[0][0], FLAT, signs) < 0:
            near = _growth(family, "boundary")
            return evaluate(family.log_partition if near is None else near, values, signs, place)
    return Germ((), FLAT)


def _growth(family: Family, towards: str) -> sp.Expr | None:
    return next((growth.log_partition for growth in family.growth if growth.towards == towards), None)


__all__ = ["log_partition_along"]
