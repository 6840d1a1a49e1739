"""Large edits: the decoder's link and map, and other latent variables."""

from __future__ import annotations

from collections.abc import Iterator

from tightcheck.design import Conditional, Design, Map
from tightcheck.kernel.classes import family_of
from tightcheck.span import combination
from tightcheck.suggestions.edit import Edit, customary, output, place_of_map, size
from tightcheck.suggestions.files import Files
from tightcheck.suggestions.small import shown

CLASSES = 10
"""Classes of a mixture that is proposed; any number gives the same verdict."""


def natural_link(files: Files, design: Design) -> Iterator[Edit]:
    """A decoder network that puts out the natural parameter, where every number is one."""
    rows, changed = files.rows("decoder", "output"), []
    for k, observed in enumerate(design.decoder):
        family = family_of(observed.block)
        is_linked = any(h.link is not None or h.bounds is not None for h in observed.heads)
        names = customary(family)
        if (
            not family.natural_domain
            and (is_linked or not _puts_out(observed, names))
            and family.partition != "quadratic"
        ):
            rows[k] = output(names)
            changed.append(observed)
    if changed:
        edited = files.with_rows("decoder", output=rows).with_part("decoder", bounds=None)
        names_ = " and ".join(dict.fromkeys(str(customary(family_of(c.block))[0]) for c in changed))
        yield Edit(
            f"let the decoder's network put out the {names_}, without a link", "link", edited, changed[0].heads[0].place
        )


def _puts_out(conditional: Conditional, names: tuple[str, ...]) -> bool:
    """Whether the heads are those of this parametrisation."""
    stems = {h.symbol.name.rstrip("0123456789").rstrip("_") for h in conditional.heads}
    return stems == set(names)


def affine_decoder(files: Files, design: Design) -> Iterator[Edit]:
    """A decoder that is affine in z."""
    rows, changed = files.rows("decoder", "map"), []
    for k, observed in enumerate(design.decoder):
        maps = [h.source for h in observed.heads if isinstance(h.source, Map)]
        if maps and any(source.kind != "affine" for source in maps):
            rows[k] = {"kind": "affine"}
            changed.append(observed)
    if changed:
        edited = files.with_rows("decoder", map=rows)
        yield Edit("make the decoder's map affine in z", "decoder", edited, place_of_map(changed[0]))


def code_statistics(files: Files, design: Design) -> Iterator[Edit]:
    """Affine decoders shown the statistics of z where z itself is none of their combinations: an angle's cosine, sine."""
    families = [family_of(latent.block) for latent in design.encoder]
    is_hidden = any(
        combination(v, family.statistics, family.variables) is None and not family.spans_all_functions
        for family in families
        for v in family.variables
    )
    if is_hidden and all(observed.inputs.kind == "identity" for observed in design.decoder):
        edited = files.with_part("decoder", input="statistics")
        words = "show the decoder the sufficient statistics psi(z), in which its natural parameters have to be affine"
        yield Edit(words, "decoder", edited, design.decoder[0].place)


def constant_spread(files: Files, design: Design) -> Iterator[Edit]:
    """A Gaussian decoder whose variance depends on nothing."""
    rows, changed = files.rows("decoder", "output"), []
    for k, observed in enumerate(design.decoder):
        names = {h.symbol.name for h in observed.heads if isinstance(h.source, Map)}
        if observed.block.family in ("gaussian", "isotropic_gaussian") and any("mean" not in name for name in names):
            rows[k] = output(("mean", "variance"), ("variance",), "shared")
            changed.append(observed)
    if changed:
        edited = files.with_rows("decoder", output=rows)
        yield Edit(
            "learn one variance of the decoder instead of computing it from z", "decoder", edited, changed[0].place
        )


def mixture(files: Files, design: Design) -> Iterator[Edit]:
    """One categorical latent: its indicators span all functions, whatever the decoder's family is."""
    if len(design.latent) == 1 and design.latent[0].family == "categorical" and design.latent[0].copies == 1:
        return
    named = {block.name for block in design.latent}
    kept = next((b for b in design.latent if b.family == "categorical" and b.copies == 1), None)
    classes = kept.dimension if kept is not None else CLASSES
    block = {**({"name": kept.name} if kept is not None else {}), "family": "categorical", "dim": classes}
    maps = [{"kind": "affine"} for _ in design.decoder]
    edited = files.with_rows(
        "encoder", blocks=[block], map=[{"kind": "affine"}], output=["logits"], features=[shown(design)]
    )
    edited = edited.with_part("encoder", bounds=None).with_rows("decoder", map=maps)
    edited = edited.with_part("decoder", prior={"learned": "categorical"}, input="one_hot")
    words = (
        f"drop {' and '.join(sorted(named - {kept.name}))} and keep the class {kept.name}"
        if kept is not None
        else f"take one categorical latent of {CLASSES} classes instead (any number will do)"
    )
    words = f"{words}: a mixture, whose posterior is softmax of an affine map"
    yield Edit(words, "latents", _without(named, edited, design), design.latent[0].place)
    covariates = edited.decoder.get("covariates")
    computed = {name for name, source in covariates.items() if source} if isinstance(covariates, dict) else set()
    if any(_uses(observed, computed) for observed in design.decoder):
        plain = _without(named | computed, edited, design).with_part("decoder", covariates=None)
        words = f"{words}; its classes have distributions of x that do not name {' and '.join(sorted(computed))}"
        yield Edit(words, "latents", plain, design.latent[0].place)


def _without(names: set[str], files: Files, design: Design) -> Files:
    """The files, the decoder's outputs those of a customary parametrisation where they name one of these."""
    outputs = [
        output(customary(family_of(observed.block))) if _uses(observed, names) else row
        for row, observed in zip(files.rows("decoder", "output"), design.decoder, strict=True)
    ]
    return files.with_rows("decoder", output=outputs)


def _uses(observed: Conditional, names: set[str]) -> bool:
    """Whether a link of the block names latent variables."""
    return any(h.link is not None and names & {s.name for s in h.link.free_symbols} for h in observed.heads)


def bits(files: Files, design: Design) -> Iterator[Edit]:
    """Binary latents, each of which spans all its functions."""
    if any(family_of(block).support.is_finite or block.given for block in design.latent):
        return
    blocks = [
        {**({"name": b.name} if len(design.latent) > 1 else {}), "family": "bernoulli", "dim": size(b)}
        for b in design.latent
    ]
    rows = ["logits" for _ in blocks]
    edited = files.with_rows("encoder", blocks=blocks, output=rows).with_part("encoder", bounds=None)
    prior = (
        {"learned": "bernoulli"} if len(blocks) == 1 else [{"name": b["name"], "learned": "bernoulli"} for b in blocks]
    )
    edited = edited.with_part("decoder", prior=prior)
    yield Edit("take binary latents: each spans all its functions", "latents", edited, design.latent[0].place)
