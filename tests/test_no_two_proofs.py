"""No design has two proofs that contradict each other: every lemma is tried, in no order, and what is accepted must agree."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from tightcheck.decide import MEMBERS, MOST_CANDIDATES
from tightcheck.design import Design
from tightcheck.kernel import Rejected
from tightcheck.kernel.check import MEMBERS as MEMBER_LEMMAS
from tightcheck.kernel.check import NO_MODEL, prove, run
from tightcheck.kernel.classes import all_entries
from tightcheck.kernel.dependence import may_depend
from tightcheck.kernel.zero import Entries
from tightcheck.read_yaml import read_design
from tightcheck.rules import ZERO_RULES, counterexample, explicit, out_of_reach, prior_reach, tight
from tightcheck.strategies import Words, designs, text

ROOT = Path(__file__).parent
FILES = sorted((ROOT / "designs").glob("*/*.yaml"))
EXAMPLES = sorted(folder for folder in (ROOT.parent / "tightcheck" / "examples").iterdir() if folder.is_dir())
Step = dict[str, Any]


@dataclass
class Facts:
    """What the kernel accepts of one design under one prior."""

    zero: Entries = frozenset()
    tight: Step | None = None
    member: Step | None = None
    outside: Step | None = None
    empty: Step | None = None
    has_constants: bool = False
    used: list[Step] = field(default_factory=list)


def accepted(design: Design, prior: str, steps: Iterable[Step], zero: Entries = frozenset()) -> Iterator[Step]:
    """The steps that the kernel accepts."""
    for step in islice(steps, MOST_CANDIDATES):
        try:
            run(design, prior, step, zero)
        except (Rejected, NotImplementedError):
            continue
        yield step


def forced_zero(design: Design, prior: str, facts: Facts) -> None:
    """All entries that any rule removes."""
    before = None
    while before != facts.zero and not all_entries(design) <= facts.zero:
        before = facts.zero
        for rule in ZERO_RULES:
            for step in rule.propose(design, prior, facts.zero):
                for each in accepted(design, prior, [step], facts.zero):
                    facts.zero |= run(design, prior, each, facts.zero)
                    facts.used.append(each)


def facts_of(design: Design, prior: str) -> Facts:
    """Every kind of lemma, tried."""
    facts = Facts()
    forced_zero(design, prior, facts)
    facts.tight = next(accepted(design, prior, tight.propose(design, prior, frozenset())), None)
    sources = [rule.propose(design, prior, frozenset()) for rule in MEMBERS]
    found = (next(accepted(design, prior, steps), None) for steps in (*sources, explicit.members(design)))
    facts.member = next((step for step in found if step is not None), None)
    others = counterexample.propose(design, prior, frozenset()), explicit.counterexamples(design)
    last = out_of_reach.propose(design, prior, frozenset())
    refuted = (next(accepted(design, prior, steps), None) for steps in (*others, last))
    facts.outside = next((step for step in refuted if step is not None), None)
    is_empty = all_entries(design) <= facts.zero
    for step in accepted(design, prior, prior_reach.propose(design, prior, facts.zero), facts.zero):
        if step["lemma"] != "constants" and (is_empty or step["lemma"] in NO_MODEL):
            facts.empty = step
    facts.has_constants = any(accepted(design, prior, [{"lemma": "constants"}]))
    return facts


def contradictions(design: Design, prior: str, facts: Facts) -> Iterator[str]:
    """Pairs of accepted statements that cannot both be true."""
    is_empty = all_entries(design) <= facts.zero
    if facts.member is not None:
        assert facts.member["lemma"] in MEMBER_LEMMAS
        if is_empty:
            yield "a dependent model is consistent, and none is"
        moved = [(i, k) for i, row in enumerate(facts.member.get("F", ())) for k, w in enumerate(row) if w != "0"]
        if facts.member["lemma"] == "member":
            pair = facts.member["observed"], facts.member["latent"]
            if any((pair[0], i, pair[1], k) in facts.zero for i, k in moved):
                yield "a consistent model moves an entry that is 0 in all"
    if facts.empty is not None and (facts.member or facts.tight or facts.has_constants):
        yield "some model is consistent, and none is"
    if facts.tight is not None and facts.outside is not None:
        yield "every model is consistent, and one is not"
    if facts.tight is not None and is_empty and may_depend(design) and prior != "implied":
        yield "every model is consistent, some depends on z, and none does that is consistent"


def check(design: Design) -> None:
    """No contradiction under the design's own prior, nor under the implied one."""
    if design.outside:
        return
    for prior in dict.fromkeys((design.prior.kind, "implied")):
        try:
            prove(design, prior, [])
        except Rejected as reason:
            if "prove no verdict" not in str(reason):
                continue
        facts = facts_of(design, prior)
        assert not list(contradictions(design, prior, facts)), (prior, facts)


@pytest.mark.parametrize("file", FILES[::8], ids=lambda file: f"{file.parent.name}-{file.stem}")
def test_no_two_proofs_of_a_design(file: Path) -> None:
    check(read_design(file))


@pytest.mark.long
@pytest.mark.parametrize("file", FILES, ids=lambda file: f"{file.parent.name}-{file.stem}")
def test_no_two_proofs_of_any_design(file: Path) -> None:
    check(read_design(file))


@pytest.mark.long
@pytest.mark.parametrize("folder", EXAMPLES, ids=lambda folder: folder.name)
def test_no_two_proofs_of_an_example(folder: Path) -> None:
    check(read_design(folder / "encoder.yaml", folder / "decoder.yaml"))


@pytest.mark.long
@settings(max_examples=1000, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(designs())
def test_no_two_proofs_of_a_generated_design(
    tmp_path_factory: pytest.TempPathFactory, pair: tuple[Words, Words]
) -> None:
    folder = tmp_path_factory.mktemp("design")
    for name, words in zip(("encoder", "decoder"), pair, strict=True):
        (folder / f"{name}.yaml").write_text(text(words))
    check(read_design(folder / "encoder.yaml", folder / "decoder.yaml"))


def test_a_contradiction_is_seen() -> None:
    """The statement of `tight` beside that of a counterexample."""
    design = read_design(ROOT / "designs" / "collapse" / "conjugation-bernoulli-gaussian.yaml")
    facts = facts_of(design, "declared")
    assert facts.outside is not None and facts.has_constants and facts.tight is None
    facts.tight = {"lemma": "tight"}
    assert "every model is consistent, and one is not" in list(contradictions(design, "declared", facts))
