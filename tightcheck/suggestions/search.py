"""The search: edits alone and in pairs, least change first, each decided; what is shown has a better verdict than now."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tightcheck.account.lossless import lossless
from tightcheck.decide import Decision, decide
from tightcheck.design import Design
from tightcheck.read_yaml import read_design
from tightcheck.reading.errors import DesignError
from tightcheck.suggestions import families, files, large, small
from tightcheck.suggestions.edit import COSTS, Edit, Edits
from tightcheck.suggestions.files import Files
from tightcheck.suggestions.smallest import statement
from tightcheck.verdict import Lossless, Verdict

EDITS: tuple[Edits, ...] = (
    small.features,
    small.statistics,
    small.tied_prior,
    small.own_prior,
    small.unbounded,
    small.free_spread,
    small.wide_network,
    families.full_covariance,
    families.field,
    families.same_support,
    families.joint_states,
    large.natural_link,
    large.constant_spread,
    large.affine_decoder,
    large.code_statistics,
    large.bits,
    large.mixture,
)
MOST_TRIED = 30
MOST_TOGETHER = 3
"""Edits that one suggestion makes together."""
RANKS = {Verdict.IMPOSSIBLE: 0, Verdict.COLLAPSE: 1, Verdict.RESTRICTED: 2, Verdict.TIGHT: 3}
MOST_COLLAPSED = 2
"""Designs that are only possible with z ignored are shown where there is nothing better, and few of them."""
UNKNOWN = 1
"""Beside a verdict that is not known only one that keeps x and z dependent is certainly better."""


@dataclass(frozen=True)
class Suggested:
    """A neighbouring design: its edits, and what was found of it under its own and under the implied prior."""

    edits: tuple[Edit, ...]
    declared: Verdict
    implied: Verdict
    lossless: Lossless

    @property
    def cost(self) -> int:
        """How much changes."""
        return sum(COSTS[edit.kind] for edit in self.edits)

    @property
    def files(self) -> Files:
        """The changed files."""
        return self.edits[-1].files


@dataclass(frozen=True)
class Suggestions:
    """The design's own verdicts, its smallest encoder in words, and the neighbours, least change first."""

    declared: Verdict
    implied: Verdict
    smallest: tuple[str, ...]
    found: tuple[Suggested, ...]


def suggest(encoder: str | Path, decoder: str | Path | None) -> Suggestions:
    """What would make the design of these files tight, or better than it is. Raises DesignError."""
    design = read_design(encoder, decoder)
    declared, implied = _decided(design)
    if design.outside:
        return Suggestions(
            declared, implied, tuple(f"{o.name}: the nearest thing inside is {o.nearest}." for o in design.outside), ()
        )
    smallest = statement(design)
    if declared is Verdict.TIGHT:
        return Suggestions(declared, implied, smallest, ())
    found = sorted(_better(files.read(encoder, decoder), design, declared), key=_order)
    keeps_dependence = [each for each in found if each.declared is not Verdict.COLLAPSE]
    shown = tuple(_undominated(keeps_dependence)) or tuple(found[:MOST_COLLAPSED])
    return Suggestions(declared, implied, (*smallest, _in_the_registry(shown)), shown)


def _undominated(found: list[Suggested]) -> Iterator[Suggested]:
    """Those that are tight, and those that are better than all that change less."""
    best = -1
    for each in found:
        rank = _rank(each.declared, each.lossless is Lossless.YES)
        if each.declared is Verdict.TIGHT or rank > best:
            yield each
        best = max(best, rank)


def _in_the_registry(shown: tuple[Suggested, ...]) -> str:
    """Which suggestion is the smallest family, or one that holds it, for this decoder and this prior."""
    for number, each in enumerate(shown, start=1):
        if each.declared is Verdict.TIGHT and all(edit.kind == "encoder" for edit in each.edits):
            return f"A family of the registry that holds them is suggestion {number}."
    return "No family of the registry was found that holds them for every decoder of the design and this prior."


def _decided(design: Design) -> tuple[Verdict, Verdict]:
    return decide(design, design.prior.kind).verdict, decide(design, "implied").verdict


def _order(found: Suggested) -> tuple[int, int]:
    return found.cost, -_rank(found.declared, found.lossless is Lossless.YES)


def _better(given: Files, design: Design, present: Verdict) -> Iterator[Suggested]:
    """The neighbours that are better; none that adds edits to one that is tight already."""
    is_restricted = present is Verdict.RESTRICTED
    is_lossless = is_restricted and _lossless(design, decide(design, design.prior.kind)) is Lossless.YES
    waiting: list[tuple[Edit, ...]] = [()]
    seen: list[Files] = [given]
    best: dict[frozenset[str], int] = {}
    tried = 0
    while waiting and tried < MOST_TRIED:
        waiting.sort(key=lambda edits: (len(edits), sum(COSTS[edit.kind] for edit in edits)))
        edits = waiting.pop(0)
        current = edits[-1].files if edits else given
        changed = design if not edits else _read(current)
        if changed is None:
            continue
        if edits:
            tried += 1
            if is_restricted and (is_lossless or len(edits) > 1) and not _is_tight(changed):
                waiting += _further(edits, current, changed, seen)
                continue
            found = _examined(edits, changed)
            words = frozenset(edit.words for edit in edits)
            before = max((rank for other, rank in best.items() if other < words), default=_rank(present, is_lossless))
            rank = _rank(found.declared, found.lossless is Lossless.YES)
            if rank > before and found.declared in RANKS:
                best[words] = rank
                yield found
            if found.declared is Verdict.TIGHT or len(edits) >= MOST_TOGETHER:
                continue
        waiting += _further(edits, current, changed, seen)


def _rank(verdict: Verdict, is_lossless: bool) -> int:
    return 2 * RANKS.get(verdict, UNKNOWN) + (verdict is Verdict.RESTRICTED and is_lossless)


def _further(edits: tuple[Edit, ...], current: Files, design: Design, seen: list[Files]) -> Iterator[tuple[Edit, ...]]:
    """The edits with one more: of a kind that costs no less, and of files not seen yet."""
    least = max((COSTS[edit.kind] for edit in edits), default=0)
    for sort in EDITS:
        for edit in sort(current, design):
            if COSTS[edit.kind] > least and edit.files not in seen:
                seen.append(edit.files)
                yield (*edits, edit)


def _read(changed: Files) -> Design | None:
    """The design; None where the edited files state none (a family without such a parameter)."""
    try:
        return changed.design()
    except DesignError:
        return None


def _is_tight(design: Design) -> bool:
    return decide(design, design.prior.kind, only_tight=True).verdict is Verdict.TIGHT


def _examined(edits: tuple[Edit, ...], design: Design) -> Suggested:
    declared, implied = decide(design, design.prior.kind), decide(design, "implied")
    return Suggested(edits, declared.verdict, implied.verdict, _lossless(design, declared))


def _lossless(design: Design, decision: Decision) -> Lossless:
    return lossless(design, decision)[0] if not design.outside else Lossless.UNDECIDED
