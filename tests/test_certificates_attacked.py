"""A verifier is judged by what it refuses: certificates changed in one place are rejected, or state something true."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import pytest

from tests.oracle.false_proofs import FALSE_PROOFS, FalseProof
from tightcheck import serial
from tightcheck.decide import certificate as certified
from tightcheck.decide import decide
from tightcheck.kernel import Rejected, check
from tightcheck.read_yaml import read_design
from tightcheck.strategies import text
from tightcheck.verdict import Verdict

EXAMPLES = sorted(f for f in (Path(__file__).parent.parent / "tightcheck" / "examples").iterdir() if f.is_dir())[::2]
WORDS = [verdict.word for verdict in Verdict]
Steps = tuple[str | int, ...]


@cache
def certificates() -> tuple[dict[str, Any], ...]:
    """What the analysis of the shipped examples certifies."""
    found = []
    for folder in EXAMPLES:
        design = read_design(folder / "encoder.yaml", folder / "decoder.yaml")
        decisions = [decide(design, prior) for prior in dict.fromkeys((design.prior.kind, "implied"))]
        proofs = [certified(design, each) for each in decisions]
        found += [json.loads(json.dumps(each)) for each in proofs if each is not None]
    return tuple(found)


def places(node: Any, path: Steps = ()) -> Iterator[Steps]:
    """Every place in a JSON tree except the root."""
    items: Any = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, value in items:
        yield (*path, key)
        yield from places(value, (*path, key))


def at(node: Any, path: Steps) -> Any:
    """The part of a tree at a place."""
    for key in path:
        node = node[key]
    return node


@cache
def vocabulary() -> tuple[Any, ...]:
    """Every leaf of every certificate, so that a mutant borrows words that mean something."""
    leaves = {
        value
        for certificate in certificates()
        for place in places(certificate)
        if not isinstance(value := at(certificate, place), (dict, list))
    }
    return tuple(sorted(leaves, key=repr))


def other_leaf(value: Any, random: Random) -> Any:
    """A leaf of another value: arithmetic on numbers, a borrowed word, another type."""
    if isinstance(value, bool) or value is None:
        return random.choice([True, False, 0, 1, "", None, random.choice(vocabulary())])
    if isinstance(value, int):
        return random.choice([value + 1, value - 1, -value, 0, 10**9, str(value), None])
    choices = [
        *WORDS,
        random.choice(vocabulary()),
        value + "0",
        "1/" + value,
        "-(" + value + ")",
        "",
        value[:-1],
        None,
        0,
    ]
    return random.choice(choices)


def mutate(certificate: dict[str, Any], random: Random) -> dict[str, Any]:
    """The certificate with one change."""
    mutant = copy.deepcopy(certificate)
    every = list(places(mutant))
    outer = [place for place in every if place[0] != "design"]
    place = random.choice(outer if random.random() < 0.5 else every)
    parent, key = at(mutant, place[:-1]), place[-1]
    value = parent[key]
    kind = random.choice(("leaf", "leaf", "drop", "repeat", "borrow", "swap"))
    if kind == "leaf" and not isinstance(value, (dict, list)):
        parent[key] = other_leaf(value, random)
    elif kind == "drop":
        del parent[key]
    elif kind == "repeat" and isinstance(parent, list):
        parent.insert(int(key), copy.deepcopy(value))
    elif kind == "swap" and isinstance(parent, list) and len(parent) > 1:
        i, j = random.sample(range(len(parent)), 2)
        parent[i], parent[j] = parent[j], parent[i]
    else:
        donor = random.choice(certificates())
        same = [p for p in places(donor) if p[-1] == key or (isinstance(key, int) and p[:-1] == place[:-1])]
        parent[key] = copy.deepcopy(at(donor, random.choice(same))) if same else None
    return mutant


@cache
def stated(design: str, prior: str) -> str:
    """What the analysis says of a design given as normalised JSON."""
    return decide(serial.design_from_json(json.loads(design)), prior).verdict.word


def is_confirmed(mutant: dict[str, Any]) -> bool:
    """Whether the analysis of the mutant's own design gives the same verdict."""
    return stated(json.dumps(mutant["design"], sort_keys=True), mutant["prior"]) == mutant["verdict"]


def check_mutants(count: int, seed: int) -> None:
    random = Random(seed)
    rejected = 0
    for _ in range(count):
        original = random.choice(certificates())
        mutant = mutate(original, random)
        try:
            verdict = check(mutant)
        except Rejected:
            rejected += 1
            continue
        assert verdict.word == mutant["verdict"]
        same = {k: v for k, v in mutant.items() if k != "steps"} == {k: v for k, v in original.items() if k != "steps"}
        assert same or is_confirmed(mutant), json.dumps(mutant, indent=1)
    assert rejected > count / 3


def test_every_certificate_passes() -> None:
    assert certificates()
    for certificate in certificates():
        assert check(certificate).word == certificate["verdict"]


def test_another_verdict_is_refused() -> None:
    for certificate in certificates():
        for word in WORDS:
            if word != certificate["verdict"]:
                with pytest.raises(Rejected):
                    check({**certificate, "verdict": word})


def test_another_design_is_refused_or_has_the_same_verdict() -> None:
    for certificate in certificates():
        for other in certificates():
            exchanged = {**certificate, "design": other["design"], "prior": other["prior"]}
            try:
                verdict = check(exchanged)
            except Rejected:
                continue
            assert verdict.word == other["verdict"]


def test_no_step_is_superfluous_and_none_is_missing() -> None:
    for certificate in certificates():
        if certificate["steps"]:
            with pytest.raises(Rejected):
                check({**certificate, "steps": []})


def certificate_of(proof: FalseProof, folder: Path) -> dict[str, Any]:
    """The certificate that the false proof would be."""
    (folder / "encoder.yaml").write_text(text(proof.encoder))
    (folder / "decoder.yaml").write_text(text(proof.decoder))
    design = serial.normalised(read_design(folder / "encoder.yaml", folder / "decoder.yaml"))
    return {"format": 1, "design": design, "prior": proof.prior, "verdict": proof.claimed, "steps": proof.steps}


@pytest.mark.parametrize("proof", FALSE_PROOFS, ids=lambda proof: proof.name.replace(" ", "-"))
def test_no_false_proof_is_accepted(proof: FalseProof, tmp_path: Path) -> None:
    with pytest.raises(Rejected):
        check(certificate_of(proof, tmp_path))


def test_natural_parameters_other_than_the_family_states_are_refused(tmp_path: Path) -> None:
    """exp(mean) in place of the mean: the links would be inverted by the family's own formula."""
    proof = next(each for each in FALSE_PROOFS if each.name == "a positive mean")
    certificate = certificate_of(proof, tmp_path)
    certificate["design"]["decoder"][0]["heads"][0]["link"] = None
    certificate["design"]["decoder"][0]["natural"] = [{"formula": "exp(mean)"}]
    with pytest.raises(Rejected):
        check(certificate)


def test_a_prior_with_other_natural_parameters_than_its_family_is_refused() -> None:
    """What a prior's natural parameters are is a fact of the registry, not of the certificate."""
    seen = 0
    for certificate in certificates():
        for k, block in enumerate(certificate["design"]["prior"]["blocks"]):
            if block["natural"]:
                seen += 1
                forged = copy.deepcopy(certificate)
                first = block["natural"][0]["formula"]
                forged["design"]["prior"]["blocks"][k]["natural"][0]["formula"] = f"1 + ({first})"
                with pytest.raises(Rejected):
                    check(forged)
    assert seen


def test_batch_normalisation_in_training_mode_is_outside_whatever_the_certificate_says() -> None:
    for certificate in certificates():
        forged = copy.deepcopy(certificate)
        sources = [
            head["source"] for side in ("encoder", "decoder") for c in forged["design"][side] for head in c["heads"]
        ]
        for source in sources:
            if "batch_norm" in source:
                source["batch_norm"] = "train"
        if forged != certificate:
            with pytest.raises(Rejected, match="not written"):
                check(forged)


def test_mutants_are_rejected_or_true() -> None:
    check_mutants(1500, seed=0)


@pytest.mark.long
@pytest.mark.parametrize("seed", range(1, 21))
def test_mutants_are_rejected_or_true_at_length(seed: int) -> None:
    check_mutants(5000, seed)


def test_data_that_say_no_design_are_refused() -> None:
    """Whatever the steps: numbers out of their ranges, parts of no kind, and names of nothing make no design."""
    one, minus, learned = {"formula": "1"}, {"formula": "-1"}, {"sharing": "shared"}
    forgeries: dict[str, tuple[dict[str, Any], Any]] = {
        "variance": ({"value": minus}, "is out of its range"),
        "rate": ({"value": {"formula": "I"}}, "is not written"),
        "mean": ({"value": one, **learned}, "is fixed and learned"),
    }
    seen: set[str] = set()
    for certificate in certificates():
        for k, block in enumerate(certificate["design"]["prior"]["blocks"]):
            for name in forgeries.keys() & block["parameters"].keys():
                forged = copy.deepcopy(certificate)
                change, words = forgeries[name]
                forged["design"]["prior"]["blocks"][k]["parameters"][name].update(change)
                seen.add(name)
                with pytest.raises(Rejected, match=words):
                    check(forged)
    assert seen == set(forgeries)


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("objective", "kind"), "foo"),
        (("covariates",), ["y", "y"]),
        (("prior", "kind"), "foo"),
        (("decoder", 0, "inputs", "kind"), "foo"),
        (("decoder", 0, "inputs", "covariates"), ["nothing"]),
        (("decoder", 0, "block", "copies"), True),
        (("decoder", 0, "block", "given"), ["nothing"]),
        (("decoder", 0, "block", "edges"), [[0, 1]]),
        (("encoder", 0, "block", "length"), "random"),
        (("encoder", 0, "heads", 0, "bounds"), [{"formula": "2"}, {"formula": "1"}]),
        (("encoder", 0, "heads", 0, "source", "sharing"), "foo"),
        (("encoder", 0, "heads", 0, "source", "hidden"), [0]),
    ],
    ids=lambda part: "-".join(map(str, part)) if isinstance(part, tuple) else "",
)
def test_a_part_of_no_kind_is_refused(path: Steps, value: Any) -> None:
    for certificate in certificates():
        forged = copy.deepcopy(certificate)
        parent = at(forged["design"], path[:-1])
        if path[-1] in parent and parent[path[-1]] != value:
            parent[path[-1]] = value
            with pytest.raises(Rejected):
                check(forged)


def test_no_parameter_is_written_twice() -> None:
    for certificate in certificates():
        for side in ("encoder", "decoder"):
            forged = copy.deepcopy(certificate)
            heads = forged["design"][side][0]["heads"]
            heads.append(copy.deepcopy(heads[0]))
            with pytest.raises(Rejected, match="computed twice"):
                check(forged)
