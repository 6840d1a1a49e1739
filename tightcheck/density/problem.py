"""A form as the kernel's procedure takes it: two tuples of independent factors and the matrix W in letters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

import sympy as sp

from tightcheck.density.answer import Entry
from tightcheck.density.entries import entries_of
from tightcheck.family import Family
from tightcheck.joint.form import Form
from tightcheck.joint.parts import Part
from tightcheck.kernel.joint_curves import constants_of
from tightcheck.kernel.joint_numbers import ZERO, Number, letter, rational
from tightcheck.kernel.joint_sides import owned


@dataclass(frozen=True, eq=False)
class Problem:
    """`places` gives for each entry of W its row and column in the matrix, in the order of the factors' statistics."""

    form: Form
    xs: tuple[Family, ...]
    zs: tuple[Family, ...]
    entries: tuple[Entry, ...]
    places: tuple[tuple[int, int], ...]
    positive: frozenset[str]

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns of W, with those of the constant."""
        return _size(self.xs) + 1, _size(self.zs) + 1

    def letters(self) -> list[list[Number]]:
        """W with a letter for every entry."""
        rows, columns = self.shape
        return [[letter(name_of(i, k)) if i or k else ZERO for k in range(columns)] for i in range(rows)]

    def numbers(self, weights: Mapping[str, Fraction]) -> list[list[Number]]:
        """W as numbers, 0 where none is given."""
        rows, columns = self.shape
        matrix = [[ZERO] * columns for _ in range(rows)]
        for entry, (i, k) in zip(self.entries, self.places, strict=True):
            matrix[i][k] = rational(weights.get(entry.symbol.name, 0))
        return matrix

    def interactions(self) -> tuple[tuple[int, int], ...]:
        """The places of the entries that tie x to z."""
        return tuple((i, k) for i, k in self.places if i and k)


def name_of(i: int, k: int) -> str:
    """The letter of an entry of W."""
    return f"w{i}_{k}"


def problem_of(form: Form) -> Problem:
    """The form's factors, one family per copy, with fixed parameters named after their block."""
    xs = tuple(owned(part.family, part.name) for part in form.observed for _ in range(part.block.copies))
    zs = tuple(owned(part.family, part.name) for part in form.latent for _ in range(part.block.copies))
    rows, columns = _places(form.observed), _places(form.latent)
    entries = entries_of(form)
    places = tuple((rows[entry.row], columns[entry.column]) for entry in entries)
    positive = frozenset().union(*(constants_of(family) for family in (*xs, *zs)))
    return Problem(form, xs, zs, entries, places, positive)


def spoken(problem: Problem) -> dict[str, str]:
    """What u_x and u_z stand for: the block's own name, or the statistic that a law is written in."""
    found = {}
    for part in problem.form.parts:
        family = part.family
        if len(family.variables) == 1:
            own = sp.Symbol(part.name)
            number = family.statistics[0].xreplace({family.variables[0]: own}) if family.law is not None else own
            found[f"u_{part.name}"] = sp.sstr(number)
    return found


def _size(side: Sequence[Family]) -> int:
    return sum(len(family.statistics) for family in side)


def _places(parts: Sequence[Part]) -> dict[int, int]:
    """From places in nu_e by groups (copies of one statistic side by side) to places by factors."""
    found, by_groups, first = {0: 0}, 1, 1
    for part in parts:
        width = len(part.family.statistics)
        for group in part.groups:
            own = [part.family.natural_parameters.index(eta) for eta in group.natural]
            for copy in range(part.block.copies):
                for k in own:
                    found[by_groups] = first + copy * width + k
                    by_groups += 1
        first += width * part.block.copies
    return found
