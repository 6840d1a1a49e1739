"""Several x and several z, one W: rules that need no integral over more than one number. Lemma `joint`, (k), (l), (v) to (y)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations

from tightcheck.family import Family
from tightcheck.kernel.joint_density import is_density
from tightcheck.kernel.joint_exact import Exact
from tightcheck.kernel.joint_faces import faces, has_faces
from tightcheck.kernel.joint_finite import extreme_points
from tightcheck.kernel.joint_frozen import diverges_near
from tightcheck.kernel.joint_margins import have_margins
from tightcheck.kernel.joint_numbers import ONE, ZERO, Number, Signs, Unreached, dot
from tightcheck.kernel.joint_pairs import are_separated, is_density_by_pairs
from tightcheck.kernel.joint_singularity import singularity
from tightcheck.kernel.joint_split import is_density_by_shares
from tightcheck.kernel.joint_weights import Side, Weights, transposed


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


def is_product_density(xs: Side, zs: Side, weights: Weights) -> bool:
    """Whether W, in rationals, gives a density: each group of factors that W ties together does. Raises Unreached."""
    signs = Exact()
    for left, right, w in groups(xs, zs, weights):
        if not left or not right:
            if not (have_margins(left, [row[0] for row in w], signs) and have_margins(right, w[0], signs)):
                return False
        elif not _is_tied_density(left, right, w):
            return False
    return True


def _is_tied_density(xs: Side, zs: Side, weights: Weights) -> bool:
    """The rules in order: those that are exact, those that refute, those that show."""
    signs = Exact()
    if len(xs) == len(zs) == 1:
        return is_density(xs, zs, weights, signs)
    if (answer := is_power_density(xs, zs, weights, signs)) is not None:
        return answer
    if are_separated(xs, zs):
        return is_density_by_pairs(xs, zs, weights, signs)
    try:
        return is_density(xs, zs, weights, signs)
    except Unreached as reason:
        sides = ((xs, zs, weights), (zs, xs, transposed(weights)))
        for side in sides:
            if (points := frozen_at_points(*side)) is not None:
                return _are_densities(points)
        if any(diverges_near(*side) for side in sides):
            return False
        if any(is_density_by_shares(*side) for side in sides):
            return True
        raise Unreached(f"{reason}; no shares were found") from None


def frozen_at_points(xs: Side, zs: Side, weights: Weights) -> list[tuple[Side, Side, Weights]] | None:
    """The joint with the first z of finitely many values held at each extreme point of its statistics; None without one."""
    place = next((j for j, z in enumerate(zs) if z.support.is_finite), None)
    if place is None:
        return None
    columns = _places(zs)[place]
    others = [k for k in range(1, len(weights[0])) if k not in columns]
    left = (*zs[:place], *zs[place + 1 :])
    return [
        (xs, left, [[row[0] + dot(point, [row[k] for k in columns]), *(row[k] for k in others)] for row in weights])
        for point in extreme_points(zs[place])
    ]


def _are_densities(parts: Sequence[tuple[Side, Side, Weights]]) -> bool:
    """Whether all are; one that is none decides, whatever is not known of the others. Raises Unreached."""
    reason: Unreached | None = None
    for part in parts:
        try:
            if not is_product_density(*part):
                return False
        except Unreached as unknown:
            reason = unknown
    if reason is not None:
        raise reason
    return True


def groups(xs: Side, zs: Side, weights: Weights) -> Iterator[tuple[Side, Side, Weights]]:
    """The factors that W ties together, group by group, with their part of W."""
    rows, columns = _places(xs), _places(zs)
    left, right = set(range(len(xs))), set(range(len(zs)))

    def are_tied(i: int, j: int) -> bool:
        return any(weights[row][column].terms for row in rows[i] for column in columns[j])

    while left or right:
        own_x, own_z = ({min(left)}, set[int]()) if left else (set[int](), {min(right)})
        while True:
            more_z = {j for j in right - own_z if any(are_tied(i, j) for i in own_x)}
            more_x = {i for i in left - own_x if any(are_tied(i, j) for j in own_z | more_z)}
            if not more_x and not more_z:
                break
            own_x, own_z = own_x | more_x, own_z | more_z
        left, right = left - own_x, right - own_z
        kept = [0, *(row for i in sorted(own_x) for row in rows[i])]
        across = [0, *(column for j in sorted(own_z) for column in columns[j])]
        yield (
            tuple(xs[i] for i in sorted(own_x)),
            tuple(zs[j] for j in sorted(own_z)),
            [[weights[row][column] for column in across] for row in kept],
        )


def _places(side: Side) -> list[range]:
    """The rows (or columns) of W of each factor."""
    found, first = [], 1
    for family in side:
        found.append(range(first, first + len(family.statistics)))
        first += len(family.statistics)
    return found


__all__ = ["frozen_at_points", "groups", "is_power_density", "is_product_density", "power_of"]
