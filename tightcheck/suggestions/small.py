"""Small edits: the features, the prior, and what bounds an encoder of the same family."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tightcheck.design import Constant, Design, Map
from tightcheck.kernel.classes import IDENTITY_PAIRS, family_of
from tightcheck.suggestions.edit import Edit, customary, is_constant, output, place_of_map, size
from tightcheck.suggestions.files import Files

LOSSY = {
    "frequencies": "frequencies, which forget the length",
    "tfidf": "tf-idf weights of frequencies, which forget the length",
    "log1p": "log(1 + x), of which a network that is affine makes no x",
    "softmax": "their softmax, which forgets a common shift",
    "layer_norm": "normalised ones, which forget a common shift",
    "expression": "a function of them",
}
DIAGONAL = ("gaussian", "gaussian_fixed_variance", "isotropic_gaussian", "full_gaussian")


def features(files: Files, design: Design) -> Iterator[Edit]:
    """The variables themselves, or counts, instead of features that forget."""
    lossy = [latent.inputs for latent in design.encoder if latent.inputs.kind in LOSSY]
    if not lossy:
        return
    counts = any(observed.block.family == "multinomial" for observed in design.decoder)
    shown, words = ("counts", "the raw counts") if counts else ("identity", "x itself")
    rows = [
        shown if latent.inputs.kind in LOSSY else row
        for row, latent in zip(files.rows("encoder", "features"), design.encoder, strict=True)
    ]
    same = rows[0] if all(row == rows[0] for row in rows) else rows
    yield Edit(
        f"show the encoder {words} instead of {LOSSY[lossy[0].kind]}",
        "features",
        files.with_part("encoder", features=same),
        lossy[0].place,
    )


def statistics(files: Files, design: Design) -> Iterator[Edit]:
    """The sufficient statistics of x, of which the exact encoder's natural parameters are affine functions."""
    if shown(design) == "statistics" and any(latent.inputs.kind != "statistics" for latent in design.encoder):
        edited = files.with_part("encoder", features="statistics")
        words = "show the encoder the sufficient statistics nu(x), in which the exact encoder is affine"
        yield Edit(words, "features", edited, design.encoder[0].inputs.place)


def shown(design: Design) -> str:
    """The features in which the exact encoder is affine: counts, x itself, or its statistics."""
    families = [family_of(observed.block) for observed in design.decoder]
    if any(family.name == "multinomial" for family in families):
        return "counts"
    is_plain = all(set(family.statistics) <= set(family.variables) for family in families)
    return "identity" if is_plain else "statistics"


def tied_prior(files: Files, design: Design) -> Iterator[Edit]:
    """The prior of the paper's joint (7)."""
    if design.prior.kind != "implied":
        yield Edit(
            "tie the prior to the decoder: p(z) proportional to h'(z) exp(<c, psi(z)> + A(f(z))), the paper's joint (7)",
            "prior",
            files.with_part("decoder", prior="implied"),
            design.prior.place,
        )


def own_prior(files: Files, design: Design) -> Iterator[Edit]:
    """A learned prior of the encoder's own families, with independent coordinates."""
    if design.prior.kind != "declared" or any(latent.block.given for latent in design.encoder):
        return
    names = ["gaussian" if b.family in DIAGONAL else b.family for b in design.latent]
    rows = [{"learned": name} for name in names]
    prior = rows[0] if len(rows) == 1 else [{"name": b.name, **row} for b, row in zip(design.latent, rows, strict=True)]
    if prior != files.decoder.get("prior"):
        words = " and ".join(dict.fromkeys(names)).replace("_", " ")
        edited = files.with_part("decoder", prior=prior)
        yield Edit(f"learn a prior of the encoder's family ({words})", "prior", edited, design.prior.place)


def unbounded(files: Files, design: Design) -> Iterator[Edit]:
    """An encoder whose outputs take every value that its family admits."""
    heads = [
        (latent, h) for latent in design.encoder for h in latent.heads if h.bounds is not None or h.link is not None
    ]
    if not heads or any(h.link is not None and h.link.free_symbols - {_output()} for _, h in heads):
        return
    rows = []
    for row, latent in zip(files.rows("encoder", "output"), design.encoder, strict=True):
        constants = {h.symbol.name for h in latent.heads if isinstance(h.source, Constant)}
        rows.append(row if constants else output(customary(family_of(latent.block))))
    if rows == files.rows("encoder", "output") and not files.encoder.get("bounds"):
        return
    names = " and ".join(dict.fromkeys(h.symbol.name for _, h in heads))
    edited = files.with_rows("encoder", output=rows).with_part("encoder", bounds=None)
    yield Edit(f"let the encoder's {names} take every value", "encoder", edited, heads[0][1].place)


def _output() -> Any:
    from tightcheck.design import OUTPUT

    return OUTPUT


def free_spread(files: Files, design: Design) -> Iterator[Edit]:
    """A Gaussian encoder's variance learned for each coordinate, or computed from x, instead of fixed or shared."""
    for k, latent in enumerate(design.encoder):
        if latent.block.family not in ("gaussian", "gaussian_fixed_variance", "isotropic_gaussian"):
            continue
        is_own = any(isinstance(h.source, Constant) and h.source.sharing == "per_coordinate" for h in latent.heads)
        has_constant = latent.block.family == "gaussian_fixed_variance" or is_constant(latent, "variance")
        ways: list[tuple[str, tuple[str, ...], tuple[str, ...]]] = []
        if not is_own:
            ways.append(("learn its variance for each coordinate", ("mean", "variance"), ("variance",)))
        if has_constant:
            ways.append(("compute its variance from x", ("mean", "log_variance"), ()))
        for words, names, constants in ways:
            blocks, rows = files.blocks("encoder"), files.rows("encoder", "output")
            shape: dict[str, Any] = {key: blocks[k][key] for key in ("name", "dim", "given") if key in blocks[k]}
            blocks[k] = {**shape, "family": "gaussian", "covariance": "diagonal"}
            rows[k] = output(names, constants)
            edited = files.with_rows("encoder", blocks=blocks, output=rows)
            yield Edit(f"q({latent.block.name}|x): {words}", "encoder", edited, latent.block.place)


def wide_network(files: Files, design: Design) -> Iterator[Edit]:
    """An encoder network that holds every affine map: 2 r units of an activation with a(t) - a(-t) linear, and biases."""
    rank = min(sum(size(b) for b in design.observed), sum(size(b) for b in design.latent))
    rows, changed = files.rows("encoder", "map"), []
    for k, latent in enumerate(design.encoder):
        maps = [h.source for h in latent.heads if isinstance(h.source, Map)]
        if not maps or not isinstance(rows[k], dict | str) or not _is_poor(maps[0], 2 * rank):
            continue
        activation = maps[0].activation if maps[0].activation in IDENTITY_PAIRS else "relu"
        hidden = [max(width, 2 * rank) for width in maps[0].hidden]
        rows[k] = {"kind": "mlp", "hidden": hidden, "activation": activation} if hidden else {"kind": "affine"}
        changed.append(latent)
    if changed:
        words = f"hidden layers of {2 * rank} units or more that can be linear" if maps[0].hidden else "biases"
        edited = files.with_rows("encoder", map=rows)
        yield Edit(f"give the encoder's network {words}", "encoder", edited, place_of_map(changed[0]))


def _is_poor(source: Map, needed: int) -> bool:
    """Whether the map is not known to hold every affine map."""
    if source.kind == "affine":
        return not source.bias
    is_narrow = min(source.hidden, default=needed) < needed or source.activation not in IDENTITY_PAIRS
    return source.kind == "mlp" and (is_narrow or not source.bias)
