"""Layer normalisation between the layers of a network keeps what it puts out bounded: it forgets reals and counts, not bits."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from hypothesis import HealthCheck, assume, given, settings
from torch import nn
from torch.nn import functional

from tightcheck import DesignError, strategies
from tightcheck.attack.attack import attack
from tightcheck.attack.sizes import reduced
from tightcheck.decide import decide
from tightcheck.design import Conditional, Design, Head, Map
from tightcheck.kernel.classes import BOUNDED_ACTIVATIONS, LAYER_NORMALISED
from tightcheck.kernel.heads import wide_enough
from tightcheck.read_yaml import read_design
from tightcheck.training.networks import ACTIVATIONS

REALS = "{family: gaussian_fixed_variance, dim: 3, variance: 1}", "mean"
COUNTS = "{family: poisson, dim: 3}", "log_rate"
BITS = "{family: bernoulli, dim: 3}", "logits"
GAUSSIAN = "{family: gaussian, dim: 2}", "[mean, log_variance]"
CLASSES = "{family: categorical, dim: 3}", "logits"


def network(width: int = 8, more: str = "layer_norm: true") -> str:
    return f"{{kind: mlp, hidden: [{width}], activation: relu, {more}}}"


def decided(
    folder: Path,
    latent: tuple[str, str],
    encoder: str,
    observed: tuple[str, str],
    decoder: str,
    prior: str,
    declared: str = "declared",
) -> str:
    """The verdict of a small design."""
    files = folder / "encoder.yaml", folder / "decoder.yaml"
    files[0].write_text(f"{{latent: {latent[0]}, map: {encoder}, output: {latent[1]}}}")
    files[1].write_text(f"{{observed: {observed[0]}, map: {decoder}, output: {observed[1]}, prior: {prior}}}")
    return decide(read_design(*files), declared).verdict.word


@pytest.mark.parametrize(
    ("observed", "encoder", "truth"),
    [
        (REALS, network(), "collapse"),
        (COUNTS, network(), "collapse"),
        (REALS, network(more="layer_norm: false"), "tight"),
        (BITS, network(6), "tight"),  # three bits, three pairs of units
    ],
)
def test_an_encoder_of_classes(observed: tuple[str, str], encoder: str, truth: str, tmp_path: Path) -> None:
    for prior in ("declared", "implied"):
        assert decided(tmp_path, CLASSES, encoder, observed, "unrestricted", "uniform", prior) == truth


def test_too_few_units_for_bits_are_not_decided(tmp_path: Path) -> None:
    assert decided(tmp_path, CLASSES, network(5), BITS, "unrestricted", "uniform") == "undecided"


@pytest.mark.parametrize(("more", "truth"), [("layer_norm: true", "collapse"), ("bias: true", "restricted")])
def test_a_decoder_of_a_gaussian_code_forgets_it_under_the_implied_prior(more: str, truth: str, tmp_path: Path) -> None:
    assert decided(tmp_path, GAUSSIAN, "unrestricted", BITS, network(more=more), "standard_normal", "implied") == truth


@pytest.mark.parametrize("word", sorted(LAYER_NORMALISED))
def test_the_numbers_are_bounded_and_move(word: str) -> None:
    """Two units ±t: PyTorch's own normalisation keeps them between two numbers, and they are not constant."""
    assert word in BOUNDED_ACTIVATIONS
    t = torch.linspace(-1e3, 1e3, 2001, dtype=torch.float64)[:, None] * torch.tensor([1.0, -1.0], dtype=torch.float64)
    units = ACTIVATIONS[word](t)
    end = ACTIVATIONS[word](torch.tensor([[1e6, -1e6]], dtype=torch.float64))
    assert (units - end).abs().max() <= 2.5
    assert units[:, 0].std() > 0.1


@pytest.mark.parametrize("word", sorted(LAYER_NORMALISED))
def test_pairs_of_units_hold_every_affine_map_of_bits(word: str) -> None:
    """Two hidden layers of 2 n + 1 units, solved by hand, normalised before and after the activation: affine on the cube."""
    bits = torch.cartesian_prod(*[torch.tensor([0.0, 1.0], dtype=torch.float64)] * 3)
    units, ends = bits, (0.0, 1.0)
    for is_before in (True, False):
        signs = (2 * units[:, :3] - ends[0] - ends[1]) / (ends[1] - ends[0])
        pairs = torch.cat([signs, -signs, 0 * signs[:, :1]], dim=1)
        after = functional.layer_norm(ACTIVATIONS[word.removeprefix("layer-normalised ")](pairs), (7,))
        units = ACTIVATIONS[word](pairs) if is_before else after
        ends = float(units[:, :3].min()), float(units[:, :3].max())
        assert ends[1] - ends[0] > 0.1
        two = (units[:, :3] - ends[0]).abs().minimum((units[:, :3] - ends[1]).abs())
        assert two.max() < 1e-12
    source = Map("mlp", hidden=(7, 7), activation=word)
    assert wide_enough(source, 3, 3, bounded=False)
    assert not wide_enough(Map("mlp", hidden=(7, 5), activation=word), 3, 3, bounded=False)


def test_the_words_of_a_file(tmp_path: Path) -> None:
    with pytest.raises(DesignError, match="one unit is 0"):
        decided(tmp_path, CLASSES, network(1), BITS, "affine", "uniform")
    with pytest.raises(DesignError, match="belongs to `kind: mlp`"):
        decided(tmp_path, CLASSES, "{kind: affine, layer_norm: true}", BITS, "affine", "uniform")


def test_what_is_trained_is_what_pytorch_has() -> None:
    t = torch.randn(5, 7, generator=torch.Generator().manual_seed(1))
    torch.testing.assert_close(ACTIVATIONS["layer-normalised relu"](t), nn.LayerNorm(7)(t).relu())


def normalised(design: Design) -> Design:
    """The design with a layer normalisation in every network."""

    def head(own: Head) -> Head:
        if not isinstance(own.source, Map) or own.source.kind != "mlp":
            return own
        widths, word = tuple(max(2, width) for width in own.source.hidden), f"layer-normalised {own.source.activation}"
        return replace(own, source=replace(own.source, hidden=widths, activation=word))

    def side(own: tuple[Conditional, ...]) -> tuple[Conditional, ...]:
        return tuple(replace(each, heads=tuple(map(head, each.heads))) for each in own)

    return replace(design, encoder=side(design.encoder), decoder=side(design.decoder))


@pytest.mark.long
@pytest.mark.usefixtures("one_thread")
@settings(max_examples=1000, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
@given(strategies.designs())
def test_no_random_model_contradicts_a_verdict_at_length(written: strategies.WrittenDesign) -> None:
    plain = reduced(written.design())
    design = normalised(plain)
    assume(design != plain)
    for found in attack(design, decide(design, design.prior.kind), 1, with_gaps=False):
        assert isinstance(found, str) or not found.objection, f"{found.objection}: {found.sample.numbers}\n{written!r}"
