"""Inputs that are the same for different data: what is left of F, against enumeration and against truths worked out by hand."""

from __future__ import annotations

from contextlib import suppress
from itertools import combinations
from pathlib import Path

import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from tightcheck.decide import decide
from tightcheck.design import Design
from tightcheck.kernel import Rejected
from tightcheck.kernel.check import run
from tightcheck.kernel.classes import all_entries
from tightcheck.read_yaml import read_design

BOTH = "{family: gaussian, dim: 3, covariance: diagonal}", "[mean, log_variance]"
MEANS = "{family: gaussian_fixed_variance, dim: 3, variance: 1}", "mean"
COUNTS = "{family: poisson, dim: 3}", "log_rate"
BITS = "{family: bernoulli, dim: 3}", "logits"
TEXT = "{family: multinomial, dim: 9, length: random}", "logits"
SHARES = "{family: beta, dim: 1}", "[alpha, beta]"

LEFT = [
    ("x^2", MEANS, set()),
    ("x^2", BOTH, {1}),
    ("x^3", BOTH, {0, 1}),
    ("x^2 + x", MEANS, set()),
    ("x*(x - 1)", BITS, set()),
    ("x*(x - 1)", COUNTS, set()),
    ("x*(x - 1/2)", BITS, {0}),
    ("x*(x - 1/2)", COUNTS, {0}),
    ("abs(x)/x", BOTH, set()),
    ("(abs(x + 1) - abs(x - 1))/2", BOTH, set()),
    ("x + abs(x)", MEANS, set()),
    ("cos(x)", MEANS, set()),
    ("cos(2*pi*x)", COUNTS, set()),
    ("(x + 1 - abs(x - 1))/2", COUNTS, set()),
    ("(x + 1 - abs(x - 1))/2", BITS, {0}),
    ("(x + 1 - abs(x - 1))/2", TEXT, set()),
    ("x/sqrt(sum(x^2))", BOTH, set()),
    ("x/sqrt(sum(x^2))", TEXT, set()),
    ("x/(1 + sum(x))", TEXT, {0, 1}),
    ("x - sum(x)/3", MEANS, {0}),
    ("x - sum(x)/3", BOTH, {0}),
    ("x + sum(x)", BOTH, {0, 1}),
    ("softmax(x)", BOTH, {0}),
    ("softmax(2*x + 1)", BOTH, {0}),
    ("softmax", BOTH, {0}),
    ("layer_norm", BOTH, {0}),
    ("sum(x)^2", MEANS, set()),
    ("sum(x)", MEANS, {0}),
    ("frequencies", BOTH, set()),
    ("abs(x - 1/2)", SHARES, {0, 1}),
    ("x[0]", MEANS, {0}),
]
"""The features, the decoder, and the statistics of x that a consistent model of three classes may have, by hand."""


def encoder(features: str, output: str = "logits") -> str:
    """Any network of the features."""
    return f"{{latent: {{family: categorical, dim: 3}}, features: '{features}', map: unrestricted, output: {output}}}"


def read(folder: Path, features: str, observed: tuple[str, str], output: str = "logits") -> Design:
    """Three classes, any decoder."""
    files = folder / "encoder.yaml", folder / "decoder.yaml"
    files[0].write_text(encoder(features, output))
    files[1].write_text(f"{{observed: {observed[0]}, map: unrestricted, output: {observed[1]}, prior: uniform}}")
    return read_design(*files)


def rows_left(design: Design) -> set[int]:
    """The natural parameters of x that the zero lemmas leave in F."""
    decision = decide(design, "implied")
    return {entry[1] for entry in all_entries(design) - decision.zero}


@pytest.mark.parametrize(("features", "observed", "left"), LEFT, ids=[f"{e[0]} of {e[1][0][9:16]}" for e in LEFT])
def test_what_the_inputs_leave(features: str, observed: tuple[str, str], left: set[int], tmp_path: Path) -> None:
    """Entries vanish exactly where the derivation says so."""
    found = rows_left(read(tmp_path, features, observed))
    assert found == left


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(-2, 2), min_size=2, max_size=4), st.booleans())
def test_collapse_means_that_two_values_are_alike(
    tmp_path_factory: pytest.TempPathFactory, coefficients: list[int], bent: bool
) -> None:
    """x in 0, ..., 4: some F != 0 is a function of the input iff all inputs differ, nu(x) = x being injective."""
    x = sp.Symbol("x", real=True)
    function = sum((c * x**n for n, c in enumerate(coefficients, start=1)), sp.Integer(0))
    function = sp.Abs(function - 1) if bent else function
    values = [function.subs(x, n) for n in range(5)]
    observed = "{family: binomial, dim: 2, trials: 4}", "logits"
    text = str(function).replace("Abs", "abs")
    if not function.has(x) or function == x:
        return
    design = read(tmp_path_factory.mktemp("d"), text, observed)
    alike = any(a == b for a, b in combinations(values, 2))
    assert not (rows_left(design) == set() and not alike)
    assert decide(design, "declared").verdict.word in (("collapse",) if alike else ("tight", "restricted", "undecided"))


REFUSED = [
    # One point is no pair; 1 and 2 have different inputs; -1 is no count; the input bends at 0.
    ("x^2", MEANS, [["0", "0"]]),
    ("x^2", MEANS, [["1", "2"]]),
    ("x^2", COUNTS, [["1", "-1"]]),
    ("x + abs(x)", MEANS, [["0", "-1"]]),
    ("x^3 - 3*x", MEANS, [["1", "-2"]]),
    ("x^2", BOTH, [["1", "-1"], ["2", "-2"]]),
    # Constant near -1, and rising through the same value at 3, which is a null set.
    ("(x + abs(x))*(x - 3)", MEANS, [["-1", "3"]]),
    ("1/(x - 1)^2", COUNTS, [["1", "1"]]),
]


@pytest.mark.parametrize(("features", "observed", "pairs"), REFUSED)
def test_pairs_that_prove_nothing(
    features: str, observed: tuple[str, str], pairs: list[list[str]], tmp_path: Path
) -> None:
    """Such a step is rejected, or removes nothing."""
    design = read(tmp_path, features, observed)
    step = {"lemma": "alike", "latent": "z", "observed": "x", "pairs": pairs}
    with suppress(Rejected):
        assert not run(design, "declared", step, frozenset())


@pytest.mark.parametrize("moved", ["0*u + 1", "u^2", "3*u", "u + 1/2"])
def test_maps_that_the_inputs_see(moved: str, tmp_path: Path) -> None:
    """x - mean(x) sees a factor; a constant is no map of almost every point; counts are whole."""
    design = read(tmp_path, "x - sum(x)/3", COUNTS)
    step = {"lemma": "alike", "latent": "z", "observed": "x", "map": moved}
    with suppress(Rejected):
        assert not run(design, "declared", step, frozenset())


@pytest.mark.parametrize("features", ["x*(x - 1)", "frequencies", "layer_norm"])
def test_x_beside_the_inputs(features: str, tmp_path: Path) -> None:
    """With weights 0 the logits are x: the exact encoder of F = 1 and f_0 of its own; nothing is forgotten."""
    (tmp_path / "encoder.yaml").write_text(
        f"{{latent: {{family: bernoulli, dim: 1}}, features: '{features}', map: affine,"
        " output: {logits: {link: 'output + x[0]'}}}"
    )
    (tmp_path / "decoder.yaml").write_text(
        "{observed: {family: poisson, dim: 3}, map: affine, output: log_rate, prior: implied}"
    )
    design = read_design(tmp_path / "encoder.yaml", tmp_path / "decoder.yaml")
    assert decide(design, "implied").verdict.word in ("restricted", "undecided")


def test_a_block_that_the_encoder_is_not_shown(tmp_path: Path) -> None:
    """An encoder that is shown the first of two blocks: the posterior does not move with the second."""
    (tmp_path / "encoder.yaml").write_text(
        "{latent: {family: categorical, dim: 3}, features: a^3, map: unrestricted, output: logits}"
    )
    (tmp_path / "decoder.yaml").write_text(
        "{observed: [{family: bernoulli, dim: 2, name: a}, {family: poisson, dim: 2, name: b}],"
        " map: unrestricted, output: [logits, log_rate], prior: uniform}"
    )
    design = read_design(tmp_path / "encoder.yaml", tmp_path / "decoder.yaml")
    zero = decide(design, "declared").zero
    assert {entry[0] for entry in zero} == {"b"}


@pytest.mark.parametrize(
    ("shown", "left"), [("z^2", {1}), ("z^3", {0, 1}), ("softmax", {0}), ("z - sum(z)/2", {0}), ("abs(z)/z", set())]
)
def test_what_the_decoders_inputs_leave(shown: str, left: set[int], tmp_path: Path) -> None:
    """Under the implied prior, of z and z^2."""
    (tmp_path / "encoder.yaml").write_text(
        "{latent: {family: gaussian, dim: 2, covariance: diagonal}, map: unrestricted, output: [mean, log_variance]}"
    )
    (tmp_path / "decoder.yaml").write_text(
        "{observed: {family: bernoulli, dim: 3}, map: unrestricted, output: logits, prior: implied,"
        f" input: '{shown}'}}"
    )
    design = read_design(tmp_path / "encoder.yaml", tmp_path / "decoder.yaml")
    left_in_f = {entry[3] for entry in all_entries(design) - decide(design, "implied").zero}
    assert left_in_f == left


COUNTS_AND_BITS = "[{name: u, family: poisson, dim: 2}, {name: v, family: bernoulli, dim: 2}]", "[log_rate, logits]"
REALS_AND_BITS = (
    "[{name: u, family: gaussian_fixed_variance, variance: 1, dim: 2}, {name: v, family: bernoulli, dim: 2}]",
    "[mean, logits]",
)


@pytest.mark.parametrize(
    ("features", "observed", "left"),
    [
        ("u", COUNTS_AND_BITS, {"u"}),
        ("v", COUNTS_AND_BITS, {"v"}),
        ("u + v", COUNTS_AND_BITS, {"u", "v"}),
        ("u/sum(u)", COUNTS_AND_BITS, set()),
        ("v/sqrt(sum(v^2))", COUNTS_AND_BITS, {"v"}),
        ("u", REALS_AND_BITS, {"u"}),
        # A formula that may have no value anywhere, as far as is looked at here.
        ("log(u)", REALS_AND_BITS, {"u", "v"}),
    ],
)
def test_what_the_inputs_are_not_about_leaves_nothing(
    features: str, observed: tuple[str, str], left: set[str], tmp_path: Path
) -> None:
    """Two blocks, and features of one of them."""
    (tmp_path / "encoder.yaml").write_text(encoder(features))
    (tmp_path / "decoder.yaml").write_text(
        f"{{observed: {observed[0]}, map: [unrestricted, unrestricted], output: {observed[1]}, prior: uniform}}"
    )
    design = read_design(tmp_path / "encoder.yaml", tmp_path / "decoder.yaml")
    decision = decide(design, "implied")
    assert {entry[0] for entry in all_entries(design) - decision.zero} == left
