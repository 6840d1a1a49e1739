"""Neighbouring designs that mend what is in the way: each is built, decided, and shown only with the verdict it got."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain, islice

from tightcheck.account import tempered
from tightcheck.account.lossless import lossless
from tightcheck.account.neighbours import Neighbour, mixture, neighbours
from tightcheck.decide import Decision, decide
from tightcheck.design import Design
from tightcheck.kernel.check import prove
from tightcheck.kernel.classes import all_entries
from tightcheck.kernel.rejected import Rejected
from tightcheck.verdict import ORDER, Lossless, Suggestion, Verdict

MOST_TRIED = 4
MOST_SHOWN = 3
MOST_TIGHT = 2
TIGHT = Verdict.TIGHT.word
WITH_DEPENDENCE = (Verdict.RESTRICTED.word, TIGHT)
SMALLEST = (
    "for one decoder f: an encoder family with the statistics f_1(z), ..., f_n(z) and log p(z) - log h'(z) - A(f(z)), "
    "the smallest that suffices, and natural parameters affine in nu(x); the registry has none for a general f"
)


def suggestions(design: Design, declared: Decision, implied: Decision) -> tuple[Suggestion, ...]:
    """What would mend the design, least change first; only what has a better verdict than now, or is lossless.

    `declared` and `implied` are the decisions under the declared and the implied prior. Where something with
    dependence is at hand, only what is tight is looked for; the search ends with two such ways.
    """
    if declared.verdict in (Verdict.TIGHT, Verdict.OUTSIDE):
        return ()
    found: list[Suggestion] = []
    if declared.prior != "implied" and _is_better(implied.verdict, declared.verdict):
        energy, source = ("A(f(z))/beta", "") if tempered.beta(design) else ("A(f(z))", ", the paper's joint")
        words = f"tie the prior to the decoder: p(z) proportional to h'(z) exp(<c, psi(z)> + {energy}){source}"
        found.append(Suggestion(words, implied.verdict.word, "prior", design.prior.place))
    tried = tuple(_mending(design, declared, found))
    if declared.verdict is Verdict.RESTRICTED and not any(suggestion.verdict == TIGHT for suggestion in found):
        found += _without_loss(design, declared, tried)
    if all(suggestion.verdict != TIGHT or suggestion.kind == "latents" for suggestion in found):
        found += [Suggestion(SMALLEST, TIGHT, "encoder", design.encoder[0].block.place)] * _sees_everything(design)
    best = sorted(found, key=lambda suggestion: -[v.word for v in ORDER].index(suggestion.verdict))[:MOST_SHOWN]
    return tuple(suggestion for suggestion in found if suggestion in best)


def _mending(design: Design, declared: Decision, found: list[Suggestion]) -> Iterator[Neighbour]:
    """Adds to `found` the neighbours with a better verdict; yields the others that keep the latent variables."""
    for neighbour in chain(islice(neighbours(design), MOST_TRIED), mixture(design)):
        has_dependence = any(suggestion.verdict in WITH_DEPENDENCE for suggestion in found)
        only_tight = declared.verdict is Verdict.RESTRICTED or has_dependence or neighbour.is_worth_tight
        if not only_tight and _is_excluded(design, neighbour, declared):
            continue
        verdict = decide(neighbour.design, neighbour.design.prior.kind, only_tight=only_tight).verdict
        if _is_better(verdict, declared.verdict):
            found.append(Suggestion(neighbour.change, verdict.word, neighbour.kind, neighbour.place))
            if sum(suggestion.verdict == TIGHT for suggestion in found) == MOST_TIGHT:
                return
        elif neighbour.kind == "decoder":
            yield neighbour


def _is_excluded(design: Design, neighbour: Neighbour, declared: Decision) -> bool:
    """Whether the proof of the present verdict is one for the neighbour as well: no search is needed to see that."""
    new = neighbour.design
    has_same_entries = new.observed == design.observed and all_entries(design) <= all_entries(new)
    if declared.verdict is Verdict.UNDECIDED or not has_same_entries or new.prior.kind != declared.prior:
        return False
    try:
        return prove(new, declared.prior, declared.steps) is declared.verdict
    except (Rejected, NotImplementedError):
        return False


def _without_loss(design: Design, declared: Decision, tried: tuple[Neighbour, ...]) -> Iterator[Suggestion]:
    """Decoders that are restricted as well, and reach every p(x) of theirs all the same."""
    if lossless(design, declared)[0] is Lossless.YES:
        return
    for neighbour in tried:
        decision = decide(neighbour.design, neighbour.design.prior.kind)
        if decision.verdict is Verdict.RESTRICTED and lossless(neighbour.design, decision)[0] is Lossless.YES:
            yield Suggestion(f"{neighbour.change} (lossless)", decision.verdict.word, neighbour.kind, neighbour.place)


def _sees_everything(design: Design) -> bool:
    """Whether the encoder is shown x itself and could be any function of it but for its family."""
    shown = all(latent.inputs.kind in ("identity", "counts") for latent in design.encoder)
    return shown and not any(latent.block.given or latent.inputs.covariates for latent in design.encoder)


def _is_better(new: Verdict, old: Verdict) -> bool:
    """Whether a verdict is certainly more than the present one; beside `undecided` dependence counts."""
    if new not in ORDER:
        return False
    return new in (Verdict.RESTRICTED, Verdict.TIGHT) if old not in ORDER else ORDER.index(new) > ORDER.index(old)
