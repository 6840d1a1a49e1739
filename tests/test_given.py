"""Observed blocks given others and chains of latent draws, against enumeration; the lemma on finite data, at its limits."""

from __future__ import annotations

from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tightcheck.decide import decide
from tightcheck.design import Design
from tightcheck.kernel import Rejected
from tightcheck.kernel.check import prove, run
from tightcheck.read_yaml import read_design

BIT: dict[str, Any] = {"family": "bernoulli", "dim": 1}
CLASS: dict[str, Any] = {"family": "categorical", "dim": 3}
PARENTS = {"bit": BIT, "class": CLASS, "bits": {"family": "bernoulli", "dim": 2}}
CHILDREN = {
    "pixels": {"family": "bernoulli", "dim": 2},
    "class": CLASS,
    "throws": {"family": "binomial", "trials": 2, "dim": 1},
}
LATENTS: dict[str, list[dict[str, Any]]] = {
    "bit": [{"name": "z", **BIT}],
    "class": [{"name": "z", **CLASS}],
    "bits": [{"name": "z", **PARENTS["bits"]}],
    "chain": [{"name": "z", **BIT}, {"name": "s", **BIT, "given": "z"}],
}
UNIFORM = {"bernoulli": {"family": "bernoulli", "probs": 0.5}, "categorical": {"family": "categorical", "logits": 0}}
MAPS = st.sampled_from(("affine", "unrestricted"))


def values(block: dict[str, Any]) -> list[np.ndarray]:
    """Every value of a block, as its network input: bits, a one-hot code, or a count."""
    if block["family"] == "categorical":
        return list(np.eye(block["dim"]))
    most = block.get("trials", 1)
    return [np.array(point, dtype=float) for point in product(range(most + 1), repeat=block["dim"])]


def log_law(block: dict[str, Any], outputs: np.ndarray) -> np.ndarray:
    """log p of every value of the block."""
    x = np.array(values(block))
    if block["family"] == "categorical":
        return outputs - np.log(np.exp(outputs).sum())
    n = block.get("trials", 1)
    choose = np.where(x == 1, np.log(n), 0.0) if n == 2 else 0.0
    return (x * outputs - n * np.log1p(np.exp(outputs)) + choose).sum(axis=1)


def design_of(
    latent: str, parent: str, child: str, maps: tuple[str, str], encoder: str, prior: str, folder: Path
) -> Design:
    """The design, read from its files."""
    blocks = LATENTS[latent]
    words = {
        "encoder": {"latent": blocks, "map": [encoder] * len(blocks), "output": ["logits"] * len(blocks)},
        "decoder": {
            "observed": [{"name": "a", **PARENTS[parent]}, {"name": "b", **CHILDREN[child], "given": "a"}],
            "map": list(maps),
            "output": ["logits", "logits"],
            "prior": "implied" if prior == "implied" else [{"name": b["name"], **UNIFORM[b["family"]]} for b in blocks],
        },
    }
    if len(blocks) == 1:
        words["encoder"] = {"latent": blocks[0], "map": encoder, "output": "logits"}
        words["decoder"]["prior"] = "implied" if prior == "implied" else UNIFORM[blocks[0]["family"]]
    file = folder / "design.yaml"
    file.write_text(yaml.safe_dump(words))
    return read_design(file)


def outputs(kind: str, inputs: list[np.ndarray], size: int, random: np.random.Generator, values: int = 1) -> np.ndarray:
    """What a map puts out at each of its inputs, in a random model; some weights are 0.

    `values` > 1: the inputs are in turn beside so many values of a block that is given, which pick an affine map's coefficients.
    """
    if values > 1:
        each = [outputs(kind, inputs[j::values], size, random) for j in range(values)]
        return np.stack(each, axis=1).reshape(len(inputs), size)
    if kind == "unrestricted":
        return random.normal(size=(len(inputs), size)) * 2
    table = np.array(inputs)
    weights = random.normal(size=(table.shape[1], size)) * (random.random((table.shape[1], 1)) < 0.8) * 2
    return table @ weights + random.normal(size=size)


def joint(
    latent: str, parent: str, child: str, maps: tuple[str, str], picks: bool, random: np.random.Generator
) -> np.ndarray:
    """log p(a, b | z), a row for every z and a column for every a and b; of affine maps with one matrix, or one for each a."""
    z = [np.concatenate(parts) for parts in product(*(values(block) for block in LATENTS[latent]))]
    a = values(PARENTS[parent])
    of_a = outputs(maps[0], z, len(a[0]), random)
    both = [np.concatenate([one, other]) for one in z for other in a]
    of_b = outputs(maps[1], both, len(values(CHILDREN[child])[0]), random, len(a) if picks else 1)
    rows = []
    for i in range(len(z)):
        first = log_law(PARENTS[parent], of_a[i])
        rows.append(np.concatenate([first[j] + log_law(CHILDREN[child], of_b[i * len(a) + j]) for j in range(len(a))]))
    return np.array(rows)


def in_span(columns: np.ndarray, functions: np.ndarray) -> bool:
    """Whether each column is a combination of the functions."""
    found = np.linalg.lstsq(functions, columns, rcond=None)[0]
    return bool(np.abs(functions @ found - columns).max() < 1e-8)


def is_consistent(
    latent: str, parent: str, child: str, encoder: str, prior: str, picks: bool, table: np.ndarray
) -> bool:
    """Whether the posterior is in the encoder's class, under a uniform prior or, if implied, under one that makes C2 hold."""
    blocks = LATENTS[latent]
    codes = [np.concatenate(parts) for parts in product(*(values(block) for block in blocks))]
    chain = latent == "chain"
    psi = np.eye(len(codes)) if chain else np.column_stack([np.ones(len(codes)), np.array(codes)])
    posterior = table - table[:, :1] if prior == "implied" else table
    if not in_span(posterior, psi):
        return False
    if encoder == "unrestricted":
        return True
    pairs = product(values(PARENTS[parent]), values(CHILDREN[child]))
    shown = np.array([[1.0, *a, *b] for a, b in pairs])
    if not chain:
        g = np.linalg.lstsq(psi, posterior, rcond=None)[0][1:]
        g = g - g[-1:] if latent == "class" else g
        return in_span(g.T, shown)
    of_z = np.logaddexp(posterior[2], posterior[3]) - np.logaddexp(posterior[0], posterior[1])
    of_s = np.concatenate([posterior[1] - posterior[0], posterior[3] - posterior[2]])
    one = shown if picks else shown[:, :1]
    beside = np.block([[shown, np.zeros_like(one)], [shown, one]])
    return in_span(of_z[:, None], shown) and in_span(of_s[:, None], beside)


@settings(deadline=None, derandomize=True, max_examples=150, suppress_health_check=list(HealthCheck))
@given(
    st.sampled_from(tuple(LATENTS)),
    st.sampled_from(tuple(PARENTS)),
    st.sampled_from(tuple(CHILDREN)),
    st.tuples(MAPS, MAPS),
    MAPS,
    st.sampled_from(("declared", "implied")),
    st.integers(0, 2**32 - 1),
)
def test_no_enumerated_model_refutes_a_verdict(
    tmp_path_factory: pytest.TempPathFactory,
    latent: str,
    parent: str,
    child: str,
    maps: tuple[str, str],
    encoder: str,
    prior: str,
    seed: int,
) -> None:
    folder = tmp_path_factory.mktemp("designs")
    word = decide(design_of(latent, parent, child, maps, encoder, prior, folder), prior).verdict.word
    random = np.random.default_rng(seed)
    for picks in (False, True):
        tables = [joint(latent, parent, child, maps, picks, random) for _ in range(12)]
        consistent = [is_consistent(latent, parent, child, encoder, prior, picks, table) for table in tables]
        if word == "tight":
            assert all(consistent)
        if word in ("restricted", "collapse", "impossible"):
            assert not all(consistent)
    assert word not in ("collapse", "impossible")  # with uniform or implied priors some x moves with one bit of z


def test_most_designs_of_a_class_are_decided(tmp_path: Path) -> None:
    words = [
        decide(design_of(latent, "class", "pixels", maps, encoder, prior, tmp_path), prior).verdict.word
        for latent in LATENTS
        for maps in product(("affine", "unrestricted"), repeat=2)
        for encoder in ("affine", "unrestricted")
        for prior in ("declared", "implied")
    ]
    assert words.count("undecided") <= 0.2 * len(words)


REAL = "{latent: {family: %s, dim: 2}, map: unrestricted, output: natural}"
PIXELS = (
    "{observed: [{name: a, family: bernoulli, dim: 2}, {name: b, family: categorical, dim: 3, given: a}],"
    " map: [unrestricted, unrestricted], output: [logits, logits], prior: {family: %s}}"
)
PRIORS = {
    "gaussian": "gaussian, mean: 0, variance: 1",
    "gamma": "gamma, shape: 2, rate: 1",
    "inverse_gamma": "inverse_gamma, shape: 2, scale: 1",
    "log_normal": "log_normal, loc: 0, scale: 1",
    "poisson": "poisson, rate: 1",
    "exponential": "exponential, rate: 1",
    "beta": "beta, alpha: 2, beta: 1",
    "von_mises": "von_mises, loc: 0, concentration: 1",
    "binomial": "binomial, trials: 5, probs: 0.5",
}
NONE_DIVERGES = {"beta", "von_mises", "binomial"}


def read(encoder: str, decoder: str, folder: Path) -> Design:
    files = folder / "encoder.yaml", folder / "decoder.yaml"
    for file, words in zip(files, (encoder, decoder), strict=True):
        file.write_text(words)
    return read_design(*files)


@pytest.mark.parametrize("family", PRIORS)
def test_finitely_many_values_carry_no_unbounded_code(family: str, tmp_path: Path) -> None:
    """1 = sum_x w_x exp <a_x, psi(z)>, w_x > 0, with some a_x other than 0: z + (1 - z) = 1 for a beta code; where psi is
    bounded, the lemma says nothing."""
    encoder = REAL % family if family != "binomial" else REAL.replace("%s", "binomial, trials: 5")
    design = read(encoder, PIXELS % PRIORS[family], tmp_path)
    step = {"lemma": "finite_data", "latent": "z"}
    if family in NONE_DIVERGES:
        with pytest.raises(Rejected):
            run(design, "declared", step, frozenset())
    else:
        assert run(design, "declared", step, frozenset())
        assert decide(design, "declared").verdict.word == "collapse"
    with pytest.raises(Rejected):
        run(design, "implied", step, frozenset())


def test_a_count_beside_the_pixels_is_no_finite_data(tmp_path: Path) -> None:
    decoder = (PIXELS % PRIORS["gamma"]).replace("family: bernoulli, dim: 2", "family: poisson, dim: 2")
    with pytest.raises(Rejected):
        run(
            read(REAL % "gamma", decoder.replace("[logits,", "[log_rate,"), tmp_path),
            "declared",
            {"lemma": "finite_data", "latent": "z"},
            frozenset(),
        )


FALSE = (
    ("an affine encoder of a chain", "chain", ("unrestricted", "unrestricted"), "affine", [{"lemma": "finite_chain"}]),
    ("two bits are no chain", "bits", ("unrestricted", "unrestricted"), "unrestricted", [{"lemma": "finite_chain"}]),
    ("x_2 looks at x_1 and z together", "bit", ("affine", "unrestricted"), "affine", [{"lemma": "tight"}]),
    ("a matrix for every value of x_1", "bit", ("affine", "affine"), "affine", [{"lemma": "tight"}]),
)


@pytest.mark.parametrize(("name", "latent", "maps", "encoder", "steps"), FALSE, ids=[each[0] for each in FALSE])
def test_no_false_claim_of_tightness(
    name: str, latent: str, maps: tuple[str, str], encoder: str, steps: list[dict[str, Any]], tmp_path: Path
) -> None:
    with pytest.raises(Rejected):
        prove(design_of(latent, "class", "pixels", maps, encoder, "declared", tmp_path), "declared", steps)


def test_parents_are_looked_at_without_children_only_where_these_do_not_move(tmp_path: Path) -> None:
    design = read(REAL % "gaussian", PIXELS % PRIORS["gaussian"], tmp_path)
    inner = {"lemma": "growth", "latent": "z"}
    with pytest.raises(Rejected, match="may depend on z"):
        run(design, "declared", {"lemma": "given_parents", "step": inner}, frozenset())
    with pytest.raises(Rejected, match="needs a declared prior"):
        run(design, "declared", {"lemma": "given_values", "step": inner}, frozenset())
    with pytest.raises(Rejected, match="statistics of both"):
        run(design, "declared", inner, frozenset())
