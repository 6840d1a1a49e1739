"""Matrices of symbols for the matrix-valued families, written by their lower triangles, row by row."""

from __future__ import annotations

import sympy as sp


def symmetric(name: str, size: int, diagonal_is_positive: bool = False) -> sp.Matrix:
    """The symmetric matrix of symbols name_ij, i >= j."""

    def entry(i: int, j: int) -> sp.Symbol:
        row, column = max(i, j) + 1, min(i, j) + 1
        label = f"{name}_{row}{column}" if size < 10 else f"{name}_{row}_{column}"
        return sp.Symbol(label, positive=True) if diagonal_is_positive and i == j else sp.Symbol(label, real=True)

    return sp.Matrix(size, size, entry)


def lower_triangular(name: str, size: int) -> sp.Matrix:
    """The lower triangular matrix of symbols name_ij with positive diagonal: a Cholesky factor."""
    return symmetric(name, size, diagonal_is_positive=True).lower_triangular()


def lower_triangle(matrix: sp.Matrix) -> tuple[sp.Expr, ...]:
    """The entries (i, j), i >= j, row by row."""
    return tuple(matrix[i, j] for i in range(matrix.rows) for j in range(i + 1))


def leading_minors(matrix: sp.Matrix) -> tuple[sp.Expr, ...]:
    """The determinants of the leading blocks; a symmetric matrix is positive definite iff all are positive."""
    return tuple(matrix[:k, :k].det() for k in range(1, matrix.rows + 1))
