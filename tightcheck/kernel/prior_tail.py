"""C2 towards infinity: what log p does there beyond a polynomial, and no log-partition along polynomials can make up for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sympy as sp

from tightcheck.design import Design
from tightcheck.kernel.classes import family_of
from tightcheck.kernel.conjugation import GROWTH_KINDS
from tightcheck.kernel.partitions import effective_kind
from tightcheck.kernel.rejected import require
from tightcheck.kernel.slices import curves, prior_along
from tightcheck.kernel.zero import latent_of

WITHOUT_LOGARITHM = frozenset(
    ("finite", "exponential", "poles", "logarithmic", "quadratic", "quadratic_form", "log_softmax")
)
"""Kinds whose A along polynomials is a polynomial and something positive that tends to 0 (see growth)."""


@dataclass(frozen=True)
class Tail:
    """P = polynomial + logarithm * log u + constant + terms that tend to 0, exponentially those of `signs`; u -> infinity."""

    logarithm: sp.Expr
    signs: frozenset[int]
    has_powers: bool


def prior_tail(design: Design, prior: str, step: Mapping[str, Any]) -> None:
    """Require that no A(f) makes up for the logarithm, or the exponentially small terms, of log p along a whole line."""
    require(prior == "declared", "the prior is not declared")
    latent = latent_of(design, step["latent"])
    kinds = {effective_kind(design, observed, frozenset()) for observed in design.decoder}
    require(kinds <= GROWTH_KINDS, "the growth of a log-partition is not known")
    pieces = curves(family_of(latent.block))
    require(len(pieces) == 1, "there is not one slice")
    piece = pieces[0]
    line = piece.is_polynomial and piece.cardinality == "continuum" and (piece.lower, piece.upper) == (-sp.oo, sp.oo)
    require(line, "psi is not polynomial along one whole line")
    P = prior_along(design, latent, piece)
    require(P is not None and P.free_symbols <= {piece.parameter}, "the prior is not known exactly")
    assert P is not None
    tail = tail_of(P, piece.parameter)
    require(tail is not None, "the prior's tail is not known")
    assert tail is not None
    grows = bool(tail.logarithm.is_positive)
    falls = bool(tail.logarithm.is_negative) and kinds <= WITHOUT_LOGARITHM
    small = tail.logarithm == 0 and not tail.has_powers and len(tail.signs) == 1
    below, above = (
        small and tail.signs == {-1},
        small and tail.signs == {1} and kinds <= {"quadratic", "quadratic_form"},
    )
    require(grows or falls or below or above, "some A may make up for the prior's tail")


def tail_of(P: sp.Expr, u: sp.Symbol) -> Tail | None:
    """The tail of a polynomial and of multiples of log q, q a positive polynomial or sum of exponentials of polynomials."""
    total, signs, has_powers = sp.Integer(0), set(), False
    for term in sp.Add.make_args(sp.expand(P, log=False)):
        if term.is_polynomial(u):
            continue
        c, logarithm = term.as_independent(u, as_Add=False)
        if not isinstance(logarithm, sp.log) or not (c.is_positive or c.is_negative):
            return None
        q = sp.expand(logarithm.args[0])
        if q.is_polynomial(u):
            if not _is_positive_polynomial(q, u):
                return None
            total += c * sp.degree(q, u)
            has_powers = has_powers or sp.degree(q, u) > 0
        elif (several := _has_small_terms(q, u)) is not None:
            signs |= {1 if c.is_positive else -1} if several else set()
        else:
            return None
    return Tail(sp.expand(total), frozenset(signs), has_powers)


def _is_positive_polynomial(q: sp.Expr, u: sp.Symbol) -> bool:
    """Whether a polynomial with rational coefficients is positive on the whole line: no real zero, positive at 0."""
    polynomial = sp.Poly(q, u)
    return (
        all(c.is_Rational for c in polynomial.all_coeffs()) and polynomial.count_roots() == 0 and polynomial.eval(0) > 0
    )


def _has_small_terms(q: sp.Expr, u: sp.Symbol) -> bool | None:
    """For a sum of a e^p(u), a > 0, p polynomial: whether two p differ by more than a constant; None for anything else."""
    exponents = []
    for term in sp.Add.make_args(q):
        a, factor = sp.powsimp(term, combine="exp").as_independent(u, as_Add=False)
        exponent = factor.args[0] if isinstance(factor, sp.exp) else sp.Integer(0) if factor == 1 else None
        if exponent is None or not a.is_positive or not exponent.is_polynomial(u):
            return None
        exponents.append(exponent)
    return any(sp.expand(p - exponents[0]).has(u) for p in exponents)
