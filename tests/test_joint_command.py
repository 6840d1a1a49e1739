"""`tightcheck joint`: form, set of W, implied prior, name and certificate of a pair, at sizes and with fixed parameters."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner, Result

from tightcheck.cli import main


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["joint", *arguments], prog_name="tightcheck")


def read(*arguments: str) -> dict[str, object]:
    result = run(*arguments, "--json")
    assert result.exit_code in (0, 3), result.output
    found = json.loads(result.output)
    assert isinstance(found, dict)
    return found


def test_the_form_is_the_bilinear_one() -> None:
    found = read("poisson", "gaussian")
    assert found["formula"].startswith("p(x, z) ∝ h(x) exp(x' W z + x' V z^2 + a' x + b' z + c' z^2)")
    assert [(e["row"], e["column"]) for e in found["entries"]] == [
        ("x", "z"), ("x", "z^2"), ("x", "1"), ("1", "z"), ("1", "z^2")
    ]  # fmt: skip
    assert "exp(exp(W z + V z^2 + a))" in found["implied_prior"]  # A of Poisson is exp


def test_sizes_count_draws_and_dimensions() -> None:
    found = read("bernoulli", "full_gaussian", "--dims", "3", "2")
    assert found["x"] == {"family": "bernoulli", "copies": 3, "dimension": None}
    assert found["z"] == {"family": "full_gaussian", "copies": 1, "dimension": 2}
    assert len(found["entries"]) == (3 + 1) * (5 + 1) - 1


def test_a_fixed_parameter_is_in_the_base_measure() -> None:
    """A negative binomial with r = 2 has h(x) = Gamma(x + 2) / Gamma(2) / x! = (x + 1)! / x!."""
    assert "h(x) = ((1 + x)!/x!)" in read("negative_binomial", "gamma", "--fix", "r=2")["formula"]
    assert "h'(z) = ((1 + z)!/z!)" in read("negative_binomial", "negative_binomial", "--fix", "z.r=2")["formula"]


def test_a_graph_is_a_choice() -> None:
    edges = read("markov_random_field", "bernoulli", "--dims", "3", "1", "--fix", "edges=0,1;0,2;1,2")["entries"]
    assert sum(entry["row"] == "xx'[2]" for entry in edges) >= 1  # a third product
    path = read("markov_random_field", "bernoulli", "--dims", "3", "1")["entries"]
    assert len(edges) == len(path) + 2


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("poisson", "gaussain"), "gaussian"),
        (("poisson+", "gaussian"), "the name of a family is missing"),
        (("poisson", "gamma", "--fix", "r=3"), "nothing to fix"),
        (("negative_binomial", "gamma", "--fix", "r=abc"), "is no number"),
        (("negative_binomial", "gamma", "--fix", "r"), "NAME=VALUE"),
        (("negative_binomial", "gamma", "--fix", "r=-1"), "no r of -1"),
        (("poisson", "gamma", "--dims", "0", "1"), "from 1 to"),
        (("poisson", "gamma", "--fix", "r=__import__('os')"), "is no number"),
        (("student_t", "gamma"), "no exponential family"),
    ],
)
def test_bad_input_is_told_in_a_sentence(arguments: tuple[str, ...], words: str) -> None:
    result = run(*arguments)
    assert result.exit_code == 2
    assert words in result.output
    assert "Traceback" not in result.output


def test_every_title_of_the_text_has_its_words() -> None:
    output = run("bernoulli", "bernoulli", "--dims", "3", "2").output
    assert "restricted Boltzmann machine" in output
    for title in ("form", "the blocks of W", "decoder", "encoder", "implied prior", "sources"):
        assert f"\n{title}\n    " in output
