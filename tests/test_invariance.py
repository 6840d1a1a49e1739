"""What must not change a verdict, and what may only raise it, over random designs of the whole language."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from tightcheck.decide import decide
from tightcheck.strategies import Words, WrittenDesign, designs
from tightcheck.verdict import ORDER, Verdict

SHORT: dict[str, Any] = {
    "deadline": None,
    "suppress_health_check": list(HealthCheck),
    "derandomize": True,
    "max_examples": 6,
}
LONG: dict[str, Any] = {**SHORT, "max_examples": 400}

SAME: Mapping[str, Sequence[Any]] = {
    "bernoulli": ("logits", {"probs": "sigmoid"}, "probs"),
    "rademacher": ("logits", {"probs": "sigmoid"}),
    "binomial": ("logits", {"probs": "sigmoid"}),
    "negative_binomial": ("logits", {"probs": "sigmoid"}),
    "categorical": ("logits", {"probs": "softmax"}),
    "multinomial": ("logits", {"probs": "softmax"}),
    "poisson": ("log_rate", "rate", {"rate": "exp"}, {"rate": "softplus"}),
    "exponential": ("rate", "log_rate", {"rate": "softplus"}),
    "gamma": (["shape", "rate"], [{"shape": "softplus"}, {"rate": "softplus"}], [{"shape": "exp"}, {"rate": "exp"}]),
    "beta": (["alpha", "beta"], [{"alpha": "softplus"}, {"beta": "softplus"}]),
    "gaussian": (["mean", "log_variance"], ["mean", "variance"], ["mean", {"scale": "softplus"}]),
}
"""Ways to write one and the same class of conditionals through an unrestricted map."""


def decided(written: WrittenDesign) -> Verdict | None:
    """The verdict under the design's own prior; None where it is undecided or outside."""
    design = written.design()
    verdict = decide(design, design.prior.kind).verdict
    return verdict if verdict in ORDER else None


def blocks(words: Words, key: str) -> list[Words]:
    """The blocks of one file."""
    found = words[key]
    return found if isinstance(found, list) else [found]


def one_or_all(parts: Sequence[Any]) -> Any:
    """As the files have them: the part itself where it is alone."""
    return parts[0] if len(parts) == 1 else list(parts)


def assert_alike(ways: Sequence[WrittenDesign]) -> None:
    """No two of the verdicts that are decided differ."""
    verdicts = [decided(each) for each in ways]
    assert len({v for v in verdicts if v is not None}) <= 1, (verdicts, ways)


def assert_never_lower(ways: Sequence[WrittenDesign]) -> None:
    """Each verdict that is decided is at least the one before it."""
    verdicts = [decided(each) for each in ways]
    ranks = [ORDER.index(v) for v in verdicts if v is not None]
    assert ranks == sorted(ranks), (verdicts, ways)


def written_another_way(words: Words, key: str, way: int) -> Words:
    """Unrestricted maps that put out the `way`-th parametrisation of every family, as far as it has so many."""
    own = blocks(words, key)
    outputs = [SAME[block["family"]][way % len(SAME[block["family"]])] for block in own]
    return {
        **words,
        "map": one_or_all([{"kind": "unrestricted"}] * len(own)),
        "output": one_or_all([output if isinstance(output, list) else [output] for output in outputs]),
    }


def check_parametrisations(written: WrittenDesign) -> None:
    for side in (0, 1):
        ways = []
        for way in range(3):
            parts = [written.encoder, written.decoder]
            parts[side] = written_another_way(parts[side], ("latent", "observed")[side], way)
            ways.append(WrittenDesign(*parts))
        assert_alike(ways)


RENAMED = {"z": "code", "u": "style", "x": "picture", "y": "caption"}


def with_other_names(part: Any) -> Any:
    """Every name of a block, and every mention of it in a formula, replaced."""
    if isinstance(part, dict):
        return {key: with_other_names(value) for key, value in part.items()}
    if isinstance(part, list):
        return [with_other_names(value) for value in part]
    if isinstance(part, str):
        return re.sub(r"\b[zuxy]\b", lambda found: RENAMED[found.group()], part)
    return part


def named(words: Words, key: str, names: str) -> Words:
    """The file with the names that blocks have by default written out."""
    own = [{"name": name, **block} for name, block in zip(names, blocks(words, key), strict=False)]
    return {**words, key: one_or_all(own)}


def check_names(written: WrittenDesign) -> None:
    parts = named(written.encoder, "latent", "zu"), named(written.decoder, "observed", "xy")
    assert_alike([written, WrittenDesign(*map(with_other_names, parts))])


def mirrored(written: WrittenDesign) -> WrittenDesign:
    """Every coordinate of a block is called by its place from the other end, in every formula."""
    sizes = {
        name: block["dim"]
        for words, key, names in ((written.encoder, "latent", "zu"), (written.decoder, "observed", "xy"))
        for name, block in zip(names, blocks(words, key), strict=False)
    }

    def turn(part: Any) -> Any:
        if isinstance(part, dict):
            return {key: turn(value) for key, value in part.items()}
        if isinstance(part, list):
            return [turn(value) for value in part]
        if isinstance(part, str):
            return re.sub(r"\b([zuxy])\[(\d)\]", lambda m: f"{m[1]}[{sizes[m[1]] - 1 - int(m[2])}]", part)
        return part

    return WrittenDesign(turn(written.encoder), turn(written.decoder))


def last_to_first(words: Words, keys: Sequence[str]) -> Words:
    """The lists under these keys turned round."""
    return {**words, **{key: words[key][::-1] for key in keys if isinstance(words[key], list)}}


def in_other_order(written: WrittenDesign) -> WrittenDesign:
    """The blocks of each side last to first, with their maps, outputs and priors, where none is given another one."""
    encoder, decoder = written
    hidden = blocks(encoder, "latent")
    if len(hidden) == 2 and not any("given" in block for block in hidden):
        encoder, decoder = last_to_first(encoder, ("latent", "map", "output")), last_to_first(decoder, ("prior",))
    if len(blocks(decoder, "observed")) == 2:
        decoder = last_to_first(decoder, ("observed", "map", "output"))
    return WrittenDesign(encoder, decoder)


def check_order(written: WrittenDesign) -> None:
    assert_alike([written, mirrored(written), in_other_order(written)])


def check_encoder_networks(written: WrittenDesign) -> None:
    count = len(blocks(written.encoder, "latent"))
    specs = [{"kind": "affine"}, {"kind": "mlp", "hidden": [64], "activation": "relu"}, {"kind": "unrestricted"}]
    ways = [{**written.encoder, "map": one_or_all([spec] * count)} for spec in specs]
    assert_never_lower([WrittenDesign(way, written.decoder) for way in ways])
    assert_never_lower([written, WrittenDesign(ways[-1], written.decoder)])


LARGER: Mapping[str, Sequence[Any]] = {
    "gaussian": (
        ["mean", {"variance": {"fixed": 1}}],
        ["mean", {"variance": {"learned": "shared"}}],
        ["mean", {"variance": {"learned": "per_coordinate"}}],
        ["mean", "log_variance"],
    ),
    "gamma": (["shape", {"rate": {"fixed": 1}}], ["shape", {"rate": {"learned": "shared"}}], ["shape", "rate"]),
    "beta": (["alpha", {"beta": {"fixed": 1}}], ["alpha", {"beta": {"learned": "shared"}}], ["alpha", "beta"]),
    "poisson": ([{"log_rate": {"bounds": [-1, 1]}}], [{"log_rate": {"bounds": [-4, 4]}}], ["log_rate"]),
    "bernoulli": ([{"logits": {"bounds": [-1, 1]}}], [{"logits": {"bounds": [-4, 4]}}], ["logits"]),
    "exponential": ([{"rate": {"bounds": [1, 2]}}], [{"rate": {"bounds": [0.5, 4]}}], ["rate"]),
}
"""Each family of conditionals holds the one before it."""


def check_encoder_families(written: WrittenDesign) -> None:
    own = blocks(written.encoder, "latent")
    chains = [LARGER.get(block["family"]) for block in own]
    ways = []
    for step in range(max((len(chain) for chain in chains if chain), default=0)):
        outputs = [
            chain[min(step, len(chain) - 1)] if chain else [SAME[block["family"]][0]]
            for chain, block in zip(chains, own, strict=True)
        ]
        maps = one_or_all([{"kind": "unrestricted"}] * len(own))
        ways.append(WrittenDesign({**written.encoder, "map": maps, "output": one_or_all(outputs)}, written.decoder))
    assert_never_lower(ways)


CHECKS: Sequence[Callable[[WrittenDesign], None]] = (
    check_parametrisations,
    check_names,
    check_order,
    check_encoder_networks,
    check_encoder_families,
)


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__.removeprefix("check_"))
def test_a_verdict_is_about_the_design_not_its_words(check: Callable[[WrittenDesign], None]) -> None:
    settings(**SHORT)(given(designs())(check))()


@pytest.mark.long
@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__.removeprefix("check_"))
def test_a_verdict_is_about_the_design_not_its_words_at_length(check: Callable[[WrittenDesign], None]) -> None:
    settings(**LONG)(given(designs())(check))()


def test_a_verdict_that_depends_on_the_words_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """The checks themselves: a procedure that reads the decoder's parametrisation, or a block's name, fails."""

    def wrong(written: WrittenDesign) -> Verdict:
        has_logits = "logits" in str(written.decoder["output"])
        return Verdict.TIGHT if has_logits and "name: code" not in repr(written) else Verdict.COLLAPSE

    monkeypatch.setattr(f"{__name__}.decided", wrong)
    pixels: Words = {"family": "bernoulli", "dim": 1}
    plain = WrittenDesign(
        {"latent": pixels, "map": {"kind": "affine"}, "output": ["logits"]},
        {"observed": pixels, "map": {"kind": "affine"}, "output": ["logits"], "prior": "implied"},
    )
    for check in (check_parametrisations, check_names):
        with pytest.raises(AssertionError):
            check(plain)
