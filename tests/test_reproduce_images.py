"""The image experiment on made-up pictures: stages resume where they were stopped, and the measures are what they say."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("torchmetrics")

from tightcheck.experiments.reproduce import images, images_measure, images_stages  # noqa: E402
from tightcheck.experiments.reproduce.frame import Request, Store  # noqa: E402
from tightcheck.experiments.reproduce.images_data import MissingDataError, faces  # noqa: E402
from tightcheck.experiments.reproduce.images_networks import (  # noqa: E402
    Decoder,
    Encoder,
    Features,
    bound,
    convolutions,
    generator,
    log_normal_density,
)

torch.set_num_threads(1)
CPU = torch.device("cpu")
TINY = replace(
    images_stages.QUICK, name="tiny", width=2, batch=4, steps=dict.fromkeys(images_stages.ORDER, 3), images=250
)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Twelve made-up pictures in the layout of the data."""
    image = pytest.importorskip("PIL.Image")
    folder = tmp_path / "data" / "celeba"
    folder.mkdir(parents=True)
    colours = np.random.default_rng(1).integers(0, 255, (12, 109, 89, 3), dtype=np.uint8)
    for number, pixels in enumerate(colours):
        image.fromarray(pixels).save(folder / f"{number:06}.jpg")
    return tmp_path / "data"


def test_pictures_are_squares_of_64_pixels_and_are_decoded_once(data: Path, tmp_path: Path) -> None:
    found = faces(data, tmp_path / "cache" / "faces.npy")
    assert (found.shape, found.dtype) == ((12, 3, 64, 64), torch.uint8)
    assert torch.equal(found, faces(tmp_path / "nowhere", tmp_path / "cache" / "faces.npy"))


def test_missing_pictures_are_told_with_their_source_and_layout(tmp_path: Path) -> None:
    with pytest.raises(MissingDataError, match=r"celeba holds no faces; expected DIR/celeba/.*mmlab\.ie\.cuhk"):
        faces(tmp_path, tmp_path / "faces.npy")


def test_a_stopped_run_goes_on_to_the_same_models(data: Path, tmp_path: Path) -> None:
    whole = images.train(data, tmp_path / "whole", TINY, 1, CPU, lambda: False)
    calls = iter(range(10_000))
    parts = None
    while parts is None:
        parts = images.train(data, tmp_path / "parts", TINY, 1, CPU, lambda: next(calls) % 3 == 2)
    assert whole is not None
    for name, modules in whole.pairs.items():
        for ours, others in zip(modules, parts.pairs[name], strict=True):
            for key, value in ours.state_dict().items():
                assert torch.equal(value, others.state_dict()[key]), (name, key)


def test_a_finished_stage_is_not_written_again(data: Path, tmp_path: Path) -> None:
    images.train(data, tmp_path, TINY, 1, CPU, lambda: False)
    written = {file: file.stat().st_mtime_ns for file in tmp_path.rglob("*.pt")}
    assert {file.stem for file in written} == set(images_stages.ORDER)
    images.train(data, tmp_path, TINY, 1, CPU, lambda: False)
    assert {file: file.stat().st_mtime_ns for file in tmp_path.rglob("*.pt")} == written


def test_with_sigma_fixed_it_stays_and_learned_it_moves_and_the_truth_is_left_alone(data: Path, tmp_path: Path) -> None:
    models = images.train(data, tmp_path, TINY, 1, CPU, lambda: False)
    assert models is not None
    deviation = {name: float(decoder.log_deviation.detach().exp()) for name, (_, decoder) in models.pairs.items()}
    assert deviation["encoder"] == deviation["fixed"] == pytest.approx(images_stages.NOISE)
    assert deviation["learned"] != deviation["fixed"]
    drawn = models.truth(torch.ones(1, images_stages.CODES))
    assert torch.equal(drawn, models.pairs["encoder"][1](torch.ones(1, images_stages.CODES)))
    assert not torch.equal(drawn, models.pairs["fixed"][1](torch.ones(1, images_stages.CODES)))
    rows = images.measure(models, TINY, 1, CPU, None)
    assert [row["paper_fid"] for row in rows] == [0.13, 77.10, 117.87]
    assert all(math.isfinite(row["elbo"]) and row["distance"] >= 0 for row in rows)


def test_the_bound_is_below_the_likelihood_and_meets_it_at_the_posterior() -> None:
    """A linear decoder x = Wz has the Gaussian posterior; with W'W diagonal the encoder's family contains it."""
    x, mean, log_deviation = torch.randn(3, 5).double(), torch.randn(3, 5).double(), torch.randn(3, 5).double()
    ours = log_normal_density(x, mean, log_deviation)
    theirs = torch.distributions.Normal(mean, log_deviation.exp()).log_prob(x).sum(1)
    torch.testing.assert_close(ours, theirs)

    class Fixed(Encoder):
        def __init__(self, mean: torch.Tensor, deviation: float) -> None:
            torch.nn.Module.__init__(self)
            self.found = (mean, torch.full_like(mean, math.log(deviation)))

        def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
            return self.found

    noise, weight, sigma = torch.randn(200_000, 1).double(), 0.7, 0.5
    decoder = Decoder(torch.nn.Sequential(torch.nn.Linear(1, 1, bias=False)), sigma).double()
    torch.nn.init.constant_(decoder.network[0].weight, weight)
    image = torch.full((len(noise), 1), 0.3).double()
    variance = 1 / (1 + weight**2 / sigma**2)
    posterior = Fixed(variance * weight / sigma**2 * image, variance**0.5)
    likelihood = torch.distributions.Normal(0, (weight**2 + sigma**2) ** 0.5).log_prob(torch.tensor(0.3)).item()
    tight = bound(posterior, decoder, image, noise)
    assert tight.mean().item() == pytest.approx(likelihood, abs=5 * tight.std().item() / len(noise) ** 0.5)
    loose = bound(Fixed(0 * image, 1.0), decoder, image, noise)
    assert loose.mean().item() < likelihood - 0.1


def test_the_frechet_distance_is_zero_for_the_same_images_and_grows_with_the_noise() -> None:
    torch.manual_seed(0)
    features = Features(2, size=8)
    truth = Decoder(generator(images_stages.CODES, 2), 0.05)
    noisy = Decoder(truth.network, 0.2)
    first = images_measure.images(truth, 1, CPU)
    others = [images_measure.images(model, seed, CPU) for model, seed in ((truth, 1), (truth, 2), (noisy, 2))]
    distance = images_measure.frechet_distances(features, first, others, 500)
    assert distance[1:] == images_measure.frechet_distances(features, first, others[1:], 500)
    assert distance[0] == pytest.approx(0, abs=1e-6)
    assert distance[0] <= distance[1] < distance[2]


def test_the_networks_have_the_paper_s_shapes() -> None:
    images_, codes = torch.zeros(2, 3, 64, 64), torch.zeros(2, 100)
    assert generator(100, 2)(codes).shape == images_.shape
    assert convolutions(1, 2)(images_).shape == (2, 1)
    mean, log_deviation = Encoder(100, 2)(images_)
    assert mean.shape == log_deviation.shape == codes.shape


def test_the_results_are_on_the_page(data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(images, "QUICK", TINY)
    store = Store(tmp_path / "out")
    assert images.section(store) == ""
    assert not images.run(Request(store, data, is_quick=True, seconds=0))
    assert images.run(Request(store, data, is_quick=True))
    (first, *others) = store.read("images")
    assert (first["paper_elbo"], first["images"], len(others)) == (-364513.78, 250, 2)
    page = images.section(store)
    assert f"{first['elbo']:.1f}" in page
    assert "figure-3.png" in page
    assert (store.checkpoints / "figure-4.png").exists()
