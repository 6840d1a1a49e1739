"""Matrix normal with known covariances of rows and columns: only the mean matrix is free."""

import sympy as sp

from tightcheck.family import Family, Parametrisation, Slice, Support, Twin

Matrix = tuple[tuple[sp.Expr | int, ...], ...]
HALF = sp.Rational(1, 2)


def build(
    row_covariance: Matrix = ((1, HALF), (HALF, 1)), column_covariance: Matrix = ((2, HALF), (HALF, 1))
) -> Family:
    """The matrix normal family with these covariances among rows and among columns."""
    U, V = sp.Matrix(row_covariance), sp.Matrix(column_covariance)
    if not (U.is_positive_definite and V.is_positive_definite):
        raise ValueError("the covariances of a matrix normal must be positive definite.")
    rows, columns = U.rows, V.rows
    x, eta, mean = (
        sp.Matrix(rows, columns, lambda i, j, name=name: sp.Symbol(f"{name}_{i + 1}_{j + 1}", real=True))
        for name in ("x", "eta", "mean")
    )
    u = sp.Symbol("u", real=True)
    size = rows * columns
    normaliser = size * sp.log(2 * sp.pi) / 2 + columns * sp.log(U.det()) / 2 + rows * sp.log(V.det()) / 2
    cells = tuple(x)
    return Family(
        name="matrix_normal",
        summary="real matrices with known covariances of rows and columns",
        variables=cells,
        support=Support(
            is_discrete=False,
            cardinality="continuum",
            points=tuple(
                tuple(sp.Integer(value * (i == k)) for i in range(size)) for k in range(-1, size) for value in (1, 2)
            )[1:],
            bounds=((-sp.oo, sp.oo),) * size,
        ),
        statistics=cells,
        log_base_measure=-(V.inv() * x.T * U.inv() * x).trace() / 2 - normaliser,
        natural_parameters=tuple(eta),
        natural_domain=(),
        log_partition=sp.expand((V * eta.T * U * eta).trace() / 2),
        partition="quadratic_form",
        parametrisations=(Parametrisation({"mean": tuple(mean)}, tuple(U.inv() * mean * V.inv()), tuple(U * eta * V)),),
        synonyms={"loc": "mean"},
        slices=tuple(Slice(u, (*cells[:k], u, *cells[k + 1 :]), "continuum") for k in range(size)),
        dimension=size,
        scipy=Twin(
            "matrix_normal",
            {"mean": (U * eta * V).as_immutable(), "rowcov": U.as_immutable(), "colcov": V.as_immutable()},
            value=x.as_immutable(),
        ),
    )
