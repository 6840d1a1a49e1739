"""The line lemma for vectors: statistics of x that are linear on R^n run over whole lines, and g(x) has to follow them.

Where the half-spaces about Omega_psi hold no line, x and z are independent in every density.
"""

from __future__ import annotations

from functools import cache

from tightcheck.family import Family
from tightcheck.kernel.joint_expressions import in_domain
from tightcheck.kernel.joint_faces import Face, outer_faces
from tightcheck.kernel.joint_gaussian import quadratic_of
from tightcheck.kernel.joint_numbers import ZERO, Signs, Unreached
from tightcheck.kernel.joint_weights import Side, Weights, rows_of, transposed


def is_density_along_lines(linear: Side, others: Side, weights: Weights, signs: Signs) -> bool | None:
    """Whether W gives a density; None where `linear` has no lines, or the other domains hold lines and all follow them."""
    if not all(runs_over_lines(x) for x in linear):
        return None
    blocks = rows_of(others, transposed(weights))
    for z, columns in zip(others, blocks, strict=True):
        for face in half_spaces(z):
            for row in range(1, len(weights)):
                moved = sum((s * column[row] for s, column in zip(face.slopes, columns, strict=True)), ZERO)
                if signs.sign(moved):
                    signs.note("x along a line, both ways", f"a natural parameter of {z.name} leaves its domain")
                    return False
    if not all(holds_no_line(z) for z in others):
        return None
    margins = [
        dict(zip(z.natural_parameters, [c[0] for c in b], strict=True)) for z, b in zip(others, blocks, strict=True)
    ]
    return all(in_domain(z.natural_domain, margin, signs) for z, margin in zip(others, margins, strict=True))


@cache
def runs_over_lines(family: Family) -> bool:
    """Whether nu is linear on R^n, and then onto R^k, its coordinates being independent; and every eta is natural."""
    quadratic = quadratic_of(family)
    return family.has_full_domain and quadratic is not None and not any(quadratic.square)


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


__all__ = ["holds_no_line", "is_density_along_lines", "runs_over_lines"]
