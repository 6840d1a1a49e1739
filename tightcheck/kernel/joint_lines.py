"""The line lemma for vectors: statistics of x that are linear on R^n run over whole lines, and g(x) has to follow them.

Where the half-spaces about Omega_psi hold no line, x and z are independent in every density.
"""

from __future__ import annotations

from functools import cache

from tightcheck.family import Family
from tightcheck.kernel.joint_curves import constants_of, curve_of
from tightcheck.kernel.joint_faces import Face, along_face, outer_faces
from tightcheck.kernel.joint_gaussian import quadratic_of
from tightcheck.kernel.joint_germs import FLAT, compare, lead
from tightcheck.kernel.joint_margins import have_margins
from tightcheck.kernel.joint_numbers import ZERO, Signs, Unreached, dot
from tightcheck.kernel.joint_signs import Branch, Path
from tightcheck.kernel.joint_weights import Side, Weights, rows_of, transposed


def is_density_along_lines(linear: Side, others: Side, weights: Weights, signs: Signs) -> bool | None:
    """Whether W gives a density; None where `linear` has no lines, or the other domains hold lines and all follow them."""
    if not all(runs_over_lines(x) for x in linear):
        return None
    blocks = rows_of(others, transposed(weights))
    for z, columns in zip(others, blocks, strict=True):
        for face in half_spaces(z):
            for row in range(1, len(weights)):
                moved = dot(face.slopes, [column[row] for column in columns])
                if signs.sign(moved):
                    names = " and ".join(dict.fromkeys(x.name for x in linear))
                    signs.note(f"{names} along a line, both ways", f"a natural parameter of {z.name} leaves its domain")
                    return False
    if not all(holds_no_line(z) for z in others):
        return None
    return have_margins(others, weights[0], signs) and have_margins(linear, [row[0] for row in weights], signs)


def is_bounded_on_space(xs: Side, zs: Side, weights: Weights, signs: Signs) -> bool:
    """Necessary: what is linear on R^n, n > 1, and bounded above is constant. z has statistics of degree at most 2."""
    blocks = rows_of(zs, transposed(weights))
    for z, columns in zip(zs, blocks, strict=True):
        quadratic = quadratic_of(z) if len(z.variables) > 1 else None
        if quadratic is None:
            continue
        for x, rows in zip(xs, rows_of(xs, transposed([[ZERO] * len(weights), *columns])), strict=True):
            for face in half_spaces(x):
                alpha = along_face(face, rows)[1:]
                places = {place for square in quadratic.square for place in square}
                curved = (dot(alpha, [square.get(place, ZERO) for square in quadratic.square]) for place in places)
                if not all(map(signs.is_known_zero, curved)):
                    continue
                if any(signs.sign(dot(alpha, slopes)) for slopes in zip(*quadratic.linear, strict=True)):
                    signs.note(f"{z.name} along a line", f"a natural parameter of {x.name} leaves its domain")
                    return False
    return True


@cache
def runs_over_lines(family: Family) -> bool:
    """Whether the statistics reach all of R^k: linear ones on R^n, which are independent, or one that runs from end to end."""
    quadratic = quadratic_of(family)
    if quadratic is not None:
        return not any(quadratic.square)
    curve = curve_of(family) if len(family.statistics) == 1 else None
    if curve is None or curve.is_lattice:
        return False
    signs = Path(positive=constants_of(family))
    try:
        leading = [lead(end.statistics[0], signs) for end in curve.ends]
    except Branch:
        return False  # an end at an open fixed parameter
    unbounded = [found[2] for found in leading if found is not None and compare(found[0], FLAT, signs) > 0]
    return sorted(unbounded) == [-1, 1]


@cache
def half_spaces(family: Family) -> tuple[Face, ...]:
    """Half-spaces that hold the natural domain, those that are found."""
    try:
        return outer_faces(family)
    except Unreached:
        return ()


@cache
def holds_no_line(family: Family) -> bool:
    """Whether half-spaces that hold the natural domain have normals that span R^k."""
    normals = [[slope.rational for slope in face.slopes] for face in half_spaces(family)]
    if not normals or any(entry is None for row in normals for entry in row):
        return False
    from flint import fmpq, fmpq_mat

    entries = [[fmpq(entry.numerator, entry.denominator) for entry in row if entry is not None] for row in normals]
    return bool(fmpq_mat(entries).rank() == len(family.natural_parameters))


__all__ = ["holds_no_line", "is_bounded_on_space", "is_density_along_lines", "runs_over_lines"]
