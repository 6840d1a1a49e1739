"""Several x and several z: exact rules that need no integral over more than one number. Lemma `joint_products`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from itertools import combinations

from tightcheck.family import Family
from tightcheck.kernel.joint_density import is_density, singularity
from tightcheck.kernel.joint_faces import faces, has_faces
from tightcheck.kernel.joint_numbers import ONE, ZERO, Number, Signs
from tightcheck.kernel.joint_weights import Side, Weights, rows_of, transposed


def power_of(family: Family) -> Number | None:
    """r where the statistic is a positive number u with base measure u^(r-1) du: A(eta) = -r log(-eta), eta < 0."""
    if family.partition != "power" or not has_faces(family):
        return None
    (face,) = faces(family)
    return singularity(family, face) if not face.constant.terms and face.slopes == (ONE,) else None


def is_power_density(xs: Side, zs: Side, weights: Weights, signs: Signs) -> bool | None:
    """exp(-sums of products of positive numbers), each with a power as its base measure; None for other families.

    With u = exp(v) the logarithm of the margin of z is concave in v, so it integrates iff it falls along every ray; the
    rays at which its slope changes are those of sets of coordinates.
    """
    powers_x, powers_z = [power_of(x) for x in xs], [power_of(z) for z in zs]
    if any(r is None for r in (*powers_x, *powers_z)):
        return None
    entries = [[signs.sign(w) for w in row] for row in weights]
    if any(sign > 0 for i, row in enumerate(entries) for k, sign in enumerate(row) if i or k):
        signs.note("x and z -> oo", "a natural parameter leaves its domain")
        return False
    rows, columns = range(1, len(entries)), range(1, len(entries[0]))
    for i in rows:
        if all(sign == 0 for sign in entries[i]):
            return False
    for chosen in _subsets(columns):
        inside = [i for i in rows if entries[i][0] == 0 and all(not entries[i][k] or k in chosen for k in columns)]
        if signs.sign(_total(powers_z, chosen) - _total(powers_x, inside)) <= 0:
            signs.note(f"z_{chosen} -> 0 together", "the margin is of order 1 / t or more")
            return False
    for chosen in _subsets([k for k in columns if entries[0][k] == 0]):
        touching = [i for i in rows if any(entries[i][k] for k in chosen)]
        if signs.sign(_total(powers_x, touching) - _total(powers_z, chosen)) <= 0:
            signs.note(f"z_{chosen} -> oo together", "the margin is of order 1 / t or more")
            return False
    return True


def _subsets(items: Sequence[int]) -> Iterator[tuple[int, ...]]:
    for size in range(1, len(items) + 1):
        yield from combinations(items, size)


def _total(powers: Sequence[Number | None], chosen: Sequence[int]) -> Number:
    return sum((powers[i - 1] or ZERO for i in chosen), ZERO)


def pairs(xs: Side, zs: Side, weights: Weights) -> Iterator[tuple[Family, Family, Weights]]:
    """Each x with each z, their block of W and their margins."""
    for x, rows in zip(xs, rows_of(xs, weights), strict=True):
        for z, columns in zip(zs, rows_of(zs, transposed([weights[0], *rows])), strict=True):
            first = [row[0] for row in [weights[0], *rows]]
            yield x, z, [list(row) for row in zip(first, *columns, strict=True)]


@cache
def has_atom_at_zero(family: Family) -> bool:
    """Whether the statistics are all 0 at a point of positive mass."""
    if not family.support.is_discrete:
        return False
    points = [dict(zip(family.variables, point, strict=True)) for point in family.support.points]
    return any(all(s.xreplace(at) == 0 for s in family.statistics) for at in points)


def is_density_by_pairs(xs: Side, zs: Side, weights: Weights, signs: Signs) -> bool:
    """Every pair is a density: exact for families whose pairs have conditions on W alone and on each margin alone."""
    return all(is_density((x,), (z,), w, signs) for x, z, w in pairs(xs, zs, weights))


__all__ = ["has_atom_at_zero", "is_density_by_pairs", "is_power_density", "pairs", "power_of"]
