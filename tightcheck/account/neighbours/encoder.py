"""What the encoder is shown, and what it puts out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import sympy as sp

from tightcheck.account.neighbours.neighbour import Neighbour, named, with_heads, with_latent
from tightcheck.design import OUTPUT, Design, Head, Map
from tightcheck.joint.show import text
from tightcheck.kernel.classes import family_of
from tightcheck.kernel.link_values import ends
from tightcheck.parametrise import find

FORGOTTEN = {
    "frequencies": "instead of frequencies, which forget the length",
    "tfidf": "instead of tf-idf weights, which forget the length",
    "log1p": "instead of log(1 + x), of which no such network makes x",
    "softmax": "instead of their softmax, which forgets a common shift",
    "layer_norm": "instead of normalised ones, which forget a common shift",
    "expression": "instead of a function of it",
}
"""Features that lose something of x, and what."""


def raw_features(design: Design) -> Iterator[Neighbour]:
    """The variables themselves as features."""
    lossy = [latent for latent in design.encoder if latent.inputs.kind in FORGOTTEN]
    if not lossy:
        return
    inputs = lossy[0].inputs
    counts = any(v.is_integer for observed in design.decoder for v in family_of(observed.block).variables)
    kind, shown = ("counts", "the raw counts") if counts else ("identity", "x itself")
    encoder = tuple(
        replace(c, inputs=replace(c.inputs, kind=kind, expression=None)) if c in lossy else c for c in design.encoder
    )
    changed = replace(design, encoder=encoder)
    yield Neighbour(f"show the encoder {shown} {FORGOTTEN[inputs.kind]}", "features", inputs.place, changed)


def statistics(design: Design) -> Iterator[Neighbour]:
    """The statistics of x as features, where x itself is none: the cosine and sine of an angle, squares."""
    families = [family_of(observed.block) for observed in design.decoder]
    more = [family for family in families if not set(family.statistics) <= set(family.variables)]
    plain = [latent for latent in design.encoder if latent.inputs.kind == "identity"]
    if not more or not plain or any(observed.block.length for observed in design.decoder):
        return
    encoder = tuple(
        replace(c, inputs=replace(c.inputs, kind="statistics")) if c in plain else c for c in design.encoder
    )
    variable = more[0].variables[0]
    shown = ", ".join(text(s.subs(variable, sp.Symbol("x"))) for s in more[0].statistics)
    place = plain[0].inputs.place if plain[0].inputs.place.file else plain[0].place
    words = f"show the encoder the statistics of x ({shown}), `features: statistics`"
    yield Neighbour(words, "features", place, replace(design, encoder=encoder))


def unbounded(design: Design) -> Iterator[Neighbour]:
    """Outputs of the encoder without bounds and without links of bounded range."""
    for latent in design.encoder:
        bounded = [h for h in latent.heads if h.bounds is not None or _is_limited(h)]
        if bounded:
            heads = tuple(_unbounded(h) if h in bounded else h for h in latent.heads)
            words = f"let {named(bounded)} of {latent.block.name} take every value"
            yield Neighbour(words, "encoder", bounded[0].place, with_heads(design, latent, heads))


def _unbounded(head: Head) -> Head:
    return replace(head, bounds=None, link=sp.exp(OUTPUT) if head.symbol.is_positive else None)


def _is_limited(head: Head) -> bool:
    """A link that reaches neither every real number nor every positive one."""
    if head.link is None or head.link.free_symbols != {OUTPUT}:
        return False
    reached = set(ends(head.link))
    return not (reached == {-sp.oo, sp.oo} or (head.symbol.is_positive and reached == {sp.Integer(0), sp.oo}))


def natural_output(design: Design) -> Iterator[Neighbour]:
    """The encoder's natural parameters put out directly where two or more are computed from x."""
    for latent in design.encoder:
        family = family_of(latent.block)
        maps = {h.source for h in latent.heads if isinstance(h.source, Map)}
        is_linked = any(h.link is not None for h in latent.heads)
        if len(maps) != 1 or not is_linked or len(latent.natural) != len(latent.heads) or family.natural_domain:
            continue
        if (way := find(family, ("natural",))) is not None:
            heads = tuple(Head(s, next(iter(maps)), place=latent.place) for s in way.symbols)
            changed = with_latent(design, latent, replace(latent, heads=heads, natural=tuple(way.natural)))
            words = f"let the map put out the natural parameters of {latent.block.name}"
            yield Neighbour(words, "encoder", latent.heads[0].place, changed)
