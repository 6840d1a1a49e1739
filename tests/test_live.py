"""Live PyTorch modules as people write them: read as the design that they are, or refused with the line and what to write."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

import tightcheck
from tightcheck import DesignError
from tightcheck.read_yaml import design_of
from tightcheck.reading.live import trees

PRIOR = {"family": "gaussian", "mean": 0, "variance": 1}
PIXELS: dict[str, Any] = {"observed": {"family": "bernoulli", "dim": 784}, "prior": PRIOR}
CODE: dict[str, Any] = {"latent": {"family": "gaussian", "dim": 20}, "output": ["mean", "log_variance"]}


class Vae(nn.Module):
    """The VAE of pytorch/examples."""

    def __init__(self) -> None:
        super().__init__()
        self.fc1, self.fc21, self.fc22 = nn.Linear(784, 400), nn.Linear(400, 20), nn.Linear(400, 20)
        self.fc3, self.fc4 = nn.Linear(20, 400), nn.Linear(400, 784)

    def encode(self, x: Tensor) -> tuple[Tensor, Tensor]:
        h1 = functional.relu(self.fc1(x))
        return self.fc21(h1), self.fc22(h1)

    def decode(self, z: Tensor) -> Tensor:
        h3 = functional.relu(self.fc3(z))
        return torch.sigmoid(self.fc4(h3))


class Heads(nn.Module):
    """Several heads on one trunk, named, as in pythae; the second has a layer more when `is_deeper`."""

    def __init__(self, is_deeper: bool = False) -> None:
        super().__init__()
        self.layers = nn.Sequential(nn.Flatten(), nn.Linear(784, 512), nn.ReLU(), nn.Dropout(0.1))
        self.embedding = nn.Linear(512, 20)
        self.log_var = (
            nn.Sequential(nn.Linear(512, 64), nn.ReLU(), nn.Linear(64, 20)) if is_deeper else nn.Linear(512, 20)
        )

    def forward(self, x: Tensor) -> dict[str, Tensor]:
        out = self.layers(x.reshape(x.size(0), -1))
        return {"embedding": self.embedding(out), "log_covariance": self.log_var(out)}


class Scvi(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.px, self.scale = nn.Linear(20, 128), nn.Sequential(nn.Linear(128, 784), nn.Softmax(dim=-1))

    def forward(self, z: Tensor, library: Tensor) -> Tensor:
        return torch.exp(library) * self.scale(functional.relu(self.px(z)))


class Residual(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.one, self.two = nn.Linear(784, 784), nn.Linear(784, 40)

    def forward(self, x: Tensor) -> Any:
        return self.two(x + functional.relu(self.one(x))).chunk(2, dim=1)


class Joined(nn.Module):
    """A product of two halves, as in an attention."""

    def __init__(self) -> None:
        super().__init__()
        self.one, self.two, self.three = nn.Linear(784, 784), nn.Linear(784, 784), nn.Linear(784, 40)

    def forward(self, x: Tensor) -> Any:
        return self.three(torch.bmm(self.one(x), self.two(x))).chunk(2, dim=1)


class Gru(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.gru, self.out = nn.GRU(28, 64, batch_first=True), nn.Linear(64, 40)

    def forward(self, x: Tensor) -> Any:
        _, h = self.gru(x.view(-1, 28, 28))
        return self.out(h[-1]).chunk(2, dim=-1)


def encoder(live: Any, **more: Any) -> Any:
    """The encoder's map as the design has it."""
    data = trees({**CODE, "map": live, **more}, {**PIXELS, "map": "unrestricted", "output": "logits"})
    return data[0].data["map"]


def test_the_vae_of_pytorch_examples() -> None:
    vae = Vae()
    parts = {**CODE, "map": vae.encode}, {**PIXELS, "map": vae.decode, "output": {"probs": "sigmoid"}}
    written = {"kind": "mlp", "hidden": [400], "activation": "relu"}
    assert [tree.data["map"] for tree in trees(*parts)] == [written, written]
    live, by_words = (
        tightcheck.analyze(*parts),
        tightcheck.analyze({**parts[0], "map": written}, {**parts[1], "map": written}),
    )
    assert live == by_words
    assert live.verdict.word == "collapse"


def test_several_heads_on_one_trunk_are_one_map() -> None:
    assert encoder(Heads()) == {"kind": "mlp", "hidden": [512], "activation": "relu"}


def test_heads_of_different_depth_are_a_map_each() -> None:
    one, two = encoder(Heads(is_deeper=True))
    assert (one["hidden"], two["hidden"]) == ([512], [512, 64])
    parts = {**CODE, "map": Heads(is_deeper=True)}, {**PIXELS, "map": "affine", "output": "logits"}
    heads = design_of(*trees(*parts)).encoder[0].heads
    assert [getattr(head.source, "hidden", None) for head in heads] == [(512,), (512, 64)]


@pytest.mark.parametrize(
    ("live", "written"),
    [
        (nn.Linear(784, 40), {"kind": "affine"}),
        (nn.Linear(784, 40, bias=False), {"kind": "affine", "bias": False}),
        (
            nn.Sequential(nn.Linear(784, 64), nn.BatchNorm1d(64), nn.Tanh(), nn.Linear(64, 40)),
            {"kind": "mlp", "hidden": [64], "activation": "tanh", "batch_norm": "train"},
        ),
        (
            nn.Sequential(nn.Linear(784, 64), nn.BatchNorm1d(64), nn.Tanh(), nn.Linear(64, 40)).eval(),
            {"kind": "mlp", "hidden": [64], "activation": "tanh", "batch_norm": "eval"},
        ),
        (
            nn.Sequential(nn.Conv2d(1, 8, 3), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(1352, 40)),
            {"kind": "convolutional"},
        ),
        (Gru(), {"kind": "gru"}),
        (Residual(), {"kind": "residual"}),
        (
            nn.Sequential(nn.Linear(784, 64), nn.LayerNorm(64), nn.ReLU(), nn.Linear(64, 40)),
            {"kind": "mlp", "hidden": [64], "activation": "relu", "layer_norm": True},
        ),
        (
            nn.Sequential(nn.Linear(784, 64), nn.ReLU(), nn.Linear(64, 9), nn.Tanh(), nn.Linear(9, 40)),
            {"kind": "network"},
        ),
    ],
)
def test_chains_of_layers(live: nn.Module, written: dict[str, Any]) -> None:
    assert encoder(live) == written


@pytest.mark.parametrize(
    ("live", "told"),
    [
        (
            nn.Sequential(nn.Linear(784, 64), nn.LayerNorm(8), nn.ReLU(), nn.Linear(64, 40)),
            "not one of all the numbers",
        ),
        (nn.Sequential(nn.Linear(784, 64), nn.LeakyReLU(0.2), nn.Linear(64, 40)), "other constants than PyTorch's own"),
        (
            nn.Sequential(nn.Linear(784, 64), nn.ReLU(), nn.Linear(64, 9), nn.Tanh(), nn.Linear(9, 40, bias=False)),
            "one activation",
        ),
        (
            nn.Sequential(nn.Linear(784, 40), nn.Softplus()),
            "the module computes softplus itself, and `output` does not",
        ),
        (nn.Sequential(nn.Linear(784, 64), nn.ReLU()), "ends in relu; end it with its last affine layer"),
        (Joined(), r"test_live.py:\d+ \(.*\): `.*` is computed from 2 things"),
    ],
)
def test_what_is_no_chain_is_told_with_what_to_write(live: nn.Module, told: str) -> None:
    with pytest.raises(DesignError, match=told):
        encoder(live)


def test_a_decoder_with_its_own_library_names_the_line_and_the_output_to_write() -> None:
    with pytest.raises(DesignError, match=r"test_live.py:\d+ \(mul\).*library \* softmax"):
        trees({**CODE, "map": "affine"}, {**PIXELS, "map": Scvi(), "output": {"probs": "softmax"}})


def test_shared_weights_are_refused() -> None:
    down, up = nn.Linear(784, 20, bias=False), nn.Linear(20, 784, bias=False)
    up.weight = down.weight
    with pytest.raises(DesignError, match="share weights"):
        trees({**CODE, "map": down}, {**PIXELS, "map": up, "output": "logits"})


def test_a_module_alone_is_no_design() -> None:
    with pytest.raises(DesignError, match="two mappings with the keys"):
        tightcheck.analyze(Vae(), None)  # type: ignore[arg-type]
    with pytest.raises(DesignError, match="this is int"):
        tightcheck.analyze(5)  # type: ignore[arg-type]
