"""Exact numbers for joints: sums of products of powers of atoms, over the rationals.

An atom is an entry of W or a constant (a letter), a logarithm, an exponential, a root or an inverse of such a number, or
a root of a prime. Everything is kept exactly; a sign is asked of an oracle, which either knows W or splits into cases.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
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

    def less(self, factor: Rational, other: Number) -> Number:
        """self - factor * other, factor not 0."""
        WORK[0] += len(other.terms)
        total = dict(self.terms)
        for monomial, q in other.terms.items():
            value = total.get(monomial, 0) - factor * q
            if value:
                total[monomial] = plain(value)
            else:
                del total[monomial]
        return Number(total)

    def _multiplied(self, factor: Rational) -> Number:
        """A rational multiple."""
        return self if factor == 1 else Number({m: plain(factor * q) for m, q in self.terms.items()})

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
    return Number({(): plain(value)}) if value else ZERO


def quotient(a: Rational, b: Rational) -> Rational:
    """a / b."""
    if type(a) is int and type(b) is int:
        return Fraction(a, b) if a % b else a // b
    return plain((a if isinstance(a, Fraction) else Fraction(a)) / b)


def plain(value: Rational) -> Rational:
    """The same number, an int where it is whole."""
    return value if type(value) is int or value.denominator != 1 else int(value)


def letter(name: str) -> Number:
    """The letter called `name` (it begins with a letter)."""
    ATOMS.setdefault(name, Atom("letter"))
    return Number({((name, 1),): 1})


def atomic(kind: str, name: str, argument: Number, power: Rational = 1) -> Number:
    """A power of the atom of this kind, name and argument."""
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
            return rest * outer * (atomic("root", name, atom.argument, part) if part else ONE)
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
    return rational(quotient(1, content)) * atomic("inverse", f"1/({rest!r})", rest)


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
