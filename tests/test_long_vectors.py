"""Vectors are looked at with a few components: nothing may be said of those that another length makes wrong."""

from __future__ import annotations

import pytest

from tightcheck.decide import decide
from tightcheck.strategies import WrittenDesign
from tightcheck.strategies.words import Words

UNIT: Words = {"fixed": 1}


def verdict(latent: Words, output: object, observed: Words, formula: str, head: object, prior: Words) -> str:
    encoder: Words = {"latent": latent, "map": {"kind": "unrestricted"}, "output": output}
    network: Words = {"kind": "affine"} if formula == "affine" else {"kind": "expression", "expression": formula}
    decoder: Words = {"observed": observed, "map": network, "output": head, "prior": prior}
    return decide(WrittenDesign(encoder, decoder).design(), "declared").verdict.word


@pytest.mark.parametrize("length", [1, 7, "random"])
@pytest.mark.parametrize(("shares", "words"), [(3, 3), (100, 100), (100, 50), (50, 100), (5, 3), (3, 5)])
def test_a_dirichlet_is_conjugate_to_as_many_words(shares: int, words: int, length: int | str) -> None:
    observed: Words = {"family": "multinomial", "dim": words, "length": length}
    prior: Words = {"family": "dirichlet", "concentration": 1}
    found = verdict({"family": "dirichlet", "dim": shares}, "concentration", observed, "z", "probs", prior)
    assert (found == "tight") == (shares == words)


@pytest.mark.parametrize("formula", ["z[0] + z[1] + z[2]", "1 - z[0] - z[1]"])
def test_three_shares_add_up_to_one_and_five_do_not(formula: str) -> None:
    """A constant rate for three shares; for five neither it nor its logarithm is in the span of log z_k."""
    prior: Words = {"family": "dirichlet", "concentration": 1}
    found = verdict({"family": "dirichlet", "dim": 5}, "concentration", {"family": "poisson"}, formula, "rate", prior)
    assert found in ("impossible", "undecided")


@pytest.mark.parametrize("covariance", ["full", "isotropic"])
def test_a_prior_of_three_components_is_none_of_five(covariance: str) -> None:
    """It is flat in the other two: no density."""
    latent: Words = {"family": "gaussian", "dim": 5, "covariance": covariance}
    output = ["mean", "covariance" if covariance == "full" else "variance"]
    observed: Words = {"family": "gaussian", "dim": 9, "covariance": "isotropic"}
    head = ["mean", {"variance": UNIT}]
    prior: Words = {"log_density": "-(z[0]^2 + z[1]^2 + z[2]^2)/2"}
    assert verdict(latent, output, observed, "affine", head, prior) == "undecided"


@pytest.mark.parametrize(("width", "is_wide"), [(9, False), (10, True), (64, True)])
def test_ten_classes_need_as_many_units_and_not_one_for_each_pixel(width: int, is_wide: bool) -> None:
    """Ten logits of 784 bits: on a bounded set ten ReLUs in each layer hold every affine map to them."""
    network: Words = {"kind": "mlp", "hidden": [width, width], "activation": "relu"}
    encoder: Words = {"latent": {"family": "categorical", "dim": 10}, "map": network, "output": "logits"}
    decoder: Words = {
        "observed": {"family": "bernoulli", "dim": 784},
        "map": {"kind": "unrestricted"},
        "output": "logits",
        "prior": {"learned": "categorical"},
    }
    found = decide(WrittenDesign(encoder, decoder).design(), "declared").verdict.word
    assert (found == "tight") == is_wide


@pytest.mark.parametrize(("width", "is_wide"), [(39, False), (40, True)])
def test_a_long_gaussian_vector_moves_as_many_means_as_it_has(width: int, is_wide: bool) -> None:
    """Twenty means of 784 numbers: pairs of ReLUs make twenty linear functions."""
    network: Words = {"kind": "mlp", "hidden": [width, width], "activation": "relu"}
    latent: Words = {"family": "gaussian", "dim": 20, "covariance": "full"}
    encoder: Words = {"latent": latent, "map": network, "output": ["mean", {"covariance": {"learned": "shared"}}]}
    decoder: Words = {
        "observed": {"family": "gaussian", "dim": 784},
        "map": {"kind": "affine"},
        "output": ["mean", {"variance": {"learned": "shared"}}],
        "prior": {"family": "gaussian", "mean": 0, "variance": 1},
    }
    found = decide(WrittenDesign(encoder, decoder).design(), "declared").verdict.word
    assert (found == "tight") == is_wide
