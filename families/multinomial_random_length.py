"""Multinomial whose length l = 1, 2, ... is random and independent of the words: all K counts are statistics.

The words' probabilities p give eta = log p with sum exp(eta) = 1, a surface in the natural domain on which A = 0.
The law of the length only changes the base measure; here p(l) = (1 - q) q^(l - 1).
"""

import sympy as sp

from tightcheck.family import Family, FixedParameter, Parametrisation, Slice, Support

q = sp.Symbol("continuation", positive=True)


def build(dimension: int = 2) -> Family:
    """The family of counts of `dimension` >= 2 words."""
    x = sp.symbols(f"x_1:{dimension + 1}", integer=True, nonnegative=True)
    eta = sp.symbols(f"eta_1:{dimension + 1}", real=True)
    logits = sp.symbols(f"logits_1:{dimension + 1}", real=True)
    probs = sp.symbols(f"probs_1:{dimension + 1}", positive=True)
    u = sp.Symbol("u", integer=True, positive=True)
    mass = sum(sp.exp(e) for e in eta)
    length = sum(x)
    log_of_sum = sp.log(sum(sp.exp(o) for o in logits))
    return Family(
        name="multinomial_random_length",
        summary="counts of K words in a text of random length",
        aliases=("bag_of_words",),
        variables=x,
        support=Support(
            is_discrete=True,
            cardinality="countable",
            points=tuple(
                tuple(sp.Integer(value * (i == k)) for i in range(dimension))
                for k in range(dimension)
                for value in (1, 2, 3)
            ),
            bounds=(*((sp.Integer(0), sp.oo),) * (dimension - 1), (sp.Max(0, 1 - sum(x[:-1])), sp.oo)),
        ),
        statistics=x,
        log_base_measure=sp.loggamma(length + 1)
        - sum(sp.loggamma(count + 1) for count in x)
        + sp.log(1 - q)
        + (length - 1) * sp.log(q),
        natural_parameters=eta,
        natural_domain=(q * mass < 1,),
        log_partition=sp.log(1 - q) + sp.log(mass) - sp.log(1 - q * mass),
        partition="log_convex",
        parametrisations=(
            Parametrisation({"logits": logits}, tuple(o - log_of_sum for o in logits), eta),
            Parametrisation({"probs": probs}, tuple(sp.log(p / sum(probs)) for p in probs), tuple(map(sp.exp, eta))),
        ),
        slices=tuple(  # one word more and more often
            Slice(u, (*x[:k], u, *x[k + 1 :]), "countable", (1, sp.oo)) for k in range(dimension)
        ),
        fixed=(FixedParameter(q, sp.Rational(1, 2), condition=q < 1),),
        dimension=dimension,
    )
