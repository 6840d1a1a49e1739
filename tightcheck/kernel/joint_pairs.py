"""Products of pairs that scale: conditions on each block of W alone and on each margin alone. Lemma `joint`, (l)."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from tightcheck.family import Family
from tightcheck.kernel.joint_cases import TREE_SIZE, cases
from tightcheck.kernel.joint_density import is_density
from tightcheck.kernel.joint_explore import TooMany, Tree, leaves
from tightcheck.kernel.joint_formula import All, Condition, Formula, joined
from tightcheck.kernel.joint_numbers import ATOMS, Signs, TooLong, letters_of
from tightcheck.kernel.joint_weights import Side, Weights, rows_of, transposed


@cache
def tree_of_pair(x: Family, z: Family) -> Tree | None:
    """The cases of one x and one z; None where there are too many, or one is not decided."""
    try:
        tree = cases((x,), (z,), TREE_SIZE)
    except (TooMany, TooLong):
        return None
    return None if any(leaf.answer is None for _, leaf in leaves(tree)) else tree


@cache
def separated(x: Family, z: Family, has_more_x: bool, has_more_z: bool) -> Formula:
    """The pair's formula, if it is one condition on W, which scales, and one on each margin; None otherwise."""
    tree = tree_of_pair(x, z)
    formula = None if tree is None else joined(tree)
    if formula is None:
        return None
    parts = formula.parts if isinstance(formula, All) else (formula,)
    for part in parts:
        kinds = {_kind(name) for name in _letters(part)}
        if len(kinds) > 1 or (kinds == {"interaction"} and not (_scales(part) and _holds_at_zero(part))):
            return None
        if kinds == {"row"} and has_more_z and not has_atom_at_zero(z):
            return None
        if kinds == {"column"} and has_more_x and not has_atom_at_zero(x):
            return None
        if kinds - {"row", "column", "interaction"} or part is False:
            return None
    return formula


def are_separated(xs: Side, zs: Side) -> bool:
    """Whether all pairs of a product are."""
    more_x, more_z = len(xs) > 1, len(zs) > 1
    return all(separated(x, z, more_x, more_z) is not None for x, z in distinct(xs, zs))


def distinct(xs: Side, zs: Side) -> Iterator[tuple[Family, Family]]:
    """The pairs of families of a product, each once."""
    for x in dict.fromkeys(xs):
        for z in dict.fromkeys(zs):
            yield x, z


def pairs(xs: Side, zs: Side, weights: Weights) -> Iterator[tuple[Family, Family, Weights]]:
    """Each x with each z, their block of W and their margins."""
    for x, rows in zip(xs, rows_of(xs, weights), strict=True):
        for z, columns in zip(zs, rows_of(zs, transposed([weights[0], *rows])), strict=True):
            first = [row[0] for row in [weights[0], *rows]]
            yield x, z, [list(row) for row in zip(first, *columns, strict=True)]


def is_density_by_pairs(xs: Side, zs: Side, weights: Weights, signs: Signs) -> bool:
    """Every pair is a density: exact for pairs that are separated."""
    return all(is_density((x,), (z,), w, signs) for x, z, w in pairs(xs, zs, weights))


@cache
def has_atom_at_zero(family: Family) -> bool:
    """Whether the statistics are all 0 at a point of positive mass."""
    if not family.support.is_discrete:
        return False
    points = [dict(zip(family.variables, point, strict=True)) for point in family.support.points]
    return any(all(s.xreplace(at) == 0 for s in family.statistics) for at in points)


def _kind(name: str) -> str:
    """Whether a letter of W is a margin of x, of z, an entry of the interaction, or no entry."""
    row, _, column = name[1:].partition("_")
    if name[0] != "w" or not (row.isdigit() and column.isdigit()):
        return f"other: {name}"
    return "row" if column == "0" else "column" if row == "0" else "interaction"


def _letters(formula: Formula) -> frozenset[str]:
    if isinstance(formula, Condition):
        return letters_of(formula.number)
    if formula is None or isinstance(formula, bool):
        return frozenset()
    return frozenset().union(*map(_letters, formula.parts))


def _scales(formula: Formula) -> bool:
    """Whether every number in it is homogeneous in its letters."""
    if isinstance(formula, Condition):
        degrees = {sum(p for _, p in monomial) for monomial in formula.number.terms}
        return len(degrees) == 1 and 0 not in degrees and not any(ATOMS[n].argument for n in formula.number.atoms)
    return formula is None or isinstance(formula, bool) or all(map(_scales, formula.parts))


def _holds_at_zero(formula: Formula) -> bool:
    """Whether conditions that scale hold where all letters are 0."""
    if isinstance(formula, Condition):
        return 0 in formula.signs
    if formula is None or isinstance(formula, bool):
        return bool(formula)
    return (
        all(map(_holds_at_zero, formula.parts)) if isinstance(formula, All) else any(map(_holds_at_zero, formula.parts))
    )


__all__ = ["are_separated", "distinct", "has_atom_at_zero", "is_density_by_pairs", "pairs", "separated", "tree_of_pair"]
