"""Structures that modules of libraries have, beyond chains of layers: what is read of them, and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.distributions import Independent, Normal
from torch.nn import functional

from tightcheck import DesignError
from tightcheck.reading.live import trees

PIXELS: dict[str, Any] = {"observed": {"family": "bernoulli", "dim": 6}, "prior": "standard_normal", "output": "logits"}
CODE: dict[str, Any] = {"latent": {"family": "gaussian", "dim": 2}, "output": ["mean", "log_variance"]}
COUNTS: dict[str, Any] = {"observed": {"family": "poisson", "dim": 6}, "prior": "standard_normal"}
MLP = {"kind": "mlp", "hidden": [8], "activation": "relu"}


class Steps(nn.Module):
    """Any steps with the layers a, b and c and the parameter w."""

    def __init__(self, steps: Callable[..., Any], **layers: nn.Module) -> None:
        super().__init__()
        self.steps = steps
        self.a, self.b, self.c = nn.Linear(6, 8), nn.Linear(8, 2), nn.Linear(8, 2)
        self.w, self.shift = nn.Parameter(torch.ones(8, 4)), nn.Parameter(torch.ones(4))
        for name, layer in layers.items():
            setattr(self, name, layer)

    def forward(self, x: Tensor) -> Any:
        return self.steps(self, x)


class Given(Steps):
    """The same, shown a batch and a library."""

    def forward(self, x: Tensor, batch: Tensor, library: Tensor | None = None) -> Any:  # type: ignore[override]
        return self.steps(self, x, batch)


class Optional(Steps):
    """Labels beside the numbers, where there are any."""

    def __init__(self, width: int = 6) -> None:
        super().__init__(lambda s, x: x, a=nn.Linear(width, 8))

    def forward(self, x: Tensor, labels: Tensor | None = None) -> Any:
        if labels is not None:
            x = torch.cat((x, functional.one_hot(labels.squeeze(-1), 3)), 1)
        return both(self, torch.relu(self.a(x)))


class Library(nn.Module):
    """Rates that are shares of a library."""

    def __init__(self, share: Callable[[Tensor, Tensor], Tensor]) -> None:
        super().__init__()
        self.share, self.a, self.b = share, nn.Linear(2, 8), nn.Linear(8, 6)

    def forward(self, z: Tensor, library: Tensor) -> Tensor:
        return self.share(library, self.b(functional.relu(self.a(z))))


@dataclass
class Heads:
    mean: Tensor
    log_variance: Tensor


def encoder(live: Any, **more: Any) -> Any:
    """The encoder's map as the design has it."""
    return trees({**CODE, "map": live, **more}, {**PIXELS, "map": "unrestricted"})[0].data["map"]


def decoder(live: Any, **more: Any) -> Any:
    """The decoder's map as the design has it."""
    return trees({**CODE, "map": "unrestricted"}, {**COUNTS, "map": live, **more})[1].data["map"]


def both(s: Any, hidden: Tensor) -> Any:
    return s.b(hidden), s.c(hidden)


def shown(s: Any, x: Tensor, batch: Tensor) -> Any:
    """The batch beside the numbers, in every layer."""
    code = functional.one_hot(batch.squeeze(-1), 3)
    hidden = functional.relu(s.a(torch.cat((x, code), dim=-1)))
    return both(s, torch.cat((hidden, code), dim=-1))


def by_classes(s: Any, x: Tensor) -> Any:
    """Steps that depend on shapes and on the classes of layers, and a law that is returned with a draw from it."""
    for layer in (s.a, s.norm, s.act):
        x = torch.cat([layer(row) for row in x]) if isinstance(layer, nn.BatchNorm1d) and x.dim() == 3 else layer(x)
    law = Normal(s.b(x), (torch.exp(s.c(x)) + 1e-4).sqrt())
    return law, law.rsample()


def gated(s: Any, x: Tensor) -> Any:
    return s.b(s.a(x) * torch.sigmoid(s.d(x))).chunk(2, -1)


def skip(s: Any, x: Tensor) -> Any:
    """A residual block, and two convolutions at the end."""
    image = s.image(s.a(x))
    image = image + torch.relu(s.one(image))
    return s.two(image), s.three(image)


def convolutions(channels: int = 1) -> dict[str, nn.Module]:
    names = ("one", "two", "three")
    return {"image": nn.Unflatten(1, (1, 8)), **{name: nn.Conv1d(1, channels, 3, padding=1) for name in names}}


def twice(s: Any, x: Tensor) -> Any:
    image = s.two(s.image(s.a(x)))
    return image[:, :2], image[:, :2]


def pooled(s: Any, x: Tensor) -> Any:
    image = s.image(s.a(x))
    return s.one(image), s.pool(torch.relu(s.two(image)))


READ: dict[str, tuple[nn.Module, dict[str, Any], Any]] = {
    "normalised before the activation": (
        Steps(lambda s, x: both(s, torch.relu(s.norm(s.a(x)))), norm=nn.LayerNorm(8)),
        {},
        {**MLP, "layer_norm": True},
    ),
    "normalised after it, as a function": (
        Steps(lambda s, x: both(s, functional.layer_norm(torch.relu(s.a(x)), (8,)))),
        {},
        {**MLP, "layer_norm": True},
    ),
    "a batch beside the numbers": (
        Given(shown, a=nn.Linear(9, 8), b=nn.Linear(11, 2), c=nn.Linear(11, 2)),
        {"given": "batch"},
        MLP,
    ),
    "a batch that moves the biases": (
        Given(lambda s, x, y: both(s, torch.relu(s.a(x) + s.d(y))), d=nn.Linear(1, 8)),
        {"given": "batch"},
        MLP,
    ),
    "a product with a parameter": (
        Steps(lambda s, x: torch.chunk(torch.matmul(torch.relu(s.a(x)), s.w) + s.shift, 2, -1)),
        {},
        MLP,
    ),
    "nothing beside the numbers": (Steps(lambda s, x: both(s, torch.relu(s.a(torch.cat((x, *[]), -1))))), {}, MLP),
    "an input that is not given": (
        Given(lambda s, x, y: both(s, torch.relu(s.a(torch.cat((x, y), -1)))), a=nn.Linear(7, 8)),
        {"given": "batch"},
        MLP,
    ),
    "an input that may be left out": (Optional(), {}, MLP),
    "an input that may be left out, and is given": (Optional(9), {"given": "labels"}, MLP),
    "gates": (Steps(gated, b=nn.Linear(8, 4), d=nn.Linear(6, 8)), {}, {"kind": "gated"}),
    "a skip around a layer": (
        Steps(lambda s, x: both(s, torch.cat((torch.relu(s.a(x)), x), -1)), b=nn.Linear(14, 2), c=nn.Linear(14, 2)),
        {},
        {"kind": "densenet"},
    ),
    "a law, and a floor of its variance": (
        Steps(by_classes, norm=nn.BatchNorm1d(8), act=nn.ReLU()).eval(),
        {"output": ["mean", {"scale": "sqrt(exp(output) + 1/10000)"}]},
        {**MLP, "batch_norm": "eval"},
    ),
    "a skip, and convolutions at the end": (Steps(skip, **convolutions()), {}, {"kind": "convolutional"}),
    "a dataclass": (Steps(lambda s, x: Heads(*both(s, torch.relu(s.a(x))))), {}, MLP),
    "numbers of unit length": (
        Steps(lambda s, x: both(s, torch.relu(s.a(x / (x.norm(dim=-1, keepdim=True) + 1e-10))))),
        {"features": "x / sqrt(sum(x^2))"},
        MLP,
    ),
}


@pytest.mark.parametrize("case", READ)
def test_structures_that_are_read(case: str) -> None:
    live, more, written = READ[case]
    assert encoder(live, **more) == written


def overlapping(s: Any, x: Tensor) -> Any:
    h = s.d(x)
    return h[:, :2], h[..., 1:3]


def frozen() -> Steps:
    live = Steps(lambda s, x: (torch.relu(s.a(x)) @ s.w).chunk(2, -1))
    live.w.requires_grad_(False)
    return live


REFUSED: dict[str, tuple[nn.Module, dict[str, Any], str]] = {
    "a batch that is not given": (
        Given(shown, a=nn.Linear(9, 8), b=nn.Linear(11, 2), c=nn.Linear(11, 2)),
        {},
        "is shown `batch`",
    ),
    "a batch that is given and not shown": (nn.Linear(6, 4), {"given": "batch"}, "has no input of that name"),
    "a step that depends on the numbers": (
        Steps(lambda s, x: both(s, torch.relu(s.a(x)) if x.mean() > 0 else s.a(x))),
        {},
        "steps depend on values",
    ),
    "an epsilon that is not named": (
        Steps(lambda s, x: (s.b(x), functional.softplus(s.c(x)) + 1e-4), b=nn.Linear(6, 2), c=nn.Linear(6, 2)),
        {"output": ["mean", {"variance": "softplus"}]},
        r"softplus\(output\) \+ 0.0001",
    ),
    "ends that are not named": (
        Steps(lambda s, x: (s.b(x), s.c(x).clamp(-30, 20)), b=nn.Linear(6, 2), c=nn.Linear(6, 2)),
        {},
        r"'bounds': \{'log_variance': \[-30, 20\]\}",
    ),
    "a parameter that is frozen": (frozen(), {}, "w is frozen"),
    "topics, a softmax of parameters": (
        Steps(lambda s, x: (torch.relu(s.a(x)) @ torch.softmax(s.w, -1)).chunk(2, -1)),
        {},
        "a function of parameters",
    ),
    "noise like the numbers": (
        Steps(lambda s, x: both(s, torch.relu(s.a(x) + torch.randn_like(s.d(x)))), d=nn.Linear(6, 8)),
        {},
        "drawn at random",
    ),
    "noise": (
        Steps(lambda s, x: both(s, torch.relu(s.a(x) + torch.randn(2, 8)))),
        {},
        "a constant that the module holds",
    ),
    "noise in a run": (
        Steps(lambda s, x: both(s, torch.relu(s.a(x) + torch.randn(2, 8)) if x.dim() == 2 else x)),
        {},
        "a constant that the module holds",
    ),
    "a layer left out at random": (
        Steps(lambda s, x: both(s, torch.relu(s.a(x)) if x.dim() == 2 and torch.rand(1) > 0.5 else s.a(x))),
        {},
        "steps depend on values",
    ),
    "a batch beside the numbers of a layer without a bias": (
        Given(shown, a=nn.Linear(9, 8, bias=False), b=nn.Linear(11, 2), c=nn.Linear(11, 2)),
        {"given": "batch"},
        "give it one",
    ),
    "a batch that moves a layer without a bias": (
        Given(lambda s, x, y: both(s, torch.relu(s.a(x) + s.d(y))), a=nn.Linear(6, 8, bias=False), d=nn.Linear(1, 8)),
        {"given": "batch"},
        "give it a bias",
    ),
    "branches without a layer after them": (
        Steps(lambda s, x: (s.b(x) + s.c(x), s.d(x)), b=nn.Linear(6, 2), c=nn.Linear(6, 2), d=nn.Linear(6, 2)),
        {},
        "must be followed by an affine layer",
    ),
    "halves that overlap": (
        Steps(lambda s, x: (s.d(x)[:, :2], s.d(x)[:, 1:3]), d=nn.Linear(6, 4)),
        {},
        "share one weight",
    ),
    "parts that overlap": (Steps(overlapping, d=nn.Linear(6, 4)), {}, "the same numbers"),
    "channels of one convolution": (Steps(twice, **convolutions(4)), {}, "the same numbers"),
    "a pooled activation at the end": (
        Steps(pooled, **convolutions(), pool=nn.MaxPool1d(2)),
        {},
        "ends in pool",
    ),
    "other ends": (
        Steps(lambda s, x: (s.b(x), s.c(x).clamp(-30, 20)), b=nn.Linear(6, 2), c=nn.Linear(6, 2)),
        {"bounds": {"log_variance": [-30, 30]}},
        r"\[-30, 20\]",
    ),
    "a normalisation at the end": (
        Steps(lambda s, x: (s.norm(s.b(x)), s.c(x)), b=nn.Linear(6, 2), c=nn.Linear(6, 2), norm=nn.LayerNorm(2)),
        {},
        "ends in layer_norm",
    ),
    "unit length that is not named": (Steps(lambda s, x: s.d(functional.normalize(x)), d=nn.Linear(6, 4)), {}, "sqrt"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_structures_that_are_not(case: str) -> None:
    live, more, told = REFUSED[case]
    with pytest.raises(DesignError, match=told):
        encoder(live, **more)


def heads(second: Callable[[Tensor], Tensor]) -> Steps:
    return Steps(lambda s, x: (s.b(x), second(s.c(x))), b=nn.Linear(6, 2), c=nn.Linear(6, 2))


@pytest.mark.parametrize(
    ("second", "link"),
    [
        (lambda t: torch.exp(0.5 * t), "exp(output/2)"),
        (lambda t: functional.softplus(t) + 1e-4, "softplus(output) + 0.0001"),
        (lambda t: 1e-6 + (1 - 2e-6) * torch.sigmoid(t), "0.000001 + 0.999998*sigmoid(output)"),
        (lambda t: torch.exp(t).sqrt(), "exp(output/2)"),
    ],
)
def test_links_are_compared_as_formulas(second: Callable[[Tensor], Tensor], link: str) -> None:
    assert encoder(heads(second), output=["mean", {"scale": link}]) == {"kind": "affine"}
    with pytest.raises(DesignError, match="`output` does not name it for scale"):
        encoder(heads(second), output=["mean", {"scale": f"2*({link})"}])


@pytest.mark.parametrize(
    ("share", "link"),
    [
        (lambda library, o: library * torch.softmax(o, -1), "library * softmax"),
        (lambda library, o: torch.exp(library) * torch.softmax(o, -1), "exp(library) * softmax"),
        (lambda library, o: functional.softplus(o) * library, "library * softplus(output)"),
    ],
)
def test_a_library_in_the_link(share: Callable[[Tensor, Tensor], Tensor], link: str) -> None:
    named = {"covariates": {"library": {"computed_from": "x"}}, "output": {"rate": link}}
    assert decoder(Library(share), **named) == MLP
    with pytest.raises(DesignError, match="`output` does not name it for rate"):
        decoder(Library(share), **{**named, "output": {"rate": "exp"}})
    with pytest.raises(DesignError, match="`library`, which the design does not name"):
        decoder(Library(share), output={"rate": "exp"}, covariates=["other"])


def test_ends_of_an_output() -> None:
    live = heads(lambda t: t.clamp(-30, 20))
    assert encoder(live, bounds={"log_variance": [-30, 20]}) == {"kind": "affine"}


def test_a_hundred_blocks_are_read_one_by_one() -> None:
    class Deep(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.blocks, self.last = nn.ModuleList(nn.Linear(6, 6) for _ in range(100)), nn.Linear(6, 4)

        def forward(self, x: Tensor) -> Any:
            for block in self.blocks:
                x = x + torch.relu(block(x))
            return self.last(x).chunk(2, -1)

    assert encoder(Deep()) == {"kind": "residual"}


def test_a_direction_and_its_concentration() -> None:
    def steps(s: Any, x: Tensor) -> Any:
        mean = s.b(x)
        return mean / mean.norm(dim=-1, keepdim=True), functional.softplus(s.c(x)) + 1

    live = Steps(steps, b=nn.Linear(6, 3), c=nn.Linear(6, 1))
    part = {
        "latent": {"family": "von_mises_fisher", "dim": 3},
        "output": [{"loc": "normalize"}, {"concentration": "softplus(output) + 1"}],
        "map": live,
    }
    assert trees(part, {**PIXELS, "map": "unrestricted", "prior": "uniform"})[0].data["map"] == {"kind": "affine"}


def test_a_run_leaves_the_module_and_the_random_numbers_as_they_were() -> None:
    live = Steps(by_classes, norm=nn.BatchNorm1d(8), act=nn.ReLU())
    before, state = live.norm.running_mean.clone(), torch.get_rng_state()  # type: ignore[union-attr,operator]
    more: dict[str, Any] = {"output": ["mean", {"scale": "sqrt(exp(output) + 0.0001)"}]}
    assert encoder(live, **more)["batch_norm"] == "train"
    assert torch.equal(live.norm.running_mean, before)  # type: ignore[union-attr,arg-type]
    assert torch.equal(torch.get_rng_state(), state)
    assert torch.distributions.Distribution._validate_args


def test_a_law_of_independent_coordinates_is_its_parameters() -> None:
    live = Steps(lambda s, x: Independent(Normal(s.b(x), s.c(x).exp()), 1), b=nn.Linear(6, 2), c=nn.Linear(6, 2))
    assert encoder(live, output=["mean", {"scale": "exp"}]) == {"kind": "affine"}
