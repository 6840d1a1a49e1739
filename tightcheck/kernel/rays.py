"""Zero lemmas that hold for every prior: what the natural domains, the integrability of the joint and C1 alone forbid.

In a consistent model f = F psi + f_0 lies in Omega_nu for almost every z, g* = F' nu + c in Omega_psi for almost every
x, and the joint has the integrable margins h' exp(<c, psi> + A(f)) and h exp(<f_0, nu> + B(g*)). Along a slice towards
one of its ends the fastest of the statistics that may still have a coefficient decides, so each of these facts gives that
coefficient a sign; two opposite signs leave zero.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sympy as sp

from tightcheck.design import Conditional, Design
from tightcheck.family import Family
from tightcheck.kernel.asymptotics import Order, bound, order
from tightcheck.kernel.classes import family_of
from tightcheck.kernel.partitions import effective_kind
from tightcheck.kernel.ranges import natural_range
from tightcheck.kernel.rejected import require
from tightcheck.kernel.slices import Curve, curves, ends
from tightcheck.kernel.zero import Entries, Entry, of_block, pair_of
from tightcheck.span import combination

Signs = set[tuple[Entry, int]]


def rays(design: Design, step: Mapping[str, Any], zero: Entries) -> Entries:
    """Entries between two blocks whose coefficient would have to be both <= 0 and >= 0."""
    latent, observed = pair_of(design, step)
    require(observed.block.length is None or isinstance(observed.block.length, int), "the length is random")
    new: Entries = frozenset()
    while True:
        live = of_block(design, latent, [observed]) - zero - new
        signs = {
            *_decoder_signs(design, latent, observed, live, zero | new),
            *_encoder_signs(design, latent, observed, live),
        }
        found = frozenset(entry for entry, sign in signs if (entry, -sign) in signs)
        if not found:
            return new
        new |= found


def _decoder_signs(design: Design, latent: Conditional, observed: Conditional, live: Entries, zero: Entries) -> Signs:
    """Signs from f in Omega_nu and from the margin of z, along the slices of z."""
    fx = family_of(observed.block)
    kind = effective_kind(design, observed, zero)
    signs: Signs = set()
    for i, eta in enumerate(fx.natural_parameters):
        faces = _faces(fx, eta) | _faces_of_range(observed, i)
        signs |= _signs({e[3]: e for e in live if e[1] == i}, family_of(latent.block), faces, kind)
    return signs


def _encoder_signs(design: Design, latent: Conditional, observed: Conditional, live: Entries) -> Signs:
    """Signs from g* in Omega_psi and from the margin of x, along the slices of x."""
    fz = family_of(latent.block)
    has_margin = design.objective.kind != "beta" and not any(z.block.given for z in design.encoder)
    kind = fz.partition if has_margin and len(fz.natural_parameters) == 1 else "log_convex"
    signs: Signs = set()
    for k, eta in enumerate(fz.natural_parameters):
        faces = _faces(fz, eta) | _faces_of_range(latent, k)
        signs |= _signs({e[1]: e for e in live if e[3] == k}, family_of(observed.block), faces, kind)
    return signs


def _signs(entries: Mapping[int, Entry], family: Family, faces: frozenset[int], kind: str) -> Signs:
    """The signs of one row (or column) of F along the slices of the other side's family.

    `faces` holds s for every condition s eta < const; `kind` says how the log-partition grows in eta.
    """
    signs: Signs = set()
    for curve, end in ends(family):
        keys = [bound(s, curve.parameter, *end) for s in curve.statistics]
        chosen = _fastest(entries, keys)
        if chosen is None:
            continue
        entry, fastest = entries[chosen], order(curve.statistics[chosen], curve.parameter, *end)
        if fastest is None or fastest.key != keys[chosen]:
            continue
        signs |= {(entry, -face * way) for face in faces for way in fastest.ways}
        if _is_coordinate(curve):
            signs |= _signs_of_margin(entry, fastest, [*keys, _base_measure(family, curve, end)], kind)
    return signs


def _signs_of_margin(entry: Entry, fastest: Order, others: list[tuple[int, int] | None], kind: str) -> Signs:
    """log h + <c, psi> + A(f) must not tend to +infinity: A(f) may not outgrow log h and every statistic."""
    known = [key for key in others if key is not None]
    if len(known) != len(others):
        return set()
    if kind == "exponential" and (fastest.power > 0 or all(power <= 0 for power, _ in known)):
        return {(entry, -way) for way in fastest.ways}
    if kind in ("quadratic", "quadratic_form") and all(key < fastest.squared for key in known):
        return {(entry, 1), (entry, -1)}
    return set()


def _fastest(entries: Mapping[int, Entry], keys: list[tuple[int, int] | None]) -> int | None:
    """The live statistic that alone grows fastest and without bound; None where there is none or that is not known."""
    found = []
    for k in entries:
        key = keys[k]
        if key is None:
            return None
        found.append((key, k))
    found.sort(reverse=True)
    if not found or found[0][0] <= (0, 0) or (len(found) > 1 and found[1][0] == found[0][0]):
        return None
    return found[0][1]


def _base_measure(family: Family, curve: Curve, end: tuple[sp.Expr, int]) -> tuple[int, int] | None:
    """How fast log h can grow or fall along the slice."""
    along: dict[sp.Basic, sp.Basic] = dict(zip(family.variables, curve.point, strict=True))
    return bound(family.log_base_measure.xreplace(along), curve.parameter, *end)


def _is_coordinate(curve: Curve) -> bool:
    """Whether the slice moves one variable, which is u, and freezes the others: Fubini's theorem applies as it is."""
    moving = [p for p in curve.point if p.has(curve.parameter)]
    frozen = [p for p in curve.point if not p.has(curve.parameter)]
    return moving == [curve.parameter] and all(p.is_Symbol for p in frozen) and len(set(frozen)) == len(frozen)


def _faces(family: Family, eta: sp.Symbol) -> frozenset[int]:
    """s for every condition of the natural domain of the form s eta < const."""
    found = set()
    for relation in family.natural_domain:
        if isinstance(relation, (sp.StrictLessThan, sp.LessThan, sp.StrictGreaterThan, sp.GreaterThan)):
            excess = relation.lts - relation.gts
            slope = sp.diff(excess, eta)
            if slope.is_number and slope != 0 and not excess.free_symbols & (set(family.natural_parameters) - {eta}):
                found.add(1 if slope > 0 else -1)
    return frozenset(found)


def _faces_of_range(conditional: Conditional, k: int) -> frozenset[int]:
    """s for every end of the values that the class lets natural parameter k take: s eta <= const."""
    low, high = natural_range(conditional, k)
    return frozenset(s for s, end in ((-1, low), (1, high)) if end.is_finite)


def random_length(design: Design, step: Mapping[str, Any], zero: Entries) -> Entries:
    """Counts of random length: f = log p(word | z), so sum_k exp(f_k) = 1: no other f in span(psi, 1) than constants.

    On entire slices by Borel's theorem; on polynomial slices because the non-constant exp(f_k) tend to zero and add up
    to a constant; where psi takes three collinear values because exp is strictly convex.
    """
    latent, observed = pair_of(design, step)
    require(observed.block.length == "random", "the word probabilities do not have to add up to one")
    pieces = curves(family_of(latent.block))
    require(bool(pieces), f"the family {latent.block.family} states no slices")
    for piece in pieces:
        is_polynomial = piece.is_polynomial and piece.reaches_infinity
        require(
            piece.is_entire or is_polynomial or _has_three_collinear(piece),
            "psi is neither entire nor polynomial nor on a line",
        )
    return of_block(design, latent, [observed])


def _has_three_collinear(piece: Curve) -> bool:
    """Whether the statistics run along a line on the slice and take three values there."""
    if not piece.reaches_infinity and int(piece.cardinality) < 3:
        return False
    moving = [s for s in piece.statistics if s.has(piece.parameter)]
    if any(combination(s, moving[:1], [piece.parameter]) is None for s in moving[1:]):
        return False
    return bool(moving) and (piece.reaches_infinity or sp.diff(moving[0], piece.parameter, 2) == 0)


PRIOR_FREE_LEMMAS = {"rays": rays, "random_length": random_length}
__all__ = ["PRIOR_FREE_LEMMAS", "random_length", "rays"]
