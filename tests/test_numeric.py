"""Exact quantities against closed forms, brute force and mpmath."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import product

import mpmath
import numpy as np
import pytest
import sympy as sp
import torch
from torch import Tensor

from tightcheck import registry
from tightcheck.laws import numeric as laws
from tightcheck.numeric import special
from tightcheck.numeric.approximation import approximation_error
from tightcheck.numeric.best import Problem
from tightcheck.numeric.evidence import evidence, evidence_by_quadrature, posterior_measure
from tightcheck.numeric.gap import gap
from tightcheck.numeric.importance import bidirectional, importance_bound
from tightcheck.numeric.measure import Measure, counting
from tightcheck.numeric.model import Affine, Model
from tightcheck.numeric.pairs import pair_bound
from tightcheck.numeric.residual import least_squares, span_residual
from tightcheck.numeric.side import Side
from tightcheck.numeric.torch_family import torch_family

FAMILIES = registry.names()


pytestmark = pytest.mark.usefixtures("one_thread")


def doubles(*rows: object) -> Tensor:
    return torch.tensor(rows[0] if len(rows) == 1 else rows, dtype=torch.float64)


@pytest.mark.parametrize("name", FAMILIES)
def test_a_family_in_torch_is_the_registrys(name: str) -> None:
    """A, its gradient and Hessian, T and h, against mpmath and exact values at the stated points."""
    family = laws.in_general_position(registry.load(name))
    generator = np.random.default_rng(0)
    eta = laws.natural_parameters(family, generator, 4)
    found, at = torch_family(family), doubles(eta)
    expected = np.array([float(laws.log_partition(family, row)) for row in eta])
    assert np.allclose(found.log_partition(at).numpy(), expected, rtol=1e-11, atol=1e-11)
    assert np.allclose(found.mean_statistics(at[:1]).numpy()[0], laws.gradient(family, eta[0]), rtol=1e-6, atol=1e-6)
    assert np.allclose(found.fisher(at[:1]).numpy()[0], laws.hessian(family, eta[0]), rtol=1e-4, atol=1e-4)
    assert bool(found.in_domain(at).all())
    points = doubles([[float(sp.N(c)) for c in point] for point in family.support.points])
    for k, point in enumerate(family.support.points):
        place = dict(zip(family.variables, point, strict=True))
        statistics = [float(t.subs(place, simultaneous=True)) for t in family.statistics]
        assert np.allclose(found.statistics(points)[k].numpy(), statistics, rtol=1e-12, atol=1e-12)
        base = float(family.log_base_measure.subs(place, simultaneous=True))
        assert math.isclose(float(found.log_base_measure(points)[k]), base, rel_tol=1e-12, abs_tol=1e-12)


@pytest.mark.filterwarnings("ignore:Singular sample")  # of PyTorch's own Wishart
@pytest.mark.parametrize("name", [n for n in FAMILIES if registry.load(n).torch or registry.load(n).support.is_finite])
def test_draws_have_the_means_that_the_family_states(name: str) -> None:
    family = torch_family(laws.in_general_position(registry.load(name)))
    eta = doubles(laws.natural_parameters(family.family, np.random.default_rng(1), 1))[0]
    draws = family.sample(eta, (4000,), torch.Generator().manual_seed(2))
    again = family.sample(eta, (4000,), torch.Generator().manual_seed(2))
    assert torch.equal(draws, again)
    spread = torch.diagonal(family.fisher(eta)).sqrt() / math.sqrt(4000)
    assert float(((family.statistics(draws).mean(0) - family.mean_statistics(eta)) / spread).abs().max()) < 5


def test_outside_the_domain_the_log_partition_is_infinite() -> None:
    assert torch_family("gaussian").log_partition(doubles([0.0, 1.0])) == torch.inf
    assert torch_family("exponential").log_partition(doubles([0.5])) == torch.inf


def test_a_learned_fixed_parameter_has_a_gradient() -> None:
    family, variance = torch_family("gaussian_fixed_variance"), doubles(2.0).requires_grad_()
    value = family.log_density(doubles([1.0]), doubles([0.5]), fixed={"variance": variance})
    assert math.isclose(
        float(value.detach()),
        float(torch.distributions.Normal(doubles(1.0), doubles(2.0).sqrt()).log_prob(doubles(1.0))),
    )
    (slope,) = torch.autograd.grad(value, variance)
    assert math.isclose(float(slope), -0.25, rel_tol=1e-12)  # -1 / (2 v), x being at the mean
    with pytest.raises(ValueError, match="the parameter variance needs a value"):
        family.log_density(doubles([1.0]), doubles([0.5]))


def test_families_work_under_vmap_and_twice_differentiated() -> None:
    family = torch_family("von_mises_fisher", dimension=4)
    eta = doubles([[0.0] * 4, [1.0, 2.0, 0.0, -1.0]])
    rows = torch.vmap(torch.func.jacrev(torch.func.grad(family.log_partition)))(eta)
    assert torch.allclose(rows, family.fisher(eta), atol=1e-12)
    assert torch.allclose(rows[0], torch.eye(4, dtype=torch.float64) / 4, atol=1e-12)


@pytest.mark.parametrize("order", [0.0, 0.5, 3.0, 40.0])
def test_bessel_functions(order: float) -> None:
    squares = [1e-10, 0.3, 50.0, 1e5]
    expected = [float(mpmath.log(mpmath.besseli(order, mpmath.sqrt(s)) / mpmath.sqrt(s) ** order)) for s in squares]
    assert np.allclose(special.log_scaled_bessel_i(order, doubles(squares)).numpy(), expected, rtol=1e-12, atol=1e-12)
    xs = [1e-6, 0.4, 20.0, 3e3]
    expected = [float(mpmath.log(mpmath.besselk(order, x))) for x in xs]
    assert np.allclose(special.log_bessel_k(doubles(order), doubles(xs)).numpy(), expected, rtol=1e-12, atol=1e-12)


def test_sums_of_softplus() -> None:
    u = doubles([[-800.0, -41.0, -1e-9, 0.0], [3.0, 39.9, 41.0, 900.0], [-1e4, 1e4, -math.inf, 0.5]])
    expected = torch.logaddexp(u, torch.zeros_like(u)).sum(-1)
    assert torch.allclose(special.sum_softplus(u), expected, rtol=1e-15, atol=1e-15)
    assert special.sum_softplus(doubles([0.0, math.inf])) == math.inf
    zeros = torch.zeros(2500, dtype=torch.float64)  # 2^-2500 is no double
    assert math.isclose(float(special.sum_softplus(zeros)), 2500 * math.log(2), rel_tol=1e-15)
    assert math.isclose(float(special.sum_softplus(zeros.float())), 2500 * math.log(2), rel_tol=1e-6)


def test_sums_of_softplus_are_twice_differentiable_under_vmap() -> None:
    u = doubles([[-3.0, 0.0, 2.0], [1e4, -1e4, 0.5]])
    slopes = torch.vmap(torch.func.grad(special.sum_softplus))(u)
    bends = torch.vmap(torch.func.jacrev(torch.func.grad(special.sum_softplus)))(u)
    assert torch.allclose(slopes, torch.sigmoid(u), rtol=1e-15)
    assert torch.allclose(bends, torch.diag_embed(torch.sigmoid(u) * torch.sigmoid(-u)), rtol=1e-15)


@pytest.mark.parametrize("scale", [0.0, 1.0, 1e4])
def test_affine_decoders_have_the_evidence_of_any_decoder(scale: float) -> None:
    """And both that of the closed sum, also where natural parameters are as large as 1e4."""
    generator = torch.Generator().manual_seed(4)
    weights = torch.randn(5, 7, generator=generator, dtype=torch.float64) * scale
    offset = torch.randn(7, generator=generator, dtype=torch.float64)
    bernoulli = torch_family("bernoulli")
    affine = Model(
        Side([(bernoulli, 5)]),
        Side([(bernoulli, 7)]),
        Affine(weights, offset),
        lambda z: z.new_full(z.shape[:-1], -5 * math.log(2)),
    )
    x = everything(affine)
    f, sign = affine.decoder(affine.latent.states(0, 32, offset)), 1 - 2 * x[:, None]
    expected = torch.logsumexp(-torch.logaddexp(sign * f, torch.zeros_like(f)).sum(-1) - 5 * math.log(2), -1)
    measure = counting(affine.latent, x)
    found = evidence(affine, x, measure)
    plain = evidence(replace(affine, decoder=lambda z: affine.decoder(z)), x, measure)
    for each in (found, plain):
        assert bool(((each.log_evidence - expected).abs() <= each.error).all())
    assert torch.allclose(found.posterior_statistics, plain.posterior_statistics, rtol=1e-9, atol=1e-9)


def bits(weights: Tensor, latent: str = "rademacher") -> Model:
    """Pixels with logits W z, bits with a uniform prior."""
    pixels, count = weights.shape[-2:]
    return Model(
        Side([(torch_family(latent), count)]),
        Side([(torch_family("bernoulli"), pixels)]),
        lambda z: z @ weights.mT,
        lambda z: z.new_full(z.shape[:-1], -count * math.log(2)),
    )


def everything(model: Model) -> Tensor:
    assert model.observed.count is not None
    return model.observed.states(0, model.observed.count, doubles(0.0))


def test_one_pixel_and_two_spins() -> None:
    """logit p(x = 1 | z) = log 3 (z_1 + z_2): the best factorised KL is 0.0210196 nats, all of it the prior's doing."""
    model = bits(math.log(3) * torch.ones(1, 2, dtype=torch.float64))
    x = everything(model)
    found = gap(model, x, counting(model.latent, x))
    assert torch.allclose(found.best, doubles([0.0210196, 0.0210196]), atol=5e-8)
    assert bool((found.lower <= found.best).all())
    assert bool((found.best - found.lower < 1e-5).all())
    assert float(found.family.max()) < 1e-12
    assert torch.allclose(found.log_evidence, torch.full((2,), -math.log(2), dtype=torch.float64), atol=1e-14)
    assert float(found.error.max()) < 1e-11


FIVE = math.log(3) * doubles([[1, 0.5], [1, 0.5], [0.5, 1], [0.5, 1], [1, 1]])


def test_five_pixels_have_the_gap_that_theory_states() -> None:
    model = bits(FIVE)
    x = everything(model)
    found = gap(model, x, counting(model.latent, x))
    weights = torch.exp(found.log_evidence)
    assert math.isclose(float(weights.sum()), 1.0, rel_tol=1e-12)
    assert math.isclose(float(weights @ found.best), 0.0876, abs_tol=5e-5)
    assert float(weights @ (found.best - found.lower)) < 1e-5


def test_the_elbo_pulls_the_decoder_into_the_consistent_set() -> None:
    """The approximation error (4) of the five pixels is positive, and there the ELBO is nearly tight."""
    x = everything(bits(FIVE))
    weights = torch.exp(evidence(bits(FIVE), x, counting(bits(FIVE).latent, x)).log_evidence)
    found = approximation_error(bits, x, weights, [FIVE])
    assert math.isclose(found.log_likelihood, float(weights @ torch.log(weights)), rel_tol=1e-9)
    assert math.isclose(found.error, 0.00145, abs_tol=1e-5)
    assert 0 <= found.gap < 1e-6


def test_the_gap_of_an_encoder_has_its_amortisation_part() -> None:
    model = bits(FIVE)
    x = everything(model)
    best = gap(model, x, counting(model.latent, x))
    found = gap(model, x, counting(model.latent, x), encoder=lambda points: torch.zeros(len(points), 2).to(points))
    assert found.amortisation is not None
    assert found.elbo is not None
    log_q = torch.full((4,), -2 * math.log(2), dtype=torch.float64)
    z = model.latent.states(0, 4, x)
    by_hand = (torch.exp(log_q) * (model.log_scores(x, z) - log_q)).sum(-1)
    assert torch.allclose(found.elbo, by_hand, atol=1e-12)
    assert bool((found.amortisation >= -1e-12).all())
    assert torch.allclose(found.best, best.best, atol=1e-12)


def test_enumeration_in_blocks_is_the_sum() -> None:
    generator = torch.Generator().manual_seed(3)
    model = bits(torch.randn(6, 10, generator=generator, dtype=torch.float64), "bernoulli")
    x = model.observed.states(0, 64, doubles(0.0))
    z = doubles(list(product((0.0, 1.0), repeat=10)))
    expected = torch.logsumexp(model.log_joint(x[:, None], z), -1)
    assert torch.equal(model.latent.states(0, 1024, x), z)
    for block in (1, 7, 1024):
        found = evidence(model, x, Measure(model.latent, block=block))
        assert bool(((found.log_evidence - expected).abs() <= found.error + 1e-13).all())
        shares = torch.softmax(model.log_joint(x[:, None], z), -1)
        assert torch.allclose(found.posterior_statistics, shares @ z, atol=1e-12)


def test_more_states_than_can_be_listed_are_refused() -> None:
    with pytest.raises(ValueError, match="more than 2\\^20"):
        counting(Side([(torch_family("bernoulli"), 21)]), doubles(0.0))


def test_designs_of_one_shape_are_one_batch() -> None:
    weights = torch.randn(3, 4, 5, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    batch = bits(weights)
    x = everything(batch)
    together = evidence(batch, x, counting(batch.latent, x)).log_evidence
    alone = [evidence(bits(W), x, counting(batch.latent, x)).log_evidence for W in weights]
    assert together.shape == (3, 16)
    assert torch.allclose(together, torch.stack(alone), atol=1e-12)


def factor_analysis(weights: Tensor) -> Model:
    """x = W z + noise, both standard normal."""
    known = registry.load("gaussian_fixed_variance", fixed={"variance": 1})
    return Model(
        Side([(torch_family("gaussian"), weights.shape[1])]),
        Side([(torch_family(known), weights.shape[0])]),
        lambda z: z @ weights.T,
        lambda z: -(z**2 + math.log(2 * math.pi)).sum(-1) / 2,
    )


LOADINGS = doubles([[1.0, 0.3], [0.2, -0.7], [0.5, 0.5]])


def marginal(weights: Tensor, x: Tensor) -> Tensor:
    covariance = torch.eye(len(weights), dtype=torch.float64) + weights @ weights.T
    return torch.distributions.MultivariateNormal(torch.zeros(len(weights)).to(x), covariance).log_prob(x)


def test_quadrature_states_its_error() -> None:
    model, x = factor_analysis(LOADINGS), doubles([[0.0, 1.0, -2.0], [30.0, 5.0, 8.0]])
    found = evidence_by_quadrature(model, x)
    assert float(found.error.max()) < 1e-9
    assert bool(((found.log_evidence - marginal(LOADINGS, x)).abs() <= found.error).all())


def test_the_best_diagonal_gaussian_keeps_the_precisions_diagonal() -> None:
    """min KL = (sum log P_jj - log det P) / 2 for a Gaussian posterior with precision P."""
    model, x = factor_analysis(LOADINGS), doubles([[0.5, -1.0, 2.0]])
    precision = torch.eye(2, dtype=torch.float64) + LOADINGS.T @ LOADINGS
    expected = (torch.log(torch.diagonal(precision)).sum() - torch.logdet(precision)) / 2
    found = gap(model, x, posterior_measure(model, x[0], 80))
    assert math.isclose(float(found.best), float(expected), rel_tol=1e-9)
    assert torch.allclose(found.eta[0, 1::2], -torch.diagonal(precision) / 2, atol=1e-8)
    assert float(found.family) < 1e-12


def test_a_conjugate_pair_has_no_gap_on_a_half_line() -> None:
    """Poisson counts with a gamma rate: log p(x) is a negative binomial's."""
    model = Model(
        Side([(torch_family("gamma"), 1)]),
        Side([(torch_family("poisson"), 1)]),
        torch.log,
        lambda z: torch.distributions.Gamma(doubles(2.0), doubles(1.5)).log_prob(z[..., 0]),
    )
    x = doubles([[0.0], [3.0], [40.0]])
    found = evidence_by_quadrature(model, x)
    share = doubles(1 / 2.5)
    expected = torch.distributions.NegativeBinomial(doubles(2.0), probs=share).log_prob(x[:, 0])
    assert torch.allclose(found.log_evidence, expected, atol=1e-10)
    for point in x:
        tight = gap(model, point[None], posterior_measure(model, point, 300))
        assert float(tight.best) < 1e-12
        assert torch.allclose(tight.eta[0], torch.stack([point[0] + 1, doubles(-2.5)]), atol=1e-6)


def test_importance_sampling_is_below_and_reliable() -> None:
    generator = torch.Generator().manual_seed(0)
    weights = torch.randn(7, 5, generator=generator, dtype=torch.float64)
    model, x = factor_analysis(weights), torch.randn(4, 7, generator=generator, dtype=torch.float64)
    found = importance_bound(model, x, 4000, generator)
    assert bool(found.is_reliable.all())
    assert bool(((found.bound - marginal(weights, x)).abs() < 5 * found.standard_error + 1e-9).all())
    assert bool((found.effective_size > 400).all())


def test_a_bad_proposal_is_told_by_its_weights() -> None:
    """A proposal that is too narrow leaves few weights that count."""
    generator = torch.Generator().manual_seed(0)
    weights = 3 * torch.randn(9, 6, generator=generator, dtype=torch.float64)
    model, x = factor_analysis(weights), torch.randn(2, 9, generator=generator, dtype=torch.float64)
    found = importance_bound(model, x, 500, generator, widen=0.2)
    assert not bool(found.is_reliable.any())


def test_annealing_both_ways_encloses_the_evidence() -> None:
    generator = torch.Generator().manual_seed(0)
    model = factor_analysis(LOADINGS)
    z = torch.randn(40, 2, generator=generator, dtype=torch.float64)
    x = z @ LOADINGS.T + torch.randn(40, 3, generator=generator, dtype=torch.float64)
    found = bidirectional(model, x, z, generator, chains=4, temperatures=60)
    exact = marginal(LOADINGS, x)
    below, above = exact - found.lower, found.upper - exact
    for difference in (below, above):
        assert float(difference.mean()) > -3 * float(difference.std()) / math.sqrt(len(x))
        assert float(difference.mean()) < 0.2


def test_the_pair_bound_is_below_every_product() -> None:
    generator = torch.Generator().manual_seed(5)
    model = bits(2 * torch.randn(4, 3, generator=generator, dtype=torch.float64))
    x = everything(model)
    measure = counting(model.latent, x)
    lower = pair_bound(model, x, measure)
    problem = Problem(model.latent, measure, lambda z: model.log_scores(x, z), len(x))
    for _ in range(50):
        eta = 2 * torch.randn(len(x), 3, generator=generator, dtype=torch.float64)
        assert bool((problem.kl(eta) >= lower - 1e-12).all())
    assert float(lower.max()) > 1e-3


def test_the_span_residual_tells_the_outputs_apart() -> None:
    """f = (z, z^2, sin z) with psi = (z, z^2): R^2 of the first two is 1."""
    model = Model(
        Side([(torch_family("gaussian"), 1)]),
        Side([(torch_family("bernoulli"), 3)]),
        lambda z: torch.cat([z, z**2, torch.sin(z)], -1),
        lambda z: -(z**2).sum(-1) / 2,
    )
    z = model.latent.scatter(200, torch.Generator().manual_seed(0))
    found = span_residual(model, everything(model), z)
    assert torch.allclose(found.outputs.r_squared[:2], torch.ones(2, dtype=torch.float64), atol=1e-12)
    assert float(found.outputs.r_squared[2]) < 0.99
    assert found.outputs.is_zero is False
    assert float(found.outputs.relative[:2].max()) < 1e-12


def test_least_squares_drops_redundant_columns() -> None:
    columns = doubles([[1.0, 2.0], [2.0, 4.0], [3.0, 6.0], [5.0, 10.0]])
    assert least_squares(columns, doubles([[1.0], [2.0], [3.0], [5.0]])).is_zero
    assert least_squares(columns, doubles([[1.0], [0.0], [3.0], [5.0]])).is_zero is False
