"""C4 under the implied prior leaves an exponent one value: a real number m and a positive one s, and A(f) with m^2 s^e(w).

For almost every s the joint must integrate over m. log h' + <c, psi> + sum A_o(f) is a quadratic polynomial in m there, so its
coefficient c s^p + sum_o kappa_o s^e_o(w) is negative, all kappa_o > 0: s^(e_o(w) - p) is bounded on (0, oo), and e_o(w) = p.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

import sympy as sp

from tightcheck.design import Conditional, Constant, Design, Map
from tightcheck.family import Family
from tightcheck.kernel.classes import family_of, function_class
from tightcheck.kernel.model import total_log_partition
from tightcheck.kernel.rejected import Rejected, require
from tightcheck.kernel.tight import in_variables
from tightcheck.span import normal_form

REALS, POSITIVE = (-sp.oo, sp.oo), (sp.Integer(0), sp.oo)


def with_forced_values(design: Design) -> Design:
    """The design with the exponents that C4 gives one value at that value: it has the same valid models."""
    if len(design.encoder) != 1 or not any(_parameters(observed) for observed in design.decoder):
        return design
    latent = design.encoder[0]
    family = family_of(latent.block)
    bounds = tuple(tuple(pair) for pair in family.support.bounds or ())
    if bounds != (REALS, POSITIVE) or latent.block.copies != 1 or family.support.is_discrete:
        return design
    try:
        known = dict(_forced(design, latent, family))
    except Rejected:
        return design
    return replace(design, decoder=tuple(_at(observed, known) for observed in design.decoder)) if known else design


def _forced(design: Design, latent: Conditional, family: Family) -> Iterator[tuple[sp.Symbol, sp.Expr]]:
    """Each parameter with its only value. Raises Rejected where the exponent is not that of the lemma."""
    m, s = family.variables
    squares = {square for t in family.statistics if (square := _square(t, m)) != 0}
    require(len(squares) == 1 and _square(family.log_base_measure, m) == 0, "psi has not one square of m")
    power = _power(squares.pop(), s)
    found = []
    for observed in design.decoder:
        kinds = [function_class(observed, i).kind for i in range(len(observed.natural))]
        require(set(kinds) <= {"constant", "expression"}, "the decoder is not written out")
        if set(kinds) == {"constant"}:
            continue
        eta = [
            in_variables(observed, i, latent) if kind == "expression" else sp.sympify(observed.natural[i])
            for i, kind in enumerate(kinds)
        ]
        if (square := _square(total_log_partition(observed, eta), m)) != 0:
            found.append(_power(square, s) - power)
    parameters = {p for observed in design.decoder for p in _parameters(observed)}
    for excess in found:
        for w in sorted(excess.free_symbols & parameters, key=str):
            rest, slope = excess.as_independent(w, as_Add=True)
            slope = slope.coeff(w)
            if rest.is_Rational and slope.is_Rational and slope != 0:
                value = -rest / slope
                require(sp.expand(excess.xreplace({w: value})) == 0, "the exponent is not affine in the parameter")
                require(not w.is_positive or bool(value > 0), "the value is none of the parameter's")
                yield w, value


def _square(expression: sp.Expr, m: sp.Symbol) -> sp.Expr:
    """The coefficient of m^2 in a polynomial of degree at most 2 in m."""
    written = sp.powsimp(normal_form(sp.sympify(expression)))
    square = sp.powsimp(sp.expand(sp.diff(written, m, 2) / 2))
    require(not square.has(m), "no polynomial of degree 2 in the real number")
    return square


def _power(square: sp.Expr, s: sp.Symbol) -> sp.Expr:
    """e of a function kappa s^e, kappa > 0."""
    exponent = sp.cancel(sp.powsimp(sp.expand(s * sp.diff(square, s) / square)))
    require(not exponent.has(s), "no power of the positive number")
    require(bool(sp.powsimp(square.xreplace({s: sp.Integer(1)})).is_positive), "a coefficient that is not positive")
    return exponent


def _parameters(observed: Conditional) -> frozenset[sp.Symbol]:
    """The free parameters of the block's formulas."""
    return frozenset(p for h in observed.heads if isinstance(h.source, Map) for p in h.source.parameters)


def _at(observed: Conditional, known: Mapping[sp.Symbol, sp.Expr]) -> Conditional:
    """The block with these parameters at their values."""
    heads = []
    for head in observed.heads:
        source: Constant | Map = head.source
        if isinstance(source, Map) and source.expression is not None:
            left = tuple(p for p in source.parameters if p not in known)
            source = replace(source, expression=source.expression.xreplace(dict(known)), parameters=left)
        heads.append(replace(head, source=source))
    return replace(observed, heads=tuple(heads))


__all__ = ["with_forced_values"]
