"""C1 to C4 one by one: whether the condition holds, restricts, fails or is open, in the words of what was proved."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sympy as sp

from tightcheck.account.case import Case
from tightcheck.account.consistent import conjugate, linear, normalised
from tightcheck.account.findings import Finding, findings
from tightcheck.account.words import article, listed, spoken
from tightcheck.design import Conditional, Constant, Head, Map, Place
from tightcheck.kernel import Rejected
from tightcheck.kernel.check import NO_MODEL
from tightcheck.kernel.classes import family_of, function_class
from tightcheck.kernel.heads import contains
from tightcheck.kernel.model import encoder_side, statistics_of
from tightcheck.kernel.tight import in_span_for_all, live_columns, spans_everything
from tightcheck.verdict import Condition, Verdict

NAMES = ("C1", "C2", "C3", "C4")


def conditions(case: Case) -> tuple[Condition, ...]:
    """The four conditions under this prior; none outside the theorem."""
    if case.verdict is Verdict.OUTSIDE:
        return ()
    found = _telling(case, findings(case))
    last = found[-1].condition if found and case.is_empty else ""
    return tuple(_condition(case, name, [f for f in found if f.condition == name], name == last) for name in NAMES)


def _condition(case: Case, name: str, found: list[Finding], is_last: bool) -> Condition:
    """Blame where a lemma removed something or a witness shows it, else what can be said without."""
    blame = _impossible(case) if case.verdict is Verdict.IMPOSSIBLE else None
    if blame is not None and blame.name == name:
        return blame
    if found:
        final = found[-1]
        status = "fails" if is_last and blame is None else "restricts"
        lines = tuple(f"{weight} = 0" for weight in case.dead_among(entry for f in found for entry in f.entries))
        return Condition(name, status, " ".join(f.sentence for f in found), lines, final.term, final.place)
    return OTHERWISE[name](case)


def _telling(case: Case, found: tuple[Finding, ...]) -> list[Finding]:
    """The findings about statistics that some decoder moves along: an affine decoder has no z^2 to lose."""
    if not _holds_linear(case):
        return [*found]
    columns = {(l.block.name, k) for l in case.design.encoder for k in live_columns(case.design, l, [*case.moving])}
    return [finding for finding in found if any(entry[2:] in columns for entry in finding.entries)]


def _holds_linear(case: Case) -> bool:
    """C1 for every model of the design."""
    try:
        for observed in case.moving:
            in_span_for_all(case.design, observed)
    except (Rejected, NotImplementedError):
        return False
    return True


def _c1(case: Case) -> Condition:
    """f in span(psi, 1)."""
    psi = listed([case.statistics(latent.block.name) for latent in case.design.encoder])
    if not case.moving:
        return Condition("C1", "holds", f"No parameter of {case.x} is computed from {case.z}.")
    if spans_everything(case.design):
        return Condition("C1", "holds", f"Every function of {case.z} is affine in the encoder's statistics.")
    if case.verdict is Verdict.TIGHT or _holds_linear(case):
        return Condition("C1", "holds", f"Every decoder of the design has natural parameters affine in {psi}.")
    source, place = _decoder_map(case)
    if _is_witnessed(case, "C1") or _is_rich(case):
        lines = linear(case).lines
        words = f"The decoder's natural parameters must be affine in {psi}, and {_class_words(case, source)}."
        return Condition("C1", "restricts", words, lines, _class_term(source), place)
    words = f"Not shown: whether every decoder of the design has natural parameters affine in {psi}."
    return Condition("C1", "undecided", words, linear(case).lines, _class_term(source), place)


def _decoder_map(case: Case) -> tuple[Map | None, Place]:
    """The first map of a moving block, and where it or its link is written."""
    for observed in case.moving:
        for head in observed.heads:
            if isinstance(head.source, Map):
                is_link = head.source.kind == "affine" or observed.block.length == "random"
                return head.source, head.place if is_link and head.place.file else head.source.place
    return None, case.moving[0].place


def _class_words(case: Case, source: Map | None) -> str:
    if source is not None and source.kind == "mlp" and source.hidden:
        return f"most networks of {source.activation} units are not"
    if source is not None and source.kind == "unrestricted":
        return "most functions are not"
    if any(observed.block.length == "random" for observed in case.moving):
        return "they are log softmax of the outputs, since the length has its own law: most maps are not"
    return "with this map and link most are not"


def _class_term(source: Map | None) -> str:
    kinds = {
        "mlp": f"{source.activation} network in the decoder" if source else "",
        "unrestricted": "unrestricted decoder",
    }
    return kinds.get(source.kind if source else "", "the decoder's link")


def _is_witnessed(case: Case, condition: str) -> bool:
    """Whether the certificate holds a model that violates the condition."""
    return any(step["lemma"] == "nonmember" and step.get("condition") == condition for step in case.decision.steps)


def _is_rich(case: Case) -> bool:
    """Whether some natural parameter runs through a network or through all functions: their span has no finite basis.

    One unit of a non-polynomial activation separates the points of any finite set, so single units span every function on it.
    """
    classes = [(o, function_class(o, i)) for o in case.moving for i in range(len(o.natural))]
    return any(
        c.kind == "unrestricted"
        or (c.kind == "mlp" and c.source is not None and c.source.hidden and c.source.activation != "identity")
        for o, c in classes
        if o.inputs.kind == "identity" and o.block.length != "random"
    ) or any(
        o.block.length == "random" and o.inputs.kind == "identity" and _has_room(case) and _is_free(o)
        for o in case.moving
    )


def _has_room(case: Case) -> bool:
    """Whether one latent block has two coordinates, or one without end: log(c + exp(w z)) is then outside span(psi, 1)."""
    return any(
        latent.block.copies > 1 or family_of(latent.block).support.cardinality == "continuum"
        for latent in case.design.encoder
    )


def _is_free(observed: Conditional) -> bool:
    """Whether the block's maps hold every affine map."""
    maps = [head.source for head in observed.heads if isinstance(head.source, Map)]
    return bool(maps) and all(source.kind in ("affine", "unrestricted") and source.bias for source in maps)


def _c2(case: Case) -> Condition:
    """log p - log h' - A(f) in span(psi, 1)."""
    if case.decision.prior == "implied":
        return Condition("C2", "holds", "The implied prior satisfies it by construction.")
    if case.decision.prior == "free":
        return _free_prior(case)
    if case.verdict is Verdict.TIGHT or spans_everything(case.design):
        return Condition("C2", "holds", _conjugate_words(case))
    if case.is_empty and case.verdict is Verdict.COLLAPSE:
        return Condition(
            "C2", "holds", "Without dependence it asks that the prior be an encoder distribution, and it is."
        )
    equations = conjugate(case)
    latent = case.design.encoder[0]
    if _is_witnessed(case, "C2") or _is_coupling(case):
        words = equations.sentence or "The declared prior must itself be one of the priors that go with the decoder."
        lead = (
            f"A(f({case.z})) couples coordinates of {case.z} that the {case.encoder} encoder keeps apart. "
            if _copies(case) > 1
            else ""
        )
        is_gaussian = any(line.endswith("diagonal") or "_jj" in line for line in equations.lines)
        term = (
            f"independent coordinates of the {spoken(latent.block.family)} {latent.block.name}"
            if is_gaussian
            else "the declared prior"
        )
        return Condition(
            "C2",
            "restricts",
            f"{lead}{words}",
            equations.lines,
            term,
            latent.block.place if is_gaussian else case.prior_place(latent.block.name),
        )
    if all(o.block.length == "random" for o in case.live):
        return (
            Condition(
                "C2", "holds", "The length has a law of its own, so A = 0, and the prior is an encoder distribution."
            )
            if _prior_known(case)
            else _open_c2(case)
        )
    return _open_c2(case)


def _prior_known(case: Case) -> bool:
    from tightcheck.kernel.slices import prior_in_span

    return all(prior_in_span(case.design, latent) is not None for latent in case.design.encoder)


def _open_c2(case: Case) -> Condition:
    words = "Not shown: whether every model of the design satisfies the conjugation equation."
    return Condition(
        "C2",
        "undecided",
        words,
        conjugate(case).lines,
        "the declared prior",
        case.prior_place(case.design.encoder[0].block.name),
    )


def _free_prior(case: Case) -> Condition:
    if spans_everything(case.design):
        return Condition("C2", "holds", f"Every positive density of {case.z} is an encoder distribution.")
    words = "A free prior need not be the one that goes with the decoder; consistent models have the implied prior."
    return Condition("C2", "restricts", words, (), "free prior", case.design.prior.place)


def _conjugate_words(case: Case) -> str:
    if spans_everything(case.design):
        return f"Every function of {case.z} is affine in the encoder's statistics, log p - A(f) among them."
    if not case.moving:
        return "The prior is an encoder distribution."
    return f"The prior is conjugate: log p({case.z}) - A(f({case.z})) is a combination of the encoder's statistics for every decoder of the design."


def _copies(case: Case) -> int:
    return sum(latent.block.copies for latent in case.design.encoder)


def _is_coupling(case: Case) -> bool:
    """Whether some decoder adds two coordinates of z that psi keeps apart: A is strictly convex, so A(f) couples them."""
    has_two = any(latent.block.copies > 1 and not latent.block.given for latent in case.design.encoder)
    free = [
        o
        for o in case.moving
        if o.inputs.kind == "identity"
        and family_of(o.block).has_full_domain
        and o.block.length is None
        and any(function_class(o, i).kind in ("affine", "mlp", "unrestricted") for i in range(len(o.natural)))
    ]
    return (
        has_two
        and bool(free)
        and not case.decision.zero & case.entries
        and all(b.precision is None for b in case.design.prior.blocks)
    )


def _c3(case: Case) -> Condition:
    """The encoder's class holds g*."""
    names = case.z
    if case.verdict is Verdict.TIGHT:
        return Condition("C3", "holds", f"The encoder's map reaches every exact posterior of {names}.")
    if case.is_empty and case.verdict is Verdict.COLLAPSE:
        return Condition(
            "C3", "holds", "Without dependence the exact posterior is the prior, and the encoder reaches it."
        )
    reason = _reach(case)
    if reason is None:
        return Condition(
            "C3", "holds", "The encoder's map reaches g* = F' nu + c for every F that the other conditions leave."
        )
    term, place = _encoder_map(case)
    return Condition(
        "C3", "undecided", f"Not shown: whether the encoder reaches every exact posterior ({reason}).", (), term, place
    )


def _encoder_map(case: Case) -> tuple[str, Place]:
    latent = case.design.encoder[0]
    source = next((h.source for h in latent.heads if isinstance(h.source, Map)), None)
    return "the encoder's map", source.place if source and source.place.file else latent.place


def _reach(case: Case) -> str | None:
    """Why the encoder is not shown to hold g* for all F outside the vanishing entries; None where it is."""
    try:
        for latent in case.design.encoder:
            _reaches(case, latent)
    except (Rejected, NotImplementedError) as error:
        return str(error)
    return None


def _reaches(case: Case, latent: Any) -> None:
    """Require that the encoder holds F' nu + c, F free in its live entries."""
    family, name = family_of(latent.block), latent.block.name
    live = case.entries - case.decision.zero
    columns = {entry[3] for entry in live if entry[2] == name}
    nu = sum(len(statistics_of(o)) * o.block.copies for o in case.live)
    rank = min(max(nu, 1), max(len(columns), 1) * latent.block.copies)
    for observed in case.live:
        rows = {(e[1], e[3]) for e in live if e[2] == name and e[0] == observed.block.name}
        g = []
        for k in range(len(family.statistics)):
            terms = [
                sp.Symbol(f"F_{i}_{k}", real=True) * s
                for i, s in enumerate(statistics_of(observed))
                if _is_live(rows, i, k, observed)
            ]
            g.append(sp.Add(sp.Symbol(f"c_{k}", real=True), *terms))
        contains(latent, g, encoder_side(latent, observed), rank, nu if len(case.live) == 1 else None)


def _is_live(rows: set[tuple[int, int]], i: int, k: int, observed: Any) -> bool:
    """Whether F_ik may differ from 0; all counts of a text of random length go together."""
    return (i, k) in rows or (observed.block.length == "random" and any(column == k for _, column in rows))


def _c4(case: Case) -> Condition:
    """f in the natural domain; for the implied prior, the joint integrates."""
    if case.decision.prior != "implied":
        if all(family_of(o.block).has_full_domain for o in case.moving):
            return Condition(
                "C4",
                "holds",
                f"Every real natural parameter is allowed for {case.decoder} {case.x}, and the prior is proper.",
            )
        return Condition(
            "C4",
            "holds",
            f"Models of the design keep the parameters of {case.x} in their domain, and the prior is proper.",
        )
    if case.is_empty:
        return Condition("C4", "holds", "Without dependence the joint is the product of two densities.")
    equations = normalised(case)
    if equations.sentence == "always":
        return Condition("C4", "holds", "The joint is a density for all parameters.")
    if case.verdict is Verdict.TIGHT:
        tail = f": {equations.lines[0]}" if equations.lines else ""
        return Condition("C4", "holds", f"Models of the design have a joint that integrates{tail}.", equations.lines)
    if equations.lines:
        return Condition(
            "C4",
            "restricts",
            "The joint must integrate.",
            equations.lines,
            "the implied prior",
            case.design.prior.place,
        )
    return Condition(
        "C4",
        "undecided",
        "No exact condition for the joint to integrate is known here.",
        (),
        "the implied prior",
        case.design.prior.place,
    )


OTHERWISE: dict[str, Callable[[Case], Condition]] = {"C1": _c1, "C2": _c2, "C3": _c3, "C4": _c4}


def _impossible(case: Case) -> Condition | None:
    """The condition that leaves no model at all."""
    step = next((s for s in case.decision.steps if s["lemma"] in ("unreachable", *NO_MODEL)), None)
    if step is None:
        return None
    if step["lemma"] == "single":
        words = "The design is a single model, and its posterior is no encoder distribution: points in the certificate show it."
        return Condition(step["step"]["condition"], "fails", words, (), "the decoder", case.design.decoder[0].place)
    latent = case.latent_named(step["latent"])
    name, prior = latent.block.name, case.prior_place(latent.block.name)
    if step["lemma"] == "pinned_impossible":
        head = next((h for h in latent.heads if isinstance(h.source, Constant)), latent.heads[0])
        words = (
            f"The exact posterior's precision is the prior's plus what {case.x} adds, which is never negative and at most of"
            f" the rank of {case.x}. The encoder's fixed variance of {name} leaves no model for which the two agree."
        )
        return Condition("C2", "fails", words, (), f"fixed variance of {name}", head.place)
    if step["lemma"] == "prior_support":
        words = f"The prior of {name} lives on another set than {article(spoken(latent.block.family))} posterior, so no posterior is one."
        return Condition("C2", "fails", words, (), "the prior's support", prior)
    if step["lemma"] == "prior_kink":
        words = f"log p({name}) has a kink inside the support. A(f({name})) and the encoder's statistics are analytic there, so C2 fails for every decoder."
        return Condition("C2", "fails", words, (), "the kink of the prior", prior)
    block = next((b for b in case.design.prior.blocks if b.block == name), None)
    if block is not None and block.precision is not None and not block.precision.is_diagonal():
        words = f"Without dependence the posterior is the prior, whose precision matrix couples coordinates of {name} that are independent under q."
        return Condition("C2", "fails", words, (), "prior precision", prior)
    if step.get("points"):
        words = f"Without dependence the posterior is the prior, and the prior is no {spoken(latent.block.family)} distribution of {name}."
        return Condition("C2", "fails", words, (), "the declared prior", prior)
    head = _short(latent.heads)
    words = f"Without dependence the posterior is the prior, and the encoder cannot be the prior: its {head.symbol.name.replace('_', ' ')} has no such value."
    return Condition("C3", "fails", words, (), f"the encoder's {head.symbol.name.replace('_', ' ')}", head.place)


def _short(heads: tuple[Head, ...]) -> Head:
    """The head that cannot take every value: fixed, bounded, or with a link."""
    for test in (
        lambda h: h.bounds is not None,
        lambda h: isinstance(h.source, Constant),
        lambda h: h.link is not None,
    ):
        found = [head for head in heads if test(head)]
        if found:
            return found[-1]
    return heads[-1]
