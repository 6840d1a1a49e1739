"""The smallest term that a lemma is about, in words, and its place in the user's files."""

from __future__ import annotations

from tightcheck.account.fields import Fields
from tightcheck.account.words import spoken
from tightcheck.design import Map, Place

Guilty = tuple[str, Place]


def features(fields: Fields) -> Guilty:
    """What the encoder is shown."""
    return fields.latent.inputs.kind, fields.latent.inputs.place


def constant(fields: Fields) -> Guilty:
    """The encoder's constant parameters, or its family where there are none."""
    return (f"constant {fields.heads_text}", fields.heads[0].place) if fields.heads else latent(fields)


def latent(fields: Fields) -> Guilty:
    """The encoder's family."""
    return f"{spoken(fields.latent.block.family)} {fields.latent.block.name}", fields.latent.block.place


def prior(fields: Fields) -> Guilty:
    """The prior beside the decoder's family."""
    term = f"{fields.prior} prior with {fields.texts['a_decoder']} decoder" if fields.prior != "this" else "the prior"
    return term, fields.case.prior_place(fields.latent.block.name)


def decoder_map(fields: Fields) -> Guilty:
    """The decoder's first map."""
    source = fields.map
    if source is None:
        return "the decoder's map", fields.observed[0].place
    name = {"mlp": f"{source.activation} network", "affine": "affine map"}.get(source.kind, f"{source.kind} map")
    return f"{name} in the decoder", source.place


def decoder_link(fields: Fields) -> Guilty:
    """The decoder's first link, or its map where there is none."""
    linked = next((h for o in fields.observed for h in o.heads if h.link is not None), None)
    return ("the decoder's link", linked.place) if linked else decoder_map(fields)


def encoder_map(fields: Fields) -> Guilty:
    """The encoder's first link, or its map where there is none."""
    heads = [head for head in fields.latent.heads if isinstance(head.source, Map)]
    linked = next((head for head in heads if head.link is not None), None)
    if linked is not None:
        return "the encoder's link", linked.place
    return "the encoder's map", heads[0].source.place if heads else fields.latent.place
