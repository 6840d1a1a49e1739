"""Multinomial of known length: counts of K words in a text of n words, so K - 1 statistics (the counts add up to n)."""

import sympy as sp

from tightcheck.family import Family, FixedParameter, Parametrisation, Slice, Support, Twin, on_axis


def build(dimension: int = 3, length: int = 2) -> Family:
    """The multinomial family over `dimension` >= 2 words with `length` >= 1 draws."""
    x = sp.symbols(f"x_1:{dimension + 1}", integer=True, nonnegative=True)
    eta = sp.symbols(f"eta_1:{dimension}", real=True)
    logits = sp.symbols(f"logits_1:{dimension + 1}", real=True)
    probs = sp.symbols(f"probs_1:{dimension + 1}", positive=True)
    u = sp.Symbol("u", integer=True, nonnegative=True)
    n = sp.Integer(length)
    total = sp.Add(1, *map(sp.exp, eta))
    log_of_sum = sp.log(total)
    probs_of_eta = (*(sp.exp(e) / total for e in eta), 1 / total)
    left = [n - sp.Add(*x[:k]) for k in range(dimension)]
    return Family(
        name="multinomial",
        summary="counts of K words in a text of known length",
        variables=x,
        support=Support(
            is_discrete=True,
            cardinality=int(sp.binomial(length + dimension - 1, length)),
            points=_corners(dimension, length),
            bounds=(*((sp.Integer(0), rest) for rest in left[:-1]), (left[-1], left[-1])),
        ),
        statistics=x[:-1],
        log_base_measure=sp.loggamma(n + 1) - sp.Add(*(sp.loggamma(count + 1) for count in x)),
        natural_parameters=eta,
        natural_domain=(),
        log_partition=n * log_of_sum,
        partition="finite",
        parametrisations=(
            Parametrisation({"logits": logits}, tuple(o - logits[-1] for o in logits[:-1]), (*eta, sp.Integer(0))),
            Parametrisation({"probs": probs}, tuple(sp.log(p / probs[-1]) for p in probs[:-1]), probs_of_eta),
        ),
        slices=tuple(  # draws of the last word become draws of another one
            Slice(u, (*on_axis(dimension - 1, k, u), n - u), length + 1, (0, n)) for k in range(dimension - 1)
        ),
        fixed=(
            FixedParameter(sp.Symbol("length"), n, {name: sp.Symbol(name) for name in ("total_count", "trials", "n")}),
        ),
        dimension=dimension,
        torch=Twin("Multinomial", {"total_count": n, "logits": sp.Tuple(*eta, 0)}),
        scipy=Twin("multinomial", {"n": n, "p": sp.Tuple(*probs_of_eta)}),
    )


def _corners(dimension: int, length: int) -> tuple[tuple[sp.Expr, ...], ...]:
    """Texts that repeat one word, and (from two words on) texts with one word less of the first."""
    repeated = [on_axis(dimension, k, length) for k in range(dimension)]
    mixed = [(sp.Integer(length - 1), *on_axis(dimension - 1, k)) for k in range(dimension - 1)]
    return tuple(repeated + mixed if length > 1 else repeated)
