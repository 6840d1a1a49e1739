"""What a block is, read off its facts, so that names and known results apply to every way of writing it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import sympy as sp

from tightcheck.joint import show
from tightcheck.joint.parts import Part
from tightcheck.once import once
from tightcheck.span import atoms_of


@once
def kind(part: Part) -> str:
    """binary, gaussian_known_variance, gaussian, or the family's own name."""
    if part.is_scalar and part.family.support.cardinality == 2 and len(part.groups) == 1:
        return "binary"
    if part.length is not None or part.family.name == "multinomial_random_length":
        return "multinomial"
    if has_known_covariance(part):
        return "gaussian_known_variance"
    if part.family.partition == "quadratic_over_linear" and len(part.groups) == 2:
        return "gaussian"
    return part.family.name


def is_transformed(part: Part) -> bool:
    """Whether the block's statistics are those of a function of it: a log-normal is a Gaussian in log x."""
    return kind(part) == "gaussian" and part.groups[0].text != part.name


@once
def has_known_covariance(part: Part) -> bool:
    """Whether this is a Gaussian whose mean alone is free: statistic x on all of R^d, A quadratic."""
    support = part.family.support
    if support.is_discrete or not support.bounds or set(support.bounds) != {(-sp.oo, sp.oo)} or len(part.groups) != 1:
        return False
    if part.groups[0].statistics != part.family.variables or not part.log_partition.is_polynomial(*part.natural):
        return False
    return _degree(part.log_partition, frozenset(part.natural)) == 2


def _degree(polynomial: sp.Expr, symbols: frozenset[sp.Symbol]) -> int:
    """The total degree in the symbols, as written."""
    if polynomial.is_Add:
        return max(_degree(term, symbols) for term in polynomial.args)
    if polynomial.is_Mul:
        return sum(_degree(factor, symbols) for factor in polynomial.args)
    if polynomial.is_Pow and polynomial.exp.is_Integer:
        return int(polynomial.exp) * _degree(polynomial.base, symbols)
    return int(polynomial in symbols)


@dataclass(frozen=True)
class Covariance:
    """The covariance S of a block: v I, diag(v) for one variance per coordinate, Sigma for a full one."""

    entry: sp.Expr
    shape: Literal["scalar", "diagonal", "full"]

    @property
    def inverse(self) -> str:
        """S^-1 in words."""
        if self.shape == "full":
            return f"{show.text(self.entry)}^-1"
        if self.shape == "diagonal":
            return f"diag({show.text(1 / self.entry)})"
        return "I" if self.entry == 1 else f"{show.text(1 / self.entry)} I"

    def times(self, vector: str) -> str:
        """S v in words."""
        shown = show.text(self.entry)
        if self.shape == "diagonal":
            return f"diag({shown}) {vector}"
        if self.entry == 1:
            return vector
        return f"({shown}) {vector}" if "/" in shown else f"{shown} {vector}"

    def between(self, left: str, right: str) -> str:
        """L S R in words."""
        if self.shape == "scalar":
            return self.times(f"{left} {right}")
        return f"{left} {self.times(right)}"


@once
def covariance(part: Part) -> Covariance:
    """The covariance of a Gaussian whose mean alone is free."""
    _, moving = part.log_partition.as_independent(*part.natural, as_Add=True)
    quadratic = atoms_of(moving, part.natural)
    squares = {quadratic.get(eta**2, sp.Integer(0)) for eta in part.natural}
    if len(squares) > 1 or any(monomial.is_Mul for monomial in quadratic):
        return Covariance(sp.Symbol(f"Sigma_{part.name}"), "full")
    return Covariance(sp.simplify(2 * squares.pop()), "diagonal" if part.sharing == "per_coordinate" else "scalar")


def is_finite_choice(parts: tuple[Part, ...]) -> bool:
    """Whether the side is one draw from a finite set, all of whose functions are in span(psi, 1)."""
    return len(parts) == 1 and parts[0].block.copies == 1 and parts[0].is_finite and parts[0].family.spans_all_functions
