"""Categorical over K classes, written one-hot: the statistics are the first K - 1 indicators (all K would be redundant)."""

import sympy as sp

from tightcheck.family import Family, Parametrisation, Slice, Support, Twin


def build(dimension: int) -> Family:
    """The categorical family over `dimension` >= 2 classes."""
    x = sp.symbols(f"x_1:{dimension + 1}", integer=True, nonnegative=True)
    eta = sp.symbols(f"eta_1:{dimension}", real=True)
    logits = sp.symbols(f"logits_1:{dimension + 1}", real=True)
    probs = sp.symbols(f"probs_1:{dimension + 1}", positive=True)
    u = sp.Symbol("u", integer=True, nonnegative=True)
    log_partition = sp.log(1 + sum(sp.exp(e) for e in eta))
    unit_vectors = tuple(tuple(sp.Integer(int(i == k)) for i in range(dimension)) for k in range(dimension))
    return Family(
        name="categorical",
        summary="one of K classes",
        variables=x,
        support=Support(is_discrete=True, cardinality=dimension, points=unit_vectors),
        statistics=x[:-1],
        log_base_measure=sp.Integer(0),
        natural_parameters=eta,
        natural_domain=(),
        log_partition=log_partition,
        partition="finite",
        parametrisations=(
            Parametrisation({"logits": logits}, tuple(l - logits[-1] for l in logits[:-1]), (*eta, sp.Integer(0))),
            Parametrisation(
                {"probs": probs},
                tuple(sp.log(p / probs[-1]) for p in probs[:-1]),
                (*(sp.exp(e - log_partition) for e in eta), sp.exp(-log_partition)),
            ),
        ),
        slices=tuple(  # between any two classes
            Slice(u, tuple(u if i == j else 1 - u if i == k else sp.Integer(0) for i in range(dimension)), 2)
            for j in range(dimension)
            for k in range(j)
        ),
        dimension=dimension,
        torch=Twin("OneHotCategorical", {"logits": sp.Tuple(*eta, 0)}),
        scipy=Twin("multinomial", {"n": sp.Integer(1), "p": sp.Tuple(*(sp.exp(e - log_partition) for e in eta), sp.exp(-log_partition))}),
    )
