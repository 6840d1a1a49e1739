"""Exact arithmetic with rational multiples of logarithms of rationals, and factorised approximations on bits.

sum_i r_i log(q_i) is kept as the coefficients of log 2, log 3, log 5, ...; by unique factorisation it is 0 only when all are.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from fractions import Fraction
from itertools import pairwise

from sympy import factorint


class Logs:
    """A sum of rational multiples of logarithms of primes."""

    def __init__(self, coefficients: Mapping[int, Fraction]) -> None:
        self.coefficients = {prime: value for prime, value in coefficients.items() if value}

    def __add__(self, other: Logs) -> Logs:
        primes = self.coefficients.keys() | other.coefficients.keys()
        return Logs({p: self.coefficients.get(p, Fraction(0)) + other.coefficients.get(p, Fraction(0)) for p in primes})

    def __rmul__(self, factor: Fraction | int) -> Logs:
        return Logs({prime: factor * value for prime, value in self.coefficients.items()})

    def __sub__(self, other: Logs) -> Logs:
        return self + (-1) * other

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Logs) and self.coefficients == other.coefficients

    def __hash__(self) -> int:
        return hash(frozenset(self.coefficients.items()))

    def __float__(self) -> float:
        return math.fsum(float(value) * math.log(prime) for prime, value in self.coefficients.items())


ZERO = Logs({})


def log(number: Fraction | int) -> Logs:
    """log of a positive rational."""
    value = Fraction(number)
    top, bottom = factorint(value.numerator), factorint(value.denominator)
    return Logs({p: Fraction(e) for p, e in top.items()}) - Logs({p: Fraction(e) for p, e in bottom.items()})


def total(terms: Sequence[Logs]) -> Logs:
    """The sum of the terms."""
    return sum(terms, ZERO)


def divergence(q: Sequence[Fraction], p: Sequence[Fraction]) -> Logs:
    """KL(q || p) of two distributions on the same points, p positive."""
    return total([a * (log(a) - log(b)) for a, b in zip(q, p, strict=True) if a])


def least_divergence(p: Sequence[float], pieces: int = 2000) -> tuple[float, float]:
    """Enclosure of the least KL(q || p) over factorised q on two bits; p on (00, 01, 10, 11).

    For q(second bit = 1) = b the best first factor gives -H(b) - log sum_a exp(E_b log p(a, .)). The first term is convex
    in b with its least value at 1/2, the second is concave, so on a piece both are bounded by their values at its ends.
    """
    l00, l01, l10, l11 = map(math.log, p)

    def entropy(b: float) -> float:
        return -sum(x * math.log(x) for x in (b, 1 - b) if x > 0)

    def second(b: float) -> float:
        u, v = (1 - b) * l00 + b * l01, (1 - b) * l10 + b * l11
        return -max(u, v) - math.log1p(math.exp(-abs(u - v)))

    ends = [(k / pieces, entropy(k / pieces), second(k / pieces)) for k in range(pieces + 1)]
    upper = min(s - h for _, h, s in ends)
    lower = min(min(s, t) - (math.log(2) if a < 0.5 < b else max(h, g)) for (a, h, s), (b, g, t) in pairwise(ends))
    return lower, upper
