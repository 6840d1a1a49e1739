"""Designs of every part of the design language: families, blocks, maps, features, links, constants, priors, objectives."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from hypothesis import strategies as st

from tightcheck.strategies.words import Words, WrittenDesign

FINITE_LATENTS = ("bernoulli", "rademacher", "categorical", "binomial")
OTHER_LATENTS = ("gaussian", "gamma", "beta", "poisson", "exponential")
LATENTS = (*FINITE_LATENTS, *OTHER_LATENTS)
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
POSITIVE = ("gamma", "beta", "exponential")
ACTIVATIONS = ("relu", "leaky_relu", "tanh", "softplus", "sigmoid")
OUTPUTS: Mapping[str, Sequence[Any]] = {
    "bernoulli": (["logits"], [{"probs": "sigmoid"}], [{"logits": "tanh"}], [{"logits": {"bounds": [-2, 2]}}]),
    "rademacher": (["logits"], [{"probs": "sigmoid"}]),
    "categorical": (["logits"], [{"probs": "softmax"}]),
    "multinomial": (["logits"], [{"probs": "softmax"}]),
    "binomial": (["logits"], [{"probs": "sigmoid"}]),
    "poisson": (["log_rate"], [{"rate": "softplus"}], [{"rate": "exp"}], [{"log_rate": {"bounds": [-3, 2]}}]),
    "negative_binomial": (["logits"], [{"probs": "sigmoid"}]),
    "exponential": (["rate"], ["log_rate"], [{"rate": "softplus"}]),
    "gamma": (
        ["shape", "rate"],
        [{"shape": "softplus"}, {"rate": "softplus"}],
        ["shape", {"rate": {"learned": "shared"}}],
    ),
    "beta": (["alpha", "beta"], [{"alpha": "softplus"}, {"beta": "softplus"}], ["alpha", {"beta": {"fixed": 1}}]),
    "gaussian": (
        ["mean", "log_variance"],
        ["mean", {"variance": {"learned": "shared"}}],
        ["mean", {"variance": {"learned": "per_coordinate"}}],
        ["mean", {"variance": {"fixed": 1}}],
        ["mean", {"scale": "softplus"}],
        [{"mean": "tanh"}, {"variance": {"fixed": 1}}],
        ["mean", {"variance": {"bounds": [0.1, 0.5]}}],
    ),
}
"""What networks put out for a family, the customary way first."""
PRIORS: Mapping[str, Sequence[Words]] = {
    "bernoulli": [{"probs": 0.5}, {"probs": 0.25}],
    "rademacher": [{"probs": 0.5}, {"probs": 0.25}],
    "categorical": [{"logits": 0}],
    "binomial": [{"probs": 0.5}],
    "gaussian": [{"mean": 0, "variance": 1}, {"mean": 1, "variance": 2}],
    "gamma": [{"shape": 2, "rate": 1}],
    "beta": [{"alpha": 1, "beta": 1}, {"alpha": 2, "beta": 3}],
    "poisson": [{"rate": 2}],
    "exponential": [{"rate": 1}],
}
DENSITIES: Mapping[str, Sequence[str]] = {
    "gaussian": ["-{z}^4", "-{z}^2 / 2 + log(1 + exp({z}))"],
    "bernoulli": ["sum({z})^2 / 2", "{z} / 2"],
    "gamma": ["-{z} - {z}^2"],
}
"""Log-densities up to a constant, of each coordinate or of all."""
EXPRESSIONS = (
    "w * {c} + b",
    "w * {c}",
    "w * {c}^2 + b",
    "w * {c} * {d} + b",
    "{c} - {d}",
    "w * tanh({c}) + v * {d} + b",
)
OBJECTIVES: Sequence[Any] = ("elbo", "elbo", "elbo", {"beta": 2}, {"beta": 0.5}, {"iwae": 5})


def block(family: str, dim: int, extra: int, name: str | None = None) -> Words:
    """The words of a block; `extra` is the number of trials or the length of a text (0: random)."""
    words: Words = {"family": family, "dim": dim} if name is None else {"name": name, "family": family, "dim": dim}
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


@st.composite
def expressions(draw: st.DrawFn, others: Sequence[Words], names: Sequence[str]) -> Words:
    """A formula in coordinates of the other side's blocks, with parameters w, v and b where it has them."""
    places = [f"{name}[{k}]" for words, name in zip(others, names, strict=True) for k in range(words["dim"])]
    formula = draw(st.sampled_from(EXPRESSIONS))
    written = formula.format(c=draw(st.sampled_from(places)), d=draw(st.sampled_from(places)))
    used = [parameter for parameter in "wvb" if f"{parameter} *" in formula or formula.endswith(f"+ {parameter}")]
    return {"kind": "expression", "expression": written, **({"parameters": used} if used else {})}


def gaussian_output() -> st.SearchStrategy[list[Any]]:
    """Mean and variance, the variance fixed, learned or from the map."""
    return st.sampled_from(OUTPUTS["gaussian"][:4])


def features(family: str) -> st.SearchStrategy[str]:
    """Features that make sense for the family."""
    known = {"multinomial": ["counts", "frequencies", "log1p"], "poisson": ["identity", "log1p"]}
    known |= {name: ["identity", "identity", "log1p"] for name in ("bernoulli", "binomial", "negative_binomial")}
    return st.sampled_from(known.get(family, ["identity"]))


@st.composite
def plain_designs(
    draw: st.DrawFn, latents: Sequence[str] = LATENTS, observed: Sequence[str] = OBSERVED
) -> WrittenDesign:
    """One latent and one observed block, the customary outputs, maps that are shown the other side, and a prior."""
    latent, seen = draw(st.sampled_from(list(latents))), draw(st.sampled_from(list(observed)))
    sizes = st.integers(1, 3) if latent in FINITE_LATENTS else st.integers(1, 2)
    first: Words = {"latent": block(latent, draw(sizes), draw(st.integers(0, 2))), "features": draw(features(seen))}
    second: Words = {"observed": block(seen, draw(st.integers(1, 3)), draw(st.integers(0, 2)))}
    for words, family, log_rate in ((first, latent, False), (second, seen, True)):
        words["map"] = draw(maps())
        customary = ["log_rate"] if family == "exponential" and log_rate else list(OUTPUTS[family][0])
        words["output"] = draw(gaussian_output()) if family == "gaussian" else customary
    second["prior"] = draw(_prior(first["latent"], has_name=False))
    return WrittenDesign(first, second)


@st.composite
def designs(draw: st.DrawFn, latents: Sequence[str] = LATENTS, observed: Sequence[str] = OBSERVED) -> WrittenDesign:
    """A small design that may use any part of the language.

    One or two blocks on each side, the second latent one perhaps given the first; links, bounds and constants; formulas
    as maps; features on both sides; declared, learned, implied and free priors and written log-densities; a beta-weighted
    or importance-weighted objective; data in a domain that is not the family's.
    """
    hidden = draw(_blocks(latents, ("z", "u")))
    seen = draw(_blocks(observed, ("x", "y")))
    if len(hidden) == 2 and _is_picked_from(hidden[0]) and draw(st.booleans()):
        hidden[1]["given"] = "z"
    if len(seen) == 1 and seen[0]["family"] == "bernoulli" and draw(st.integers(0, 9)) == 9:
        seen[0]["domain"] = "unit_interval"
    first = draw(_side("latent", hidden, seen, ("x", "y")))
    second = draw(_side("observed", seen, hidden, ("z", "u")))
    second["prior"] = draw(_priors(hidden))
    objective = draw(st.sampled_from(OBJECTIVES))
    return WrittenDesign(first, second if objective == "elbo" else {**second, "objective": objective})


def _is_picked_from(words: Words) -> bool:
    """Whether the block has few enough values to pick another one's parameters."""
    return words["family"] in ("bernoulli", "rademacher", "categorical") and words["dim"] <= 3


@st.composite
def _blocks(draw: st.DrawFn, chosen: Sequence[str], names: tuple[str, str]) -> list[Words]:
    """One block without a name, or two smaller ones with names."""
    count = draw(st.sampled_from([1, 1, 2]))
    blocks = []
    for name in names[:count]:
        family = draw(st.sampled_from(list(chosen)))
        largest = (3 if family in FINITE_LATENTS else 2) if count == 1 else 2
        words = block(family, draw(st.integers(1, largest)), draw(st.integers(0, 2)), name if count == 2 else None)
        blocks.append(words)
    return blocks


@st.composite
def _side(draw: st.DrawFn, key: str, own: list[Words], others: list[Words], names: tuple[str, str]) -> Words:
    """Blocks, what the networks are shown, maps and outputs of one file."""
    shown = "features" if key == "latent" else "input"
    words: Words = {key: own[0] if len(own) == 1 else own, shown: draw(_shown(others))}
    formulas = expressions(others, names[: len(others)])
    one = st.one_of(maps(), maps(), maps(), formulas)
    spec = [draw(one) for _ in own]
    outputs = [list(draw(st.sampled_from(_written(each["family"])))) for each in own]
    words["map"] = spec[0] if len(own) == 1 else spec
    words["output"] = outputs[0] if len(own) == 1 else outputs
    return words


def _written(family: str) -> list[Any]:
    """The customary output more often than the others."""
    customary, *others = OUTPUTS[family]
    return [customary, customary, *others]


def _shown(others: list[Words]) -> st.SearchStrategy[str]:
    """Features that make sense for all blocks."""
    if len(others) > 1:
        return st.just("identity")
    family = others[0]["family"]
    more = {"gaussian": ["standardize", "statistics"], "categorical": ["one_hot"], "rademacher": ["one_hot"]}
    return st.one_of(features(family), st.sampled_from(["identity", *more.get(family, [])]))


@st.composite
def _priors(draw: st.DrawFn, hidden: list[Words]) -> Any:
    """One prior for each block, or one word for all."""
    if len(hidden) == 1:
        return draw(st.one_of(_prior(hidden[0], has_name=False), st.just("free"), _density(hidden[0])))
    if draw(st.sampled_from([False, False, True])):
        return draw(st.sampled_from(["implied", "free"]))
    return [draw(_prior(words, has_name=True)) for words in hidden]


@st.composite
def _prior(draw: st.DrawFn, words: Words, has_name: bool) -> Any:
    """Learned or with numbers; without a name `implied` too."""
    family = words["family"]
    named = {"name": words["name"]} if has_name else {}
    choices: list[Any] = [{"learned": family}, {"learned": family}, *([] if has_name else ["implied"])]
    if has_name and "given" in words:
        choices.append({"learned": family, "given": words["given"]})
    chosen = draw(st.sampled_from([*choices, *({"family": family, **p} for p in PRIORS[family])]))
    return {**named, **chosen} if has_name else chosen


def _density(words: Words) -> st.SearchStrategy[Any]:
    """A written log-density, where the family has one here; else the prior is implied."""
    formulas = DENSITIES.get(words["family"], ())
    return st.sampled_from([{"log_density": f.format(z="z")} for f in formulas]) if formulas else st.just("implied")
