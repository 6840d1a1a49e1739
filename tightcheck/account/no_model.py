"""The condition that leaves no consistent model at all, in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from tightcheck.account.case import Case
from tightcheck.account.words import article, spoken
from tightcheck.design import Conditional, Constant, Head
from tightcheck.joint import show
from tightcheck.kernel import Rejected
from tightcheck.kernel.link_values import out_of_range
from tightcheck.kernel.parametrised import head_values
from tightcheck.kernel.slices import prior_block, prior_in_span
from tightcheck.verdict import Condition

INDEPENDENT = "Without dependence the exact posterior is the prior"


def is_never_constant(case: Case) -> bool:
    """Whether the certificate shows that no decoder of the design ignores z."""
    return any(step["lemma"] == "never_constant" for step in case.decision.steps)


def condition(case: Case) -> Condition | None:
    """The failing condition of an impossible design; None where the certificate shows no such thing."""
    step = next((s for s in case.decision.steps if s["lemma"] in TOLD), None)
    if step is None:
        return None
    latent = case.latent_named(step["latent"]) if "latent" in step else case.design.encoder[0]
    return TOLD[step["lemma"]](case, latent, step)


def _single(case: Case, latent: Conditional, step: Mapping[str, Any]) -> Condition:
    """One model, not consistent."""
    sentence = "The design is one model. By points in the certificate its posterior is no encoder distribution."
    return Condition(step["step"]["condition"], "fails", sentence, (), "the decoder", case.design.decoder[0].place)


def _pinned(case: Case, latent: Conditional, step: Mapping[str, Any]) -> Condition:
    """A Gaussian encoder whose fixed variance no model has."""
    name = latent.block.name
    head = next((h for h in latent.heads if isinstance(h.source, Constant)), latent.heads[0])
    sentence = (
        f"The exact posterior's precision is the prior's plus what {case.x} adds, a matrix that is never negative and"
        f" of rank at most the size of {case.x}. The encoder's fixed variance of {name} is never the one that follows."
    )
    return Condition("C2", "fails", sentence, (), f"fixed variance of {name}", head.place)


def _support(case: Case, latent: Conditional, step: Mapping[str, Any]) -> Condition:
    """A prior on another set."""
    name, family = latent.block.name, article(spoken(latent.block.family))
    sentence = f"The prior of {name} is on another set than {family} distribution, and so is every posterior."
    return Condition("C2", "fails", sentence, (), "the prior's support", case.prior_place(name))


def _kink(case: Case, latent: Conditional, step: Mapping[str, Any]) -> Condition:
    """A prior with a kink."""
    name = latent.block.name
    sentence = (
        f"The logarithm of the prior p({name}) has a kink inside the support. A(f({name})) and the encoder's"
        " statistics are analytic there, so no decoder removes it."
    )
    return Condition("C2", "fails", sentence, (), "the kink of the prior", case.prior_place(name))


def _tail(case: Case, latent: Conditional, step: Mapping[str, Any]) -> Condition:
    """A prior whose tail no decoder makes up for."""
    name = latent.block.name
    sentence = (
        f"Towards the ends of {name} the logarithm of the prior p({name}) is a polynomial with a remainder that is none."
        f" A(f({name})) would have to cancel that remainder, and no decoder affine in the encoder's statistics does."
    )
    return Condition("C2", "fails", sentence, (), "the tail of the prior", case.prior_place(name))


def _end(case: Case, latent: Conditional, step: Mapping[str, Any]) -> Condition:
    """A prior without a bound where everything else has one."""
    name = latent.block.name
    sentence = (
        f"Towards an end of the support of {name} the encoder's statistics stay bounded, hence also f and A(f({name}))."
        f" The logarithm of p({name}) over the encoder's base measure does not."
    )
    return Condition("C2", "fails", sentence, (), "the prior at the end of its support", case.prior_place(name))


def _written_single(case: Case, latent: Conditional, step: Mapping[str, Any]) -> Condition:
    """One written decoder, not consistent whatever else the design leaves open."""
    sentence = (
        "Every model of the design has the one decoder that is written out. This decoder, with the declared prior, is"
        " in no joint of Theorem 1's form."
    )
    return Condition("C2", "fails", sentence, (), "the decoder's formula", case.design.decoder[0].place)


def _unreachable(case: Case, latent: Conditional, step: Mapping[str, Any]) -> Condition:
    """Without dependence the posterior is the prior, which the encoder is not."""
    name, place = latent.block.name, case.prior_place(latent.block.name)
    block = prior_block(case.design, name)
    if block is not None and block.precision is not None and not block.precision.is_diagonal():
        sentence = f"{INDEPENDENT}, whose precision couples coordinates of {name} that are independent under q."
        return Condition("C2", "fails", sentence, (), "the prior's precision", place)
    if step.get("points"):
        sentence = f"{INDEPENDENT}, which is no {spoken(latent.block.family)} distribution of {name}."
        return Condition("C2", "fails", sentence, (), "the declared prior", place)
    head, needed = _out_of_reach(case, latent)
    word = spoken(head.symbol.name)
    written = f", written `{head.place.text}`," if head.place.text else ""
    sentence = f"{INDEPENDENT}, and there the encoder's {word}{written} would have to be {needed}, which it never is."
    return Condition("C3", "fails", sentence, (), f"the encoder's {word}", head.place)


def _out_of_reach(case: Case, latent: Conditional) -> tuple[Head, str]:
    """The output that cannot be the prior's, and the value it would need."""
    coefficients = prior_in_span(case.design, latent)
    try:
        values = head_values(latent, coefficients[1:]) if coefficients else {}
    except Rejected:
        values = {}
    for head, value in values.items():
        if isinstance(head.source, Constant) or out_of_range(head, value):
            return head, show.text(value)
    return latent.heads[-1], "the prior's"


TOLD: Mapping[str, Callable[[Case, Conditional, Mapping[str, Any]], Condition]] = {
    "single": _single,
    "pinned_impossible": _pinned,
    "prior_support": _support,
    "prior_kink": _kink,
    "prior_tail": _tail,
    "prior_end": _end,
    "written_single": _written_single,
    "unreachable": _unreachable,
}
