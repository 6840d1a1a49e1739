"""Suggestions: what is shown was decided, is better than what is there, and mends the term in the way."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import numpy as np
import pytest

from tightcheck.account import suggest
from tightcheck.account.neighbours import neighbours
from tightcheck.account.suggest import suggestions
from tightcheck.decide import Decision, decide
from tightcheck.design import Design
from tightcheck.read_yaml import read_design
from tightcheck.strategies.words import WrittenDesign
from tightcheck.verdict import ORDER, Suggestion, Verdict

ROOT = Path(__file__).parent.parent
WORDS = [verdict.word for verdict in ORDER]


def read(name: str) -> Design:
    """A published design by its folder's name, or a test design by its file's."""
    folder = ROOT / "tightcheck" / "examples" / name
    if folder.is_dir():
        return read_design(folder / "encoder.yaml", folder / "decoder.yaml")
    return read_design(ROOT / "tests" / "designs" / f"{name}.yaml")


def suggested(design: Design) -> tuple[Suggestion, ...]:
    return suggestions(design, decide(design, design.prior.kind), decide(design, "implied"))


def shown(name: str) -> list[tuple[str, str]]:
    return [(suggestion.kind, suggestion.verdict) for suggestion in suggested(read(name))]


def test_counts_instead_of_frequencies() -> None:
    first = suggested(read("text-vae-frequencies"))[0]
    assert (first.kind, first.verdict) == ("features", "restricted")
    assert "raw counts" in first.change
    assert first.place is not None
    assert "frequencies" in first.place.text


def test_the_implied_prior_comes_first() -> None:
    found = suggested(read("sigmoid-belief-net"))
    assert (found[0].kind, found[0].verdict) == ("prior", "tight")


def test_full_covariance_for_principal_components() -> None:
    assert ("encoder", "tight") in shown("ppca-diagonal")
    random = np.random.default_rng(0)
    loading = random.normal(size=(3, 2))
    precision = np.eye(2) + loading.T @ loading
    assert abs(precision[0, 1]) > 0.1  # no diagonal Gaussian is the posterior, a full one is


def test_a_field_for_bits_with_a_common_child() -> None:
    """The posterior of two bits is exp(b_1 z_1 + b_2 z_2 + k z_1 z_2) with k != 0: one edge is what is missing."""
    assert any("Markov random field" in found.change for found in suggested(read("toy-mixture")))
    centres = {z: np.array([1.0, 0.5]) * z[0] + np.array([0.7, 1.0]) * z[1] for z in product((0, 1), repeat=2)}
    x = np.array([0.3, -0.8])
    log_posterior = {z: -np.sum((x - centre) ** 2) / 2 for z, centre in centres.items()}
    interaction = log_posterior[1, 1] - log_posterior[1, 0] - log_posterior[0, 1] + log_posterior[0, 0]
    assert interaction == pytest.approx(-(np.array([1.0, 0.5]) @ np.array([0.7, 1.0])))


def test_an_affine_decoder_with_its_own_prior() -> None:
    found = suggested(read("mnist-bernoulli-vae"))
    assert [s.verdict for s in found if "affine in z and tie the prior" in s.change] == ["tight"]


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("collapse/encoder-constant-mean", "compute mean"),
        ("collapse/encoder-one-relu", "ReLU units"),
        ("impossible/encoder-bounded-variance", "take every value"),
        ("impossible/conjugation-correlated-prior-bernoulli", "independent coordinates"),
        ("impossible/conjugation-half-bernoulli", "learn the variance"),
        ("restricted/conjugation-gaussian-isotropic", "full covariance"),
    ],
)
def test_each_obstacle_has_its_remedy(name: str, words: str) -> None:
    assert any(words in neighbour.change for neighbour in neighbours(read(name)))


@pytest.mark.parametrize(
    "name",
    [
        "aevb-mnist",
        "gaussian-vae-images",
        "hyperspherical-vae",
        "nash",
        "ppca-diagonal",
        "text-vae-counts",
        "text-vae-frequencies",
        "toy-mixture",
        "impossible/encoder-bounded-variance",
        "impossible/conjugation-laplace-prior",
        "collapse/conjugation-poisson-gaussian",
    ],
)
def test_only_what_is_better_is_shown(name: str) -> None:
    present = decide(read(name), "declared").verdict
    found = suggested(read(name))
    assert len(found) <= suggest.MOST_TRIED + 2
    for suggestion in found:
        is_better = present not in ORDER or WORDS.index(suggestion.verdict) > WORDS.index(present.word)
        assert is_better or suggestion.change.endswith("(lossless)")


@pytest.mark.parametrize("name", ["rbm", "ppca-full", "iaf", "vq-vae"])
def test_tight_designs_and_those_outside_are_left_alone(name: str) -> None:
    assert shown(name) == []


def test_no_verdict_is_shown_that_was_not_decided(monkeypatch: pytest.MonkeyPatch) -> None:
    design = read("text-vae-frequencies")
    declared, implied = decide(design, "declared"), decide(design, "implied")
    monkeypatch.setattr(suggest, "decide", lambda design, prior, only_tight: Decision(Verdict.UNDECIDED, prior))
    assert suggestions(design, declared, implied) == ()


def test_neighbours_change_the_design() -> None:
    for name in ("mnist-bernoulli-vae", "text-vae-frequencies", "tvae", "vdsh", "sparse-coding-vae"):
        design = read(name)
        found = [neighbour.design for neighbour in neighbours(design)]
        assert found
        assert all(other != design for other in found)


@pytest.mark.parametrize("name", ["aevb-mnist", "mult-vae", "nvdm", "poisson-vae", "collapse/encoder-constant-mean"])
def test_what_is_left_out_without_a_search_is_no_better(name: str) -> None:
    """A proof of the present verdict that the neighbour accepts is one of its own verdict."""
    design = read(name)
    declared = decide(design, design.prior.kind)
    excluded = [n.design for n in neighbours(design) if suggest._is_excluded(design, n, declared)]
    assert all(decide(other, other.prior.kind).verdict is declared.verdict for other in excluded)
    mended = [
        n.design for n in neighbours(design) if decide(n.design, n.design.prior.kind).verdict is Verdict.RESTRICTED
    ]
    assert not [other for other in mended if other in excluded]


@pytest.mark.parametrize("name", ["m2", "mult-vae", "scvi-latent-library"])
def test_a_mixture_where_nothing_smaller_helps(name: str) -> None:
    """The posterior of a class is softmax of an affine map, whatever the decoder's family is."""
    (found,) = suggested(read(name))
    assert (found.kind, found.verdict) == ("latents", "tight")


def test_what_is_proposed_is_said_in_full() -> None:
    """With an encoder affine in x itself a Gaussian's variance must not move, and a mixture's classes differ in x^2."""
    code = {"latent": {"family": "bernoulli", "dim": 3}, "map": "affine", "output": "logits"}
    seen = {"observed": {"family": "gaussian", "dim": 2}, "map": {"kind": "mlp", "hidden": [2]}, "prior": "implied"}
    proposed = suggested(WrittenDesign(code, {**seen, "output": ["mean", "log_variance"]}).design())
    assert [s.change for s in proposed if s.verdict == "tight"] == [
        "make the decoder's natural parameters affine in z: the mean, with a learned variance that does not depend on z"
    ]
    declared = WrittenDesign(code, {**seen, "output": ["mean", "log_variance"], "prior": "uniform"}).design()
    assert [s.change.partition("softmax of ")[2] for s in suggested(declared) if s.kind == "latents"] == [
        "an affine map of the statistics of x"
    ]


def test_nothing_is_tried_after_two_tight_neighbours() -> None:
    found = [s.verdict for s in suggested(read("beta-vae"))]
    assert found == ["tight", "tight"]
