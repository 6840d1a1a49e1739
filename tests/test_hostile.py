"""Hostile files: each is answered by one paragraph with its place, and nothing in it is run, expanded or waited for."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tightcheck.read_yaml import DesignError, read_design

ENCODER = "latent: {family: gaussian, dim: 2}\nmap: affine\noutput: [mean, log_variance]\n"
DECODER = "observed: {family: bernoulli, dim: 3}\nmap: affine\noutput: logits\nprior: standard_normal\n"
FORMULA = "latent: {family: gaussian, dim: 2}\nmap: affine\noutput: [mean, {log_variance: HERE}]\n"
BOMB = "a: &a [x, x]\n" + "".join(
    f"{b}: &{b} [*{a}, *{a}]\n" for a, b in zip("abcdefghijkl", "bcdefghijklm", strict=True)
)

CODE = [
    "__import__('os').system('touch hacked')",
    "().__class__.__bases__",
    "exec('1')",
    "output.__class__",
    "lambda: 0",
    "output if 1 else 2",
    "[o for o in z]",
    "9**9**9",
    "9^9^9^9^9",
    "((9^999)^999)^999",
    "exp(10^100*log(2))",
    "loggamma(10^30)",
    "(" * 1000 + "output" + ")" * 1000,
    "exp(" * 1000 + "output" + ")" * 1000,
    "output" + "^2" * 500,
    "1/0",
    "1e99999",
    "nan",
    "output*inf",
    "log(-1)*output",
    "x[99999999999999999999]",
    "\u0661*output",
    "output\u2212",
]


@pytest.mark.parametrize("text", CODE, ids=lambda text: text[:20])
def test_formulas(tmp_path, text):
    error = refused(tmp_path, FORMULA.replace("HERE", f'"{text}"'), DECODER)
    assert error.place.file.endswith("encoder.yaml")
    assert error.place.line == 3
    assert not (tmp_path / "hacked").exists()


ENCODERS = {  # the file -> the line of the complaint, what it says
    "a megabyte of parentheses": ("map: " + "(" * 2**20, 1, "larger than"),
    "many parentheses in a formula": (FORMULA.replace("HERE", '"' + "(" * 100_000 + '"'), 3, "characters"),
    "a long name": (ENCODER.replace("gaussian", "g" * 100_000), 1, "No family"),
    "brackets": ("[" * 100_000, 1, "nests more than"),
    "braces": ("{" * 100_000, 1, "a key must be a word"),
    "block sequences": ("- " * 50_000, 1, "nests more than"),
    "question marks": ("? " * 50_000, 1, "nests more than|a key must be a word|no YAML"),
    "many keys": ("".join(f"k{i}: 1\n" for i in range(15_000)), None, "more than"),
    "an alias bomb": (BOMB, 1, "aliases"),
    "an alias of itself": ("latent: &a [*a]\n", 1, "aliases"),
    "a merge key": ("a: &b {family: gaussian}\nlatent: {<<: *b}\n", 1, "aliases"),
    "a Python object": ("latent: !!python/object/apply:os.system ['touch hacked']\n", 1, "tags"),
    "a Python name": ("latent: !!python/name:os.system\n", 1, "tags"),
    "a tag of one's own": ("latent: !x {}\n", 1, "tags"),
    "a standard tag": ("latent: !!binary aGk=\n", 1, "tags"),
    "a duplicate key": (ENCODER + "map: mlp\n", 4, "twice"),
    "an unknown key": (ENCODER + "__class__: 1\n", 4, "not known"),
    "a key that is a list": ("[1, 2]: 3\n", 1, "a key must be a word"),
    "two documents": (ENCODER + "---\n" + ENCODER, 4, "second document"),
    "NaN as a size": (ENCODER.replace("dim: 2", "dim: .nan"), 1, "no number"),
    "NaN as a bound": (ENCODER + "bounds: {mean: [.NaN, 1]}\n", 4, "no number"),
    "infinity as a bound": (ENCODER + "bounds: {mean: [-.inf, 1]}\n", 4, "no number"),
    "a negative size": (ENCODER.replace("dim: 2", "dim: -2"), 1, "greater than 0"),
    "no size": (ENCODER.replace("dim: 2", "dim: 0"), 1, "greater than 0"),
    "a huge size": (ENCODER.replace("dim: 2", "dim: " + "9" * 300), 1, "at most"),
    "an endless size": (ENCODER.replace("dim: 2", "dim: " + "9" * 50_000), 1, "too many digits"),
    "a hexadecimal size": (ENCODER.replace("dim: 2", "dim: 0x10"), 1, "a whole number"),
    "true as a size": (ENCODER.replace("dim: 2", "dim: true"), 1, "a whole number"),
    "a huge width": (ENCODER.replace("affine", "{kind: mlp, hidden: [1" + "0" * 30 + "]}"), 2, "at most"),
    "many trials": (ENCODER.replace("gaussian", "binomial").replace("dim: 2", "trials: -3"), 1, "positive whole"),
    "half a trial": (ENCODER.replace("gaussian", "binomial").replace("dim: 2", "trials: 0.5"), 1, "positive whole"),
    "words for a size": (ENCODER.replace("dim: 2", "dim: two"), 1, "a whole number"),
    "a list for the family": (ENCODER.replace("gaussian", "[gaussian]"), 1, "a word"),
    "a path for the family": (ENCODER.replace("gaussian", "../../etc/passwd"), 1, "No family"),
    "a module for the family": (ENCODER.replace("gaussian", "os"), 1, "No family"),
    "a dunder for the family": (ENCODER.replace("gaussian", "__init__"), 1, "No family"),
    "a number alone": ("3\n", 1, "expected keys"),
    "a list alone": ("- latent\n", 1, "expected keys"),
    "nothing": ("", 1, "expected keys"),
    "comments": ("# latent\n", 1, "expected keys"),
    "no latent": ("map: affine\n", 1, "'latent' is missing"),
    "no blocks": ("latent: []\n", 1, "empty"),
    "null": ("latent: ~\n", 1, "must be"),
    "a tab": ("latent:\n\t{family: gaussian}\n", 2, "a tab stands"),
    "an open brace": ("latent: {family: gaussian\n", 1, "bracket is not closed"),
    "an open list": ("map: [affine, mlp\nlatent: {family: gaussian}\n", 1, "up to line 2; write [first"),
    "a missing comma": ("latent: {family: gaussian dim: 2}\n", 1, "a comma is missing"),
    "an open quote": ('latent: "gaussian\n', 1, "quote that opens here"),
    "a missing colon": ("features: identity\nmap affine\n", 2, "write `map: affine`"),
    "a missing space": ("features: identity\nmap:affine\n", 2, "write `map: affine`"),
    "an equals sign": ("features: identity\nmap = affine\n", 2, "write `map: affine`"),
    "a line too far right": ("latent:\n  family: gaussian\n   dim: 2\n", 3, "indent the line like"),
    "a line too far left": ("  map: affine\n bounds: {}\n", 2, "belongs to nothing above"),
    "a sign": ("map: @affine\n", 1, "no value starts with @"),
    "a merge key without an anchor": ("latent: {<<: {family: gaussian}}\n", 1, "merge keys"),
    "both parts in one mapping": (ENCODER + DECODER, 5, "under `encoder:`"),
    "a control character": ("map: affine\nlatent: \x07\n", 2, "U+0007"),
    "a directive": ("%YAML 9.9\n---\nlatent: {family: gaussian}\n", 1, "no YAML"),
}


@pytest.mark.parametrize("name", ENCODERS)
def test_files(tmp_path, name):
    text, line, words = ENCODERS[name]
    error = refused(tmp_path, text, DECODER)
    assert any(word in error.message for word in words.split("|")), error.message
    assert error.place.file.endswith("encoder.yaml")
    assert error.place.line
    assert line in (None, error.place.line)
    assert not (tmp_path / "hacked").exists()


def prior(text: str) -> str:
    """A decoder file with this prior, on line 4."""
    return DECODER.replace("standard_normal", text)


DECODERS = {
    "NaN in a prior": (prior("{family: gaussian, mean: .nan}"), 4, "no number"),
    "a negative variance": (prior("{family: gaussian, variance: -1}"), 4, "positive"),
    "a probability above 1": (
        prior("{family: bernoulli, probs: 2}"),
        4,
        "outside the range",
    ),
    "code in a prior": (prior('{log_density: "__import__(1)"}'), 4, "no function"),
    "nested mixtures": (
        prior("{mixture: " + "[" * 15 + "]" * 15 + "}"),
        4,
        "a mixture is",
    ),
    "a huge matrix": (
        prior("{family: gaussian, precision: " + str([[1] * 60] * 60) + "}"),
        4,
        "by",
    ),
    "a huge number": (prior("{family: gaussian, mean: 1e999}"), 4, "too many digits"),
    "no variance": (prior("{family: gaussian, variance: 0}"), 4, "positive"),
    "a certain prior": (prior("{family: bernoulli, probs: 1}"), 4, "outside the range"),
    "half for ten classes": (
        prior("{family: categorical, probs: 0.5}"),
        4,
        "add up to 1",
    ),
    "a negative spread": (
        DECODER.replace("bernoulli, dim: 3", "gaussian, variance: -1").replace("logits", "mean"),
        1,
        "positive",
    ),
    "a negative dispersion": (
        DECODER.replace("bernoulli", "negative_binomial").replace("dim: 3", "r: -1"),
        1,
        "no r of -1",
    ),
}


@pytest.mark.parametrize("name", DECODERS)
def test_decoders(tmp_path, name):
    text, line, words = DECODERS[name]
    error = refused(tmp_path, ENCODER, text)
    assert words in error.message
    assert error.place.file.endswith("decoder.yaml")
    assert error.place.line == line


def test_bytes_that_are_no_text(tmp_path):
    (tmp_path / "encoder.yaml").write_bytes(b"latent: {family: gaussian}\n\xff\xfe\x00\x01")
    with pytest.raises(DesignError, match=r"encoder.yaml:2: .*UTF-8"):
        read_design(tmp_path / "encoder.yaml", tmp_path / "encoder.yaml")


@pytest.mark.parametrize("name", ["missing.yaml", ".", "missing/encoder.yaml", "a\0b", "x" * 5000])
def test_paths_that_are_no_files(tmp_path, name):
    with pytest.raises(DesignError, match="give the path of a YAML file"):
        read_design(tmp_path / name, tmp_path / name)


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(tmp_path_factory, raw):
    file = tmp_path_factory.mktemp("any") / "design.yaml"
    file.write_bytes(raw)
    with pytest.raises(DesignError):
        read_design(file)


@given(st.data())
def test_any_damage_to_a_design_is_read_or_refused(tmp_path_factory, data):
    text = data.draw(st.sampled_from([ENCODER + DECODER, FORMULA]))
    start = data.draw(st.integers(0, len(text)))
    stop = data.draw(st.integers(start, min(start + 20, len(text))))
    middle = data.draw(st.text(alphabet="{}[]:,-'\"!&*#%@`|>? \n09.aexz^", max_size=8))
    folder = tmp_path_factory.mktemp("damaged")
    (folder / "encoder.yaml").write_text(text[:start] + middle + text[stop:])
    (folder / "decoder.yaml").write_text(DECODER)
    try:
        read_design(folder / "encoder.yaml", folder / "decoder.yaml")
    except DesignError as error:
        assert "\n" not in str(error)  # noqa: PT017


def refused(folder: Path, encoder: str, decoder: str) -> DesignError:
    """The complaint about these two files: one paragraph, not long."""
    (folder / "encoder.yaml").write_text(encoder)
    (folder / "decoder.yaml").write_text(decoder)
    with pytest.raises(DesignError) as error:
        read_design(folder / "encoder.yaml", folder / "decoder.yaml")
    assert "\n" not in str(error.value)
    assert len(error.value.message) < 700
    return error.value
