"""From validated parts to a design."""

from __future__ import annotations

import re
from dataclasses import replace
from difflib import get_close_matches
from typing import Any

import sympy as sp

from tightcheck.design import Conditional, Design, Inputs, Objective
from tightcheck.reading import models
from tightcheck.reading.blocks import Notes, Written, check_names, computed, read_blocks, read_covariates
from tightcheck.reading.errors import nearest
from tightcheck.reading.heads import Scope, Side, read_conditional
from tightcheck.reading.outside import outside_word
from tightcheck.reading.priors import read_prior
from tightcheck.reading.validate import At
from tightcheck.reading.values import amount, formula, listed

INPUTS = (
    "identity",
    "counts",
    "frequencies",
    "tfidf",
    "log1p",
    "standardize",
    "softmax",
    "layer_norm",
    "one_hot",
    "statistics",
)
WHOLE_CODE = (
    "The one-hot vector is that of the whole code: it has an entry for each value of all coordinates together. One for each "
    "coordinate, side by side, is `identity`."
)
SAMPLED = ("ciwae", "miwae", "piwae")
"""Means of the evidence bound and importance-weighted ones: each is tight where these are, for the same models."""
NO_BOUNDS = (
    "other",
    "kl_scale",
    "kl_weight_schedule",
    "kl_annealing",
    "free_bits",
    "reconstruction_weight",
    "loss",
    "beta_tc",
    "factor",
    "factor_vae",
    "beta_tcvae",
    "info_vae",
    "dip",
    "mmd",
    "capacity",
    "renyi",
    "wasserstein",
    "adversarial",
    "gan",
    "perceptual",
    "contrastive",
    "cubo",
    "kl_cycle",
)


def resolve(encoder: models.Encoder, encoder_at: At, decoder: models.Decoder, decoder_at: At) -> Design:
    """The design that both parts state. Raises DesignError where a word or a formula has no meaning."""
    notes = Notes()
    latents = read_blocks(encoder.latent, encoder_at / "latent", "z", notes)
    observed = read_blocks(decoder.observed, decoder_at / "observed", "x", notes)
    covariates = {
        **read_covariates(encoder.covariates, encoder_at / "covariates", notes),
        **read_covariates(decoder.covariates, decoder_at / "covariates", notes),
    } or _undeclared(encoder, encoder_at, decoder, decoder_at, notes, latents, observed)
    check_names([*((w.block.name, w.at) for w in (*latents, *observed)), *covariates.items()])
    for part, at in ((encoder, encoder_at), (decoder, decoder_at)):
        for key in ("flow", "hierarchical"):
            if getattr(part, key) is not None:
                notes.outside.append(outside_word(key, getattr(part, key), at / key))
    names = tuple(covariates)
    return Design(
        decoder=_side(decoder, decoder_at, "input", observed, latents, names, notes),
        encoder=_side(encoder, encoder_at, "features", latents, observed, names, notes),
        prior=read_prior(decoder.prior, decoder_at / "prior", latents, notes, covariates),
        objective=_objective(decoder.objective, decoder_at / "objective", latents, bool(notes.outside)),
        covariates=names,
        computed=tuple(name for name in names if name in computed(encoder.covariates, decoder.covariates)),
        outside=tuple(dict.fromkeys(notes.outside)),
        remarks=tuple(dict.fromkeys(notes.remarks)),
    )


def _side(
    part: models.Encoder | models.Decoder,
    at: At,
    inputs_key: str,
    blocks: list[Written],
    others: list[Written],
    covariates: tuple[str, ...],
    notes: Notes,
) -> tuple[Conditional, ...]:
    """The conditionals of one side; a block whose family is refused has none."""
    side, conditionals = Side(part, at, notes), []
    if part.map is None:
        notes.remark(at, f"No map is written for {blocks[0].block.name}; it is taken to be unrestricted.")
    for index, written in enumerate(blocks):
        written, shown = _split_given(written, part, at, blocks[:index], covariates)
        if written.family is None:
            continue
        scope = Scope.of([*others, *(w for w in blocks[:index] if w.block.name in written.block.given)], covariates)
        inputs = _inputs(_share(getattr(part, inputs_key), index, len(blocks), at / inputs_key), shown, others)
        if inputs.kind == "one_hot" and inputs_key == "input" and sum(w.block.copies for w in others) > 1:
            notes.remark(at / inputs_key, WHOLE_CODE)
        maps = _share(part.map or "unrestricted", index, len(blocks), at / "map")
        _refuse_names_of_blocks(part.output, blocks, at / "output")
        outputs = _share(part.output, index, len(blocks), at / "output")
        conditionals.append(read_conditional(side, written, inputs, scope, maps, outputs))
    for name in part.bounds.keys() - side.bounded:
        known = sorted({head.symbol.name for conditional in conditionals for head in conditional.heads})
        raise (at / "bounds" / name).error(f"no output is called {name[:60]!r}; {nearest(name, known)}")
    return tuple(conditionals)


def _undeclared(
    encoder: models.Encoder,
    encoder_at: At,
    decoder: models.Decoder,
    decoder_at: At,
    notes: Notes,
    *sides: list[Written],
) -> dict[str, At]:
    """Where no covariates are declared, the names under `given` that are no blocks."""
    blocks = [written for side in sides for written in side]
    named = [(name, w.at / "given") for w in blocks for name in w.block.given]
    named += [
        (name, at / "given")
        for part, at in ((encoder, encoder_at), (decoder, decoder_at))
        for name in listed(part.given)
    ]
    names = [w.block.name for w in blocks]
    for name, at in named:
        if name not in names and get_close_matches(name, names, 1):
            raise at.error(f"{name[:60]!r} is no block; {nearest(name, names)}, or declare it under `covariates`")
    covariates = {name: at for name, at in reversed(named) if name not in names}
    for name, at in covariates.items():
        notes.remark(at, f"{name} is no block, so it is taken as a covariate.")
    return covariates


def _share(data: Any, index: int, count: int, at: At) -> tuple[Any, At]:
    """The part of a list that belongs to one of several blocks; anything else belongs to all of them."""
    if count == 1 or not isinstance(data, list):
        return data, at
    if len(data) != count:
        raise at.error(f"there are {len(data)} entries for {count} blocks; write one for each block, in their order")
    return data[index], at / index


def _refuse_names_of_blocks(outputs: Any, blocks: list[Written], at: At) -> None:
    """Raises DesignError where the outputs of several blocks are written under the blocks' names."""
    names = [written.block.name for written in blocks]
    if len(blocks) > 1 and isinstance(outputs, dict) and not outputs.keys().isdisjoint(names):
        raise at.error(
            f"the outputs of several blocks are a list; write an entry for each, in the order {', '.join(names)}"
        )


def _split_given(
    written: Written, part: models.Part, at: At, earlier: list[Written], covariates: tuple[str, ...]
) -> tuple[Written, tuple[str, ...]]:
    """The block given earlier blocks only, and the covariates that its network is shown."""
    places = dict.fromkeys(written.block.given, written.at / "given")
    places |= dict.fromkeys(listed(part.given), at / "given")
    names = [w.block.name for w in earlier]
    for name, where in places.items():
        if name not in names and name not in covariates:
            mend = nearest(name, (*names, *covariates))
            raise where.error(f"{name[:60]!r} is neither an earlier block nor a covariate; {mend}")
    given = list(places)
    block = replace(written.block, given=tuple(name for name in given if name in names))
    return replace(written, block=block), tuple(name for name in given if name in covariates)


def _inputs(shared: tuple[Any, At], covariates: tuple[str, ...], others: list[Written]) -> Inputs:
    """What the network sees: a keyword, or a formula in the other side's variables."""
    word, at = shared
    if isinstance(word, list):
        if len(word) != 1:
            raise at.error("there is one block here; write one word or formula")
        word, at = word[0], at / 0
    if word in INPUTS:
        return Inputs(word, None, covariates, at.place)
    scope = Scope.of(others, ())
    if re.fullmatch(r"[A-Za-z_]\w*(-\w+)*", word) and not scope.names.keys() & {*word.split("-")}:
        raise at.error(
            f"{word[:60]!r} is no known input; {nearest(word, INPUTS)}, or a formula in {', '.join(scope.names)}"
        )
    expression = formula(word, at, scope.names, scope.sizes)
    if word in scope.names and len(others) == 1:
        return Inputs("identity", None, covariates, at.place)
    return Inputs("expression", expression, covariates, at.place)


def _objective(data: Any, at: At, latents: list[Written], is_outside: bool) -> Objective:
    """The objective; a design with parts outside the theorem may name a label block that is one of them."""
    if data == "elbo":
        return Objective("elbo", None, at.place)
    if isinstance(data, str):
        raise at.error(
            f"{data[:60]!r} is no known objective; write elbo, {{beta: 4}}, {{iwae: 50}} or {{semi_supervised: y}}"
        )
    if len(data) != 1:
        raise at.error("an objective has one key; write elbo, {beta: 4}, {iwae: 50} or {semi_supervised: y}")
    key, value = next(iter(data.items()))
    where = at / key
    if key in NO_BOUNDS:
        return Objective("other", f"{key}: {value}"[:200], where.place)
    if key == "semi_supervised":
        names = [w.block.name for w in latents]
        if value not in names and not is_outside:
            raise where.error(f"{str(value)[:60]!r} is no latent block; {nearest(str(value), names)}")
        return Objective("semi_supervised", str(value), where.place)
    if key in SAMPLED:
        key = "iwae"
    if key not in ("beta", "iwae"):
        raise where.error(
            f"{key[:60]!r} is no known objective; "
            f"{nearest(key, ('elbo', 'beta', 'iwae', 'semi_supervised', *SAMPLED, *NO_BOUNDS))}"
        )
    number = amount(value, where) if isinstance(value, (str, int)) or hasattr(value, "as_integer_ratio") else sp.nan
    if not number.is_positive or (key == "iwae" and not number.is_Integer):
        raise where.error(
            f"`{key}` must be a positive {'whole ' if key == 'iwae' else ''}number; "
            f"write {{{key}: {'50' if key == 'iwae' else '4'}}}"
        )
    if number == 1:
        return Objective("elbo", None, where.place)
    return Objective(key, number, where.place)
