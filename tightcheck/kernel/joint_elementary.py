"""Logarithms, exponentials and powers of exact numbers, split as far as it goes: of products into sums, of primes into powers."""

from __future__ import annotations

from collections.abc import Iterator

from tightcheck.kernel.joint_numbers import (
    ATOMS,
    ONE,
    ZERO,
    Atom,
    Number,
    Rational,
    Signs,
    Unreached,
    atomic,
    cleared,
    integer_power,
    primitive,
    rational,
    total,
)


def logarithm(number: Number, signs: Signs) -> Number:
    """log of a positive number: of a product as a sum."""
    whole, factors = cleared(number)
    if factors:
        way = 1
        total_log = ZERO
        for argument, most in factors:
            sign = signs.sign(argument)
            way *= sign**most
            total_log = total_log - rational(most) * logarithm(argument if sign > 0 else -argument, signs)
        return total_log + logarithm(whole if way > 0 else -whole, signs)
    if len(number.terms) > 1:
        content, rest = primitive(number)
        if content < 0:
            content, rest = -content, -rest
        return _log_rational(content) + atomic("log", f"log({rest!r})", rest)
    ((monomial, factor),) = number.terms.items()
    total = _log_rational(factor if factor > 0 else -factor)
    for name, power in monomial:
        total = total + rational(power) * _log_atom(name, signs)
    return total


def _log_atom(name: str, signs: Signs) -> Number:
    """log |atom|."""
    atom = ATOMS[name]
    if atom.kind == "exp":
        assert atom.argument is not None
        return atom.argument
    if atom.kind in ("root", "inverse"):
        assert atom.argument is not None
        argument = atom.argument if signs.sign(atom.argument) > 0 else -atom.argument
        inner = logarithm(argument, signs)
        return inner if atom.kind == "root" else -inner
    base = Number({((name, 1),): signs.sign(Number({((name, 1),): 1}))})
    if not base.terms[((name, 1),)]:
        raise Unreached("the logarithm of 0")
    return atomic("log", f"log({base!r})", base)


def _log_rational(value: Rational) -> Number:
    """log of a positive rational by its prime factors."""
    if value == 1:
        return ZERO
    powers = [(p, e) for p, e in _primes(value.numerator)] + [(p, -e) for p, e in _primes(value.denominator)]
    return total(atomic("log", f"log({p})", rational(p)) * rational(e) for p, e in powers)


def _primes(n: int) -> Iterator[tuple[int, int]]:
    """Prime factors with multiplicity of n >= 1 (a large factor may be composite: it is only left whole)."""
    p = 2
    while p * p <= n and p < 10_000:
        e = 0
        while n % p == 0:
            n, e = n // p, e + 1
        if e:
            yield p, e
        p += 1
    if n > 1:
        yield n, 1


def power(number: Number, exponent: Rational, signs: Signs) -> Number:
    """number^exponent for a positive number."""
    if exponent.denominator == 1:
        return integer_power(number, int(exponent))
    if len(number.terms) > 1:
        return _root(number, exponent)
    ((monomial, factor),) = number.terms.items()
    result = ONE
    for prime, times in _primes(factor.numerator if factor > 0 else -factor.numerator):
        result = result * _root(rational(prime), exponent * times)
    for prime, times in _primes(factor.denominator):
        result = result * _root(rational(prime), -exponent * times)
    for name, e in monomial:
        atom = ATOMS[name]
        if atom.kind == "root":
            result = result * Number({((name, e * exponent),): 1}) * ONE
            continue
        if atom.kind == "exp":
            assert atom.argument is not None
            result = result * exponential(rational(e * exponent) * atom.argument)
            continue
        single = Number({((name, 1),): 1})
        result = result * _root(single if signs.sign(single) > 0 else -single, e * exponent)
    return result


def _root(base: Number, exponent: Rational) -> Number:
    """base^exponent as a whole power times a root with an exponent in (0, 1)."""
    whole, part = exponent.numerator // exponent.denominator, exponent % 1
    outer = integer_power(base, whole)
    return outer * atomic("root", f"({base!r})", base, part) if part else outer


def exponential(number: Number) -> Number:
    """exp of a number; exp of rational multiples of logarithms of primes become powers."""
    result, rest = ONE, {}
    for monomial, factor in number.terms.items():
        atom = ATOMS[monomial[0][0]] if len(monomial) == 1 and monomial[0][1] == 1 else None
        if atom is not None and atom.kind == "log" and atom.argument is not None:
            result = result * (
                integer_power(atom.argument, int(factor)) if factor.denominator == 1 else _root(atom.argument, factor)
            )
        else:
            rest[monomial] = factor
    if not rest:
        return result
    content, unit = primitive(Number(rest))
    name = f"exp({unit!r})"
    ATOMS.setdefault(name, Atom("exp", unit))
    return result * Number({((name, content),): 1})
