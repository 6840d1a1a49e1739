"""Categorical over K classes, written one-hot: K - 1 indicators are statistics, all K would be redundant."""

import sympy as sp

from tightcheck.family import Family, Parametrisation, Slice, Support, Twin, on_axis


def build(dimension: int = 3) -> Family:
    """The categorical family over `dimension` >= 2 classes."""
    x = sp.symbols(f"x_1:{dimension + 1}", integer=True, nonnegative=True)
    eta = sp.symbols(f"eta_1:{dimension}", real=True)
    logits = sp.symbols(f"logits_1:{dimension + 1}", real=True)
    probs = sp.symbols(f"probs_1:{dimension + 1}", positive=True)
    u = sp.Symbol("u", integer=True, nonnegative=True)
    total = sp.Add(1, *map(sp.exp, eta))
    probs_of_eta = (*(sp.exp(e) / total for e in eta), 1 / total)
    return Family(
        name="categorical",
        summary="one of K classes",
        aliases=("one_hot_categorical", "discrete", "softmax"),
        variables=x,
        support=Support(
            is_discrete=True, cardinality=dimension, points=tuple(on_axis(dimension, k) for k in range(dimension))
        ),
        statistics=x[:-1],
        log_base_measure=sp.Integer(0),
        natural_parameters=eta,
        natural_domain=(),
        log_partition=sp.log(total),
        partition="finite",
        parametrisations=(
            Parametrisation({"logits": logits}, tuple(o - logits[-1] for o in logits[:-1]), (*eta, sp.Integer(0))),
            Parametrisation({"probs": probs}, tuple(sp.log(p / probs[-1]) for p in probs[:-1]), probs_of_eta),
        ),
        slices=tuple(  # from the last class to each other one
            Slice(u, (*on_axis(dimension - 1, k, u), 1 - u), 2, (0, 1)) for k in range(dimension - 1)
        ),
        dimension=dimension,
        torch=Twin("OneHotCategorical", {"logits": sp.Tuple(*eta, 0)}),
        scipy=Twin("multinomial", {"n": sp.Integer(1), "p": sp.Tuple(*probs_of_eta)}),
    )
