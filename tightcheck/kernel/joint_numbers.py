"""Exact numbers for joints: sums of products of powers of atoms, over the rationals.

An atom is an entry of W or a constant (a letter), a logarithm, an exponential, a root or an inverse of such a number, or
a root of a prime. Everything is kept exactly; a sign is asked of an oracle, which either knows W or splits into cases.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from typing import Any, Protocol, TypeAlias, TypeVar

Answer = TypeVar("Answer")

Rational: TypeAlias = int | Fraction
"""A rational number; whole ones are mostly int, which is quicker."""

Monomial: TypeAlias = tuple[tuple[str, Rational], ...]
"""Atoms by name with their exponents, in alphabetical order."""


class Unreached(Exception):  # noqa: N818 (not an error: an answer)
    """The rules do not reach this case; the sentence says where they stop."""


class TooLong(Exception):  # noqa: N818
    """A number has more terms than anyone would read."""


MOST_TERMS = 50
LONGEST_ROOT = 4


class Contradiction(Exception):  # noqa: N818
    """The signs assumed on this path cannot hold together."""


@dataclass(frozen=True)
class Atom:
    """What a name stands for: a letter (no argument), or log, exp, root (base of fractional powers), inverse of a number."""

    kind: str
    argument: Number | None = None


ATOMS: dict[str, Atom] = {}
"""Every atom made so far, by name; a name determines its atom."""


WORK = [0]
"""How many products of terms have been taken so far; an exploration stops when it takes too many."""


class Number:
    """A sum of rational multiples of monomials; immutable."""

    __slots__ = ("_hash", "_key", "_primitive", "terms")

    def __init__(self, terms: Mapping[Monomial, Rational]) -> None:
        self.terms = terms
        self._key: tuple[Any, ...] | None = None
        self._hash: int | None = None
        self._primitive: tuple[Rational, Number] | None = None

    @property
    def key(self) -> tuple[tuple[Monomial, Rational], ...]:
        """The same as a sorted tuple, for comparisons."""
        if self._key is None:
            self._key = tuple(sorted(self.terms.items()))
        return self._key

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Number) and self.terms == other.terms

    def __hash__(self) -> int:
        if self._hash is None:
            self._hash = hash(self.key)
        return self._hash

    def __add__(self, other: Number) -> Number:
        if not self.terms:
            return other
        total = dict(self.terms)
        for monomial, factor in other.terms.items():
            value = total.get(monomial, 0) + factor
            if value:
                total[monomial] = value
            else:
                del total[monomial]
        return Number(total)

    def __neg__(self) -> Number:
        return Number({monomial: -factor for monomial, factor in self.terms.items()})

    def __sub__(self, other: Number) -> Number:
        return self + -other

    def __mul__(self, other: Number) -> Number:
        WORK[0] += len(self.terms) * len(other.terms)
        if len(self.terms) == 1 and (factor := self.terms.get(())) is not None:
            return other._multiplied(factor)
        if len(other.terms) == 1 and (factor := other.terms.get(())) is not None:
            return self._multiplied(factor)
        total: dict[Monomial, Rational] = {}
        strange: list[Number] = []
        for left, a in self.terms.items():
            for right, b in other.terms.items():
                monomial = _times(left, right)
                if _has_reducible(monomial):
                    strange.append(_reduced(monomial, a * b))
                    continue
                value = total.get(monomial, 0) + a * b
                if value:
                    total[monomial] = value
                else:
                    del total[monomial]
        if len(total) > MOST_TERMS and min(len(self.terms), len(other.terms)) > 1:
            raise TooLong
        return sum(strange, Number(total)) if strange else Number(total)

    def _multiplied(self, factor: Rational) -> Number:
        """A rational multiple."""
        return self if factor == 1 else Number({m: _whole(factor * q) for m, q in self.terms.items()})

    def __repr__(self) -> str:
        """Equal numbers in the same words: atoms are named by them."""
        shown = (("*".join(f"{name}^{power}" if power != 1 else name for name, power in m), q) for m, q in self.key)
        return " + ".join(f"{q}*{m}" if m else str(q) for m, q in shown) or "0"

    @property
    def rational(self) -> Rational | None:
        """The value where it is a rational number."""
        if not self.terms:
            return 0
        return self.terms.get(()) if len(self.terms) == 1 else None

    @property
    def atoms(self) -> frozenset[str]:
        """The names of its atoms."""
        return frozenset(name for monomial in self.terms for name, _ in monomial)


ZERO, ONE = Number({}), Number({(): 1})


def rational(value: Rational) -> Number:
    """The rational number."""
    return Number({(): _whole(value)}) if value else ZERO


def quotient(a: Rational, b: Rational) -> Rational:
    """a / b."""
    if type(a) is int and type(b) is int:
        return Fraction(a, b) if a % b else a // b
    return _whole((a if isinstance(a, Fraction) else Fraction(a)) / b)


def _whole(value: Rational) -> Rational:
    return value if type(value) is int or value.denominator != 1 else int(value)


def letter(name: str) -> Number:
    """The letter called `name` (it begins with a letter)."""
    ATOMS.setdefault(name, Atom("letter"))
    return Number({((name, 1),): 1})


def _atom(kind: str, name: str, argument: Number, power: Rational = 1) -> Number:
    ATOMS.setdefault(name, Atom(kind, argument))
    return Number({((name, power),): 1})


def _times(left: Monomial, right: Monomial) -> Monomial:
    if not left:
        return right
    if not right:
        return left
    powers = dict(left)
    for name, power in right:
        total = powers.get(name, 0) + power
        if total:
            powers[name] = total
        else:
            del powers[name]
    return tuple(sorted(powers.items()))


def _has_reducible(monomial: Monomial) -> bool:
    made = [pair for pair in monomial if pair[0][0] in "(1"]
    return bool(made) and any(_is_reducible(name, power, monomial) for name, power in made)


def _is_reducible(name: str, power: Rational, monomial: Monomial) -> bool:
    """Whether a root has an exponent outside (0, 1), or an inverse 1/(v + rest) stands beside v."""
    atom = ATOMS[name]
    if atom.kind == "root":
        return not 0 < power < 1
    return atom.kind == "inverse" and _pivot(atom) in dict(monomial)


def _pivot(atom: Atom) -> str | None:
    """A letter v with atom = 1/(q v + rest), q rational and rest without v."""
    assert atom.argument is not None
    for monomial in atom.argument.terms:
        if len(monomial) == 1 and monomial[0][1] == 1:
            v = monomial[0][0]
            if sum(1 for other in atom.argument.terms if any(name == v for name, _ in other)) == 1:
                return v
    return None


def _reduced(monomial: Monomial, factor: Rational) -> Number:
    """The monomial in normal form: b^(n + r) = b^n b^r, and v/(q v + rest) = (1 - rest/(q v + rest))/q."""
    for name, power in monomial:
        if name[0] not in "(1" or not _is_reducible(name, power, monomial):
            continue
        atom = ATOMS[name]
        assert atom.argument is not None
        rest = Number({tuple(pair for pair in monomial if pair[0] != name): factor})
        if atom.kind == "root":
            whole, part = power.numerator // power.denominator, power % 1
            outer = integer_power(atom.argument, whole)
            return rest * outer * (_atom("root", name, atom.argument, part) if part else ONE)
        v = _pivot(atom)
        assert v is not None
        others = Number({m: q for m, q in atom.argument.terms.items() if m != ((v, 1),)})
        q = atom.argument.terms[((v, 1),)]
        powers = dict(monomial)
        without = {**powers, v: powers[v] - 1, name: power - 1}
        with_inverse = {**powers, v: powers[v] - 1}
        first = Number({_clean(without): quotient(factor, q)})
        second = Number({_clean(with_inverse): quotient(-factor, q)})
        return first * ONE + second * others
    return Number({monomial: factor})


def _clean(powers: Mapping[str, Rational]) -> Monomial:
    return tuple(sorted((name, power) for name, power in powers.items() if power))


def integer_power(base: Number, exponent: int) -> Number:
    """base^exponent; base is not zero if the exponent is negative."""
    if exponent < 0:
        return integer_power(inverse(base), -exponent)
    result = ONE
    for _ in range(exponent):
        result = result * base
    return result


def inverse(number: Number) -> Number:
    """1 / number, which is not zero."""
    if len(number.terms) == 1:
        ((monomial, factor),) = number.terms.items()
        return Number({tuple((name, -power) for name, power in monomial): quotient(1, factor)}) * ONE
    content, rest = primitive(number)
    return rational(quotient(1, content)) * _atom("inverse", f"1/({rest!r})", rest)


def primitive(number: Number) -> tuple[Rational, Number]:
    """content * rest, where rest's first monomial has the coefficient 1 and content is not zero."""
    if number._primitive is None:
        content = number.key[0][1]
        if content == 1:
            return 1, number
        rest = Number({monomial: quotient(factor, content) for monomial, factor in number.terms.items()})
        number._primitive = content, rest
    return number._primitive


class Signs(Protocol):
    """Who knows the signs of numbers: one W, or one of the cases."""

    def sign(self, number: Number) -> int:
        """-1, 0 or 1. Raises Unreached where it cannot be told."""

    def note(self, direction: str, rate: str) -> None:
        """Remember where the joint diverges, and how fast."""

    def is_known_zero(self, number: Number) -> bool:
        """Whether the number is known to be 0 without asking for a sign."""

    def once(self, key: Any, work: Callable[[], Answer]) -> Answer:
        """The result of a piece of work that asks for signs; an oracle may remember it."""


def cleared(number: Number) -> tuple[Number, tuple[tuple[Number, int], ...]]:
    """The number times powers of what its inverses are inverses of, and these powers; then it has none left."""
    factors: list[tuple[Number, int]] = []
    while inverses := sorted(name for name in number.atoms if ATOMS[name].kind == "inverse"):
        argument = ATOMS[inverses[0]].argument
        assert argument is not None
        most = max(int(dict(monomial).get(inverses[0], 0)) for monomial in number.terms)
        for _ in range(most):
            number = number * argument
        factors.append((argument, most))
        if len(factors) > 20:
            raise Unreached("inverses within inverses")
    return number, tuple(factors)


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
        return _log_rational(content) + _atom("log", f"log({rest!r})", rest)
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
    return _atom("log", f"log({base!r})", base)


def _log_rational(value: Rational) -> Number:
    """log of a positive rational by its prime factors."""
    if value == 1:
        return ZERO
    powers = [(p, e) for p, e in _primes(value.numerator)] + [(p, -e) for p, e in _primes(value.denominator)]
    return total(_atom("log", f"log({p})", rational(p)) * rational(e) for p, e in powers)


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
    return outer * _atom("root", f"({base!r})", base, part) if part else outer


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


@cache
def square_root(number: Number) -> tuple[int, Number] | None:
    """1 or -1 and q where the number is this times |c| times the square of a sum q of two, three or four products of letters.

    q is found term by term from the largest on, in lexicographic order: with q0 found, the largest term of number / c - q0^2
    is twice the leading term of q times the next one.
    """
    if len(number.terms) not in (3, 6, 10) or any(ATOMS[name].argument is not None for name in number.atoms):
        return None
    names = sorted(number.atoms)
    rest = {tuple(dict(m).get(name, 0) for name in names): Fraction(f) for m, f in number.terms.items()}
    top = max(rest)
    scale = rest[top]
    if any(power % 2 for power in top):
        return None
    half = tuple(power // 2 for power in top)
    rest = {powers: factor / scale for powers, factor in rest.items() if powers != top}
    root: dict[tuple[Rational, ...], Fraction] = {half: Fraction(1)}
    while rest:
        top = max(rest)
        step, factor = tuple(p - h for p, h in zip(top, half, strict=True)), rest[top] / 2
        if len(root) == LONGEST_ROOT or any(power < 0 for power in step):
            return None
        root[step] = factor
        for powers, other in root.items():
            place = tuple(p + s for p, s in zip(powers, step, strict=True))
            left = rest.pop(place, Fraction(0)) - (factor if powers == step else 2 * factor) * other
            if left:
                rest[place] = left
    terms: dict[Monomial, Rational] = {
        tuple((n, p) for n, p in zip(names, powers, strict=True) if p): _whole(c) for powers, c in root.items()
    }
    return (1 if scale > 0 else -1), Number(terms)


@cache
def definite(number: Number) -> int | None:
    """1 or -1 where the number is a positive or negative definite quadratic form in its letters."""
    names = sorted(number.atoms)
    place = {name: k for k, name in enumerate(names)}
    matrix = [[Fraction(0)] * len(names) for _ in names]
    for monomial, factor in number.terms.items():
        powers = [p for _, p in monomial]
        if sum(powers) != 2 or any(p.denominator != 1 or p < 0 for p in powers):
            return None
        if any(ATOMS[name].argument is not None for name, _ in monomial):
            return None
        i, k = place[monomial[0][0]], place[monomial[-1][0]]
        matrix[i][k] += Fraction(factor) / 2
        matrix[k][i] += Fraction(factor) / 2
    pivots = []
    for step in range(len(names)):
        pivot = matrix[step][step]
        pivots.append(pivot)
        if not pivot:
            return None
        for row in matrix[step + 1 :]:
            share = row[step] / pivot
            row[:] = [a - share * b for a, b in zip(row, matrix[step], strict=True)]
    return 1 if all(p > 0 for p in pivots) else -1 if all(p < 0 for p in pivots) else None


def letters_of(number: Number) -> frozenset[str]:
    """The letters a number is made of, however deep."""
    found: set[str] = set()
    for name in number.atoms:
        atom = ATOMS[name]
        found |= {name} if atom.argument is None else letters_of(atom.argument)
    return frozenset(found)


def total(numbers: Iterable[Number]) -> Number:
    """The sum."""
    return sum(numbers, ZERO)


def dot(left: Iterable[Number], right: Iterable[Number]) -> Number:
    """The sum of the products of entries at the same place."""
    return total(a * b for a, b in zip(left, right, strict=True))
