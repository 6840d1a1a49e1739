"""The file: the design as a record, the verdict as a proposition about it, the proof."""

from __future__ import annotations

from tightcheck.coq import theorems
from tightcheck.coq.latent import M, latent, prior
from tightcheck.coq.observed import N, Observed, observed
from tightcheck.coq.terms import network, real
from tightcheck.coq.theorems import Sides
from tightcheck.coq.unwritten import need
from tightcheck.design import Conditional, Design
from tightcheck.verdict import Verdict

TEMPLATE = """(** {sentence}

    The record below is the design: {words}
    Its verdict is {verdict}, in the sense of design.v; the words are those of design.v, samples.v, networks.v and
    gaussian_latents.v. Written by tightcheck; proved by Coq. *)

From tightcheck Require Import side_conditions.
Set Warnings "-abstract-large-number".

Definition {N} : nat := {n}.
Definition {M} : nat := {m}.

Definition this_design{general} : design := {{|
  observation := {x.space};
  latent := {z.space};
  observed_statistics := {x.statistics};
  latent_statistics := {z.statistics};
  nu := {x.nu};
  psi := {z.psi};
  log_partition := {x.partition};
  decoder := computed {sides.decoder} {z.shown} {links};
  prior := {sides.prior.text};
  encoder := computed {sides.encoder} {sides.features} {z.links};
  beta := {sides.weight} |}}.

Theorem verdict : {quantifier}{verdict} {applied}.
Proof.
{steps}
Qed.
"""


def write(design: Design, verdict: Verdict) -> str:
    """The text of OUT.v; raises Unwritten with the reason where no theorem covers the design."""
    sides = sides_of(design)
    name, (first, *others) = theorems.proof(sides, verdict)
    x, z = sides.observed, sides.latent
    links = f"(eq {x.link})" if name == "growth" and x.links != "plain" else x.links
    intro = [f"  intro {sides.arguments}."] if sides.arguments else []
    steps = [*intro, f"  {first}.", *(f"  - {step}." for step in others)]
    return TEMPLATE.format(
        sentence=verdict.value.rstrip("."),
        words=f"{x.size} observed and {z.size} latent {'coordinates' if z.kind != 'class' else 'classes but one'}.",
        verdict=verdict.word,
        N=N,
        M=M,
        n=x.size,
        m=z.size,
        general=f" {sides.general}" if sides.general else "",
        x=x,
        z=z,
        sides=sides,
        links=links,
        quantifier=f"forall {sides.general[1:-1]}, " if sides.general else "",
        applied=f"(this_design {sides.arguments})" if sides.arguments else "this_design",
        steps="\n".join(steps),
    )


def sides_of(design: Design) -> Sides:
    """The parts of a design in Coq; raises Unwritten."""
    need(len(design.decoder) == 1 and len(design.encoder) == 1, "several observed or latent blocks")
    need(not design.outside and not design.covariates, "covariates, or parts outside the theorem")
    decoder, encoder = design.decoder[0], design.encoder[0]
    need(not decoder.block.given and not encoder.block.given, "blocks given others")
    x, z = observed(decoder), latent(encoder)
    need(decoder.inputs.kind == "identity", "a decoder that is shown features of z")
    features, general, argument = shown(encoder, x)
    return Sides(
        design=design,
        observed=x,
        latent=z,
        prior=prior(design.prior, z, x.partition),
        decoder=network(x.source, z.inputs, x.outputs),
        encoder=network(z.source, encoder_inputs(x), z.outputs),
        features=features,
        weight=weight(design),
        general=general,
        arguments=argument,
    )


def encoder_inputs(x: Observed) -> str:
    """How many numbers the encoder is shown: the coordinates of x, or the counts of all words."""
    return f"(S {N})" if x.space.startswith("fixed_documents") else N


def shown(encoder: Conditional, x: Observed) -> tuple[str, str, str]:
    """What the encoder sees of x, with the binder and the argument where the theorem is about any such features."""
    kind = encoder.inputs.kind
    need(not encoder.inputs.covariates, "covariates shown to the encoder")
    if kind in ("identity", "counts"):
        return x.shown, "", ""
    if kind == "frequencies" and x.shown == "word_counts":
        return "(fun x => (fun u => u) (frequencies x))", "", ""
    if kind == "tfidf" and x.shown == "word_counts":
        return "(fun x => (fun u i => idf i * u i) (frequencies x))", "(idf : nat -> R)", "idf"
    return "features", f"(features : {x.space} -> nat -> R)", "features"


def weight(design: Design) -> str:
    """The weight of the KL term. An importance-weighted bound has the same consistent models."""
    kinds = ("elbo", "iwae", "beta")
    need(design.objective.kind in kinds, "an objective that is no bound with a weighted KL term")
    if design.objective.kind != "beta":
        return "1"
    return real(design.objective.value)
