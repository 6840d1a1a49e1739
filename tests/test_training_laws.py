"""The law of each family against the registry's own density, and derivatives of draws against those of expectations."""

from __future__ import annotations

import math

import pytest
import sympy as sp
import torch
from torch import Tensor

from tightcheck import registry
from tightcheck.numeric.torch_family import torch_family
from tightcheck.training.formula import Formula
from tightcheck.training.laws import scalar_law, vector_law
from tightcheck.training.sphere import VonMisesFisher
from tightcheck.training.untrainable import Untrainable

SCALARS = [name for name in registry.names() if registry.load(name).dimension is None]
UNTRAINED = {"normal_gamma", "normal_inverse_gamma"}


@pytest.fixture(autouse=True)
def one_thread() -> None:
    torch.set_num_threads(1)


def one_parameter_point(name: str) -> tuple[tuple[sp.Expr, ...], dict[str, Tensor]]:
    """The first parametrisation's natural parameters, and values of all its symbols and open fixed parameters."""
    family = registry.load(name)
    way = family.parametrisations[0]
    values = {symbol.name: torch.tensor(0.6, dtype=torch.float64) for symbol in way.symbols}
    values |= {p.symbol.name: torch.tensor(float(p.default), dtype=torch.float64) for p in family.fixed}
    return way.natural, {key: value.reshape(1, 1, 1, 1) for key, value in values.items()}


@pytest.mark.parametrize("name", [name for name in SCALARS if name not in UNTRAINED])
def test_a_scalar_law_is_the_familys_density(name: str) -> None:
    """At the exact points of its support, whoever the density comes from."""
    natural, values = one_parameter_point(name)
    family = registry.load(name, fixed={p.symbol.name: p.default for p in registry.load(name).fixed})
    facts = torch_family(family)
    law = scalar_law(name, {}, natural)(values)
    eta = torch.stack([Formula(e)(values) for e in natural], -1)
    points = torch.tensor([[float(c) for c in p] for p in family.support.points], dtype=torch.float64)
    inside = [x for x in points if torch.isfinite(facts.log_base_measure(x))]
    for x in inside:
        wanted = facts.log_density(x, eta.reshape(-1))
        found = law.log_prob(x.reshape(1, 1, 1, 1))
        torch.testing.assert_close(found.reshape(()), wanted, rtol=1e-6, atol=1e-9)


@pytest.mark.parametrize("name", sorted(UNTRAINED))
def test_what_has_no_law_is_refused_in_a_sentence(name: str) -> None:
    natural, _ = one_parameter_point(name)
    with pytest.raises(Untrainable, match="analysed, not trained"):
        scalar_law(name, {}, natural)


@pytest.mark.parametrize("name", ["conway_maxwell_poisson", "logarithmic", "zero_truncated_poisson"])
def test_counts_without_a_distribution_in_pytorch_are_drawn_with_their_masses(name: str) -> None:
    natural, values = one_parameter_point(name)
    law = scalar_law(name, {}, natural)(values)
    with torch.random.fork_rng():
        torch.manual_seed(0)
        drawn = law.draw(20_000).flatten()
    for point in drawn.unique()[:4]:
        mass = float(law.log_prob(point.reshape(1, 1, 1, 1)).exp())
        error = math.sqrt(mass * (1 - mass) / len(drawn))
        assert abs(float((drawn == point).double().mean()) - mass) < 5 * error


VECTORS = {
    "categorical": ({"logits": [0.1, -0.5, 0.7]}, 3),
    "multinomial": ({"logits": [0.1, -0.5, 0.7]}, 3),
    "dirichlet": ({"log_concentration": [0.1, -0.5, 0.7]}, 3),
    "isotropic_gaussian": ({"mean": [0.1, -0.5], "variance": [0.6]}, 2),
    "full_gaussian": ({"mean": [0.1, -0.5], "covariance": [1.0, 0.3, 0.8]}, 2),
    "von_mises_fisher": ({"loc": [0.6, 0.8, 0.0], "concentration": [1.7]}, 3),
    "markov_random_field": ({"bias": [0.1, -0.5, 0.7], "coupling": [0.4, -1.0]}, 3),
}


@pytest.mark.parametrize("name", [*VECTORS])
def test_a_vector_law_is_the_familys_density(name: str) -> None:
    written, dimension = VECTORS[name]
    edges = ((0, 1), (1, 2))
    family = registry.load(name, dimension, **({"edges": edges} if name == "markov_random_field" else {}))
    facts = torch_family(family)
    values = {key: torch.tensor(value, dtype=torch.float64) for key, value in written.items()}
    law = vector_law(name, dimension, edges, None)({k: v.reshape(1, 1, 1, 1, -1) for k, v in values.items()})
    scalars = {
        k: v if isinstance(facts.parametrisation(values).parameters[k], tuple) else v[0] for k, v in values.items()
    }
    eta = facts.natural(**scalars)
    for point in family.support.points:
        x = torch.tensor([float(c) for c in point], dtype=torch.float64)
        found = law.log_prob(x.reshape(1, 1, 1, -1)).reshape(())
        torch.testing.assert_close(found, facts.log_density(x, eta), rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("dimension", [2, 3, 5])
@pytest.mark.parametrize("concentration", [0.5, 4.0, 60.0])
def test_directions_have_the_mean_of_their_law_and_its_derivative(dimension: int, concentration: float) -> None:
    """E[x] = A'(k) m, and the draws' derivative in k has the mean A''(k) m: within 5 standard errors."""
    k = torch.full((20_000,), concentration, dtype=torch.float64, requires_grad=True)
    direction = torch.zeros(20_000, dimension, dtype=torch.float64)
    direction[:, 1] = 1.0
    with torch.random.fork_rng():
        torch.manual_seed(dimension)
        x = VonMisesFisher(direction, k).rsample()
    torch.testing.assert_close(x.norm(dim=-1), torch.ones(len(x), dtype=torch.float64))
    point = torch.tensor(concentration, dtype=torch.float64)
    one = direction[0]

    def partition(c: Tensor) -> Tensor:
        return c - VonMisesFisher(one, c).log_prob(one)

    mean = torch.func.grad(partition)(point)
    slope = torch.func.grad(torch.func.grad(partition))(point)
    derivative = torch.autograd.grad(x[:, 1].sum(), k)[0]
    for found, wanted in ((x[:, 1].detach(), mean), (derivative, slope)):
        assert abs(float(found.mean() - wanted)) < 5 * float(found.std()) / math.sqrt(len(found)) + 1e-6


def test_formulas_sum_over_coordinates_and_pick_one() -> None:
    from tightcheck.expression import parse

    z = torch.tensor([[1.0, 2.0, 4.0]], dtype=torch.float64)
    names, sizes = {"z": sp.Symbol("z", real=True)}, {"z": 3}
    for text, expected in (
        ("sum(z^2)", [21.0]),
        ("z[1] + 1", [3.0]),
        ("z - sum(z)", [-6.0, -5.0, -3.0]),
        ("softmax(z)", torch.softmax(z, -1)[0].tolist()),
        ("sigmoid(-1000 * z)", [0.0, 0.0, 0.0]),
        ("softplus(1000 * z)", [1000.0, 2000.0, 4000.0]),
    ):
        found = Formula(parse(text, names, sizes))({"z": z})
        torch.testing.assert_close(found, torch.tensor([expected], dtype=torch.float64))
