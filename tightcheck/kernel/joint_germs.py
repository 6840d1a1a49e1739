"""Functions of t -> infinity to leading orders: sums of c t^a (log t)^b (log log t)^d, and a bound of what is left out.

A bounded remainder does not change whether exp of the function is integrable; everything here is exact up to that.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from functools import cmp_to_key
from math import factorial
from typing import TypeAlias

from tightcheck.kernel.joint_numbers import (
    ONE,
    ZERO,
    Number,
    Rational,
    Signs,
    Unreached,
    exponential,
    inverse,
    letter,
    logarithm,
    power,
    rational,
)

Exponent: TypeAlias = Rational | Number
Key: TypeAlias = tuple[Exponent, Exponent, Exponent]
"""Exponents of t, log t and log log t; later ones only break ties."""

FLAT: Key = (0, 0, 0)
LOG: Key = (0, 1, 0)
LOG_LOG: Key = (0, 0, 1)
TINY: Key = (-(10**9), 0, 0)
"""Smaller than every power: what exp(-t) is."""
MOST_TERMS = 8
SERIES = 4
"""How many terms of 1/(1 + e) and log(1 + e) are kept."""


class Huge(Exception):  # noqa: N818
    """The function is positive and outgrows every power of t."""


@dataclass(frozen=True)
class Germ:
    """Terms with falling keys, and the key of a bound of the rest (None: nothing is left out)."""

    terms: tuple[tuple[Key, Number], ...]
    error: Key | None = None


def constant(number: Number) -> Germ:
    """A constant."""
    return Germ(((FLAT, number),) if number.terms else ())


def monomial(a: int, b: int = 0, d: int = 0, factor: Number = ONE) -> Germ:
    """factor * t^a (log t)^b (log log t)^d."""
    return Germ((((a, b, d), factor),))


def compare(left: Key, right: Key, signs: Signs) -> int:
    """The order of two keys."""
    for a, b in zip(left, right, strict=True):
        if a == b:
            continue
        if not isinstance(a, Number) and not isinstance(b, Number):
            return 1 if a > b else -1
        if sign := signs.sign(_number(a) - _number(b)):
            return sign
    return 0


def _number(exponent: Exponent) -> Number:
    return exponent if isinstance(exponent, Number) else rational(exponent)


def _sum(a: Exponent, b: Exponent) -> Exponent:
    if not isinstance(a, Number) and not isinstance(b, Number):
        return a + b
    total = _number(a) + _number(b)
    known = total.rational
    return total if known is None else known


def plus(germs: Iterable[Germ], signs: Signs) -> Germ:
    """The sum."""
    merged: dict[Key, Number] = {}
    error: Key | None = None
    for germ in germs:
        for key, factor in germ.terms:
            merged[key] = merged[key] + factor if key in merged else factor
        error = _larger(error, germ.error, signs)
    return _sorted([(key, f) for key, f in merged.items() if not signs.is_known_zero(f)], error, signs)


def _sorted(terms: list[tuple[Key, Number]], error: Key | None, signs: Signs) -> Germ:
    def falling(p: tuple[Key, Number], q: tuple[Key, Number]) -> int:
        return compare(q[0], p[0], signs)

    ordered = sorted(terms, key=cmp_to_key(falling)) if len(terms) > 1 else terms
    kept: list[tuple[Key, Number]] = []
    for key, factor in ordered:
        if error is not None and compare(key, error, signs) <= 0:
            break
        if kept and compare(kept[-1][0], key, signs) == 0:
            kept[-1] = (key, kept[-1][1] + factor)
        elif len(kept) == MOST_TERMS:
            error = key
            break
        else:
            kept.append((key, factor))
    return Germ(tuple(kept), error)


def _larger(left: Key | None, right: Key | None, signs: Signs) -> Key | None:
    if left is None or right is None:
        return right if left is None else left
    return left if compare(left, right, signs) >= 0 else right


def scaled(germ: Germ, factor: Number) -> Germ:
    """factor * germ."""
    return Germ(tuple((key, product) for key, c in germ.terms if (product := factor * c).terms), germ.error)


def _shift(left: Key, right: Key) -> Key:
    return _sum(left[0], right[0]), _sum(left[1], right[1]), _sum(left[2], right[2])


def times(left: Germ, right: Germ, signs: Signs) -> Germ:
    """The product."""
    if (not left.terms and left.error is None) or (not right.terms and right.error is None):
        return Germ(())
    merged: dict[Key, Number] = {}
    for p, a in left.terms:
        for q, b in right.terms:
            key = _shift(p, q)
            merged[key] = merged[key] + a * b if key in merged else a * b
    error: Key | None = None
    for one, other in ((left, right), (right, left)):
        if one.error is not None:
            top = other.terms[0][0] if other.terms else other.error
            assert top is not None
            error = _larger(error, _shift(one.error, top), signs)
    return _sorted([(key, f) for key, f in merged.items() if not signs.is_known_zero(f)], error, signs)


def settled(germ: Germ, signs: Signs) -> Germ:
    """The same without leading terms whose coefficient is 0."""
    terms = germ.terms
    while terms and signs.sign(terms[0][1]) == 0:
        terms = terms[1:]
    return Germ(terms, germ.error)


def lead(germ: Germ, signs: Signs) -> tuple[Key, Number, int] | None:
    """The leading term and its sign; None where the function is 0. Raises Unreached where only the bound is left."""
    germ = settled(germ, signs)
    if germ.terms:
        key, factor = germ.terms[0]
        return key, factor, signs.sign(factor)
    if germ.error is not None:
        raise Unreached("terms cancel beyond the orders kept")
    return None


def _stretched(key: Key, factor: Rational) -> Key:
    a, b, d = (rational(factor) * e if isinstance(e, Number) else factor * e for e in key)
    return a, b, d


def _split(germ: Germ, signs: Signs) -> tuple[Key, Number, Germ]:
    """germ = c t^key (1 + e): the key, c and e."""
    germ = settled(germ, signs)
    if not germ.terms:
        raise Unreached("a division by what may be 0")
    key, factor = germ.terms[0]
    back = _stretched(key, -1)
    unit = inverse(factor) if len(germ.terms) > 1 else ONE
    rest = tuple((_shift(k, back), unit * c) for k, c in germ.terms[1:])
    error = None if germ.error is None else _shift(germ.error, back)
    return key, factor, Germ(rest, error)


def _series(small: Germ, factors: Iterable[Fraction], signs: Signs) -> Germ:
    """sum_k factors[k] small^k from k = 1 on; the bound of the rest is the next power."""
    if not small.terms and small.error is None:
        return Germ(())
    pieces, current = [], small
    for factor in factors:
        pieces.append(scaled(current, rational(factor)))
        current = times(current, small, signs)
    top = current.terms[0][0] if current.terms else current.error
    pieces.append(Germ((), top))
    return plus(pieces, signs)


def reciprocal(germ: Germ, signs: Signs) -> Germ:
    """1 / germ."""
    key, factor, small = _split(germ, signs)
    series = plus([constant(ONE), _series(small, [Fraction((-1) ** k) for k in range(1, SERIES + 1)], signs)], signs)
    back = _stretched(key, -1)
    unit = inverse(factor)
    return Germ(
        tuple((_shift(k, back), unit * c) for k, c in series.terms),
        None if series.error is None else _shift(series.error, back),
    )


def raised(germ: Germ, exponent: Rational, signs: Signs) -> Germ:
    """germ^exponent; the germ is positive unless the exponent is whole."""
    if exponent.denominator == 1:
        n = int(exponent)
        base = germ if n >= 0 else reciprocal(germ, signs)
        result = constant(ONE)
        for _ in range(abs(n)):
            result = times(result, base, signs)
        return result
    if not settled(germ, signs).terms and germ.error is None:
        if exponent > 0:
            return Germ(())
        raise Unreached("a power of 0")
    key, factor, small = _split(germ, signs)
    if signs.sign(factor) < 0:
        raise Unreached("a root of a negative function")
    binomial, coefficients = Fraction(1), []
    for k in range(SERIES):
        binomial = binomial * (exponent - k) / (k + 1)
        coefficients.append(binomial)
    series = plus([constant(ONE), _series(small, coefficients, signs)], signs)
    top = _stretched(key, exponent)
    unit = power(factor, exponent, signs)
    return Germ(
        tuple((_shift(k, top), unit * c) for k, c in series.terms),
        None if series.error is None else _shift(series.error, top),
    )


def log(germ: Germ, signs: Signs) -> Germ:
    """log of a positive function."""
    key, factor, small = _split(germ, signs)
    if signs.sign(factor) < 0:
        raise Unreached("the logarithm of a negative function")
    if signs.sign(_number(key[2])) != 0:
        raise Unreached("a logarithm three times over")
    powers = (scaled(Germ(((layer, ONE),)), _number(e)) for layer, e in ((LOG, key[0]), (LOG_LOG, key[1])))
    head = [constant(logarithm(factor, signs)), *powers]
    tail = _series(small, [Fraction((-1) ** (k + 1), k) for k in range(1, SERIES + 1)], signs)
    return plus([*head, tail], signs)


def log_gamma(germ: Germ, signs: Signs, is_rough: bool = False) -> Germ:
    """log Gamma of a positive function, by Stirling's series where it tends to infinity, -log near 0, bounded between.

    `is_rough` leaves out what is bounded.
    """
    found = lead(germ, signs)
    if found is None or found[2] < 0:
        raise Unreached("the gamma function beyond 0")
    order = compare(found[0], FLAT, signs)
    if order < 0:
        return plus([scaled(log(germ, signs), -ONE), Germ((), FLAT)], signs)
    if order == 0:
        return Germ((), FLAT)
    half = rational(Fraction(1, 2))
    main = times(plus([germ, constant(-half)], signs), log(germ, signs), signs)
    if is_rough:
        return plus([main, scaled(germ, -ONE), Germ((), FLAT)], signs)
    constants = logarithm(rational(2), signs) + logarithm(letter("pi"), signs)
    tail = scaled(reciprocal(germ, signs), rational(Fraction(1, 12)))
    cube = raised(germ, Fraction(-3), signs)
    error = Germ((), cube.terms[0][0] if cube.terms else cube.error)
    return plus([main, scaled(germ, -ONE), constant(half * constants), tail, error], signs)


def exp(germ: Germ, signs: Signs) -> Germ:
    """exp of a function; raises Huge where the result outgrows every power of t."""
    germ = settled(germ, signs)
    key: Key = FLAT
    limit: Number = ZERO
    small: list[tuple[Key, Number]] = []
    for place, (k, factor) in enumerate(germ.terms):
        size = compare(k, FLAT, signs)
        if size < 0:
            small = list(germ.terms[place:])
            break
        if size == 0:
            limit = limit + factor
        elif k == LOG:
            key = (_sum(key[0], factor), key[1], key[2])
        elif k == LOG_LOG:
            key = (key[0], _sum(key[1], factor), key[2])
        elif compare(k, LOG, signs) > 0:
            sign = signs.sign(factor)
            if sign > 0:
                raise Huge
            if sign < 0:
                return Germ((), TINY)
        else:
            raise Unreached("the exponential of a function between log log t and log t")
    if germ.error is not None and compare(germ.error, FLAT, signs) >= 0:
        if germ.terms and compare(germ.terms[0][0], LOG, signs) > 0 and signs.sign(germ.terms[0][1]) > 0:
            raise Huge
        raise Unreached("the exponential of a function known up to a constant")
    factors = [Fraction(1, factorial(k)) for k in range(1, SERIES + 1)]
    series = plus([constant(ONE), _series(Germ(tuple(small), germ.error), factors, signs)], signs)
    unit = exponential(limit)
    return Germ(
        tuple((_shift(k, key), unit * c) for k, c in series.terms),
        None if series.error is None else _shift(series.error, key),
    )


def is_integrable(germ: Germ, signs: Signs) -> bool:
    """Whether exp(germ) is integrable over t (summable over a lattice) near infinity: against 1/t, 1/(t log t), ...

    A bounded remainder does not matter; beyond log log t the integral of 1/(t log t ...) diverges.
    """
    for layer in (LOG, LOG_LOG):
        germ = settled(_unbounded(plus([germ, Germ(((layer, ONE),))], signs), signs), signs)
        if not germ.terms:
            if germ.error is not None and compare(germ.error, FLAT, signs) > 0:
                raise Unreached("terms cancel beyond the orders kept")
            return False
        key, factor = germ.terms[0]
        if layer == LOG_LOG or compare(key, LOG, signs) >= 0:
            return signs.sign(factor) < 0
    raise AssertionError


def _unbounded(germ: Germ, signs: Signs) -> Germ:
    return Germ(tuple(term for term in germ.terms if compare(term[0], FLAT, signs) > 0), germ.error)


__all__ = [
    "FLAT",
    "Germ",
    "Huge",
    "Key",
    "compare",
    "constant",
    "exp",
    "is_integrable",
    "lead",
    "log",
    "log_gamma",
    "monomial",
    "plus",
    "raised",
    "reciprocal",
    "scaled",
    "settled",
    "times",
]
