"""Functions of germs by their series: 1/(1 + e), (1 + e)^r, log(1 + e), exp(e), Stirling's. Lemma `joint`, (f)."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from math import factorial

from tightcheck.kernel.joint_elementary import exponential, logarithm, power
from tightcheck.kernel.joint_germs import (
    FLAT,
    LOG,
    LOG_LOG,
    Germ,
    Huge,
    Key,
    added,
    as_number,
    compare,
    constant,
    lead,
    plus,
    scaled,
    settled,
    shifted,
    times,
)
from tightcheck.kernel.joint_numbers import ONE, ZERO, Number, Rational, Signs, Unreached, inverse, letter, rational

TINY: Key = (-(10**9), 0, 0)
"""Smaller than every power: what exp(-t) is."""
SERIES = 4
"""How many terms of 1/(1 + e) and log(1 + e) are kept."""


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
    rest = tuple((shifted(k, back), unit * c) for k, c in germ.terms[1:])
    error = None if germ.error is None else shifted(germ.error, back)
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
        tuple((shifted(k, back), unit * c) for k, c in series.terms),
        None if series.error is None else shifted(series.error, back),
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
        tuple((shifted(k, top), unit * c) for k, c in series.terms),
        None if series.error is None else shifted(series.error, top),
    )


def log(germ: Germ, signs: Signs) -> Germ:
    """log of a positive function."""
    key, factor, small = _split(germ, signs)
    if signs.sign(factor) < 0:
        raise Unreached("the logarithm of a negative function")
    if signs.sign(as_number(key[2])) != 0:
        raise Unreached("a logarithm three times over")
    powers = (scaled(Germ(((layer, ONE),)), as_number(e)) for layer, e in ((LOG, key[0]), (LOG_LOG, key[1])))
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
            key = (added(key[0], factor), key[1], key[2])
        elif k == LOG_LOG:
            key = (key[0], added(key[1], factor), key[2])
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
        tuple((shifted(k, key), unit * c) for k, c in series.terms),
        None if series.error is None else shifted(series.error, key),
    )


__all__ = ["SERIES", "TINY", "exp", "log", "log_gamma", "raised", "reciprocal"]
