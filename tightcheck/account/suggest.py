"""Neighbouring designs that mend what is in the way: each is built, decided, and shown only with the verdict it got."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import chain, islice

import sympy as sp

from tightcheck.account.lossless import lossless
from tightcheck.decide import Decision, decide
from tightcheck.design import (
    NOWHERE,
    OUTPUT,
    Block,
    Conditional,
    Constant,
    Design,
    Head,
    Inputs,
    Map,
    Place,
    Prior,
    PriorBlock,
)
from tightcheck.family import Family
from tightcheck.kernel.check import prove
from tightcheck.kernel.classes import IDENTITY_PAIRS, all_entries, family_of
from tightcheck.kernel.heads import ends
from tightcheck.kernel.rejected import Rejected
from tightcheck.parametrise import find
from tightcheck.verdict import ORDER, Lossless, Suggestion, Verdict

MOST_TRIED = 4
CLASSES = 10
"""Classes of a mixture that is proposed; any number gives the same verdict."""
TIGHT = Verdict.TIGHT.word
WITH_DEPENDENCE = (Verdict.RESTRICTED.word, TIGHT)
LOSSY = ("frequencies", "tfidf", "log1p", "softmax", "layer_norm", "expression")
FORGOTTEN = {
    "frequencies": "instead of frequencies, which forget the length",
    "tfidf": "instead of tf-idf weights, which forget the length",
    "log1p": "instead of log(1 + x), of which no such network makes x",
    "softmax": "instead of their softmax, which forgets a common shift",
    "layer_norm": "instead of normalised ones, which forget a common shift",
    "expression": "instead of a function of it",
}
SIMPLE = {"finite", "exponential", "poles", "power", "quadratic", "quadratic_form", "quadratic_over_linear"}
"""Log-partitions with short values at exact points."""
FEW_BITS = 3
"""Markov random fields on more bits are not written out."""


@dataclass(frozen=True)
class Neighbour:
    """A design that differs in one thing, or in two that only help together; these only if the result is tight."""

    change: str
    kind: str
    place: Place
    design: Design
    is_worth_tight: bool = False


def suggestions(design: Design, declared: Decision, implied: Decision) -> tuple[Suggestion, ...]:
    """What would mend the design, least change first; only what has a better verdict than now, or is lossless.

    `declared` and `implied` are the decisions under the declared and the implied prior. Where something with
    dependence is at hand, only what is tight is looked for; the search ends with the first such neighbour.
    """
    if declared.verdict in (Verdict.TIGHT, Verdict.OUTSIDE):
        return ()
    found: list[Suggestion] = []
    if declared.prior != "implied" and _is_better(implied.verdict, declared.verdict):
        found.append(Suggestion(IMPLIED, implied.verdict.word, "prior", design.prior.place))
    tried = tuple(_mending(design, declared, found))
    if declared.verdict is Verdict.RESTRICTED and not any(suggestion.verdict == TIGHT for suggestion in found):
        found += _without_loss(design, declared, tried)
    if all(suggestion.verdict != TIGHT or suggestion.kind == "latents" for suggestion in found):
        found += [Suggestion(SMALLEST, TIGHT, "encoder", design.encoder[0].block.place)] * _sees_everything(design)
    return tuple(found)


def _mending(design: Design, declared: Decision, found: list[Suggestion]) -> Iterator[Neighbour]:
    """Adds to `found` the neighbours with a better verdict; yields the others that keep the latent variables."""
    for neighbour in chain(islice(neighbours(design), MOST_TRIED), _mixture(design)):
        has_dependence = any(suggestion.verdict in WITH_DEPENDENCE for suggestion in found)
        only_tight = declared.verdict is Verdict.RESTRICTED or has_dependence or neighbour.is_worth_tight
        if not only_tight and _is_excluded(design, neighbour, declared):
            continue
        verdict = decide(neighbour.design, neighbour.design.prior.kind, only_tight=only_tight).verdict
        if _is_better(verdict, declared.verdict):
            found.append(Suggestion(neighbour.change, verdict.word, neighbour.kind, neighbour.place))
            if verdict is Verdict.TIGHT:
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


SMALLEST = (
    "for one decoder f: an encoder family with the statistics f_1(z), ..., f_n(z) and log p(z) - log h'(z) - A(f(z)), "
    "the smallest that suffices, and natural parameters affine in nu(x); the registry has none for a general f"
)
IMPLIED = "tie the prior to the decoder: p(z) proportional to h'(z) exp(<c, psi(z)> + A(f(z))), the paper's joint"


def _is_better(new: Verdict, old: Verdict) -> bool:
    """Whether a verdict is certainly more than the present one; beside `undecided` dependence counts."""
    if new not in ORDER:
        return False
    return new in (Verdict.RESTRICTED, Verdict.TIGHT) if old not in ORDER else ORDER.index(new) > ORDER.index(old)


def neighbours(design: Design) -> Iterator[Neighbour]:
    """Neighbouring designs, least change first."""
    yield from _features(design)
    yield from _bounds(design)
    yield from _constants(design)
    yield from _width(design)
    yield from _natural_output(design)
    yield from _uncoupled_prior(design)
    yield from _own_prior(design)
    yield from _full_covariance(design)
    yield from _field(design)
    yield from _affine_decoder(design)
    yield from _natural_link(design)
    yield from _bits(design)


def _with_encoder(design: Design, encoder: tuple[Conditional, ...]) -> Design:
    return replace(design, encoder=encoder)


def _features(design: Design) -> Iterator[Neighbour]:
    """The variables themselves as features."""
    lossy = [latent for latent in design.encoder if latent.inputs.kind in LOSSY]
    if not lossy:
        return
    inputs = lossy[0].inputs
    counts = any(v.is_integer for observed in design.decoder for v in family_of(observed.block).variables)
    kind = "counts" if counts else "identity"
    encoder = tuple(
        replace(c, inputs=replace(c.inputs, kind=kind, expression=None)) if c in lossy else c for c in design.encoder
    )
    shown = "the raw counts" if counts else "x itself"
    yield Neighbour(
        f"show the encoder {shown} {FORGOTTEN[inputs.kind]}", "features", inputs.place, _with_encoder(design, encoder)
    )


def _bounds(design: Design) -> Iterator[Neighbour]:
    """Outputs of the encoder without bounds and without links of bounded range."""
    for latent in design.encoder:
        bounded = [h for h in latent.heads if h.bounds is not None or (h.link is not None and _is_limited(h))]
        if not bounded:
            continue
        heads = tuple(
            replace(h, bounds=None, link=sp.exp(OUTPUT) if h.symbol.is_positive else None) if h in bounded else h
            for h in latent.heads
        )
        names = " and ".join(h.symbol.name for h in bounded)
        yield Neighbour(
            f"let {names} of {latent.block.name} take every value",
            "encoder",
            bounded[0].place,
            _swap(design, latent, heads),
        )


def _is_limited(head: Head) -> bool:
    """A link that reaches neither every real number nor every positive one."""
    if head.link is None or head.link.free_symbols != {OUTPUT}:
        return False
    reached = set(ends(head.link))
    return not (reached == {-sp.oo, sp.oo} or (head.symbol.is_positive and reached == {sp.Integer(0), sp.oo}))


def _swap(design: Design, latent: Conditional, heads: tuple[Head, ...], **changes: object) -> Design:
    """The design with other heads of one latent block."""
    changed = replace(latent, heads=heads, **changes)  # type: ignore[arg-type]
    return _with_encoder(design, tuple(changed if c is latent else c for c in design.encoder))


def _constants(design: Design) -> Iterator[Neighbour]:
    """Encoder parameters learned instead of fixed or shared, or computed from x instead of constant."""
    for latent in design.encoder:
        constants = [h for h in latent.heads if isinstance(h.source, Constant)]
        stiff = [h for h in constants if isinstance(h.source, Constant) and h.source.sharing != "per_coordinate"]
        if stiff and (
            latent.block.copies > 1 or any(h.source.sharing == "fixed" for h in stiff if isinstance(h.source, Constant))
        ):
            heads = tuple(
                replace(h, source=Constant(None, "per_coordinate", h.place)) if h in stiff else h for h in latent.heads
            )
            names = " and ".join(h.symbol.name for h in stiff)
            yield Neighbour(
                f"learn {names} of {latent.block.name} for each coordinate",
                "encoder",
                stiff[0].place,
                _swap(design, latent, heads),
            )
        maps = [h.source for h in latent.heads if isinstance(h.source, Map)]
        means = [h for h in constants if not h.symbol.is_positive]
        if means and maps:
            heads = tuple(replace(h, source=maps[0]) if h in means else h for h in latent.heads)
            names = " and ".join(h.symbol.name for h in means)
            yield Neighbour(
                f"compute {names} of {latent.block.name} from x",
                "encoder",
                means[0].place,
                _swap(design, latent, heads),
            )
        if latent.block.family == "gaussian_fixed_variance" and latent.block.dimension is None:
            gaussian = _conditional(latent, "gaussian", ("mean", "variance"), ("variance",))
            yield Neighbour(
                f"learn the variance of {latent.block.name} instead of fixing it",
                "encoder",
                latent.block.place,
                _with_encoder(design, tuple(gaussian if c is latent else c for c in design.encoder)),
            )


def _conditional(
    latent: Conditional, family: str, names: tuple[str, ...], constants: tuple[str, ...], **shape: object
) -> Conditional:
    """The latent block with another family, whose parameters are put out by the block's map, or learned constants."""
    source = next((h.source for h in latent.heads if isinstance(h.source, Map)), Map("affine"))
    block = replace(latent.block, family=family, fixed={}, **{"dimension": None, **shape})  # type: ignore[arg-type]
    known: Family = family_of(block)
    way = find(known, names)
    assert way is not None
    heads = tuple(
        Head(
            symbol, Constant(None, "per_coordinate", latent.place) if name in constants else source, place=latent.place
        )
        for name in way.parameters
        for symbol in way.symbols_of(name)
    )
    return replace(latent, block=block, heads=heads, natural=tuple(way.natural))


def _width(design: Design) -> Iterator[Neighbour]:
    """An encoder network that holds every affine map: 2 r units, a(t) - a(-t) linear, with bias."""
    rows = sum(_size(observed.block) for observed in design.decoder)
    columns = sum(_size(latent.block) for latent in design.encoder)
    needed = 2 * min(rows, columns)
    encoder, changed = [], []
    for latent in design.encoder:
        heads = []
        for head in latent.heads:
            source = head.source
            if isinstance(source, Map) and source.kind in ("mlp", "affine") and _is_poor(source, needed):
                changed.append(head)
                activation = source.activation if source.activation in IDENTITY_PAIRS else "relu"
                hidden = tuple(max(width, needed) for width in source.hidden)
                head = replace(head, source=replace(source, hidden=hidden, activation=activation, bias=True))
            heads.append(head)
        encoder.append(replace(latent, heads=tuple(heads)))
    if changed and isinstance(changed[0].source, Map):
        old = changed[0].source
        words = (
            f"give the encoder's hidden layers {needed} ReLU units or more"
            if old.hidden
            else "give the encoder's map a bias"
        )
        yield Neighbour(words, "encoder", old.place, _with_encoder(design, tuple(encoder)))


def _size(block: Block) -> int:
    """How many statistics the block has in all, as far as a network's width goes."""
    return block.copies * max(block.dimension or 1, len(family_of(block).statistics))


def _is_poor(source: Map, needed: int) -> bool:
    """Whether the map is not known to hold every affine map of the needed rank."""
    is_narrow = source.kind == "mlp" and (
        min(source.hidden, default=needed) < needed or source.activation not in IDENTITY_PAIRS
    )
    return is_narrow or not source.bias


def _natural_output(design: Design) -> Iterator[Neighbour]:
    """The encoder's natural parameters put out directly where two or more are computed from x."""
    for latent in design.encoder:
        maps = {h.source for h in latent.heads if isinstance(h.source, Map)}
        linked = any(h.link is not None for h in latent.heads)
        if (
            len(maps) == 1
            and linked
            and len(latent.natural) == len(latent.heads)
            and not family_of(latent.block).natural_domain
        ):
            way = find(family_of(latent.block), ("natural",))
            if way is not None:
                heads = tuple(Head(s, next(iter(maps)), place=latent.place) for s in way.symbols)
                yield Neighbour(
                    f"let the map put out the natural parameters of {latent.block.name}",
                    "encoder",
                    latent.heads[0].place,
                    _swap(design, latent, heads, natural=tuple(way.natural)),
                )


def _uncoupled_prior(design: Design) -> Iterator[Neighbour]:
    """Independent coordinates under the prior, where it couples them and the encoder does not."""
    coupled = [b for b in design.prior.blocks if b.precision is not None and not b.precision.is_diagonal()]
    if coupled:
        blocks = tuple(
            replace(b, precision=sp.ImmutableMatrix(sp.diag(*b.precision.diagonal())))
            if b in coupled and b.precision
            else b
            for b in design.prior.blocks
        )
        yield Neighbour(
            "take a prior with independent coordinates",
            "prior",
            coupled[0].place,
            replace(design, prior=replace(design.prior, blocks=blocks)),
        )


def _own_prior(design: Design) -> Iterator[Neighbour]:
    """A learned prior of the encoder's own family, where the declared one is of another."""
    if design.prior.kind != "declared":
        return
    blocks = {b.block: b for b in design.prior.blocks}
    changed = []
    for latent in design.encoder:
        block = blocks.get(latent.block.name)
        if block is None or block.given or latent.block.dimension is not None or latent.block.family == block.family:
            continue
        way = family_of(latent.block).parametrisations[0]
        if latent.block.fixed or block.precision is not None:
            continue
        parameters = {s.name: Constant(None, "per_coordinate", block.place) for s in way.symbols}
        blocks[latent.block.name] = PriorBlock(
            block.block, latent.block.family, parameters, tuple(way.natural), place=block.place
        )
        changed.append(latent.block.family)
    if changed:
        names = " and ".join(dict.fromkeys(changed))
        yield Neighbour(
            f"learn a prior of the encoder's family ({names})",
            "prior",
            design.prior.place,
            replace(design, prior=replace(design.prior, blocks=tuple(blocks.values()))),
        )


def _full_covariance(design: Design) -> Iterator[Neighbour]:
    """A Gaussian encoder with full covariance."""
    latent = design.encoder[0]
    size = latent.block.copies * (latent.block.dimension or 1)
    is_gaussian = latent.block.family in ("gaussian", "isotropic_gaussian", "gaussian_fixed_variance")
    is_quadratic = all(family_of(observed.block).partition.startswith("quadratic") for observed in design.decoder)
    is_linear = is_quadratic and all(_has_affine_mean(observed) for observed in design.decoder)
    if len(design.encoder) == 1 and size > 1 and is_gaussian and is_linear and not latent.block.given:
        full = _conditional(latent, "full_gaussian", ("mean", "covariance"), ("covariance",), copies=1, dimension=size)
        full = replace(full, heads=tuple(replace(h, source=_shared(h.source)) for h in full.heads))
        yield Neighbour(
            f"give q({latent.block.name}|x) a full covariance: statistics z_i z_j for all pairs",
            "encoder",
            latent.block.place,
            _with_encoder(design, (full,)),
        )


def _has_affine_mean(observed: Conditional) -> bool:
    """Whether A(f(z)) can be any square of an affine function: then the posterior's covariance is full."""
    moving = [h for h in observed.heads if isinstance(h.source, Map)]
    return all(isinstance(h.source, Map) and h.source.kind != "mlp" and not h.symbol.is_positive for h in moving)


def _shared(source: Constant | Map) -> Constant | Map:
    return Constant(None, "shared", source.place) if isinstance(source, Constant) else source


def _field(design: Design) -> Iterator[Neighbour]:
    """Bits that interact in q: the Markov random field on the complete graph, for few bits."""
    latent = design.encoder[0]
    n = latent.block.copies
    if len(design.encoder) != 1 or latent.block.family != "bernoulli" or not 2 <= n <= FEW_BITS or latent.block.given:
        return
    edges = tuple((i, j) for j in range(n) for i in range(j))
    field = _conditional(latent, "markov_random_field", ("natural",), (), copies=1, dimension=n, edges=edges)
    yield Neighbour(
        f"let the bits interact in q: a Markov random field on the complete graph (co-parents; "
        f"treewidth {n - 1}, exact inference is cheap)",
        "encoder",
        latent.block.place,
        _with_encoder(design, (field,)),
    )


def _affine_decoder(design: Design) -> Iterator[Neighbour]:
    """A decoder whose natural parameters are affine in z, under the declared and under the implied prior."""
    decoder, place = [], NOWHERE
    for observed in design.decoder:
        moving = [h for h in observed.heads if isinstance(h.source, Map)]
        is_plain = all(isinstance(h.source, Map) and h.source.kind == "affine" and h.link is None for h in moving)
        if not moving or is_plain or observed.block.length == "random":
            decoder.append(observed)
            continue
        place = next((h.source.place for h in moving if isinstance(h.source, Map)), NOWHERE)
        heads = _affine_heads(observed)
        if heads is None:
            return
        decoder.append(
            replace(observed, heads=heads[0], natural=heads[1], inputs=Inputs("identity", place=observed.inputs.place))
        )
    if place is NOWHERE:
        return
    affine = replace(design, decoder=tuple(decoder))
    yield Neighbour("make the decoder's natural parameters affine in z", "decoder", place, affine)
    if design.prior.kind != "implied":
        tied = replace(affine, prior=Prior("implied", place=design.prior.place))
        yield Neighbour(
            "make the decoder's natural parameters affine in z and tie the prior to it", "decoder", place, tied, True
        )


def _is_scaled(design: Design) -> bool:
    """Whether a decoder's link takes more than its own output: a softmax or a covariate beside it."""
    links = [h.link for observed in design.decoder for h in observed.heads if h.link is not None]
    return any(link.free_symbols - {OUTPUT} for link in links)


def _natural_link(design: Design) -> Iterator[Neighbour]:
    """The decoder's natural parameters put out by its network itself, under the implied prior."""
    links = [h.link for observed in design.decoder for h in observed.heads if h.link is not None]
    beside = {symbol for link in links for symbol in link.free_symbols - {OUTPUT}}
    if not beside or not {symbol.name for symbol in beside} <= set(design.covariates):
        return
    if any(len(observed.natural) > 1 for observed in design.decoder):
        return
    decoder = []
    for observed in design.decoder:
        way = find(family_of(observed.block), ("natural",))
        source = next((h.source for h in observed.heads if isinstance(h.source, Map)), None)
        if way is None or source is None or family_of(observed.block).natural_domain:
            return
        heads = tuple(Head(s, source, place=observed.place) for s in way.symbols)
        decoder.append(replace(observed, heads=heads, natural=tuple(way.natural)))
    yield Neighbour(
        "let the decoder's network put out the natural parameter, without a link, and tie the prior to it",
        "decoder",
        design.decoder[0].heads[0].place,
        replace(design, decoder=tuple(decoder), prior=Prior("implied", place=design.prior.place)),
    )


def _affine_heads(observed: Conditional) -> tuple[tuple[Head, ...], tuple[sp.Expr, ...]] | None:
    """Heads with affine maps: a Gaussian's mean with a learned variance, else the natural parameters (all of R^n)."""
    family = family_of(observed.block)
    if family.partition.startswith("quadratic") and family.natural_domain:
        heads = []
        for head in observed.heads:
            is_mean = (
                not head.symbol.is_positive and isinstance(head.source, Map) and head.symbol.name.startswith("mean")
            )
            if is_mean:
                heads.append(replace(head, source=Map("affine", place=head.place), link=None, bounds=None))
            else:
                heads.append(
                    replace(head, source=Constant(None, "shared", head.place), link=None)
                    if isinstance(head.source, Map)
                    else head
                )
        return tuple(heads), observed.natural
    way = find(family, ("natural",))
    if family.natural_domain or way is None:
        return None
    return tuple(Head(s, Map("affine"), place=observed.place) for s in way.symbols), tuple(way.natural)


def _bits(design: Design) -> Iterator[Neighbour]:
    """Binary latents, each spanning all its functions, in place of continuous ones."""
    if design.prior.kind != "declared" or any(latent.block.given for latent in design.encoder):
        return
    if any(family_of(latent.block).support.is_finite for latent in design.encoder):
        return
    if not {family_of(observed.block).partition for observed in design.decoder} <= SIMPLE or _is_scaled(design):
        return
    fair = Constant(sp.Rational(1, 2), "fixed")
    encoder, blocks = [], []
    for latent in design.encoder:
        source = next((h.source for h in latent.heads if isinstance(h.source, Map)), Map("affine"))
        size = latent.block.copies * (latent.block.dimension or 1)
        block = Block(latent.block.name, "bernoulli", size, place=latent.block.place)
        way = find(family_of(block), ("logits",))
        prior_way = find(family_of(block), ("probs",))
        assert way is not None
        assert prior_way is not None
        head = Head(way.symbols[0], source, place=latent.place)
        inputs = (
            replace(latent.inputs, kind="identity", expression=None) if latent.inputs.kind in LOSSY else latent.inputs
        )
        encoder.append(replace(latent, block=block, inputs=inputs, heads=(head,), natural=tuple(way.natural)))
        blocks.append(PriorBlock(block.name, "bernoulli", {prior_way.symbols[0].name: fair}, tuple(prior_way.natural)))
    changed = replace(design, encoder=tuple(encoder), prior=Prior("declared", tuple(blocks), design.prior.place))
    yield Neighbour(
        "take binary latents: each spans all its functions", "encoder", design.encoder[0].block.place, changed
    )


def _mixture(design: Design) -> Iterator[Neighbour]:
    """One categorical latent: its indicators span all functions, whatever the decoder's family is."""
    latent = design.encoder[0]
    kept = next((c for c in design.encoder if _is_class(c) and not c.block.given), None)
    if design.prior.kind != "declared" or (kept is not None and len(design.encoder) == 1):
        return
    if any(c.inputs.covariates for c in (*design.encoder, *design.decoder)):
        return
    others = [c.block.name for c in design.encoder if c is not kept]
    name, classes = (kept.block.name, kept.block.dimension) if kept else (latent.block.name, CLASSES)
    block = Block(name, "categorical", 1, dimension=classes, place=latent.block.place)
    way = find(family_of(block), ("logits",))
    assert way is not None
    encoder = Conditional(
        block, _exact_inputs(design), tuple(Head(s, Map("affine")) for s in way.symbols), tuple(way.natural)
    )
    parameters = {s.name: Constant(None, "per_coordinate") for s in way.symbols}
    prior = PriorBlock(name, "categorical", parameters, tuple(way.natural), dimension=classes)
    decoder = tuple(_of_class(observed, set(others)) for observed in design.decoder)
    words = (
        f"drop {' and '.join(others)} and keep the class {name}"
        if kept
        else f"take one of {classes} classes (any number)"
    )
    yield Neighbour(
        f"{words}: a mixture, whose posterior is softmax of an affine map",
        "latents",
        latent.block.place,
        replace(design, decoder=decoder, encoder=(encoder,), prior=Prior("declared", (prior,), design.prior.place)),
        is_worth_tight=True,
    )


def _is_class(latent: Conditional) -> bool:
    return latent.block.family == "categorical" and latent.block.copies == 1


def _exact_inputs(design: Design) -> Inputs:
    """The features in which the exact encoder is affine: counts, x itself, or its statistics."""
    families = [family_of(observed.block) for observed in design.decoder]
    if any(family.name == "multinomial" for family in families):
        return Inputs("counts")
    is_plain = all(set(family.statistics) <= set(family.variables) for family in families)
    return Inputs("identity" if is_plain else "statistics")


def _of_class(observed: Conditional, dropped: set[str]) -> Conditional:
    """The decoder's block as a table over the classes; a link that names a dropped variable goes."""

    def head(old: Head) -> Head:
        if not isinstance(old.source, Map):
            return old
        is_dropped = old.link is not None and bool(dropped & {s.name for s in old.link.free_symbols})
        link = (sp.exp(OUTPUT) if old.symbol.is_positive else None) if is_dropped else old.link
        return replace(old, source=Map("affine", place=old.source.place), link=link)

    inputs = Inputs("one_hot", place=observed.inputs.place)
    return replace(observed, inputs=inputs, heads=tuple(map(head, observed.heads)))
