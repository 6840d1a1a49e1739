"""Every tensor is made where the data are: with another default device, one made without saying where does not fit in."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from torch import Tensor

from tightcheck.numeric.best import best_encoder
from tightcheck.numeric.evidence import evidence, evidence_by_quadrature, laplace
from tightcheck.numeric.gap import gap
from tightcheck.numeric.measure import counting
from tightcheck.numeric.model import Affine, Model
from tightcheck.numeric.pairs import pair_bound
from tightcheck.numeric.residual import span_residual
from tightcheck.numeric.side import Side
from tightcheck.numeric.torch_family import torch_family
from tightcheck.read_yaml import read_design
from tightcheck.training.data import checked
from tightcheck.training.fit import build
from tightcheck.training.objective import Estimator, objective
from tightcheck.training.trained import Settings

pytestmark = pytest.mark.usefixtures("one_thread")
CPU = torch.device("cpu")


def bits() -> tuple[Model, Tensor]:
    generator = torch.Generator().manual_seed(0)
    weights = torch.randn(3, 4, generator=generator, dtype=torch.float64)
    bernoulli = torch_family("bernoulli")
    model = Model(
        Side([(bernoulli, 3)]),
        Side([(bernoulli, 4)]),
        Affine(weights, weights[0]),
        lambda z: -2 * torch.ones_like(z[..., 0]),
    )
    return model, model.observed.states(0, 8, weights)


def curve() -> tuple[Model, Tensor]:
    gaussian = torch_family("gaussian")
    start = torch.zeros(2, dtype=torch.float64)
    prior = gaussian.natural(mean=start[0], variance=start[0] + 1)
    poisson = torch_family("poisson")
    model = Model(
        Side([(gaussian, 1)]),
        Side([(poisson, 2)]),
        lambda z: torch.cat([z, -z], -1),
        lambda z: gaussian.log_density(z, prior),
    )
    return model, torch.tensor([[0.0, 1.0], [3.0, 0.0]], dtype=torch.float64)


def enumerated() -> object:
    model, x = bits()
    measure = counting(model.latent, x)
    start = torch.zeros(len(x), 3, dtype=torch.float64, device=CPU)
    best = best_encoder(model.latent, measure, lambda z: model.log_scores(x, z), [start])
    return evidence(model, x, measure), best, gap(model, x, measure), pair_bound(model, x, measure)


def integrated() -> object:
    model, x = curve()
    return evidence_by_quadrature(model, x), laplace(model, x[0])


def regressed() -> object:
    model, x = bits()
    return span_residual(model, x, model.latent.states(0, 8, x))


@pytest.mark.parametrize("work", [enumerated, integrated, regressed], ids=lambda work: work.__name__)
def test_numbers_stay_on_the_device_of_the_data(work: Callable[[], object], monkeypatch: pytest.MonkeyPatch) -> None:
    made = [bits(), curve()]
    work()  # what is kept between calls is made where it belongs
    monkeypatch.setitem(globals(), "bits", lambda: made[0])
    monkeypatch.setitem(globals(), "curve", lambda: made[1])
    with monkeypatch.context() as patch:
        patch.setattr(torch, "zeros", _somewhere_else(torch.zeros))
        patch.setattr(torch, "eye", _somewhere_else(torch.eye))
        patch.setattr(torch, "arange", _somewhere_else(torch.arange))
        patch.setattr(torch, "linspace", _somewhere_else(torch.linspace))
        patch.setattr(torch, "ones", _somewhere_else(torch.ones))
        work()


def _somewhere_else(make: Callable[..., Tensor]) -> Callable[..., Tensor]:
    """The factory, whose tensors of one axis or more are on no device that holds numbers where none is named."""

    def elsewhere(*size: object, **options: object) -> Tensor:
        made = make(*size, **options)
        return made if "device" in options or made.ndim == 0 else made.to("meta")

    return elsewhere


TRAINED = """
encoder:
  latent: {family: LATENT, dim: 2}
  features: standardize
  map: {kind: mlp, hidden: [4], activation: tanh}
  output: OUTPUT
decoder:
  observed: {family: poisson, dim: 3}
  map: {kind: affine}
  output: log_rate
  prior: {learned: LATENT}
"""


@pytest.mark.parametrize(
    ("latent", "output", "estimator"),
    [("gaussian", "[mean, log_variance]", "path"), ("bernoulli", "logits", "disarm"), ("bernoulli", "logits", "exact")],
)
def test_a_step_of_training_stays_on_the_models_device(
    latent: str, output: str, estimator: Estimator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "design.yaml"
    file.write_text(TRAINED.replace("LATENT", latent).replace("OUTPUT", output))
    design = read_design(file)
    data = checked(design, {"x": torch.tensor([[0.0, 1.0, 2.0], [1.0, 0.0, 5.0]])})
    model = build([design], data, Settings())
    batch = data.to("cpu", torch.float32).batch(torch.arange(2))
    objective(model, batch, estimator, 2)
    with monkeypatch.context() as patch:
        for name in ("zeros", "ones", "eye", "arange", "linspace", "rand", "randn"):
            patch.setattr(torch, name, _somewhere_else(getattr(torch, name)))
        objective(model, batch, estimator, 2).sum().backward()
