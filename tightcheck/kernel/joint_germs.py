"""Functions of t -> infinity to leading orders: sums of c t^a (log t)^b (log log t)^d, and a bound of what is left out.

A bounded remainder does not change whether exp of the function is integrable; everything here is exact up to that.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cmp_to_key
from typing import TypeAlias

from tightcheck.kernel.joint_numbers import ONE, Number, Rational, Signs, Unreached, rational

Exponent: TypeAlias = Rational | Number
Key: TypeAlias = tuple[Exponent, Exponent, Exponent]
"""Exponents of t, log t and log log t; later ones only break ties."""

FLAT: Key = (0, 0, 0)
LOG: Key = (0, 1, 0)
LOG_LOG: Key = (0, 0, 1)
MOST_TERMS = 8


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
        if sign := signs.sign(as_number(a) - as_number(b)):
            return sign
    return 0


def as_number(exponent: Exponent) -> Number:
    """The exponent as a number."""
    return exponent if isinstance(exponent, Number) else rational(exponent)


def added(a: Exponent, b: Exponent) -> Exponent:
    """The sum of two exponents, a rational where it is one."""
    if not isinstance(a, Number) and not isinstance(b, Number):
        return a + b
    total = as_number(a) + as_number(b)
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


def shifted(left: Key, right: Key) -> Key:
    """The key of a product."""
    return added(left[0], right[0]), added(left[1], right[1]), added(left[2], right[2])


def times(left: Germ, right: Germ, signs: Signs) -> Germ:
    """The product."""
    if (not left.terms and left.error is None) or (not right.terms and right.error is None):
        return Germ(())
    merged: dict[Key, Number] = {}
    for p, a in left.terms:
        for q, b in right.terms:
            key = shifted(p, q)
            merged[key] = merged[key] + a * b if key in merged else a * b
    error: Key | None = None
    for one, other in ((left, right), (right, left)):
        if one.error is not None:
            top = other.terms[0][0] if other.terms else other.error
            assert top is not None
            error = _larger(error, shifted(one.error, top), signs)
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


__all__ = [
    "FLAT",
    "LOG",
    "LOG_LOG",
    "MOST_TERMS",
    "Exponent",
    "Germ",
    "Huge",
    "Key",
    "added",
    "as_number",
    "compare",
    "constant",
    "lead",
    "monomial",
    "plus",
    "scaled",
    "settled",
    "shifted",
    "times",
]
