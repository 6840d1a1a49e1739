"""A model of the design whose exact posterior is not what the encoder's network puts out, if it is in the family at all."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import sympy as sp

from tightcheck.design import OUTPUT, Conditional, Constant, Design, Head, Map
from tightcheck.kernel.alike import shows_inputs_only
from tightcheck.kernel.classes import family_of, function_class
from tightcheck.kernel.constants import (
    decoder_constants,
    inputs_vanish,
    is_not_at_zero,
    puts_out_zero,
    separates_numbers,
    unreachable,
)
from tightcheck.kernel.domination import outweighs
from tightcheck.kernel.heads import wide_enough
from tightcheck.kernel.integrability import in_domain
from tightcheck.kernel.link_values import out_of_range
from tightcheck.kernel.member import conjugate, decoder_contains
from tightcheck.kernel.model import (
    decoder_side,
    formula,
    is_about_itself,
    statistics_of,
    temperature,
    total_log_partition,
)
from tightcheck.kernel.parametrised import is_one_to_one, parametrisation_of, raw_values
from tightcheck.kernel.partitions import effective_kind
from tightcheck.kernel.rejected import require
from tightcheck.kernel.slices import runs_over_all_reals
from tightcheck.kernel.zero import latent_of, pair_of


def out_of_reach(design: Design, prior: str, step: Mapping[str, Any]) -> None:
    """Require that the stated model of the design is not consistent because of the encoder's network."""
    reasons: Mapping[str, Callable[[Design, str, Mapping[str, Any]], None]] = {
        "constant": _constant,
        "shift": _shift,
        "origin": _origin,
        "rank": _rank,
        "range": _range,
    }
    require(step["reason"] in reasons, f"{step['reason']!r} is no reason")
    require(not any(latent.block.given for latent in design.encoder), "blocks given others are not looked at")
    reasons[step["reason"]](design, prior, step)


def _constant(design: Design, prior: str, step: Mapping[str, Any]) -> None:
    """The decoder without dependence: its posterior is the prior, which the encoder cannot be."""
    decoder_constants(design)
    unreachable(design, prior, step)


def _stated(
    design: Design, prior: str, step: Mapping[str, Any], conjugate_too: bool = False
) -> tuple[sp.Expr, ...] | None:
    """Require a valid model in which one latent copy moves one observed copy; the exact encoder's constants, where asked for."""
    latent, observed = pair_of(design, step)
    require(observed.block.copies == 1 or is_about_itself(latent, observed), "other copies move as well")
    fz, fx = family_of(latent.block), family_of(observed.block)
    F = sp.Matrix([[formula(entry, {}) for entry in row] for row in step["F"]])
    f0 = [formula(entry, {}) for entry in step["f0"]]
    nu = statistics_of(observed)
    require(F.shape == (len(nu), len(fz.statistics)) and len(f0) == len(nu), "F has the wrong shape")
    require(
        all(e.is_number and e.is_finite and e.is_real for e in (*F, *f0)) and not F.is_zero_matrix, "F is no matrix"
    )
    require(observed.block.length is None, "texts are not looked at")
    eta = [sp.Add(*(w * t for w, t in zip(F.row(i), fz.statistics, strict=True)), f0[i]) for i in range(len(nu))]
    require(in_domain(fx, eta), "f is not shown to stay in the natural domain")
    parameters = step.get("parameters", {})
    decoder_contains(observed, eta, decoder_side(observed, latent), int(F.rank()), parameters)
    decoder_constants(design, observed.block.name, also_copies=observed.block.copies > 1)
    if prior != "implied" and not conjugate_too:
        return None
    beta, energy = temperature(design), total_log_partition(observed, eta)
    return conjugate(design, prior, latent, observed, eta, -energy / beta, F.tolist(), step, beta)


def _shift(design: Design, prior: str, step: Mapping[str, Any]) -> None:
    """The features are the same for x and x + t 1, and g* = F' nu + c is not."""
    latent = latent_of(design, step["latent"])
    require(latent.inputs.kind in ("softmax", "layer_norm"), "the features see the common shift of x")
    require(shows_inputs_only(latent), "the encoder is shown x beside its inputs")
    require(len(design.decoder) == 1, "the encoder sees more than one block of x")
    family = family_of(design.decoder[0].block)
    bounds = family.support.bounds
    upward = bounds is not None and len(family.variables) == 1 and bounds[0] in ((-sp.oo, sp.oo), (0, sp.oo))
    require(upward, "x + t is not always possible")
    _stated(design, prior, step)


def _origin(design: Design, prior: str, step: Mapping[str, Any]) -> None:
    """Without biases the network puts out 0 at x = 0, where g* = c."""
    latent = latent_of(design, step["latent"])
    require(inputs_vanish(design, latent), "the inputs are not shown to vanish where x is 0")
    for observed in design.decoder:
        family = family_of(observed.block)
        at_zero = dict.fromkeys(family.variables, sp.Integer(0))
        vanish = all(s.is_polynomial(*family.variables) and s.xreplace(at_zero) == 0 for s in statistics_of(observed))
        require(vanish, "nu is not 0 where x is 0")
    c = _stated(design, prior, step, conjugate_too=True)
    assert c is not None
    require(is_one_to_one(latent), "several parameters stand for one encoder distribution")
    values = raw_values(latent, c)
    differs = any(puts_out_zero(head) and is_not_at_zero(head, value) for head, value in values.items())
    require(differs, "the constants of the exact encoder may be what the network puts out at 0")


def _range(design: Design, prior: str, step: Mapping[str, Any]) -> None:
    """A parameter of the exact encoder is a number that its head cannot be, for every x or at one x of positive mass."""
    latent, observed = pair_of(design, step)
    c = _stated(design, prior, step, conjugate_too=True)
    assert c is not None
    F = sp.Matrix([[formula(entry, {}) for entry in row] for row in step["F"]])
    nu = statistics_of(observed)
    g = [sp.Add(*(F[i, k] * t for i, t in enumerate(nu))) / temperature(design) + value for k, value in enumerate(c)]
    require(is_one_to_one(latent), "several parameters stand for one encoder distribution")
    family = family_of(observed.block)
    points = family.support.points if family.support.is_discrete else ()
    places: list[dict[sp.Basic, sp.Basic]] = [{}, *(dict(zip(family.variables, p, strict=True)) for p in points)]
    values = [pair for place in places for pair in raw_values(latent, [e.xreplace(place) for e in g]).items()]
    reached = not any(value.is_number and _cannot_be(head, value) for head, value in values)
    require(not reached, "the encoder may reach the constants")


def _cannot_be(head: Head, value: sp.Expr) -> bool:
    """Whether the head is certainly never this number."""
    if isinstance(head.source, Constant):
        known = head.source.value
        return known is not None and separates_numbers(known, value)
    return out_of_range(head, value)


def _rank(design: Design, prior: str, step: Mapping[str, Any]) -> None:
    """A first layer of h units carries affine maps on R^n of rank at most h, of ReLUs or alone at most h / 2; F may have a larger
    one."""
    latent, observed = pair_of(design, step)
    families = [family_of(e.block) for e in design.encoder]
    is_quadratic = effective_kind(design, observed, frozenset()) in ("quadratic", "quadratic_form")
    proper = all(f.support.is_finite or (is_quadratic and outweighs(f, 2)) for f in families)
    require(prior == "declared" or proper, "the joint is not shown to integrate")
    require(len(design.encoder) == 1 and not design.covariates, "other blocks or covariates may be shown")
    fz, fx = family_of(latent.block), family_of(observed.block)
    rows = [i for i in range(len(observed.natural)) if function_class(observed, i).kind != "constant"]
    one = len(rows) == 1 and fx.statistics[rows[0]] in fx.variables and len(fx.variables) == 1
    bounded = one and any(relation.has(fx.natural_parameters[rows[0]]) for relation in fx.natural_domain)
    require(not bounded, "W z is not shown to stay in the natural domain")
    real = one and runs_over_all_reals(fx)
    require(real and latent.inputs.kind in ("identity", "standardize"), "the encoder is not shown real numbers x")
    moving = [v for v in fz.variables if v in fz.statistics]
    most = _most_rank(latent, [fz.natural_parameters[fz.statistics.index(v)] for v in moving])
    rank = min(observed.block.copies, len(moving) * latent.block.copies)
    require(rank > most, "the network is not too narrow")
    functions = function_class(observed, rows[0])
    source = functions.source
    plain = observed.inputs.kind == "identity" and source is not None and all(h.link is None for h in observed.heads)
    affine = functions.kind == "affine" or (
        functions.kind == "mlp" and source is not None and wide_enough(source, rank, None, False)
    )
    require(plain and affine, "the decoder is not shown to hold every affine map of this rank")
    decoder_constants(design, observed.block.name, also_copies=False)


def _most_rank(latent: Conditional, moving: list[sp.Symbol]) -> int:
    """The largest rank of these natural parameters, affine on R^n, that the encoder's network can put out, the others being
    constant. What it puts out are then affine functions of the same rank: the parametrisation is one-to-one."""
    way = parametrisation_of(latent)
    values = {head: sp.sympify(dict(zip(way.symbols, way.inverse, strict=True))[head.symbol]) for head in latent.heads}
    moved = {head: value for head, value in values.items() if value.has(*moving)}
    slopes = [sp.diff(value, eta) for value in moved.values() for eta in moving]
    require(
        not any(slope.has(*moving) for slope in slopes), "the encoder's parameters are not affine in those that move"
    )
    plain = all(head.bounds is None and head.link in (None, OUTPUT) for head in moved)
    sources = {head.source for head in moved}
    require(plain and len(sources) == 1, "what moves is not put out by one network")
    (source,) = sources
    require(isinstance(source, Map) and source.kind == "mlp" and bool(source.hidden), "g is no network's output")
    assert isinstance(source, Map)
    in_pairs = source.activation == "relu" or (len(source.hidden) == 1 and source.activation != "identity")
    return source.hidden[0] // 2 if in_pairs else source.hidden[0]
