"""C2 in words: the declared prior is conjugate to the decoder, within the encoder's statistics."""

from __future__ import annotations

from tightcheck.account import gaussian, tempered
from tightcheck.account.case import Case
from tightcheck.account.equations import Equations, bits, cube, interactions
from tightcheck.account.words import listed, spoken
from tightcheck.design import Conditional, Place
from tightcheck.joint import marginals
from tightcheck.joint.maps import factor
from tightcheck.kernel.classes import family_of, function_class
from tightcheck.kernel.finite_chain import is_chain
from tightcheck.kernel.slices import prior_in_span
from tightcheck.verdict import Condition, Verdict

ASKS = "The declared prior must itself be one of the priors that go with the decoder."


def equations(case: Case) -> Equations:
    """The conjugation equation for what is left of W, in this design's terms."""
    is_open = case.form is not None and case.is_declared and not case.is_empty and case.verdict is not Verdict.TIGHT
    if not is_open or is_chain(case.design) or all(o.block.length == "random" for o in case.live):
        return Equations()
    if _is_one_choice(case):
        return Equations()
    found = gaussian.equations(case)
    return found if found is not None else _written_out(case)


def _written_out(case: Case) -> Equations:
    """log p = log h' + <c, psi> + A(f) up to a constant: p is one of the implied priors."""
    assert case.form is not None
    margins = [interaction.weight.name for interaction in case.form.interactions if interaction.row is None]
    line = f"{implied_prior(case)} for some {', '.join(margins)}"
    count = bits(case)
    if count is None:
        return Equations((line,), ASKS)
    return Equations((f"{line}: {interactions(count)} on {cube(case.form.latent[0])}",), ASKS, _parents(case))


def implied_prior(case: Case) -> str:
    """p(z) ∝ h'(z) exp(<c, psi> + A(f)), over beta where the posterior is tempered; empty without a form."""
    if case.form is None:
        return ""
    if not tempered.beta(case.design):
        return marginals.implied_prior(case.form, case.forced)
    margins = [i for i in case.form.interactions if i.row is None and i.column is not None]
    return tempered.prior(case.design, " + ".join(f"{i.weight.name}' {factor(i.column)}" for i in margins if i.column))


def _is_one_choice(case: Case) -> bool:
    """Whether x may only depend on one finite draw, whose statistics span everything."""
    names = {entry[2] for entry in case.entries - case.decision.zero}
    latents = [latent.block for latent in case.design.encoder if latent.block.name in names]
    return len(latents) == 1 and latents[0].copies == 1 and family_of(latents[0]).spans_all_functions


def _parents(case: Case) -> str:
    """A = sum A_i(f_i): rows of W with one entry each have no interaction."""
    parts = [case.part(observed.block.name) for observed in case.live]
    if not _has_known_prior(case) or any(p is None or not p.is_scalar or len(p.groups) != 1 for p in parts):
        return ""
    return f"The prior's equation holds whenever each coordinate of {case.x} depends on at most one of {case.z}."


def condition(case: Case, asked: Equations) -> Condition:
    """C2 where no lemma removed anything."""
    if case.decision.prior == "implied":
        return Condition("C2", "holds", "The implied prior satisfies it by construction.")
    if is_chain(case.design):
        return Condition("C2", "holds", f"Every function of {case.z} is affine in the encoder's statistics.")
    if case.decision.prior == "free":
        sentence = "A free prior need not be one that goes with the decoder; the consistent models have such a prior."
        return Condition("C2", "restricts", sentence, (), "free prior", case.design.prior.place)
    if case.verdict is Verdict.TIGHT:
        return Condition("C2", "holds", _conjugate(case))
    if case.verdict is Verdict.COLLAPSE:
        return Condition("C2", "holds", "Without dependence it asks that the prior be an encoder distribution. It is.")
    if case.is_witnessed("C2") or _couples(case):
        return _restricting(case, asked)
    if all(o.block.length == "random" for o in case.moving) and _has_known_prior(case):
        sentence = "The length has a law of its own, so A is constant. The prior is an encoder distribution."
        return Condition("C2", "holds", sentence)
    if case.is_empty and _has_known_prior(case):
        return Condition("C2", "holds", "Without dependence it asks that the prior be in the encoder's family. It is.")
    if asked.sentence and not asked.lines:
        return Condition("C2", "holds", asked.sentence)
    sentence = "Not shown: whether every model of the design satisfies the conjugation equation."
    return Condition("C2", "undecided", sentence, asked.lines, "the declared prior", _prior_place(case))


def _restricting(case: Case, asked: Equations) -> Condition:
    """Some decoders of the design are conjugate to the prior and some are not."""
    latent = next((latent for latent in case.design.encoder if latent.block.copies > 1), case.design.encoder[0])
    is_gaussian = any("diagonal" in line or "_jj" in line or "multiple of I" in line for line in asked.lines)
    if is_gaussian:
        term = f"independent coordinates of the {spoken(latent.block.family)} {latent.block.name}"
        return Condition("C2", "restricts", asked.sentence, asked.lines, term, latent.block.place)
    psi = listed([case.statistics(latent.block.name) for latent in case.design.encoder])
    why = (
        f"A(f({case.z})) couples what the {case.encoder} encoder keeps apart."
        if _couples(case)
        else f"log p({case.z}) - A(f({case.z})) must be a combination of {psi} and 1. For most models of the design it is"
        " not: the certificate holds one."
    )
    return Condition("C2", "restricts", f"{why} {ASKS}", asked.lines, "the declared prior", _prior_place(case))


def _conjugate(case: Case) -> str:
    if not case.moving:
        return "The prior is an encoder distribution."
    energy = f"log p({case.z}) - A(f({case.z}))"
    return f"The prior is conjugate: {energy} is a combination of the encoder's statistics for every decoder."


def _couples(case: Case) -> bool:
    """Whether some decoder adds two coordinates of z that psi and p keep apart: A is strictly convex."""
    return (
        any(latent.block.copies > 1 and not latent.block.given for latent in case.design.encoder)
        and _has_known_prior(case)
        and any(
            (o.inputs.kind == "identity" or _sees_code(case, o))
            and o.block.length is None
            and case.has_full_domain(o.block.name)
            and any(function_class(o, i).kind in ("affine", "mlp", "unrestricted") for i in range(len(o.natural)))
            for o in case.moving
        )
    )


def _sees_code(case: Case, observed: Conditional) -> bool:
    """Whether f may be any function of a binary code, its map being affine in the code's one-hot vector."""
    return observed.inputs.kind == "one_hot" and all(
        latent.block.family == "bernoulli" for latent in case.design.encoder
    )


def _has_known_prior(case: Case) -> bool:
    """Whether log p - log h' is in span(psi, 1), coordinates independent."""
    return all(prior_in_span(case.design, latent) is not None for latent in case.design.encoder)


def _prior_place(case: Case) -> Place:
    return case.prior_place(case.design.encoder[0].block.name)
