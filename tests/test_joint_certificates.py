"""A pair's certificate: a fresh process accepts it, and refuses each forged one."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from tightcheck import registry
from tightcheck.atlas.choices import Asked, asked
from tightcheck.atlas.facts import pair
from tightcheck.cli import main
from tightcheck.kernel.joint_set import check_set
from tightcheck.kernel.rejected import Rejected

Certificate = dict[str, Any]
Pair = tuple[str, str, tuple[int, int] | None]

EVERYTHING: Pair = ("bernoulli", "categorical", None)
ONLY_ZERO: Pair = ("gaussian_fixed_variance", "poisson", None)
SIMPLE: Pair = ("exponential", "poisson", None)
GAMMAS: Pair = ("gamma_known_shape", "inverse_gamma_known_shape", None)
MIXED: Pair = ("gaussian", "poisson", None)
ZEROS: Pair = ("gaussian_fixed_variance", "gaussian", None)
FINITE: Pair = ("bernoulli", "gaussian", (3, 2))
EACH: Pair = ("beta", "wishart", None)
PAIRS = (EVERYTHING, ONLY_ZERO, SIMPLE, GAMMAS, MIXED, ZEROS, FINITE, EACH)


def made(names: Pair) -> Certificate:
    found = pair(*asked(names[:2], names[2], ())).certificate
    assert found is not None
    copy: Certificate = json.loads(json.dumps(found))
    return copy


@pytest.mark.parametrize("names", PAIRS, ids=str)
def test_a_certificate_is_accepted_with_its_word_alone(names: Pair) -> None:
    certificate = made(names)
    word = pair(*asked(names[:2], names[2], ())).density.what.word
    assert check_set(certificate) == certificate["what"] == word
    for other in {"everything", "inequalities", "zeros", "only_zero", "undecided", ""} - {word}:
        with pytest.raises(Rejected):
            check_set({**certificate, "what": other})


def refused(certificate: Certificate) -> None:
    with pytest.raises(Rejected):
        check_set(certificate)


@pytest.mark.parametrize("names", PAIRS, ids=str)
def test_another_form_is_refused(names: Pair) -> None:
    certificate = made(names)
    for key in certificate:
        refused({k: v for k, v in certificate.items() if k != key})
    refused({**certificate, "remark": ""})
    refused({**certificate, "format": 2})
    refused({**certificate, "kind": "design"})
    others = {"cases", "each", "quadratic", "joint"} | ({"finite"} if certificate["what"] != "everything" else set())
    for lemma in others - {certificate["lemma"]}:
        refused({**certificate, "lemma": lemma})
    for side in ("x", "z"):
        for copies in (0, -1, 10**9, True, "2"):
            refused({**certificate, side: {**certificate[side], "copies": copies}})
        refused({**certificate, side: {**certificate[side], "dimension": 10**9}})
        refused({**certificate, side: {**certificate[side], "family": "cauchy"}})
        refused({**certificate, side: {**certificate[side], "fixed": {"nothing": "3"}}})


def conditions(formula: Any) -> Iterator[dict[str, Any]]:
    """The conditions in a formula, to be changed in place."""
    if isinstance(formula, list):
        for part in formula:
            yield from conditions(part)
    elif isinstance(formula, dict) and "number" in formula:
        yield formula
    elif isinstance(formula, dict):
        yield from conditions(next(iter(formula.values())))


def turned(condition: dict[str, Any]) -> None:
    condition["signs"] = [1] if condition["signs"] == [0] else [-sign for sign in condition["signs"]]


def at_the_boundary(condition: dict[str, Any]) -> None:
    condition["signs"] = sorted(set(condition["signs"]) ^ {0})


def of_another_entry(condition: dict[str, Any]) -> None:
    condition["number"] += "1"


@pytest.mark.parametrize("change", [turned, at_the_boundary, of_another_entry])
@pytest.mark.parametrize("names", [SIMPLE, GAMMAS], ids=str)
def test_a_changed_condition_is_refused(names: Pair, change: Callable[[dict[str, Any]], None]) -> None:
    """Conditions on single entries: each sign can occur, so each change is another set."""
    certificate = made(names)
    count = sum(1 for _ in conditions(certificate["formula"]))
    assert count >= 2
    for k in range(count):
        forged = deepcopy(certificate)
        change(list(conditions(forged["formula"]))[k])
        refused(forged)


def test_a_formula_with_a_condition_more_or_less_is_refused() -> None:
    certificate = made(SIMPLE)
    parts = certificate["formula"]["all"]
    for k in range(len(parts)):
        refused({**certificate, "formula": {"all": parts[:k] + parts[k + 1 :]}})
    refused({**certificate, "formula": {"all": [*parts, {"number": "1*w0_1", "signs": [-1]}]}})
    refused({**certificate, "formula": {"any": parts}})
    refused({**certificate, "formula": True})
    refused({**made(EACH), "formula": []})


@pytest.mark.parametrize(
    ("names", "side", "other"),
    [
        (SIMPLE, "z", "gaussian_fixed_variance"),
        (SIMPLE, "x", "bernoulli"),
        (ONLY_ZERO, "z", "bernoulli"),
        (FINITE, "x", "poisson"),
    ],
)
def test_another_family_is_refused(names: Pair, side: str, other: str) -> None:
    certificate = made(names)
    refused({**certificate, side: {**certificate[side], "family": other}})


def test_other_zeros_are_refused() -> None:
    for names in (ONLY_ZERO, ZEROS, MIXED):
        certificate = made(names)
        zero = certificate["zero"]
        for k in range(len(zero)):
            refused({**certificate, "zero": zero[:k] + zero[k + 1 :]})
        refused({**certificate, "zero": [*zero, [1, 1]]})
        refused({**certificate, "zero": [*zero, [9, 9]]})


@pytest.mark.parametrize("names", [ONLY_ZERO, ZEROS], ids=str)
def test_a_changed_witness_is_refused(names: Pair) -> None:
    certificate = made(names)
    (witness,) = certificate["witness"]
    assert witness["direction"]
    assert witness["rate"]
    forgeries: list[dict[str, Any]] = [
        {"direction": "z -> 0"},
        {"rate": "the logarithm of the margin is of order t^9"},
        {"case": {}},
        {"case": {**witness["case"], "1*w0_0": 1}},
        {"case": dict.fromkeys(witness["case"], 0)},
        {"entries": [[0, 1]]},
        {"entries": []},
    ]
    for forged in forgeries:
        refused({**certificate, "witness": [{**witness, **forged}]})


@pytest.mark.parametrize("names", [SIMPLE, GAMMAS, MIXED, ZEROS, FINITE, EACH], ids=str)
def test_a_changed_density_is_refused(names: Pair) -> None:
    certificate = made(names)
    refused({**certificate, "densities": []})
    refused({**certificate, "densities": [{}]})
    refused({**certificate, "densities": [{"w9_9": "1"}]})
    refused({**certificate, "densities": [{"w1_1 ": "1"}]})
    for name in certificate["densities"][0]:
        _, row, column = name.replace("w", "_").split("_")
        if row != "0" and column != "0":  # an entry of the interaction is then nowhere different from 0
            shown = [{k: v for k, v in each.items() if k != name} for each in certificate["densities"]]
            refused({**certificate, "densities": shown})
    if certificate["no_density"] is not None:
        refused({**certificate, "no_density": certificate["densities"][0]})
        refused({**certificate, "no_density": None})


def test_a_fresh_process_re_checks_a_file(tmp_path: Path) -> None:
    file = tmp_path / "pair.json"
    command = [sys.executable, "-m", "tightcheck"]
    shown = subprocess.run([*command, "joint", "poisson", "exponential", "--json"], capture_output=True, text=True)
    file.write_text(shown.stdout)
    again = subprocess.run([*command, "check", str(file)], capture_output=True, text=True)
    assert again.returncode == 0
    assert "accepted: inequalities" in again.stdout
    certificate = json.loads(shown.stdout)["certificate"]
    turned(next(conditions(certificate["formula"])))
    file.write_text(json.dumps(certificate))
    again = subprocess.run([*command, "check", str(file)], capture_output=True, text=True)
    assert again.returncode == 1
    assert again.stdout.startswith("rejected: the formula is wrong in the case")


def test_a_pair_is_not_compared_with_a_design(tmp_path: Path) -> None:
    file = tmp_path / "pair.json"
    file.write_text(json.dumps(made(SIMPLE)))
    result = CliRunner().invoke(main, ["check", str(file), "encoder.yaml"], prog_name="tightcheck")
    assert result.exit_code == 2
    assert "not about a design" in result.output


def test_fixed_parameters_and_graphs_are_part_of_a_certificate() -> None:
    x, z = asked(("negative_binomial", "beta"), None, ("r=3",))
    certificate = pair(x, z).certificate
    assert certificate is not None
    assert "3" in str(certificate["x"]["fixed"]) + str(certificate["z"]["fixed"])
    check_set(json.loads(json.dumps(certificate)))
    x, z = asked(("bernoulli", "markov_random_field"), (2, 3), ("z.edges=0,1;1,2",))
    certificate = pair(x, z).certificate
    assert certificate is not None
    assert certificate["z"]["rows"] == {"edges": [["0", "1"], ["1", "2"]]}
    check_set(json.loads(json.dumps(certificate)))


PRODUCTS = (
    (("poisson", "gaussian"), (3, 2), "pairs"),
    (("von_mises", "von_mises"), (2, 2), "pairs"),
    (("exponential", "weibull"), (2, 2), "powers"),
    (("poisson", "gamma"), (2, 2), "products"),
    (("gaussian_fixed_variance", "log_normal"), (2, 2), "quadratic"),
    (("gaussian_fixed_variance", "geometric"), (2, 2), "cases"),
    (("full_gaussian", "poisson"), (2, 2), "products"),
    (("full_gaussian", "poisson"), (3, 2), "products"),
    (("bernoulli", "full_gaussian"), (2, 3), "finite"),
)


def product(names: Pair, sizes: tuple[int, int]) -> dict[str, Any]:
    certificate = pair(*asked(names, sizes, ())).certificate
    assert certificate is not None
    whole: dict[str, Any] = json.loads(json.dumps(certificate))
    return whole


@pytest.mark.parametrize(("names", "sizes", "lemma"), PRODUCTS, ids=str)
def test_a_product_has_a_certificate(names: Pair, sizes: tuple[int, int], lemma: str) -> None:
    certificate = product(names, sizes)
    assert certificate["lemma"] == lemma
    assert check_set(certificate) == certificate["what"]


@pytest.mark.parametrize(("names", "sizes", "lemma"), PRODUCTS, ids=str)
def test_a_forged_certificate_of_a_product_is_refused(names: Pair, sizes: tuple[int, int], lemma: str) -> None:
    certificate = product(names, sizes)
    others = {"finite": True, "quadratic": None, "powers": None, "pairs": certificate["formula"], "cases": False}
    for other in others.keys() - {lemma}:
        refused({**certificate, "lemma": other, "formula": others[other]})
    if certificate["what"] != "only_zero":
        refused({**certificate, "zero": [*certificate["zero"], [1, 1]]})
    if certificate["what"] == "inequalities":
        refused({**certificate, "what": "everything", "formula": True})
        refused({**certificate, "densities": certificate["densities"][:1], "no_density": certificate["densities"][0]})
        refused({**certificate, "densities": [certificate["no_density"]]})


@pytest.mark.parametrize("change", [turned, at_the_boundary, of_another_entry])
def test_a_changed_condition_of_a_pair_in_a_product_is_refused(change: Callable[[dict[str, Any]], None]) -> None:
    for names, sizes, lemma in PRODUCTS:
        if lemma != "pairs":
            continue
        certificate = product(names, sizes)
        (part,) = certificate["formula"]
        for k in range(sum(1 for _ in conditions(part["formula"]))):
            forged = deepcopy(certificate)
            change(list(conditions(forged["formula"][0]["formula"]))[k])
            refused(forged)


@pytest.mark.long
@pytest.mark.parametrize("x", registry.names())
def test_every_decided_pair_has_a_certificate(x: str) -> None:
    names = registry.names()
    for z in names[names.index(x) :]:
        found = pair(Asked(registry.load(x), 1), Asked(registry.load(z), 1))
        word = found.density.what.word
        assert (found.certificate is None) == (word == "undecided"), z
        if found.certificate is not None:
            assert check_set(json.loads(json.dumps(found.certificate))) == word, z


MIXES = (
    ("bernoulli:2+poisson", "gaussian:2", "products"),
    ("poisson+gaussian_fixed_variance", "gamma", "cases"),
    ("exponential+weibull", "gamma_known_shape", "powers"),
    ("bernoulli:3+poisson+gaussian:2", "bernoulli:2+categorical", "finite"),
    ("laplace", "beta+full_gaussian", "products"),
    ("gamma+gamma:2", "poisson", "products"),
)


@pytest.mark.parametrize(("x", "z", "lemma"), MIXES, ids=str)
def test_blocks_beside_each_other_have_a_certificate(x: str, z: str, lemma: str) -> None:
    """An image and a count: it is accepted, and refused with a block less, in another order, or another family."""
    found = pair(*asked((x, z), None, ()))
    certificate: Certificate = json.loads(json.dumps(found.certificate))
    assert certificate["lemma"] == lemma
    assert check_set(certificate) == found.density.what.word
    for side in ("x", "z"):
        blocks = certificate[side]
        if isinstance(blocks, list):
            refused({**certificate, side: blocks[:1]})
            refused({**certificate, side: []})
            refused({**certificate, side: blocks * 10})
            if lemma == "cases":
                refused({**certificate, side: blocks[::-1]})
                refused({**certificate, side: blocks[0]})


def test_blocks_beside_each_other_are_joined_by_a_plus(tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["joint", "bernoulli:2+poisson", "gamma", "--json"], prog_name="tightcheck")
    file = tmp_path / "mix.json"
    file.write_text(result.output)
    again = CliRunner().invoke(main, ["check", str(file)], prog_name="tightcheck")
    assert again.output == "accepted: inequalities (x bernoulli+poisson, z gamma, lemma products).\n"
    for wrong in ("bernoulli:two+poisson", "bernoulli+", "bernoulli:99+poisson"):
        assert CliRunner().invoke(main, ["joint", wrong, "gamma"], prog_name="tightcheck").exit_code == 2
    sized = ["joint", "bernoulli+poisson", "gamma", "--dims", "1", "1"]
    assert "bernoulli:4+poisson" in CliRunner().invoke(main, sized, prog_name="tightcheck").output
