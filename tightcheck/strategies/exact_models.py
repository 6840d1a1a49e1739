"""Models inside, outside and just outside the consistent set, in exact numbers until `numbers()` asks for floats."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

if TYPE_CHECKING:
    from torch import Tensor

    from tightcheck.family import Family
    from tightcheck.numeric.model import Model

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
        from tightcheck.numeric.model import Affine, Model
        from tightcheck.numeric.side import Side
        from tightcheck.numeric.torch_family import torch_family

        sides = [
            Side([(torch_family(_family(name)), copies)])
            for name, copies in ((self.latent, self.latents), (self.observed, self.outputs))
        ]
        W, b, c = (_tensor(part, device) for part in (self.weights, self.offsets, self.c))
        latent, observed = sides

        affine = Affine(W.T, b)
        is_affine_in_z = all(family.family.statistics == family.family.variables for family, _ in latent.parts)
        decoder = affine if is_affine_in_z else lambda z: affine(latent.statistics(z))

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
