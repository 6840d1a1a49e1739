"""Matrices of symbols for the matrix-valued families, written by their lower triangles, row by row."""

from __future__ import annotations

from collections.abc import Sequence

import sympy as sp

from tightcheck.family import Slice, Support


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


def inverse(matrix: sp.Matrix) -> sp.Matrix:
    """The inverse of a symmetric matrix: cofactors over one determinant, both expanded."""
    size, determinant = matrix.rows, sp.expand(matrix.det())

    def entry(i: int, j: int) -> sp.Expr:
        cofactor = matrix.minor_submatrix(max(i, j), min(i, j)).det() if size > 1 else sp.Integer(1)
        return sp.expand((-1) ** (i + j) * cofactor) / determinant

    triangle = {(i, j): entry(i, j) for i in range(size) for j in range(i + 1)}
    return sp.Matrix(size, size, lambda i, j: triangle[max(i, j), min(i, j)])


def times(matrix: sp.Matrix, vector: Sequence[sp.Expr]) -> tuple[sp.Expr, ...]:
    """The product of a matrix and a vector."""
    rows = matrix.tolist()
    return tuple(sp.Add(*(entry * value for entry, value in zip(row, vector, strict=True))) for row in rows)


def trace_matrix(coefficients: sp.Matrix) -> sp.Matrix:
    """The matrix H with trace(H x) = sum of coefficient_ij x_ij over i >= j, for symmetric x."""
    return sp.Matrix(*coefficients.shape, lambda i, j: coefficients[i, j] / (1 if i == j else 2))


def trace_coefficients(matrix: sp.Matrix) -> tuple[sp.Expr, ...]:
    """The coefficients of x_ij, i >= j, in trace(matrix x), for symmetric matrix and x."""
    return tuple(matrix[i, j] * (1 if i == j else 2) for i in range(matrix.rows) for j in range(i + 1))


def log_multivariate_gamma(size: int, a: sp.Expr) -> sp.Expr:
    """The log of the integral of |x|^(a - (size + 1)/2) exp(-trace x) over positive definite x."""
    gammas = sum(sp.loggamma(a - sp.Rational(j, 2)) for j in range(size))
    return sp.Rational(size * (size - 1), 4) * sp.log(sp.pi) + gammas


def positive_definite(x: sp.Matrix) -> Support:
    """The positive definite matrices, x being the symmetric matrix of the variables."""
    return Support(is_discrete=False, cardinality="continuum", points=_points(x.rows), bounds=_bounds(x))


def _bounds(x: sp.Matrix) -> tuple[tuple[sp.Expr, sp.Expr], ...]:
    """Ends of the lower triangle's entries, row by row: a diagonal entry exceeds what makes the Schur complement 0."""
    bounds: list[tuple[sp.Expr, sp.Expr]] = []
    for k in range(x.rows):
        row, block = x[k, :k], x[:k, :k]
        least = (row * block.inv() * row.T)[0] if k else sp.Integer(0)
        bounds += [(-sp.oo, sp.oo)] * k + [(least, sp.oo)]
    return tuple(bounds)


def _points(size: int) -> tuple[tuple[sp.Expr, ...], ...]:
    """A multiple of the identity, twice it, and it with one diagonal entry or one correlation changed."""
    base = (size + 1) * sp.eye(size)
    changes = [sp.zeros(size), base, *(step * sp.diag(*row) for row in _units(size) for step in (1, 2))]
    for i in range(size):
        for j in range(i):
            change = sp.zeros(size)
            change[i, j] = change[j, i] = 1
            changes.append(change)
    return tuple(lower_triangle(base + change) for change in changes)


def positive_definite_slices(size: int) -> tuple[Slice, ...]:
    """One diagonal entry by its logarithm, or one correlation, the other correlations 0."""
    u = sp.Symbol("u", real=True)
    variance = sp.symbols(f"variance_1:{size + 1}", positive=True)
    slices = []
    for k in range(size):
        diagonal = sp.diag(*variance[:k], sp.exp(u), *variance[k + 1 :])
        slices.append(Slice(u, lower_triangle(diagonal), "continuum"))
        for j in range(k):
            matrix = sp.diag(*variance)
            matrix[k, j] = matrix[j, k] = u * sp.sqrt(variance[k] * variance[j])
            slices.append(Slice(u, lower_triangle(matrix), "continuum", (-1, 1)))
    return tuple(slices)


def _units(size: int) -> list[list[int]]:
    """The unit vectors."""
    return [[int(i == k) for i in range(size)] for k in range(size)]
