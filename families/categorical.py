"""Categorical over K classes, written one-hot: K - 1 indicators are statistics, all K would be redundant."""

import sympy as sp

from tightcheck.family import Family, Parametrisation, Slice, Support, Twin


def build(dimension: int = 3) -> Family:
    """The categorical family over `dimension` >= 2 classes."""
    x = sp.symbols(f"x_1:{dimension + 1}", integer=True, nonnegative=True)
    eta = sp.symbols(f"eta_1:{dimension}", real=True)
    logits = sp.symbols(f"logits_1:{dimension + 1}", real=True)
    probs = sp.symbols(f"probs_1:{dimension + 1}", positive=True)
    u = sp.Symbol("u", integer=True, nonnegative=True)
    log_partition = sp.log(1 + sum(sp.exp(e) for e in eta))
    probs_of_eta = (*(sp.exp(e - log_partition) for e in eta), sp.exp(-log_partition))
    unit_vectors = tuple(tuple(sp.Integer(i == k) for i in range(dimension)) for k in range(dimension))
    return Family(
        name="categorical",
        summary="one of K classes",
        aliases=("one_hot_categorical", "discrete", "softmax"),
        variables=x,
        support=Support(is_discrete=True, cardinality=dimension, points=unit_vectors),
        statistics=x[:-1],
        log_base_measure=sp.Integer(0),
        natural_parameters=eta,
        natural_domain=(),
        log_partition=log_partition,
        partition="finite",
        parametrisations=(
            Parametrisation({"logits": logits}, tuple(o - logits[-1] for o in logits[:-1]), (*eta, sp.Integer(0))),
            Parametrisation({"probs": probs}, tuple(sp.log(p / probs[-1]) for p in probs[:-1]), probs_of_eta),
        ),
        slices=tuple(  # from the last class to each other one
            Slice(u, (*(u * sp.Integer(i == k) for i in range(dimension - 1)), 1 - u), 2, (0, 1))
            for k in range(dimension - 1)
        ),
        dimension=dimension,
        torch=Twin("OneHotCategorical", {"logits": sp.Tuple(*eta, 0)}),
        scipy=Twin("multinomial", {"n": sp.Integer(1), "p": sp.Tuple(*probs_of_eta)}),
    )
