"""Hypothesis strategies: families, designs, and models that are inside, outside and just outside the consistent set.

    from hypothesis import given
    from tightcheck import strategies

    @given(strategies.tight_models())
    def test_my_estimator(model):
        ...  # model.numbers() is a tightcheck.numeric.model.Model; repr(model) is what a failing test prints

All numbers are exact rationals until `numbers()` asks for floats, so a counterexample shrinks to one that can be read and
typed in again. Hypothesis finds these strategies by its entry point: with `tightcheck.design` or `tightcheck.family` imported,
`st.from_type(Design)` and `st.from_type(Family)` work. Importing this module imports Hypothesis alone.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any, NamedTuple


def register_types() -> None:
    """Hypothesis calls this when it is imported: `st.from_type` then knows the types, if their modules are there by then.

    It stands above the import of Hypothesis, which calls it in the middle of that import; nothing is there to register yet.
    """
    if "boundary_models" not in globals():
        return
    if "tightcheck.design" in sys.modules:
        from tightcheck.design import Design

        st.register_type_strategy(Design, designs().map(WrittenDesign.design))
    if "tightcheck.family" in sys.modules:
        from tightcheck.family import Family

        st.register_type_strategy(Family, families())


from hypothesis import strategies as st  # noqa: E402 (see register_types)

if TYPE_CHECKING:
    from torch import Tensor

    from tightcheck.design import Design
    from tightcheck.family import Family
    from tightcheck.numeric.model import Model

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
PARAMETERS: Mapping[str, Sequence[str]] = {
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
PRIORS: Mapping[str, Sequence[Words]] = {
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


def text(words: Words) -> str:
    """The words as a YAML file."""
    import yaml

    return str(yaml.safe_dump(words, sort_keys=False))


class WrittenDesign(NamedTuple):
    """A design as its two files would state it; printed as these files."""

    encoder: Words
    decoder: Words

    def design(self) -> Design:
        """The design that the words state. Raises DesignError."""
        from tightcheck.read_yaml import design_of
        from tightcheck.reading.nodes import Tree

        return design_of(Tree(_exact(self.encoder)), Tree(_exact(self.decoder)))

    def __repr__(self) -> str:
        return f"# encoder.yaml\n{text(self.encoder)}# decoder.yaml\n{text(self.decoder)}"


def _exact(part: Any) -> Any:
    """The data as the reader has them: decimals are exact."""
    if isinstance(part, dict):
        return {key: _exact(value) for key, value in part.items()}
    if isinstance(part, list):
        return [_exact(value) for value in part]
    return Decimal(str(part)) if isinstance(part, float) else part


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
def designs(
    draw: st.DrawFn,
    latents: Sequence[str] = (*FINITE_LATENTS, *OTHER_LATENTS),
    observed: Sequence[str] = OBSERVED,
) -> WrittenDesign:
    """A small design with one latent and one observed block: families, maps, features, outputs and prior."""
    latent, seen = draw(st.sampled_from(list(latents))), draw(st.sampled_from(list(observed)))
    sizes = st.integers(1, 3) if latent in FINITE_LATENTS else st.integers(1, 2)
    first: Words = {"latent": block(latent, draw(sizes), draw(st.integers(0, 2))), "features": draw(features(seen))}
    second: Words = {"observed": block(seen, draw(st.integers(1, 3)), draw(st.integers(0, 2)))}
    for words, family, parameters in ((first, latent, ENCODER_PARAMETERS), (second, seen, PARAMETERS)):
        words["map"] = draw(maps())
        words["output"] = draw(gaussian_output()) if family == "gaussian" else list(parameters[family])
    choices: list[Any] = [{"learned": latent}, {"learned": latent}, "implied"]
    second["prior"] = draw(st.sampled_from([*choices, *({"family": latent, **p} for p in PRIORS[latent])]))
    return WrittenDesign(first, second)


@st.composite
def families(draw: st.DrawFn, largest: int = 4) -> Family:
    """Any family of the registry: vectors of 2 to `largest` components, fixed parameters at exact values."""
    import sympy as sp

    from tightcheck import registry

    name = draw(st.sampled_from(registry.names()))
    stated = registry.load(name)
    dimension = None if stated.dimension is None else draw(st.integers(2, _largest(name, largest)))
    family = registry.load(name, dimension)
    values = {}
    for parameter in family.fixed:
        step = draw(st.integers(0, 4))
        value = parameter.default + (step if parameter.symbol.is_integer else sp.Rational(step, 3))
        values[parameter.symbol.name] = value if parameter.admits(value) else parameter.default
    return family.with_fixed(values)


def _largest(name: str, largest: int) -> int:
    """Matrices are written out entry by entry: two rows are enough."""
    return 2 if name in ("wishart", "inverse_wishart", "matrix_normal", "full_gaussian") else largest


PAIRS = (
    ("bernoulli", "bernoulli"),
    ("rademacher", "bernoulli"),
    ("bernoulli", "poisson"),
    ("bernoulli", "gaussian_fixed_variance"),
    ("categorical", "bernoulli"),
    ("binomial", "bernoulli"),
    ("gaussian", "gaussian_fixed_variance"),
)
"""(latent, observed) families of which every f = W psi + b has a conjugate prior that the strategies can write down."""


@dataclass(frozen=True)
class ExactModel:
    """f = W psi + b and log p(z) = log h' + <c, psi> + A(f) + interaction psi_1 psi_k, k the last statistic of all.

    Without interaction this is the joint (7): the posterior is in the encoder's family with g*(x) = W' nu(x) + c. Where
    `is_consistent` is False, psi_1 psi_k is of two coordinates and outside span(psi, 1), so no x has its posterior there.
    """

    latent: str
    latents: int
    observed: str
    outputs: int
    weights: tuple[tuple[Fraction, ...], ...]
    offsets: tuple[Fraction, ...]
    c: tuple[Fraction, ...]
    interaction: Fraction = Fraction(0)

    @property
    def is_consistent(self) -> bool:
        """Whether the posterior is in the encoder's family, known from the form."""
        return self.interaction == 0

    def numbers(self, device: str = "cpu") -> Model:
        """The model in float64."""
        from tightcheck.numeric.model import Model
        from tightcheck.numeric.side import Side
        from tightcheck.numeric.torch_family import torch_family

        sides = [
            Side([(torch_family(_family(name)), copies)])
            for name, copies in ((self.latent, self.latents), (self.observed, self.outputs))
        ]
        W, b, c = (_tensor(part, device) for part in (self.weights, self.offsets, self.c))
        latent, observed = sides

        def decoder(z: Tensor) -> Tensor:
            return latent.statistics(z) @ W.T + b

        def log_prior(z: Tensor) -> Tensor:
            psi = latent.statistics(z)
            coupled = psi[..., 0] * psi[..., _other(self.latent, self.latents)]
            conjugate = latent.log_base_measure(z) + psi @ c + observed.log_partition(decoder(z))
            return conjugate + float(self.interaction) * coupled

        return Model(latent, observed, decoder, log_prior, is_normalised=False)


def _family(name: str) -> Family:
    from tightcheck import registry

    return registry.load(name, fixed={"variance": 1}) if name == "gaussian_fixed_variance" else registry.load(name)


SIZES = {"categorical": 2, "gaussian": 2}
"""How many statistics one draw has, where it is not one (a categorical of three classes)."""


def _other(latent: str, copies: int) -> int:
    """The place of the last copy's first statistic."""
    return (copies - 1) * SIZES.get(latent, 1)


def _tensor(values: Sequence[Any], device: str) -> Tensor:
    from tightcheck.attack.numbers import tensor

    return tensor(values).to(device)


def rationals(largest: int = 2) -> st.SearchStrategy[Fraction]:
    """Exact numbers that shrink to 0, then to whole numbers."""
    return st.fractions(-largest, largest, max_denominator=8)


@st.composite
def tight_models(draw: st.DrawFn, largest: int = 3) -> ExactModel:
    """Models of the consistent set: joints of the form (7), finite or Gaussian, with at most `largest` coordinates a side."""
    latent, observed = draw(st.sampled_from(PAIRS))
    latents, outputs = draw(st.integers(1, largest)), draw(st.integers(1, largest))
    size = SIZES.get(latent, 1) * latents
    rows = [[draw(rationals()) for _ in range(size)] for _ in range(outputs)]
    c = [draw(rationals()) for _ in range(size)]
    if latent == "gaussian":  # V = 0, and -2 diag(c) - W'W has a dominant diagonal
        rows = [[w if k % 2 == 0 else Fraction(0) for k, w in enumerate(row)] for row in rows]
        for k in range(latents):
            weight = sum((abs(row[2 * k]) * sum(map(abs, row)) for row in rows), Fraction(0))
            c[2 * k + 1] = -(1 + weight) / 2
    offsets = tuple(draw(rationals()) for _ in range(outputs))
    return ExactModel(latent, latents, observed, outputs, tuple(map(tuple, rows)), offsets, tuple(c))


def _with_interaction(model: ExactModel, strength: Fraction) -> ExactModel:
    """The model with two latent coordinates coupled; a Gaussian's precision stays positive for |strength| < 1 / 2."""
    return replace(model, interaction=strength)


def loose_models(largest: int = 3) -> st.SearchStrategy[ExactModel]:
    """Models outside the consistent set: two coordinates of z interact in the prior, by at least 1/8."""
    strengths = st.fractions(Fraction(1, 8), Fraction(3, 8), max_denominator=8)
    signed = st.builds(lambda s, is_negative: -s if is_negative else s, strengths, st.booleans())
    return st.builds(_with_interaction, _coupled(largest), signed)


def boundary_models(largest: int = 3) -> st.SearchStrategy[ExactModel]:
    """Models at the consistent set's boundary: inside it, or outside by an interaction of 10^-3 to 10^-7.

    Their KL is second order in the interaction, their span residual first order.
    """
    strengths = st.sampled_from([Fraction(0), *(Fraction(s, 10**k) for k in range(3, 8) for s in (1, -1))])
    return st.builds(_with_interaction, _coupled(largest), strengths)


def _coupled(largest: int) -> st.SearchStrategy[ExactModel]:
    """Models with at least two latent coordinates."""
    return tight_models(largest).filter(lambda model: model.latents > 1)


register_types()
