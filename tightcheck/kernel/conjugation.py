"""Entries of F that C2 removes, the conjugation equation along slices of one latent coordinate."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import sympy as sp

from tightcheck.design import Conditional, Design
from tightcheck.kernel.classes import family_of
from tightcheck.kernel.partitions import effective_kind, gamma_arguments, is_positive_gamma, live_rows
from tightcheck.kernel.rejected import require
from tightcheck.kernel.slices import Curve, curves, is_entire, prior_along, prior_in_span_on
from tightcheck.kernel.zero import Entries, Entry, high_degree, latent_of, live_blocks, of_block
from tightcheck.span import combination


def slices_of(design: Design, latent: Conditional) -> tuple[Curve, ...]:
    """The slices of the latent family; every lemma below needs the prior's term in the span on each of them."""
    pieces = curves(family_of(latent.block))
    require(bool(pieces), f"the family {latent.block.family} states no slices")
    require(
        all(prior_in_span_on(design, latent, piece) for piece in pieces),
        f"log p - log h' is not shown to be in span(psi, 1) along {latent.block.name}",
    )
    return pieces


def convexity(design: Design, step: Mapping[str, Any], zero: Entries) -> Entries:
    """Three collinear values of psi and a prior in the span: A is strictly convex, so F vanishes in that direction."""
    latent = latent_of(design, step["latent"])
    for piece in slices_of(design, latent):
        require(
            piece.cardinality in ("continuum", "countable") or int(piece.cardinality) >= 3, "a slice has two points"
        )
        moving = [s for s in piece.statistics if s.has(piece.parameter)]
        require(
            all(combination(s, moving[:1], [piece.parameter]) is not None for s in moving[1:]),
            "the statistics do not run along a line on a slice",
        )
        require(
            piece.reaches_infinity or sp.diff(moving[0], piece.parameter, 2) == 0,
            "a slice is not shown to take three values",
        )
    return of_block(design, latent, list(design.decoder))


def polynomial_slices(design: Design, latent: Conditional) -> tuple[tuple[Curve, ...], bool]:
    """Slices along which psi and the prior's term are polynomials, and whether that term is also in the span."""
    pieces = curves(family_of(latent.block))
    require(bool(pieces), f"the family {latent.block.family} states no slices")
    require(all(p.is_polynomial and p.reaches_infinity for p in pieces), "psi is not polynomial along the slices")
    in_span = all(prior_in_span_on(design, latent, p) for p in pieces)
    for piece in pieces:
        term = prior_along(design, latent, piece)
        known = in_span or (term is not None and bool(term.is_polynomial(piece.parameter)))
        require(known, f"log p - log h' is not shown to be polynomial along {latent.block.name}")
    return pieces, in_span


def entire_slices(design: Design, latent: Conditional) -> tuple[Curve, ...]:
    """Slices along which psi and the prior's term are entire functions."""
    pieces = curves(family_of(latent.block))
    require(bool(pieces), f"the family {latent.block.family} states no slices")
    require(all(p.is_entire for p in pieces), "psi is not entire along the slices")
    for piece in pieces:
        term = prior_along(design, latent, piece)
        known = prior_in_span_on(design, latent, piece) or (term is not None and is_entire(term, piece.parameter))
        require(known, f"log p - log h' is not shown to be entire along {latent.block.name}")
    return pieces


GROWTH_KINDS = frozenset(
    (
        "finite",
        "exponential",
        "poles",
        "power",
        "quadratic",
        "quadratic_form",
        "quadratic_over_linear",
        "log_softmax",
        "bessel",
        "log_beta",
        "logarithmic",
    )
)


def growth(design: Design, step: Mapping[str, Any], zero: Entries) -> Entries:
    """Polynomial slices: as u grows, log-coefficients of one sign and positive decaying terms leave only quadratics."""
    latent = latent_of(design, step["latent"])
    pieces, in_span = polynomial_slices(design, latent)
    live = live_blocks(design, latent, zero)
    kinds = {observed.block.name: effective_kind(design, observed, zero) for observed in live}
    require(
        set(kinds.values()) <= GROWTH_KINDS, f"growth is not known for {sorted(set(kinds.values()) - GROWTH_KINDS)}"
    )
    smooth = [o for o in live if kinds[o.block.name] not in ("quadratic", "quadratic_form", "quadratic_over_linear")]
    new = set(of_block(design, latent, smooth))
    high = high_degree(pieces) if in_span else frozenset()
    for observed in live:
        for entry in of_block(design, latent, [observed]):
            is_precision = kinds[observed.block.name] == "quadratic_over_linear" and entry[1] == 1
            is_high = kinds[observed.block.name].startswith("quadratic") and entry[3] in high
            if observed not in smooth and (is_precision or is_high):
                new.add(entry)
    return frozenset(new)


def gamma_poles(design: Design, step: Mapping[str, Any], zero: Entries) -> Entries:
    """Polynomial slices, A = sum c log Gamma(l) + (finitely many singularities), c > 0: poles of one sign, l is constant."""
    latent = latent_of(design, step["latent"])
    pieces, _ = polynomial_slices(design, latent)
    require(all(p.cardinality == "continuum" for p in pieces), "the slices are no intervals")
    live = live_blocks(design, latent, zero)
    tame = {"exponential", "poles", "power", "quadratic", "quadratic_form", "quadratic_over_linear"}
    gammas = [o for o in live if is_positive_gamma(family_of(o.block))]
    others = {effective_kind(design, o, zero) for o in live if o not in gammas}
    require(bool(gammas) and others <= tame, "another block may cancel the poles")
    new: set[Entry] = set()
    for observed in gammas:
        family, rows = family_of(observed.block), live_rows(design, observed, zero)
        for argument, _ in gamma_arguments(family):
            moving = [i for i in rows if argument.has(family.natural_parameters[i])]
            if len(moving) == 1:
                new |= {e for e in of_block(design, latent, [observed]) if e[1] == moving[0]}
    return frozenset(new)


def entire(design: Design, step: Mapping[str, Any], zero: Entries) -> Entries:
    """Entire slices and entire exp A_i: each exp A_i(f_i(u)) is entire without zeros (Borel, Picard: f_i is constant)."""
    latent = latent_of(design, step["latent"])
    entire_slices(design, latent)
    live = live_blocks(design, latent, zero)
    kinds = {observed.block.name: effective_kind(design, observed, zero) for observed in live}
    zero_free = {"exponential", "quadratic", "quadratic_form"}
    for observed in live:
        full = family_of(observed.block).has_full_domain or kinds[observed.block.name] in zero_free | {"log_softmax"}
        require(full, f"exp A of {observed.block.name} is not entire")
    constant = [o for o in live if kinds[o.block.name] in ("finite", "zeros", "log_softmax")]
    require(bool(constant), "no block is forced to be constant")
    return of_block(design, latent, constant)


def poles(design: Design, step: Mapping[str, Any], zero: Entries) -> Entries:
    """Entire slices, A_i = -r log(1 - e^(eta + c)): residues of one sign, so 1 - e^(f + c) has no zeros (Picard)."""
    latent = latent_of(design, step["latent"])
    entire_slices(design, latent)
    live = live_blocks(design, latent, zero)
    kinds = {observed.block.name: effective_kind(design, observed, zero) for observed in live}
    require(set(kinds.values()) <= {"poles", "exponential", "quadratic", "quadratic_form"}, "another block may cancel")
    return of_block(design, latent, [o for o in live if kinds[o.block.name] == "poles"])


def exponential_slices(design: Design, step: Mapping[str, Any], zero: Entries) -> Entries:
    """psi in span(u, e^u, e^-u): a Poisson rate is a multiple of e^(wu), w in {0, 1, -1}; a Gaussian's mean is constant."""
    latent = latent_of(design, step["latent"])
    pieces = slices_of(design, latent)
    live = live_blocks(design, latent, zero)
    kinds = {observed.block.name: effective_kind(design, observed, zero) for observed in live}
    require(set(kinds.values()) <= {"exponential", "quadratic", "quadratic_form"}, "another kind of block moves")
    require(len(pieces) == 1 and pieces[0].cardinality == "continuum", "there is not one slice")
    u, statistics = pieces[0].parameter, pieces[0].statistics
    require(all(s in (u, sp.exp(u), sp.exp(-u)) for s in statistics), "psi is not among u, exp(u), exp(-u)")
    has_exponential = any(s != u for s in statistics)
    new = set()
    for entry in of_block(design, latent, live):
        is_linear = statistics[entry[3]] == u
        if kinds[entry[0]] != "exponential" or not is_linear or not has_exponential:
            new.add(entry)
    return frozenset(new)


def circles(design: Design, step: Mapping[str, Any], zero: Entries) -> Entries:
    """psi in span(cos u, sin u): 1 - e^(f + c) and l(f) have complex zeros and e^f outgrows all else, unless f is constant."""
    latent = latent_of(design, step["latent"])
    pieces = slices_of(design, latent)
    for piece in pieces:
        u = piece.parameter
        spanned = all(combination(s, [sp.cos(u), sp.sin(u)], [u]) is not None for s in piece.statistics)
        require(piece.cardinality == "continuum" and spanned, "psi is not on a circle along the slices")
    live = live_blocks(design, latent, zero)
    kinds = {observed.block.name: effective_kind(design, observed, zero) for observed in live}
    known = {"exponential", "poles", "power", "quadratic", "quadratic_form"}
    require(set(kinds.values()) <= known, "another kind of block moves")
    return of_block(design, latent, [o for o in live if not kinds[o.block.name].startswith("quadratic")])


CONJUGATION_LEMMAS: Mapping[str, Callable[[Design, Mapping[str, Any], Entries], Entries]] = {
    "convexity": convexity,
    "gamma_poles": gamma_poles,
    "growth": growth,
    "entire": entire,
    "poles": poles,
    "exponential_slices": exponential_slices,
    "circles": circles,
}
"""What C2 leaves along slices; they need a declared prior."""
