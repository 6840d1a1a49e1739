"""Hypothesis strategies over designs: pairs of dictionaries, as a YAML reader would give them for the two files."""

from __future__ import annotations

from typing import Any

import yaml
from hypothesis import strategies as st

Words = dict[str, Any]

FINITE_LATENTS = ("bernoulli", "rademacher", "categorical", "binomial")
OTHER_LATENTS = ("gaussian", "gamma", "beta", "poisson", "exponential")
OBSERVED = (
    "bernoulli",
    "rademacher",
    "categorical",
    "multinomial",
    "binomial",
    "poisson",
    "negative_binomial",
    "exponential",
    "gaussian",
)
PARAMETERS = {
    "bernoulli": ["logits"],
    "rademacher": ["logits"],
    "categorical": ["logits"],
    "multinomial": ["logits"],
    "binomial": ["logits"],
    "poisson": ["log_rate"],
    "negative_binomial": ["logits"],
    "exponential": ["log_rate"],
}
ENCODER_PARAMETERS = {**PARAMETERS, "exponential": ["rate"], "gamma": ["shape", "rate"], "beta": ["alpha", "beta"]}
ACTIVATIONS = ("relu", "leaky_relu", "tanh", "softplus", "sigmoid")
PRIORS: dict[str, list[Words]] = {
    "bernoulli": [{"probs": 0.5}, {"probs": 0.25}],
    "rademacher": [{"probs": 0.5}, {"probs": 0.25}],
    "categorical": [],
    "binomial": [{"probs": 0.5}],
    "gaussian": [{"mean": 0, "variance": 1}, {"mean": 1, "variance": 2}],
    "gamma": [{"shape": 2, "rate": 1}],
    "beta": [{"alpha": 1, "beta": 1}, {"alpha": 2, "beta": 3}],
    "poisson": [{"rate": 2}],
    "exponential": [{"rate": 1}],
}


def block(family: str, dim: int, extra: int) -> Words:
    """The words of a block; `extra` is the number of trials or the length of a text (0: random)."""
    words: Words = {"family": family, "dim": dim}
    if family == "categorical":
        words["dim"] = dim + 1
    if family == "binomial":
        words["trials"] = extra + 1
    if family == "multinomial":
        words |= {"dim": dim + 1, "length": extra or "random"}
    if family == "negative_binomial":
        words["total_count"] = extra + 1
    if family == "gaussian":
        words["covariance"] = "diagonal"
    return words


def maps(biases: bool = True) -> st.SearchStrategy[Words]:
    """Affine, network or any function."""
    bias = st.sampled_from([{}, {"bias": False}]) if biases else st.just({})
    affine = bias.map(lambda b: {"kind": "affine", **b})
    network = st.builds(
        lambda hidden, activation, b: {"kind": "mlp", "hidden": hidden, "activation": activation, **b},
        st.lists(st.sampled_from([1, 2, 8]), min_size=1, max_size=2),
        st.sampled_from(ACTIVATIONS),
        bias,
    )
    return st.one_of(affine, affine, network, st.just({"kind": "unrestricted"}))


def gaussian_output() -> st.SearchStrategy[list[Any]]:
    """Mean and variance, the variance fixed, learned or from the map."""
    constants: list[Any] = [{"variance": {"learned": "shared"}}, {"variance": {"learned": "per_coordinate"}}]
    constants += [{"variance": {"fixed": 1}}, "log_variance"]
    return st.sampled_from(constants).map(lambda spread: ["mean", spread])


def features(family: str) -> st.SearchStrategy[str]:
    """Features that make sense for the family."""
    known = {"multinomial": ["counts", "frequencies", "log1p"], "poisson": ["identity", "log1p"]}
    known |= {name: ["identity", "identity", "log1p"] for name in ("bernoulli", "binomial", "negative_binomial")}
    return st.sampled_from(known.get(family, ["identity"]))


@st.composite
def designs(draw: st.DrawFn, latents: tuple[str, ...] = (*FINITE_LATENTS, *OTHER_LATENTS)) -> tuple[Words, Words]:
    """A small design with one latent and one observed block."""
    latent, observed = draw(st.sampled_from(latents)), draw(st.sampled_from(OBSERVED))
    sizes = st.integers(1, 3) if latent in FINITE_LATENTS else st.integers(1, 2)
    first: Words = {"latent": block(latent, draw(sizes), draw(st.integers(0, 2))), "features": draw(features(observed))}
    second: Words = {"observed": block(observed, draw(st.integers(1, 3)), draw(st.integers(0, 2)))}
    for words, family, parameters in ((first, latent, ENCODER_PARAMETERS), (second, observed, PARAMETERS)):
        words["map"] = draw(maps())
        words["output"] = draw(gaussian_output()) if family == "gaussian" else parameters[family]
    choices: list[Any] = [{"learned": latent}, {"learned": latent}, "implied"]
    second["prior"] = draw(st.sampled_from([*choices, *({"family": latent, **p} for p in PRIORS[latent])]))
    return first, second


def text(words: Words) -> str:
    """The words as a YAML file."""
    return yaml.safe_dump(words, sort_keys=False)
