"""How strongly A grows towards a face of the natural domain: A = -k log(distance) + O(1). Lemma `joint`, (e)."""

from __future__ import annotations

from functools import cache

from tightcheck.family import Family
from tightcheck.kernel.joint_curves import constants_of
from tightcheck.kernel.joint_faces import Face, faces
from tightcheck.kernel.joint_germs import FLAT, Huge, compare, constant, monomial, plus, scaled, settled
from tightcheck.kernel.joint_growth import log_partition_along
from tightcheck.kernel.joint_numbers import ZERO, Number, Unreached, letter, letters_of
from tightcheck.kernel.joint_signs import Branch, Path


@cache
def singularity(family: Family, face: Face) -> Number | None:
    """k with A = -k log(distance) + bounded towards the face, where the other natural parameters do not matter.

    None where they do, or where that is not known.
    """
    moved = [i for i, slope in enumerate(face.slopes) if slope.terms]
    if len(moved) > 1:
        return None
    signs = Path(positive=constants_of(family) | {f"distance_{i}" for i in range(len(face.slopes))})
    etas = []
    for i, _ in enumerate(face.slopes):
        own = next((f for f in faces(family) if [k for k, s in enumerate(f.slopes) if s.terms] == [i]), None)
        if own is None:
            etas.append(constant(letter(f"free_{i}")))
            continue
        slope = own.slopes[i]
        step = monomial(-1) if i == moved[0] else constant(letter(f"distance_{i}"))
        etas.append(plus([constant(-own.constant * slope), scaled(step, -slope)], signs))
    try:
        germ = settled(log_partition_along(family, etas, signs), signs)
        found = [term for term in germ.terms if compare(term[0], FLAT, signs) > 0]
        if not found:
            is_bounded = germ.error is None or compare(germ.error, FLAT, signs) <= 0
            return ZERO if is_bounded else None
        key, factor = found[0]
    except (Unreached, Branch, Huge):
        return None
    own_letters = {p.symbol.name for p in family.fixed}
    if key == (0, 0, 1):
        return ZERO
    return factor if key == (0, 1, 0) and letters_of(factor) <= own_letters else None


__all__ = ["singularity"]
