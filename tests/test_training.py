"""Training: designs become the networks they state, gradients are the objective's, an interrupted run ends as it would have."""

from __future__ import annotations

import multiprocessing
import random
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from scipy import sparse
from torch import Tensor

from tightcheck.decide import decide
from tightcheck.design import Design
from tightcheck.read_yaml import read_design
from tightcheck.training import checkpoint
from tightcheck.training.checkpoint import Log
from tightcheck.training.data import Data, checked
from tightcheck.training.features import Features
from tightcheck.training.fit import build, fit
from tightcheck.training.measure import measure
from tightcheck.training.model import Model
from tightcheck.training.networks import Piece
from tightcheck.training.objective import Estimator, all_latents, objective, seeded_draws
from tightcheck.training.split import split
from tightcheck.training.trained import Settings, Trained
from tightcheck.training.untrainable import Untrainable

BITS = """
encoder:
  latent: {family: bernoulli, dim: 2}
  map: {kind: mlp, hidden: [4], activation: tanh}
  output: logits
decoder:
  observed: {family: bernoulli, dim: 3}
  map: {kind: mlp, hidden: [4], activation: tanh}
  output: logits
  prior: {learned: bernoulli}
"""
ONE_BIT = """
encoder:
  latent: {family: bernoulli, dim: 1}
  map: {kind: affine}
  output: logits
decoder:
  observed: {family: bernoulli, dim: 5}
  map: {kind: affine}
  output: logits
  prior: {family: bernoulli, probs: 0.4}
"""
COUNTS = """
encoder:
  latent: {family: bernoulli, dim: 3}
  features: FEATURES
  map: {kind: mlp, hidden: [4], activation: relu}
  output: logits
decoder:
  observed: {family: multinomial, dim: 12, length: random}
  map: {kind: affine}
  output: logits
  prior: {family: bernoulli, probs: 0.5}
"""


@pytest.fixture(autouse=True)
def one_thread() -> None:
    torch.set_num_threads(1)


def design_of(text: str, folder: Path) -> Design:
    file = folder / "design.yaml"
    file.write_text(text)
    return read_design(file)


def binary(rows: int, width: int, seed: int = 0) -> np.ndarray:
    """Bits that follow two hidden bits."""
    numbers = np.random.default_rng(seed)
    hidden = numbers.integers(0, 2, (rows, 2))
    chances = 1 / (1 + np.exp(-(hidden @ numbers.normal(0, 3, (2, width)) - 1)))
    return (numbers.random((rows, width)) < chances).astype(float)


def gradient(model: Model, data: Data, estimator: Estimator, repeats: int = 1) -> tuple[Tensor, Tensor]:
    """Mean and standard error of the gradient of the summed objective, over independent repeats."""
    rows = torch.arange(len(data))
    found = []
    for _ in range(repeats):
        value = objective(model, data.batch(rows), estimator).sum()
        grads = torch.autograd.grad(value, list(model.parameters()), allow_unused=True)
        flat = [torch.zeros_like(p) if g is None else g for g, p in zip(grads, model.parameters(), strict=True)]
        found.append(torch.cat([g.flatten() for g in flat]))
    stacked = torch.stack(found)
    return stacked.mean(0), stacked.std(0, correction=0) / repeats**0.5


@pytest.mark.parametrize("estimator", ["arm", "disarm", "rloo"])
@pytest.mark.parametrize("kind", ["elbo", "beta"])
def test_the_gradient_through_bits_is_that_of_the_sum_over_all_bits(
    estimator: Estimator, kind: str, tmp_path: Path
) -> None:
    """All parameters of encoder, decoder and prior."""
    text = BITS + ("  objective: {beta: 3}\n" if kind == "beta" else "")
    design = design_of(text, tmp_path)
    data = checked(design, {"x": np.ones((1, 3))})
    model = build([design], data, Settings(dtype="float64"))
    exact, _ = gradient(model, data, "exact")
    assert (exact != 0).all()
    close_in_the_mean(model, {"x": np.ones((1, 3))}, estimator, exact)


def close_in_the_mean(model: Model, rows: dict[str, np.ndarray], estimator: Estimator, exact: Tensor) -> None:
    """One example, copied: each copy has noise of its own; 100 x 30 draws, within 5 standard errors."""
    many = checked(model.design, {name: np.repeat(row, 100, 0) for name, row in rows.items()})
    with seeded_draws(5, torch.device("cpu")):
        mean, error = gradient(model, many, estimator, repeats=30)
    assert ((mean / 100 - exact).abs() <= 5 * error / 100 + 1e-12).all()


def flat_gradient(value: Tensor, model: Model) -> Tensor:
    grads = torch.autograd.grad(value, list(model.parameters()), allow_unused=True)
    return torch.cat(
        [(torch.zeros_like(p) if g is None else g).flatten() for g, p in zip(grads, model.parameters(), strict=True)]
    )


def listed_terms(model: Model, x: dict[str, Piece]) -> tuple[Tensor, Tensor]:
    """log p(x, z) and log q(z | x) for every z, (values)."""
    z = all_latents(model, 64)
    assert z is not None
    return model.log_joint(x, z).flatten(), model.log_posterior(x, z).flatten()


@pytest.mark.parametrize("estimator", ["arm", "disarm", "rloo"])
def test_the_gradient_of_an_importance_weighted_bound_is_that_of_the_sum_over_its_draws(
    estimator: Estimator, tmp_path: Path
) -> None:
    design = design_of(ONE_BIT + "  objective: {iwae: 2}\n", tmp_path)
    row = {"x": np.ones((1, 5))}
    data = checked(design, row)
    model = build([design], data, Settings(dtype="float64"))
    log_joint, log_q = listed_terms(model, data.batch(torch.arange(1)))
    weights = log_joint - log_q
    bound = torch.logaddexp(weights[:, None], weights[None]) - np.log(2)
    exact = ((log_q[:, None] + log_q[None]).exp() * bound).sum()
    close_in_the_mean(model, row, estimator, flat_gradient(exact, model))


@pytest.mark.parametrize("label", [0.0, 1.0, -1.0])
def test_a_label_takes_the_place_of_its_draw(label: float, tmp_path: Path) -> None:
    """A known label y: log p(x, y) + log q(y | x); -1 is an unknown one: the ELBO."""
    text = """
encoder:
  latent: {name: y, family: categorical, dim: 2}
  map: {kind: affine}
  output: logits
decoder:
  observed: {family: bernoulli, dim: 3}
  map: {kind: affine}
  output: logits
  prior: {family: categorical, logits: 0}
  objective: {semi_supervised: y}
"""
    design = design_of(text, tmp_path)
    row = {"x": np.ones((1, 3)), "y": np.array([[label]])}
    data = checked(design, row)
    model = build([design], data, Settings(dtype="float64"))
    log_joint, log_q = listed_terms(model, {"x": data.batch(torch.arange(1))["x"]})
    elbo = (log_q.exp() * (log_joint - log_q)).sum()
    exact = elbo if label < 0 else (log_joint + log_q)[int(label)]
    if label >= 0:  # nothing is left to chance
        torch.testing.assert_close(objective(model, data.batch(torch.arange(1)), "rloo").sum(), exact)
    close_in_the_mean(model, row, "rloo", flat_gradient(exact, model))


IMPLIED = """
encoder:
  latent: {family: LATENT, dim: 1}
  map: {kind: affine}
  output: OUTPUT
decoder:
  observed: {family: OBSERVED, dim: 3}
  map: {kind: affine}
  output: SHAPE
  prior: implied
"""


@pytest.mark.parametrize("family", ["bernoulli", "gaussian"])
def test_an_implied_prior_is_normalised_and_its_design_trains_to_gap_zero(family: str, tmp_path: Path) -> None:
    """The joint (7): with the implied prior the affine design is tight."""
    is_bits = family == "bernoulli"
    text = IMPLIED.replace("LATENT", family).replace("OBSERVED", family)
    text = text.replace("OUTPUT", "logits" if is_bits else "[mean, {log_variance: {learned: shared}}]")
    text = text.replace("SHAPE", "logits" if is_bits else "[mean, {variance: {fixed: 1}}]")
    design = design_of(text, tmp_path)
    numbers = np.random.default_rng(0)
    hidden = numbers.normal(size=(200, 1))
    x = binary(200, 3) if is_bits else hidden @ np.array([[0.5, -0.4, 0.2]]) + numbers.normal(size=(200, 3))
    data = checked(design, {"x": x})
    settings = Settings(epochs=200, batch=200, learning_rate=0.05, dtype="float64", measure_every=200)
    trained = fit(design, data, replace(settings, estimator="exact" if is_bits else "path", draws=1 if is_bits else 8))
    z = torch.arange(2.0) if is_bits else torch.linspace(-30, 30, 20_001, dtype=torch.float64)
    log_prior = trained.model.prior({"z": z.double().reshape(1, -1, 1, 1)}).flatten().exp()
    mass = float((log_prior.sum() * (1 if is_bits else 60 / 20_000)).detach())
    assert mass == pytest.approx(1.0, abs=1e-9)
    assert trained.measured[200].gap[0] < 2e-3 < trained.measured[0].gap[0]


def test_the_parts_of_the_gap_add_up_to_it(tmp_path: Path) -> None:
    """By another program: the best encoder of each example and the network's own."""
    design = design_of(BITS, tmp_path)
    trained = fit(design, checked(design, {"x": binary(20, 3)}), Settings(epochs=3, seeds=(0, 1), measure_every=3))
    for member in (0, 1):
        parts = split(trained.model, trained.data, member)
        assert parts is not None
        total = parts.family + parts.prior + parts.amortisation
        assert total == pytest.approx(trained.measured[3].gap[member], abs=1e-9)
        assert parts.amortisation > 0


def test_paths_give_the_gradient_of_the_elbo(tmp_path: Path) -> None:
    """A Gaussian latent variable with a Gaussian x: the ELBO is a known function of the parameters."""
    text = """
encoder:
  latent: {family: gaussian, dim: 1}
  map: {kind: affine}
  output: [mean, log_variance]
decoder:
  observed: {family: gaussian, dim: 1}
  map: {kind: affine}
  output:
    - mean
    - variance: {fixed: 2}
  prior: {family: gaussian, mean: 0, variance: 1}
"""
    design = design_of(text, tmp_path)
    data = checked(design, {"x": np.array([[0.7]])})
    model = build([design], data, Settings(dtype="float64"))
    parameters = list(model.parameters())

    def elbo() -> Tensor:
        x = torch.tensor(0.7, dtype=torch.float64)
        (encoder,), (decoder,) = model.encoder, model.decoder
        weight, bias = (p[0] for p in encoder.networks[0].layers[0].parameters())
        mean, log_variance = (x * weight[0] + bias).unbind()
        slope, start = (p.flatten()[0] for p in decoder.networks[0].layers[0].parameters())
        fit_of_x = -((x - slope * mean - start) ** 2 + slope**2 * log_variance.exp()) / 4 - np.log(4 * np.pi) / 2
        return fit_of_x - (mean**2 + log_variance.exp() - 1 - log_variance) / 2

    exact = torch.cat([g.flatten() for g in torch.autograd.grad(elbo(), parameters)])
    with seeded_draws(2, torch.device("cpu")):
        many = checked(design, {"x": np.full((4000, 1), 0.7)})
        mean, error = gradient(model, many, "path", repeats=10)
    assert ((mean / 4000 - exact).abs() <= 5 * error / 4000 + 1e-12).all()


def test_an_ensemble_trains_each_member_as_it_would_train_alone(tmp_path: Path) -> None:
    design = design_of(BITS, tmp_path)
    data = checked(design, {"x": binary(40, 3)})
    settings = Settings(epochs=5, batch=8, learning_rate=0.05, estimator="exact", dtype="float64", clip=0.5)
    together = fit(design, data, replace(settings, seeds=(3, 4, 5)))
    for k, seed in enumerate((3, 4, 5)):
        alone = fit(design, data, replace(settings, seeds=(seed,)))
        torch.testing.assert_close(together.objectives[-1][k], alone.objectives[-1][0])
        for all_members, one in zip(together.model.parameters(), alone.model.parameters(), strict=True):
            torch.testing.assert_close(all_members[k], one[0])


def test_an_ensemble_holds_designs_that_differ_in_constants(tmp_path: Path) -> None:
    designs = [design_of(ONE_BIT.replace("0.4", probs), tmp_path) for probs in ("0.1", "0.5")]
    data = checked(designs[0], {"x": binary(30, 5)})
    settings = Settings(epochs=3, batch=10, estimator="exact", dtype="float64", seeds=(1, 1))
    together = fit(designs, data, settings)
    for k, design in enumerate(designs):
        alone = fit(design, data, replace(settings, seeds=(1,)))
        torch.testing.assert_close(together.objectives[-1][k], alone.objectives[-1][0])
    with pytest.raises(ValueError, match="differ in more"):
        fit([designs[0], design_of(BITS, tmp_path)], data, settings)


@pytest.mark.parametrize("features", ["counts", "frequencies", "tfidf", "log1p", "standardize"])
def test_sparse_counts_train_as_the_same_counts_written_out(features: str, tmp_path: Path) -> None:
    design = design_of(COUNTS.replace("FEATURES", features), tmp_path)
    counts = np.random.default_rng(1).poisson(0.4, (30, 12)).astype(float)
    counts[:, 0] += 1
    settings = Settings(epochs=2, batch=7, dtype="float64", learning_rate=0.01)
    dense = fit(design, checked(design, {"x": counts}), settings)
    compressed = fit(design, checked(design, {"x": sparse.csr_array(counts)}), settings)
    for left, right in zip(dense.model.parameters(), compressed.model.parameters(), strict=True):
        torch.testing.assert_close(left, right)
    assert measure(dense.model, dense.data).gap == pytest.approx(measure(compressed.model, compressed.data).gap)


def test_a_parameter_of_two_blocks_is_one_number() -> None:
    design = read_design(Path(__file__).parent / "designs/tight/conjugation-cancelling-spins.yaml")
    data = checked(design, {"a": np.array([[1.0], [-1.0]]), "b": np.array([[1.0], [1.0]])})
    model = build([design], data, Settings(dtype="float64"))
    first, second = (side.free["w"] for side in model.likelihood)
    assert first is second
    assert sum(parameter.numel() for parameter in model.decoder.parameters()) == 1


def test_tfidf_weights_are_the_same_for_x_and_2_x(tmp_path: Path) -> None:
    design = design_of(COUNTS.replace("FEATURES", "tfidf"), tmp_path)
    features = Features(design.encoder[0].inputs, design.observed, (), {}, picks=False)
    counts = torch.tensor(
        np.random.default_rng(2).poisson(0.7, (30, 12)) + np.eye(30, 12)[:, ::-1].copy() + np.eye(12)[0]
    )
    features.see({"x": counts})
    once, twice = (features({"x": rows[None, None]})[0] for rows in (counts, 2 * counts))
    torch.testing.assert_close(once, twice)
    assert not torch.allclose(once, counts / counts.sum(-1, keepdim=True))


def test_the_measured_gap_is_that_of_the_definition(tmp_path: Path) -> None:
    design = design_of(BITS, tmp_path)
    data = checked(design, {"x": binary(6, 3)})
    model = build([design], data, Settings(dtype="float64"))
    found = measure(model, data)
    (encoder,), (decoder,) = model.encoder, model.decoder
    x = data.batch(torch.arange(6))
    q = torch.sigmoid(encoder.law(x).logits)[0, 0]
    gaps = []
    for row, bits in zip(data.arrays["x"], q, strict=True):
        total, elbo = torch.zeros((), dtype=torch.float64), torch.zeros((), dtype=torch.float64)
        for code in ([0, 0], [0, 1], [1, 0], [1, 1]):
            z = torch.tensor(code, dtype=torch.float64)
            p = torch.sigmoid(decoder.law({"z": z[None, None, None]}).logits)[0, 0, 0]
            prior = torch.sigmoid(torch.cat([p.flatten() for p in model.prior.parameters()]))
            joint = (p**row * (1 - p) ** (1 - row)).prod() * (prior**z * (1 - prior) ** (1 - z)).prod()
            mass = (bits**z * (1 - bits) ** (1 - z)).prod()
            total, elbo = total + joint, elbo + mass * (joint / mass).log()
        gaps.append(float((total.log() - elbo).detach()))
    assert found.gap[0] == pytest.approx(np.mean(gaps), abs=1e-12)
    assert found.is_exact


def test_a_tight_design_trains_to_gap_zero(tmp_path: Path) -> None:
    """One bit spans all functions of it: whatever the decoder becomes, the encoder gets there."""
    design = design_of(ONE_BIT, tmp_path)
    assert decide(design, "declared").verdict.word == "tight"
    data = checked(design, {"x": binary(200, 5)})
    settings = Settings(epochs=600, batch=200, learning_rate=0.1, estimator="exact", dtype="float64", measure_every=600)
    trained = fit(design, data, settings)
    assert trained.measured[600].gap[0] < 1e-4 < 1e-2 < trained.measured[0].gap[0]


FOUR_GAUSSIANS = """
encoder:
  latent: {family: bernoulli, dim: 2}
  map: {kind: mlp, hidden: [16], activation: relu}
  output: logits
decoder:
  observed: {family: gaussian, dim: 2, covariance: isotropic}
  input: one_hot
  map: {kind: affine}
  output:
    - mean
    - variance: {fixed: 1}
  prior: {family: bernoulli, probs: 0.5}
"""
NO_RECTANGLE = ((0.0, 0.0), (0.0, 1.0), (1.0, 0.0), (2.5, 2.5))
SQUARE_IN_ANOTHER_ORDER = ((0.0, 0.0), (0.0, 2.0), (-1.0, 1.0), (1.0, 1.0))


def from_the_truth(centres: tuple[tuple[float, float], ...], folder: Path) -> Trained:
    """Trained by the exact ELBO from the centres that made the data: code k at centre k."""
    design = design_of(FOUR_GAUSSIANS, folder)
    assert decide(design, "declared").verdict.word == "restricted"
    numbers = np.random.default_rng(0)
    data = checked(design, {"x": np.array(centres)[numbers.integers(0, 4, 1000)] + numbers.normal(size=(1000, 2))})

    def start(model: Model) -> None:
        (decoder,) = model.decoder
        weight, bias = decoder.networks[0].layers[0].parameters()
        with torch.no_grad():
            weight.copy_(torch.tensor(centres)[None])
            bias.zero_()

    settings = Settings(epochs=200, batch=1000, learning_rate=0.03, estimator="exact", measure_every=200)
    return fit(design, data, settings, prepare=start)


def test_a_restricted_designs_decoder_is_pulled_towards_the_set(tmp_path: Path) -> None:
    """Four Gaussians that are no rectangle (the paper's Section 4.1): the ELBO moves the centres that made the data towards
    one, and pays with log-likelihood."""
    trained = from_the_truth(NO_RECTANGLE, tmp_path)
    before, after = trained.measured[0], trained.measured[200]
    assert before.span_residual is not None and after.span_residual is not None
    assert after.span_residual[0] < 0.8 * before.span_residual[0]
    assert after.log_likelihood[0] < before.log_likelihood[0] - 0.005
    assert after.elbo[0] > before.elbo[0]
    assert after.gap[0] > 0.005


def test_a_restricted_designs_decoder_reaches_the_set_where_that_costs_nothing(tmp_path: Path) -> None:
    """The centres of a square, numbered so that the codes' sides are its diagonals: training numbers them again."""
    trained = from_the_truth(SQUARE_IN_ANOTHER_ORDER, tmp_path)
    before, after = trained.measured[0], trained.measured[200]
    assert before.span_residual is not None and after.span_residual is not None
    assert after.span_residual[0] < 0.1 * before.span_residual[0]
    assert after.gap[0] < 0.002 < before.gap[0]


def test_a_consistent_decoder_has_span_residual_zero(tmp_path: Path) -> None:
    """Each pixel with one parent (theory: at most one parent is consistent)."""
    design = design_of(ONE_BIT.replace("dim: 1", "dim: 3"), tmp_path)
    data = checked(design, {"x": binary(20, 5)})
    model = build([design], data, Settings(dtype="float64"))
    found = measure(model, data).span_residual
    assert found is not None and found[0] > 1e-3
    (decoder,) = model.decoder
    weight, _ = decoder.networks[0].layers[0].parameters()
    with torch.no_grad():
        weight *= torch.eye(3, dtype=torch.float64)[:, torch.arange(5) % 3][None]
    consistent = measure(model, data).span_residual
    assert consistent is not None and consistent[0] < 1e-12


def train_again(design: Design, data: Data, folder: Path) -> None:
    """A run that keeps every epoch and goes on where an earlier one was killed."""
    torch.set_num_threads(1)
    checkpoint.SECONDS = 0.0
    fit(design, data, Settings(epochs=40, batch=20, seed=3, measure_every=10), folder, is_resumed=True)


@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_a_killed_training_resumes_to_the_same_bits(tmp_path: Path) -> None:
    """Killed without warning wherever it is, again and again; the parameters end up equal to the last bit."""
    design = design_of(BITS, tmp_path)
    data = checked(design, {"x": binary(60, 3)})
    numbers, kills = random.Random(0), 0
    start = multiprocessing.get_context("fork").Process
    for name, killed in (("whole", 0), ("cut", 6)):
        log, epochs = tmp_path / name / "log.jsonl", 0
        for attempt in range(killed + 1):
            process = start(target=train_again, args=(design, data, tmp_path / name))
            process.start()
            epochs += numbers.randint(2, 5)
            while (
                attempt < killed
                and process.is_alive()
                and not (log.exists() and log.read_bytes().count(b"\n") >= epochs)
            ):
                process.join(0.002)
            process.join(numbers.uniform(0, 0.05) if attempt < killed else None)
            kills += process.is_alive()
            process.kill()
            process.join()
        assert process.exitcode == 0
    assert kills > 3
    whole, cut = (torch.load(tmp_path / name / "checkpoint.pt", weights_only=True) for name in ("whole", "cut"))
    assert whole["epoch"] == cut["epoch"] == 40
    assert whole["objectives"] == cut["objectives"]
    for name, value in whole["model"].items():
        assert torch.equal(value, cut["model"][name]), name
    lines = [(tmp_path / name / "log.jsonl").read_text().splitlines() for name in ("whole", "cut")]
    epochs = [[line.split(",")[0] for line in each] for each in lines]
    assert epochs[0] == epochs[1] == [f'{{"epoch": {n}' for n in range(1, 41)]


def test_a_torn_line_and_lines_after_the_checkpoint_leave_the_log(tmp_path: Path) -> None:
    (tmp_path / "log.jsonl").write_bytes(b'{"epoch": 1}\n{"epoch": 2}\n{"epoch": 3}\n{"epo')
    Log(tmp_path, 2).append({"epoch": 3, "again": True})
    assert (tmp_path / "log.jsonl").read_text() == '{"epoch": 1}\n{"epoch": 2}\n{"epoch": 3, "again": true}\n'


def test_the_global_random_numbers_are_left_alone(tmp_path: Path) -> None:
    design = design_of(BITS, tmp_path)
    torch.manual_seed(1)
    expected = torch.rand(3)
    torch.manual_seed(1)
    fit(design, checked(design, {"x": binary(10, 3)}), Settings(epochs=2, measure_every=1))
    assert torch.equal(torch.rand(3), expected)


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("prior: {learned: bernoulli}", "objective: {other: a sum}", "no bound"),
        ("family: bernoulli, dim: 2", "family: planar, dim: 2", "planar"),
    ],
)
def test_what_is_not_trained_is_refused_in_a_sentence(old: str, new: str, sentence: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=sentence):
        checked(design_of(BITS.replace(old, new), tmp_path), {"x": binary(4, 3)})


def test_an_estimator_that_does_not_apply_is_refused(tmp_path: Path) -> None:
    design = design_of(BITS, tmp_path)
    with pytest.raises(Untrainable, match="have no derivative"):
        fit(design, checked(design, {"x": binary(4, 3)}), Settings(epochs=1, estimator="path"))
