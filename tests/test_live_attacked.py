"""Modules whose maps are not those of their layers with free weights: a recording does not show it, so each is refused."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.nn.utils import prune, spectral_norm

from tightcheck import DesignError
from tightcheck.reading.live import trees

PIXELS: dict[str, Any] = {"observed": {"family": "bernoulli", "dim": 6}, "prior": "standard_normal", "output": "logits"}
CODE: dict[str, Any] = {"latent": {"family": "gaussian", "dim": 2}, "output": ["mean", "log_variance"]}


class Steps(nn.Module):
    """Any steps with the layers a, b and c."""

    def __init__(self, steps: Callable[[Any, Tensor], Any], **layers: nn.Module) -> None:
        super().__init__()
        self.steps = steps
        for name, layer in layers.items():
            setattr(self, name, layer)

    def forward(self, x: Tensor) -> Any:
        return self.steps(self, x)


def trunk(steps: Callable[[Any, Tensor], Any], outputs: int = 4) -> Steps:
    """Six numbers, eight hidden ones, and a head or two."""
    return Steps(steps, a=nn.Linear(6, 8), b=nn.Linear(8, outputs), c=nn.Linear(8, 2), act=nn.ReLU(inplace=True))


def encoder(live: Any, **more: Any) -> Any:
    """The encoder's map as the design has it."""
    return trees({**CODE, "map": live, **more}, {**PIXELS, "map": "unrestricted"})[0].data["map"]


def overlapping(h: Tensor) -> tuple[Tensor, Tensor]:
    return h.chunk(2, 1)[0], h.split([1, 2, 1], 1)[1]


def halves(h: Tensor) -> tuple[Tensor, Tensor]:
    return h.chunk(2, 1)[1], h.chunk(2, 1)[-1]


class Held(Steps):
    """A parameter beside the layers."""

    def __init__(self, steps: Callable[[Any, Tensor], Any]) -> None:
        super().__init__(steps, a=nn.Linear(6, 2, bias=False), b=nn.Linear(6, 2, bias=False), c=nn.Linear(6, 4))
        self.w = nn.Parameter(torch.ones(2))


class Given(nn.Module):
    """Steps that are shown a covariate."""

    def __init__(self, steps: Callable[[Any, Tensor, Tensor], Any]) -> None:
        super().__init__()
        self.steps, self.e = steps, nn.Embedding(5, 1)
        self.a, self.c, self.d = nn.Linear(6, 4), nn.Linear(1, 4), nn.Linear(7, 4)

    def forward(self, x: Tensor, t: Tensor) -> Any:
        return self.steps(self, x, t)


def frozen(layer: nn.Module, name: str) -> nn.Module:
    layer.get_parameter(name).requires_grad_(False)
    return layer


def hooked() -> nn.Module:
    layer = nn.Linear(6, 4)
    layer.register_forward_hook(lambda module, inputs, output: output.clamp(-1, 1))
    return layer


def replaced() -> nn.Module:
    layer = nn.Linear(6, 4)
    layer.forward = lambda x: x[:, :4]  # type: ignore[method-assign]
    return layer


def without_gradient(s: Any, x: Tensor) -> Tensor:
    with torch.no_grad():
        hidden = s.a(x)
    return s.b(torch.relu(hidden))  # type: ignore[no-any-return]


def thrown_away(change: Callable[[Any, Tensor], Any]) -> Steps:
    """The hidden numbers are changed in place, and what the change returns is not used."""

    def steps(s: Any, x: Tensor) -> Tensor:
        hidden = s.a(x)
        change(s, hidden)
        return s.b(hidden)  # type: ignore[no-any-return]

    return trunk(steps)


def siblings(s: Any, x: Tensor) -> tuple[Tensor, Tensor]:
    hidden = s.a(x)
    return s.b(hidden), s.c(s.act(hidden))


REFUSED: dict[str, tuple[nn.Module, str]] = {
    "a frozen weight": (
        nn.Sequential(frozen(nn.Linear(6, 8), "weight"), nn.ReLU(), nn.Linear(8, 4)),
        "weight is frozen",
    ),
    "a frozen bias": (frozen(nn.Linear(6, 4), "bias"), "bias is frozen"),
    "a frozen convolution": (
        nn.Sequential(frozen(nn.Conv2d(1, 2, 2), "weight"), nn.Flatten(), nn.Linear(8, 4)),
        "weight is frozen",
    ),
    "a spectral norm": (spectral_norm(nn.Linear(6, 4)), "has a hook"),
    "a mask of weights": (prune.random_unstructured(nn.Linear(6, 4), "weight", 0.5), "has a hook"),
    "a hook on a layer": (hooked(), "has a hook"),
    "a forward of its own": (nn.Sequential(replaced()), "has a hook or a forward of its own"),
    "outside the gradient": (trunk(without_gradient), "outside the gradient"),
    "added in place": (thrown_away(lambda s, h: h.add_(1)), "changes in place"),
    "clipped in place": (thrown_away(lambda s, h: h.view(-1, 8).clamp_(0, 1)), "changes in place"),
    "a ReLU in place": (thrown_away(lambda s, h: s.act(h)), "changes in place"),
    "a ReLU in place that the other head sees": (trunk(siblings, 2), "changes in place"),
    "one head for both": (trunk(lambda s, x: (s.c(s.a(x)), s.c(s.a(x)))), "share one weight"),
    "one tensor for both": (Steps(lambda s, x: (s.a(x),) * 2, a=nn.Linear(6, 2)), "the same numbers"),
    "one half for both": (trunk(lambda s, x: (s.b(s.a(x)).chunk(2, 1)[0],) * 2), "the same numbers"),
    "halves of the batch": (trunk(lambda s, x: s.b(s.a(x)).chunk(2)), "which is the batch's"),
    "one variance for two coordinates": (
        Steps(lambda s, x: (s.a(x), s.b(x)), a=nn.Linear(6, 2), b=nn.Linear(6, 1)),
        "puts out 2 and 1 numbers, and the outputs have 4",
    ),
    "one weight for three places": (
        Steps(lambda s, x: s.b(s.a(x.view(-1, 3, 2)).view(-1, 9)), a=nn.Linear(2, 3), b=nn.Linear(9, 4)),
        "takes 9 numbers and is given 3",
    ),
    "fewer numbers than are shown": (nn.Linear(5, 4), "takes 5 numbers, and the other side has 6"),
    "another softplus": (trunk(lambda s, x: s.b(functional.softplus(s.a(x), 3))), "other constants"),
    "another GELU": (nn.Sequential(nn.Linear(6, 8), nn.GELU("tanh"), nn.Linear(8, 4)), "other constants"),
    "a batch norm for a bias": (
        nn.Sequential(nn.Linear(6, 8), nn.ReLU(), nn.BatchNorm1d(8), nn.Linear(8, 4, bias=False)).eval(),
        "biases everywhere or nowhere",
    ),
    "a batch norm and no bias": (
        nn.Sequential(nn.Linear(6, 4, bias=False), nn.BatchNorm1d(4, affine=False)).eval(),
        "a batch norm shifts",
    ),
    "a dropout that stays on": (trunk(lambda s, x: s.b(functional.dropout(s.a(x)))).eval(), "the map is random"),
    "one parameter for two heads": (Held(lambda s, x: (s.a(x) + s.w, s.b(x) + s.w)), "share one weight"),
    "overlapping parts": (trunk(lambda s, x: overlapping(s.b(s.a(x)))), "the same numbers"),
    "one half under two names": (trunk(lambda s, x: halves(s.b(s.a(x)))), "the same numbers"),
    "whole numbers": (Steps(lambda s, x: s.a(x.to(torch.int32).float()), a=nn.Linear(6, 4)), "`to` is no affine layer"),
    "a division that rounds": (
        Steps(lambda s, x: s.a(torch.div(x, 2, rounding_mode="floor")), a=nn.Linear(6, 4)),
        "`div` is no affine layer",
    ),
    "log1p of a multiple": (Steps(lambda s, x: s.a((x * 2).log1p()), a=nn.Linear(6, 4)), "`log1p` is no affine layer"),
    "log1p twice": (Steps(lambda s, x: s.a(x.log1p().log1p()), a=nn.Linear(6, 4)), "`log1p` is no affine layer"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_map_that_is_not_that_of_its_free_layers_is_refused(case: str) -> None:
    live, told = REFUSED[case]
    with pytest.raises(DesignError, match=told):
        encoder(live, features="log1p" if case.startswith("log1p") else "identity")


@pytest.mark.parametrize(
    "steps",
    [
        lambda s, x, t: s.a(x) + t,
        lambda s, x, t: s.a(x) + torch.relu(s.c(t)),
        lambda s, x, t: s.d(torch.cat([x, t**2], -1)),
    ],
)
def test_covariates_that_join_without_free_weights_are_refused(steps: Any) -> None:
    with pytest.raises(DesignError, match="have no free weights"):
        encoder(Given(steps), given="t")


@pytest.mark.parametrize(
    "steps",
    [
        lambda s, x, t: s.a(x) + s.c(t),
        lambda s, x, t: s.d(torch.cat([x, t], -1)),
        lambda s, x, t: s.d(torch.cat([x, s.e(t.long()).flatten(1)], -1)),
    ],
)
def test_covariates_that_join_with_free_weights_are_read(steps: Any) -> None:
    assert encoder(Given(steps), given="t") == {"kind": "affine"}


def test_weights_that_are_views_of_each_other_are_shared() -> None:
    down, up = nn.Linear(6, 4), nn.Linear(2, 6)
    up.weight = nn.Parameter(down.weight.detach()[2:].t())
    with pytest.raises(DesignError, match="encoder and decoder share weights"):
        trees({**CODE, "map": down}, {**PIXELS, "map": up})


def test_a_second_argument_is_not_what_the_map_is_shown() -> None:
    class Given(nn.Linear):
        def encode(self, x: Tensor, y: Tensor) -> Tensor:
            return super().forward(y)

    with pytest.raises(DesignError, match="computed from"):
        encoder(Given(6, 4).encode)


def test_a_link_belongs_to_the_output_that_names_it() -> None:
    heads = Steps(lambda s, x: (s.a(x), functional.softplus(s.b(x))), a=nn.Linear(6, 2), b=nn.Linear(6, 2))
    assert encoder(heads, output=["mean", {"variance": "softplus"}]) == {"kind": "affine"}
    turned = Steps(lambda s, x: (functional.softplus(s.a(x)), s.b(x)), a=nn.Linear(6, 2), b=nn.Linear(6, 2))
    with pytest.raises(DesignError, match="does not name it for mean"):
        encoder(turned, output=["mean", {"variance": "softplus"}])


def test_the_link_after_a_convolution_must_be_named() -> None:
    up = nn.Sequential(nn.Unflatten(1, (2, 1, 1)), nn.ConvTranspose2d(2, 1, (2, 3)), nn.Flatten(), nn.Sigmoid())
    code = {**CODE, "map": "unrestricted"}
    with pytest.raises(DesignError, match="computes sigmoid itself"):
        trees(code, {**PIXELS, "map": up})
    named = trees(code, {**PIXELS, "map": up, "output": {"probs": "sigmoid"}})[1].data["map"]
    assert named == {"kind": "convolutional"}


def test_outputs_returned_by_name_are_taken_by_name() -> None:
    deep = nn.Sequential(nn.Linear(6, 8), nn.ReLU(), nn.Linear(8, 2))
    live = Steps(lambda s, x: {"log_variance": s.b(x), "mean": s.a(x)}, a=nn.Linear(6, 2), b=deep)
    assert [each["kind"] for each in encoder(live)] == ["affine", "mlp"]


def test_a_trunk_for_each_output_is_a_map_each() -> None:
    def steps(s: Any, x: Tensor) -> tuple[Tensor, Tensor]:
        return s.b(torch.tanh(s.a(x))), s.d(torch.tanh(s.c(x)))

    layers = {"a": nn.Linear(6, 8), "b": nn.Linear(8, 2), "c": nn.Linear(6, 8), "d": nn.Linear(8, 2)}
    assert encoder(Steps(steps, **layers)) == [{"kind": "mlp", "hidden": [8], "activation": "tanh"}] * 2


def test_a_batch_norm_without_running_averages_couples_the_batch_outside_training_too() -> None:
    norm = nn.BatchNorm1d(8, track_running_stats=False)
    live = nn.Sequential(nn.Linear(6, 8, bias=False), norm, nn.ReLU(), nn.Linear(8, 4)).eval()
    written = {"kind": "mlp", "hidden": [8], "activation": "relu", "batch_norm": "train"}
    assert encoder(live) == written
