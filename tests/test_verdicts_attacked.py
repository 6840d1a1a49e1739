"""The verdicts against designs meant to fool them, against sampled models, and against changes that must not matter."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from tests.oracle.designs import NotUnderstoodError, objections, outcomes, require_understood
from tests.oracle.truths import TRUTHS, Truth
from tightcheck.decide import decide
from tightcheck.design import Design
from tightcheck.read_yaml import read_design
from tightcheck.strategies import Words, plain_designs, text
from tightcheck.verdict import ORDER, Verdict

QUIET = {"deadline": None, "suppress_health_check": list(HealthCheck), "derandomize": True}


def read(encoder: Words, decoder: Words, folder: Path) -> Design:
    """The design of two dictionaries, through the files that a user would write."""
    files = folder / "encoder.yaml", folder / "decoder.yaml"
    for file, words in zip(files, (encoder, decoder), strict=True):
        file.write_text(text(words))
    return read_design(*files)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("designs")


def verdict(encoder: Words, decoder: Words, folder: Path) -> str:
    design = read(encoder, decoder, folder)
    return decide(design, design.prior.kind).verdict.word


@pytest.mark.parametrize("truth", TRUTHS, ids=lambda truth: truth.name.replace(" ", "-"))
def test_no_design_meant_to_fool_the_rules_does(truth: Truth, folder: Path) -> None:
    assert verdict(truth.encoder, truth.decoder, folder) in (truth.verdict, "undecided"), truth.why


def test_most_of_these_designs_are_decided(folder: Path) -> None:
    decided = [verdict(truth.encoder, truth.decoder, folder) != "undecided" for truth in TRUTHS]
    assert sum(decided) >= 0.4 * len(decided)


def is_understood(truth: Truth) -> bool:
    """Whether the judge reads the design."""
    try:
        require_understood(truth.encoder, truth.decoder)
    except NotUnderstoodError:
        return False
    return True


@pytest.mark.parametrize(
    "truth", [each for each in TRUTHS if is_understood(each)], ids=lambda truth: truth.name.replace(" ", "-")
)
def test_no_sampled_model_refutes_the_hand_derived_verdict(truth: Truth) -> None:
    seen = outcomes(truth.encoder, truth.decoder, seed=3, rounds=1)
    assert not objections(truth.verdict, seen, is_prior_known(truth.decoder)), truth.why


def is_prior_known(decoder: Words) -> bool:
    """Whether the prior is one density, with no parameters to choose."""
    return isinstance(decoder["prior"], dict) and "family" in decoder["prior"]


def check_against_models(pair: tuple[Words, Words], folder: Path, rounds: int) -> None:
    word = verdict(*pair, folder)
    is_prior_known = "family" in pair[1]["prior"]
    assert not objections(word, outcomes(*pair, seed=1, rounds=rounds), is_prior_known), (
        f"{word}\n{text(pair[0])}\n{text(pair[1])}"
    )


@settings(max_examples=60, **QUIET)
@given(plain_designs())
def test_no_sampled_model_refutes_a_verdict(folder: Path, pair: tuple[Words, Words]) -> None:
    check_against_models(pair, folder, rounds=1)


@pytest.mark.long
@settings(max_examples=5000, **QUIET)
@given(plain_designs())
def test_no_sampled_model_refutes_a_verdict_at_length(folder: Path, pair: tuple[Words, Words]) -> None:
    check_against_models(pair, folder, rounds=4)


def is_decided(word: str) -> bool:
    return word not in ("undecided", "outside")


def rank(word: str) -> int:
    """The place in the order impossible < collapse < restricted < tight."""
    return ORDER.index(Verdict[word.upper()])


def with_map(words: Words, spec: Words) -> Words:
    return {**words, "map": spec}


WIDE: list[Any] = [
    {"kind": "affine"},
    {"kind": "mlp", "hidden": [64], "activation": "relu"},
    {"kind": "unrestricted"},
]


@settings(max_examples=25, **QUIET)
@given(plain_designs())
def test_a_richer_encoder_network_never_lowers_the_verdict(folder: Path, pair: tuple[Words, Words]) -> None:
    encoder, decoder = pair
    words = [verdict(with_map(encoder, spec), decoder, folder) for spec in WIDE]
    ranks = [rank(word) for word in words if is_decided(word)]
    assert ranks == sorted(ranks), words


@settings(max_examples=25, **QUIET)
@given(plain_designs(), st.randoms(use_true_random=False))
def test_names_do_not_matter(folder: Path, pair: tuple[Words, Words], random: Any) -> None:
    encoder, decoder = pair
    renamed = {**encoder, "latent": {**encoder["latent"], "name": "code"}}
    observed = {**decoder, "observed": {**decoder["observed"], "name": "picture"}}
    assert verdict(encoder, decoder, folder) == verdict(renamed, observed, folder)


@settings(max_examples=25, **QUIET)
@given(plain_designs(), st.sampled_from([7, 500]))
def test_more_pixels_through_an_affine_map_do_not_matter(folder: Path, pair: tuple[Words, Words], count: int) -> None:
    """Beyond three coordinates per side nothing new happens for affine maps with biases."""
    encoder, decoder = ({**words, "map": {"kind": "affine"}} for words in pair)
    assume(decoder["observed"]["family"] not in ("categorical", "multinomial"))
    sizes = [{**decoder, "observed": {**decoder["observed"], "dim": n}} for n in (4, count)]
    first, second = (verdict(encoder, each, folder) for each in sizes)
    assert first == second or not (is_decided(first) and is_decided(second))


@pytest.mark.parametrize("outputs", [("logits", "probs")])
@pytest.mark.parametrize("family", ["bernoulli", "binomial"])
def test_the_parametrisation_of_an_unrestricted_map_does_not_matter(
    family: str, outputs: tuple[str, str], folder: Path
) -> None:
    latent = {"family": "bernoulli", "dim": 2}
    encoder = {"latent": latent, "map": {"kind": "unrestricted"}, "output": "logits"}
    found = set()
    for output in outputs:
        decoder = {
            "observed": {"family": family, "dim": 3, **({"trials": 4} if family == "binomial" else {})},
            "map": {"kind": "unrestricted"},
            "output": output if output == "logits" else {"probs": "sigmoid"},
            "prior": {"learned": "bernoulli"},
        }
        found.add(verdict(encoder, decoder, folder))
    assert len(found - {"undecided"}) <= 1


def test_full_covariance_is_at_least_diagonal_is_at_least_shared(folder: Path) -> None:
    decoder = {
        "observed": {"family": "gaussian", "dim": 4, "covariance": "isotropic"},
        "map": {"kind": "affine"},
        "output": ["mean", {"variance": {"fixed": 1}}],
        "prior": {"family": "gaussian", "mean": 0, "variance": 1},
    }
    spreads: list[tuple[str, Any]] = [
        ("diagonal", {"variance": {"fixed": 1}}),
        ("diagonal", {"variance": {"learned": "shared"}}),
        ("diagonal", {"variance": {"learned": "per_coordinate"}}),
        ("full", {"covariance": {"learned": "shared"}}),
    ]
    words = [
        verdict(
            {
                "latent": {"family": "gaussian", "dim": 2, "covariance": covariance},
                "map": {"kind": "affine"},
                "output": ["mean", spread],
            },
            decoder,
            folder,
        )
        for covariance, spread in spreads
    ]
    ranks = [rank(word) for word in words if is_decided(word)]
    assert ranks == sorted(ranks)
    assert words[-1] == "tight"
