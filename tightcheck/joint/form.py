"""Theorem 1's joint p(x, z) = h(x) h'(z) exp(nu_e(x)' W psi_e(z)) as data: every block of W with its two statistics."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import sympy as sp

from tightcheck.design import Conditional, Design
from tightcheck.joint.given import finite_parents, indicators, with_given
from tightcheck.joint.parts import Group, Part, part_of


@dataclass(frozen=True)
class Interaction:
    """One block of W: nu(x)' weight psi(z), shape (row size, column size); no row or no column is the 1 of (7)."""

    weight: sp.MatrixSymbol
    row: Group | None
    column: Group | None


@dataclass(frozen=True)
class Form:
    """All blocks of W but the constant, which normalises; everything holds for each value of the covariates."""

    observed: tuple[Part, ...]
    latent: tuple[Part, ...]
    interactions: tuple[Interaction, ...]
    covariates: tuple[str, ...] = ()

    @property
    def parts(self) -> tuple[Part, ...]:
        """Observed, then latent blocks."""
        return (*self.observed, *self.latent)

    def weights_of(self, group: Group) -> tuple[Interaction, ...]:
        """The blocks of W that make up the natural parameters of a group: f = W psi + a, or g = W' nu + b."""
        return tuple(i for i in self.interactions if group in (i.row, i.column))

    def log_density(self) -> sp.Expr:
        """log p(x, z) up to a constant, written out in x_1, ..., z_1, ... and W[i, j]; for small designs only."""
        total = sp.Add(*(term for part in self.parts for term in part.copies_of(part.log_base_measure)))
        for interaction in self.interactions:
            rows, columns = self.entries(interaction.row), self.entries(interaction.column)
            assert interaction.weight.shape == (len(rows), len(columns))
            total += sp.Add(
                *(
                    interaction.weight[i, j] * row * column
                    for i, row in enumerate(rows)
                    for j, column in enumerate(columns)
                )
            )
        return total

    def entries(self, group: Group | None) -> tuple[sp.Expr, ...]:
        """The group's statistics one by one, copy after copy for each value of the blocks given; (1,) for no group."""
        if group is None:
            return (sp.Integer(1),)
        part = next(part for part in self.parts if part.name == group.block)
        own = tuple(entry for copy in zip(*map(part.copies_of, group.statistics), strict=True) for entry in copy)
        own = own or indicators((part,))[:-1]
        parents = finite_parents(part, self.parts)
        if not parents:
            return own
        return tuple(indicator * entry for indicator in indicators(parents) for entry in own)


def form(design: Design) -> Form:
    """Theorem 1's form of the consistent models; infinite blocks that others are given become covariates."""
    observed, latent = _side(design.decoder), _side(design.encoder)
    given = {name for part in (*observed, *latent) for name in part.block.given}
    outer = tuple(part.name for part in (*observed, *latent) if part.name in given and part.points is None)
    return assemble(_without(observed, outer), _without(latent, outer), (*design.covariates, *outer))


def _without(parts: tuple[Part, ...], names: tuple[str, ...]) -> tuple[Part, ...]:
    return tuple(part for part in parts if part.name not in names)


def assemble(observed: tuple[Part, ...], latent: tuple[Part, ...], covariates: Iterable[str] = ()) -> Form:
    """The form for two products of blocks."""
    rows: tuple[Group, ...] = tuple(group for part in observed for group in part.groups)
    columns: tuple[Group, ...] = tuple(group for part in latent for group in part.groups)
    between = len(rows) * len(columns)
    interactions = [
        Interaction(_matrix(_between_name(r, c, len(columns), between), row.size, column.size), row, column)
        for r, row in enumerate(rows)
        for c, column in enumerate(columns)
    ]
    interactions += [
        Interaction(_matrix(_numbered("a", r, len(rows)), row.size, 1), row, None) for r, row in enumerate(rows)
    ]
    interactions += [
        Interaction(_matrix(_column_name(c, len(rows), len(columns)), 1, column.size), None, column)
        for c, column in enumerate(columns)
    ]
    return Form(observed, latent, tuple(interactions), tuple(covariates))


def _side(conditionals: tuple[Conditional, ...]) -> tuple[Part, ...]:
    """The parts of one side."""
    return with_given(tuple(part_of(conditional) for conditional in conditionals))


def _matrix(name: str, rows: int, columns: int) -> sp.MatrixSymbol:
    return sp.MatrixSymbol(name, rows, columns)


def _between_name(row: int, column: int, columns: int, count: int) -> str:
    """W alone; W and V for two; W_11, W_12, ... for more."""
    if count <= 2:
        return "WV"[row * columns + column]
    return f"W_{row + 1}{column + 1}" if count < 10 else f"W_{row + 1},{column + 1}"


def _column_name(column: int, rows: int, columns: int) -> str:
    """b; b and c beside W and V, as in the paper's (18); b_1, b_2, ... for more."""
    return "bc"[column] if rows * columns <= 2 and columns <= 2 else _numbered("b", column, columns)


def _numbered(letter: str, index: int, count: int) -> str:
    return letter if count == 1 else f"{letter}_{index + 1}"
