"""`tightcheck suggest`: the smallest encoder, and neighbours that are decided, better, in order, and readable again."""

from __future__ import annotations

import json
from decimal import Decimal
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from tightcheck.cli import main
from tightcheck.decide import decide
from tightcheck.read_yaml import read_design
from tightcheck.reading.nodes import read_tree
from tightcheck.reading.write import written
from tightcheck.suggestions import show
from tightcheck.suggestions.search import RANKS, Suggestions, suggest
from tightcheck.suggestions.smallest import graph, interactions, order, statement

EXAMPLES = Path(__file__).parent.parent / "tightcheck" / "examples"


def example(name: str) -> Suggestions:
    return suggest(EXAMPLES / name / "encoder.yaml", EXAMPLES / name / "decoder.yaml")


def design_file(folder: Path, encoder: str, decoder: str) -> Path:
    """One file that holds both parts, each on a line."""
    file = folder / "design.yaml"
    file.write_text(f"encoder: {{{encoder}}}\ndecoder: {{{decoder}}}\n")
    return file


def kinds(found: Suggestions) -> list[tuple[tuple[str, ...], str]]:
    return [(tuple(edit.kind for edit in each.edits), each.declared.word) for each in found.found]


NAMED = [
    ("text-vae-frequencies", ("features",), "restricted"),
    ("text-vae-frequencies", ("latents",), "tight"),
    ("mnist-bernoulli-vae", ("prior", "decoder"), "tight"),
    ("sigmoid-belief-net", ("prior",), "tight"),
    ("ppca-diagonal", ("encoder",), "tight"),
    ("m2", ("latents",), "tight"),
    ("scvi-latent-library", ("latents",), "tight"),
    ("scvi-observed-library", ("latents",), "tight"),
    ("toy-mixture", ("encoder",), "tight"),
]


@pytest.mark.parametrize(("name", "change", "verdict"), NAMED)
def test_published_designs(name: str, change: tuple[str, ...], verdict: str) -> None:
    found = example(name)
    assert (change, verdict) in kinds(found)
    costs = [each.cost for each in found.found]
    assert costs == sorted(costs)
    assert all(RANKS[each.declared] >= RANKS.get(found.declared, 1) for each in found.found)


def test_no_larger_change_is_shown_for_no_more() -> None:
    """Counts, then binary latents, make this design restricted; a mixture changes less and makes it tight."""
    for name in ("vdsh", "mnist-bernoulli-vae"):
        found = example(name).found
        for k, each in enumerate(found):
            smaller = found[:k]
            assert each.declared.word == "tight" or all(RANKS[s.declared] < RANKS[each.declared] for s in smaller)


def test_the_registry_family_that_is_smallest_is_pointed_at() -> None:
    found = example("ppca-diagonal")
    (sentence,) = (line for line in found.smallest if "registry" in line)
    number = int(sentence.rstrip(".").rpartition(" ")[2])
    (edit,) = found.found[number - 1].edits
    assert "full covariance" in edit.words
    assert "No family of the registry was found" in example("mnist-bernoulli-vae").smallest[-1]


@pytest.mark.long
@pytest.mark.parametrize(
    "folder", sorted(path for path in EXAMPLES.iterdir() if path.is_dir()), ids=lambda path: path.name
)
def test_every_published_design_has_an_answer(folder: Path) -> None:
    found = suggest(folder / "encoder.yaml", folder / "decoder.yaml")
    assert show.text(found)
    json.dumps(show.data(found))
    for each in found.found:
        assert decide(each.files.design(), each.files.design().prior.kind).verdict is each.declared


def test_written_files_state_the_design_that_was_decided(tmp_path: Path) -> None:
    folder = EXAMPLES / "toy-mixture"
    arguments = [
        "suggest",
        str(folder / "encoder.yaml"),
        str(folder / "decoder.yaml"),
        "--write",
        str(tmp_path),
        "--json",
    ]
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 0
    shown = json.loads(result.stdout)["suggestions"]
    made = sorted(tmp_path.iterdir())
    assert len(made) == len(shown) > 0
    for place, each in zip(made, shown, strict=True):
        design = read_design(place / "encoder.yaml", place / "decoder.yaml")
        assert decide(design, design.prior.kind).verdict.word == each["declared"]
        assert (place / "encoder.yaml").read_text().endswith(each["encoder"])


def test_a_field_holds_the_posterior_of_a_code() -> None:
    """Four Gaussian clusters: log p(z | x) is a table on two bits, and b_1, b_2, b_1 b_2 and 1 are a basis of tables."""
    basis = np.array([[1, a, b, a * b] for a, b in product((0, 1), repeat=2)])
    assert np.linalg.matrix_rank(basis) == 4
    field = next(each for each in example("toy-mixture").found if "random field" in each.edits[0].words)
    assert field.declared.word == "tight"
    assert "treewidth 1" in field.edits[0].words


def test_three_bits_with_a_common_binary_child_interact_as_three(tmp_path: Path) -> None:
    """log(1 + exp(z_1 + z_2 + z_3)) has the third difference log of (1+e^3)(1+e)^3 / ((1+e^2)^3 2), which is not 0."""
    e = np.e
    assert abs(np.log((1 + e**3) * (1 + e) ** 3 / ((1 + e**2) ** 3 * 2))) > 0.01
    bits = "latent: {family: bernoulli, dim: 3}, map: {kind: affine}, output: logits"
    binary = "observed: {family: bernoulli, dim: 4}, map: {kind: affine}, output: logits, prior: {learned: bernoulli}"
    design = read_design(design_file(tmp_path, bits, binary))
    assert order(design) == 3
    assert graph(design) is None
    squares = "observed: {family: gaussian, dim: 4, covariance: fixed}, map: {kind: affine}, output: mean"
    design = read_design(design_file(tmp_path, bits, f"{squares}, prior: {{learned: bernoulli}}"))
    found = graph(design)
    assert found is not None  # |W z + b|^2 has products of two bits, all of them
    assert (found.edges, found.treewidth) == (((0, 1), (0, 2), (1, 2)), 2)
    assert interactions(design) is not None


def test_the_conjugate_family_is_found(tmp_path: Path) -> None:
    """x ~ Poisson(b z), z ~ gamma: log z and z are the posterior's statistics, which a log-normal encoder lacks."""
    encoder = "latent: {family: log_normal, dim: 1}, map: {kind: affine}, output: [loc, log_variance]"
    decoder = (
        "observed: {family: poisson, dim: 3}, map: {kind: expression, expression: exp(b) * z, parameters: [b]}, "
        "output: rate, prior: {family: gamma, shape: 2, rate: 1}"
    )
    found = suggest(design_file(tmp_path, encoder, decoder), None)
    tight = [edit.words for each in found.found if each.declared.word == "tight" for edit in each.edits]
    assert any("gamma" in words for words in tight)
    assert not any("inverse gamma" in words for words in tight)


UNSEEN = [
    (
        "latent: {family: rademacher, dim: 4}, map: {kind: mlp, hidden: [3], activation: tanh}, output: logits",
        "observed: {family: weibull, dim: 5, shape: 2}, map: {kind: affine}, output: {scale: {link: exp}}, prior: free",
    ),
    (
        "latent: [{name: a, family: gaussian, dim: 2}, {name: b, family: von_mises, dim: 1}], features: log1p, "
        "map: {kind: mlp, hidden: [8]}, output: [[mean, log_variance], [loc, concentration]]",
        "observed: {family: geometric, dim: 6}, map: {kind: mlp, hidden: [9]}, output: {probs: {link: sigmoid}}, "
        "prior: [{name: a, family: gaussian}, {name: b, learned: von_mises}]",
    ),
    (
        "latent: {family: beta, dim: 2}, map: {kind: unrestricted}, output: [alpha, beta]",
        "observed: {family: binomial, trials: 7, dim: 2}, map: {kind: mlp, hidden: [4]}, output: {probs: {link: sigmoid}}, "
        "prior: {family: beta, alpha: 2, beta: 3}",
    ),
]


@pytest.mark.parametrize(("encoder", "decoder"), UNSEEN)
def test_designs_never_seen(tmp_path: Path, encoder: str, decoder: str) -> None:
    found = suggest(design_file(tmp_path, encoder, decoder), None)
    assert "C(" in " ".join(found.smallest)
    assert any(each.declared.word == "tight" for each in found.found)  # a mixture, if nothing else


def test_a_tight_design_needs_nothing() -> None:
    found = example("rbm")
    assert found.found == ()
    assert "nothing needs to change" in show.text(found)


def test_outside_the_theorem_the_nearest_thing_is_named() -> None:
    assert "nearest thing inside" in show.text(example("iaf"))


def test_bad_files_are_told_in_a_sentence(tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["suggest", str(tmp_path / "none.yaml")], prog_name="tightcheck")
    assert result.exit_code == 2
    assert "cannot be read" in result.output


def test_the_smallest_family_names_the_log_partition() -> None:
    design = read_design(EXAMPLES / "ppca-diagonal" / "encoder.yaml", EXAMPLES / "ppca-diagonal" / "decoder.yaml")
    assert "A(f) = sum_i variance_x f_i^2/2 up to a constant" in statement(design)[0]


SCALARS = st.one_of(
    st.booleans(),
    st.none(),
    st.integers(-(10**9), 10**9),
    st.decimals(allow_nan=False, allow_infinity=False, min_value=-1000, max_value=1000, places=3),
    st.text(st.characters(codec="ascii", categories=("L", "N", "P", "S")), min_size=1, max_size=12),
)
DATA = st.dictionaries(
    st.text("abcxyz", min_size=1, max_size=5),
    st.recursive(
        SCALARS,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("pqr", min_size=1), inner, max_size=3),
    ),
    min_size=1,
    max_size=4,
)


@settings(deadline=None, max_examples=60)
@given(data=DATA)
def test_what_is_written_is_read_again(tmp_path_factory: pytest.TempPathFactory, data: dict[str, object]) -> None:
    file = tmp_path_factory.mktemp("written") / "part.yaml"
    file.write_text(written(data, ("a remark",)), encoding="utf-8")
    assert read_tree(file).data == data
    assert _types(read_tree(file).data) == _types(data)


def _types(data: object) -> object:
    """Numbers stay whole or decimal."""
    if isinstance(data, dict):
        return {key: _types(value) for key, value in data.items()}
    if isinstance(data, list):
        return [_types(value) for value in data]
    return "decimal" if isinstance(data, Decimal) else type(data).__name__


def test_a_deep_gaussian_network_is_offered_a_full_covariance(tmp_path: Path) -> None:
    """Probabilistic PCA with its exact posterior is the nearest design in which the declared prior stays."""
    wide = "map: {kind: mlp, hidden: [400, 400], activation: relu}"
    file = design_file(
        tmp_path,
        f"latent: {{family: gaussian, dim: 20}}, {wide}, output: [mean, log_variance]",
        f"observed: {{family: gaussian, dim: 784}}, {wide}, output: [mean, variance: {{learned: shared}}], "
        "prior: {family: gaussian, mean: 0, variance: 1}",
    )
    assert (("encoder", "decoder"), "tight") in kinds(suggest(file, None))


def test_a_decoder_of_angles_is_offered_their_cosine_and_sine(tmp_path: Path) -> None:
    """Logits affine in (cos z, sin z), under the implied prior, are consistent for all weights; those in z never are."""
    file = design_file(
        tmp_path,
        "latent: {family: von_mises, dim: 4}, features: statistics, map: {kind: affine}, output: natural",
        "observed: {family: bernoulli, dim: 6}, map: {kind: affine}, output: logits, "
        "prior: {family: von_mises, loc: 0, concentration: 1}",
    )
    found = suggest(file, None)
    assert (("prior", "decoder"), "tight") in kinds(found)
    assert any(each.files.decoder.get("input") == "statistics" for each in found.found)
