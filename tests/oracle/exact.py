"""Logarithms of rationals, exactly, and the consistency of a model on finite spaces (theory, section 7).

A number a + sum_p c_p log p with rational a, c_p and primes p is zero only if a = 0 and every c_p = 0: exp(a) is
transcendental for rational a != 0 (Hermite), and the logarithms of primes are independent over the rationals.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import product


def prime_powers(n: int) -> dict[int, int]:
    """The factorisation of n >= 1."""
    powers: dict[int, int] = {}
    p = 2
    while p * p <= n:
        while n % p == 0:
            powers[p] = powers.get(p, 0) + 1
            n //= p
        p += 1
    if n > 1:
        powers[n] = powers.get(n, 0) + 1
    return powers


@dataclass(frozen=True)
class Log:
    """The real number `rational + sum_p primes[p] log p`; equality is exact."""

    rational: Fraction = Fraction(0)
    primes: Mapping[int, Fraction] = field(default_factory=dict)

    @staticmethod
    def of(q: Fraction | int) -> Log:
        """log q for a rational q > 0."""
        q = Fraction(q)
        assert q > 0
        up, down = prime_powers(q.numerator), prime_powers(q.denominator)
        return Log(Fraction(0), {p: Fraction(up.get(p, 0) - down.get(p, 0)) for p in sorted(up | down)})

    def __add__(self, other: Log) -> Log:
        primes = dict(self.primes)
        for p, c in other.primes.items():
            primes[p] = primes.get(p, Fraction(0)) + c
        return Log(self.rational + other.rational, primes)

    def __mul__(self, scale: Fraction | int) -> Log:
        return Log(self.rational * scale, {p: c * scale for p, c in self.primes.items()})

    def __sub__(self, other: Log) -> Log:
        return self + other * -1

    @property
    def is_zero(self) -> bool:
        """Whether this is the number 0, exactly."""
        return self.rational == 0 and not any(self.primes.values())

    def __float__(self) -> float:
        return float(self.rational) + sum(float(c) * math.log(p) for p, c in self.primes.items())


def rational(value: Fraction | int) -> Log:
    """A rational as a `Log`."""
    return Log(Fraction(value))


def total(terms: Sequence[Log]) -> Log:
    """The sum of the terms."""
    result = Log()
    for term in terms:
        result = result + term
    return result


def left_kernel(rows: Sequence[Sequence[Fraction]]) -> list[list[Fraction]]:
    """A basis of the u with sum_i u_i rows[i] = 0."""
    height = len(rows)
    work = [list(row) + [Fraction(int(i == j)) for j in range(height)] for i, row in enumerate(rows)]
    width, rank = len(rows[0]), 0
    for column in range(width):
        pivot = next((i for i in range(rank, height) if work[i][column] != 0), None)
        if pivot is None:
            continue
        work[rank], work[pivot] = work[pivot], work[rank]
        for i in range(rank + 1, height):
            factor = work[i][column] / work[rank][column]
            if factor:
                work[i] = [a - factor * b for a, b in zip(work[i], work[rank], strict=True)]
        rank += 1
    return [row[width:] for row in work[rank:]]


def in_span(target: Sequence[Log], basis_rows: Sequence[Sequence[Fraction]]) -> bool:
    """Whether a function on finitely many points is a combination of the columns of `basis_rows`, exactly."""
    kernel = left_kernel(basis_rows)
    return all(total([t * c for t, c in zip(target, u, strict=True)]).is_zero for u in kernel)


def is_consistent(log_joint: Sequence[Sequence[Log]], statistics: Sequence[Sequence[Fraction | int]]) -> bool:
    """Whether p(z|x) is in the exponential family with these statistics (and h' = 1) for every x.

    `log_joint[x][z]` is log p(x, z) up to a function of x; `statistics[z]` is psi(z), without the constant.
    """
    rows = [[Fraction(1), *map(Fraction, psi)] for psi in statistics]
    return all(in_span(row, rows) for row in log_joint)


def cross_differences_vanish(log_joint: Sequence[Sequence[Log]], bits: int) -> bool:
    """The 2 x 2 criterion for a factorised encoder of `bits` bits, codes in lexicographic order; not by `in_span`.

    log p(x, z) has no interaction between z_j and z_k for j < k: every mixed second difference on the cube is zero.
    """
    codes = list(product((0, 1), repeat=bits))
    place = {z: i for i, z in enumerate(codes)}

    def at(row: Sequence[Log], z: tuple[int, ...]) -> Log:
        return row[place[z]]

    def with_bits(z: tuple[int, ...], j: int, a: int, k: int, b: int) -> tuple[int, ...]:
        return tuple(a if i == j else b if i == k else v for i, v in enumerate(z))

    return all(
        (
            at(row, with_bits(z, j, 1, k, 1))
            - at(row, with_bits(z, j, 1, k, 0))
            - at(row, with_bits(z, j, 0, k, 1))
            + at(row, with_bits(z, j, 0, k, 0))
        ).is_zero
        for row in log_joint
        for z in codes
        for j in range(bits)
        for k in range(j + 1, bits)
    )
