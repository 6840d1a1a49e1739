"""What mixing over z does to the law of an observed block: facts from which p(x) tells whether f moves.

Convexity. If a mixture of members with the same fixed parameters is a member, then the integral of exp <nu(x), Y> is 1
for every x, Y = f(z) - eta_0 under a finite measure. It is strictly convex along three collinear values of nu unless Y
is 0 in that direction; where the slices of the family hold such lines, f is constant.
Identifiability. Sums of r exponentials of one statistic have at most r - 1 zeros; finite mixtures of Gaussians are
identifiable (Yakowitz and Spragins 1968).
"""

from __future__ import annotations

from itertools import combinations
from math import prod

import sympy as sp

from tightcheck.account.constant_blocks import others_stay
from tightcheck.account.gaussian_laws import is_gaussian
from tightcheck.account.moving import different_values, models
from tightcheck.design import Block, Conditional, Constant, Design
from tightcheck.expression import CoordinateSum
from tightcheck.kernel.classes import family_of, function_class
from tightcheck.kernel.model import is_explicit
from tightcheck.kernel.slices import curves, prior_block, prior_in_span, prior_term
from tightcheck.span import combination

MOST_VALUES = 64


def leaves_family(observed: Conditional) -> bool:
    """Whether a mixture of one coordinate's laws is of the family only if f is constant (convexity)."""
    family, length = family_of(observed.block), observed.block.length
    if not fixed_constants(observed) or length == 1 or length == "depends_on_z":
        return False
    is_moving = [
        length == "random" or function_class(observed, i).kind != "constant" for i in range(len(observed.natural))
    ]
    pieces = curves(family)
    for piece in pieces:
        moved = [s for s, moves in zip(piece.statistics, is_moving, strict=False) if moves and s.has(piece.parameter)]
        is_line = all(combination(s, moved[:1], [piece.parameter]) is not None for s in moved[1:])
        has_three = piece.reaches_infinity or (
            int(piece.cardinality) >= 3 and all(sp.diff(s, piece.parameter, 2) == 0 for s in moved)
        )
        if not (is_line and has_three):
            return False
    return bool(pieces)


def fixed_constants(observed: Conditional) -> bool:
    """Whether everything that is not computed from z is fixed, so that S and D share it."""
    heads = [head.source for head in observed.heads if isinstance(head.source, Constant)]
    return all(c.value is not None or c.sharing == "fixed" for c in (*heads, *observed.block.fixed.values()))


def copies_move_together(design: Design, observed: Conditional, latent: Conditional | None = None) -> bool:
    """Whether copies (two under a softmax, else all) can have the same parameters, a function of z: dependent."""
    constants = (*(h.source for h in observed.heads), *observed.block.fixed.values())
    if observed.block.copies < 2 or any(
        isinstance(c, Constant) and c.value is None and c.sharing == "fixed" for c in constants
    ):
        return False
    return not is_explicit(observed) or all(
        candidate.block.copies == 1 for candidate in ((latent,) if latent else design.encoder)
    )


def number_of_values(design: Design, live: set[str]) -> int | None:
    """How many values the live latent blocks take together; None for many or infinitely many."""
    counts = [_number_of_values(latent.block) for latent in design.encoder if latent.block.name in live]
    known = [count for count in counts if count is not None]
    return prod(known) if len(known) == len(counts) and prod(known) <= MOST_VALUES else None


def _number_of_values(block: Block) -> int | None:
    """At most how many values one block takes."""
    family, size = family_of(block), block.dimension or 1
    cardinality = family.support.cardinality
    is_listed = family.spans_all_functions or size <= 3
    if not is_listed or block.length is not None or not isinstance(cardinality, int):
        return None
    if block.copies > 10 or size > MOST_VALUES:
        return None
    return int(max(cardinality, size if family.spans_all_functions else 0) ** block.copies)


def independent_bits(design: Design) -> bool:
    """Several two-valued latents, independent under the prior, with log p in span(psi, 1)."""
    for latent in design.encoder:
        block = prior_block(design, latent.block.name)
        is_plain = block is not None and block.precision is None and not (latent.block.given or block.given)
        if not is_plain or family_of(latent.block).support.cardinality != 2 or prior_in_span(design, latent) is None:
            return False
        density = block.log_density if block is not None else None
        if density is not None and (density.has(CoordinateSum) or any("[" in s.name for s in density.free_symbols)):
            return False
    return sum(latent.block.copies for latent in design.encoder) >= 2


def three_values(design: Design, observed: Conditional) -> bool:
    """Whether one coordinate can move alone through three values that p(x) identifies.

    Let the rest of p(x) be constant and one natural parameter t move. On S t is additive in the bits (C1), and so is
    A(t) (C2), A strictly convex: {t_11, t_00} and {t_10, t_01} have the same sum and the same sum under A, hence agree,
    and at most one bit moves t. For texts of random length A = 0, but log p and log (1 - p) are additive: the same.
    """
    if not others_stay(design, observed) or not all(_is_identifiable(other) for other in design.decoder):
        return False
    pairs = [[(latent.block.name, 0), (latent.block.name, 1)] for latent in design.encoder if latent.block.copies > 1]
    pairs += [[(a.block.name, 0), (b.block.name, 0)] for a, b in combinations(design.encoder, 2)]
    for eta, active in models(design, observed, pairs[0], ("{0}", "{0} + 1")):
        live = [i for i, value in enumerate(eta) if value.free_symbols]
        if len(different_values(eta, active)) < 3 or not (observed.block.length == "random" or len(live) == 1):
            continue
        if observed.block.length == "random" or _tells_five(observed, live[0]):
            return True
    return False


def has_rare_member(design: Design, observed: Conditional) -> bool:
    """Whether one coordinate can follow the first value of each of two independent draws, so that a member of its mixture has the
    weight p^2, below every probability of a draw.

    On S f is additive in the draws and so is A(f), A strictly convex: as for bits, one draw alone moves it, and the weights of
    its mixture are sums of that draw's probabilities.
    """
    latent = design.encoder[0]
    if len(design.encoder) != 1 or latent.block.copies < 2 or not others_stay(design, observed):
        return False
    probabilities = _probabilities(design, latent)
    if probabilities is None or not bool(probabilities[0] ** 2 < min(probabilities)):
        return False
    pair = [(latent.block.name, 0), (latent.block.name, 1)]
    return all(map(_is_identifiable, design.decoder)) and any(
        sum(bool(value.free_symbols) for value in eta) == 1 and len(different_values(eta, active)) >= 3
        for eta, active in models(design, observed, pair, ("{0}", "{0} + 1"))
    )


def _probabilities(design: Design, latent: Conditional) -> list[sp.Expr] | None:
    """The probabilities of a draw's values under a prior of numbers, the value at which the first variable differs first."""
    block, family = prior_block(design, latent.block.name), family_of(latent.block)
    plain = block is not None and block.family is not None and block.precision is None and not block.given
    size = latent.block.dimension if family.name == "categorical" else 2
    is_listed = family.name == "categorical" or family.support.cardinality == 2
    if (
        not plain
        or not is_listed
        or size is None
        or latent.block.given
        or not family.spans_all_functions
        or prior_in_span(design, latent) is None
    ):
        return None
    term = prior_term(design, latent)
    if term is None or term.free_symbols:
        return None
    return [sp.Rational(1, size)] * size  # log p is a constant: all values alike


def _is_identifiable(observed: Conditional) -> bool:
    """Whether a finite mixture of one coordinate's laws is of the family only if they agree."""
    return leaves_family(observed) or (is_gaussian(family_of(observed.block)) and observed.block.length is None)


def _tells_five(observed: Conditional, i: int) -> bool:
    """Whether statistic i takes at least five values, so that two mixtures of three and two laws differ."""
    family = family_of(observed.block)
    if family.support.cardinality == "continuum":
        return True
    if isinstance(observed.block.length, int):
        return observed.block.length >= 4
    is_own = family.statistics[i] in family.variables
    return (
        is_own
        and len(family.variables) == 1
        and (family.support.cardinality == "countable" or int(family.support.cardinality) >= 5)
    )
