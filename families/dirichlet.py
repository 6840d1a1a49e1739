"""Dirichlet: K proportions that add up to 1, with respect to the Lebesgue measure of the first K - 1 of them."""

import sympy as sp

from tightcheck.family import Family, Parametrisation, Slice, Support, Twin


def build(dimension: int = 3) -> Family:
    """The Dirichlet family over `dimension` >= 2 proportions."""
    x = sp.symbols(f"x_1:{dimension + 1}", positive=True)
    eta = sp.symbols(f"eta_1:{dimension + 1}", real=True)
    concentration = sp.symbols(f"concentration_1:{dimension + 1}", positive=True)
    weight = sp.symbols(f"weight_1:{dimension}", positive=True)
    u = sp.Symbol("u", positive=True)
    left = [1 - sp.Add(*x[:k]) for k in range(dimension)]
    totals = [sp.Add(1, *weight[:k], *weight[k + 1 :]) for k in range(dimension - 1)]
    shapes = tuple(e + 1 for e in eta)
    return Family(
        name="dirichlet",
        summary="K proportions that add up to 1",
        variables=x,
        support=Support(
            is_discrete=False,
            cardinality="continuum",
            points=_proportions(dimension),
            bounds=(*((sp.Integer(0), rest) for rest in left[:-1]), (left[-1], left[-1])),
        ),
        statistics=tuple(sp.log(proportion) for proportion in x),
        log_base_measure=sp.Integer(0),
        natural_parameters=eta,
        natural_domain=tuple(e > -1 for e in eta),
        log_partition=sp.Add(*map(sp.loggamma, shapes)) - sp.loggamma(sp.Add(*shapes)),
        partition="log_convex",
        parametrisations=(
            Parametrisation({"concentration": concentration}, tuple(a - 1 for a in concentration), shapes),
        ),
        synonyms={"alpha": "concentration"},
        slices=tuple(  # between the last proportion and another one, the others in the ratio of the weights
            Slice(u, tuple(p / total for p in (*weight[:k], u, *weight[k + 1 :], 1 - u)), "continuum", (0, 1))
            for k, total in enumerate(totals)
        ),
        dimension=dimension,
        torch=Twin("Dirichlet", {"concentration": sp.Tuple(*shapes)}),
        scipy=Twin("dirichlet", {"alpha": sp.Tuple(*shapes)}),
    )


def _proportions(dimension: int) -> tuple[tuple[sp.Expr, ...], ...]:
    """All equal, and one of them twice or five times the others."""
    weights = [[1] * dimension] + [
        [m if i == k else 1 for i in range(dimension)] for k in range(dimension) for m in (2, 5)
    ]
    return tuple(tuple(sp.Rational(w, sum(row)) for w in row) for row in weights)
