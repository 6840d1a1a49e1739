"""Signs in one of the cases: those assumed on the way, what follows from them at once, and a split at what does not."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tightcheck.kernel.joint_numbers import (
    ATOMS,
    ONE,
    Answer,
    Monomial,
    Number,
    Rational,
    cleared,
    primitive,
    quotient,
    rational,
)
from tightcheck.kernel.joint_squares import definite, square_root


class Branch(Exception):  # noqa: N818
    """A sign that is not known on this path."""

    def __init__(self, number: Number) -> None:
        super().__init__(f"the sign of {number}")
        self.number = number


@dataclass
class Path:
    """Signs where W is not known: those already assumed, and what follows from them at once."""

    known: dict[Number, int] = field(default_factory=dict)
    positive: frozenset[str] = frozenset()
    done: dict[Any, Any] = field(default_factory=dict)
    zeros: frozenset[str] = frozenset()
    noted: tuple[str, str] = ("", "")

    def note(self, direction: str, rate: str) -> None:
        """Where the joint diverges in this case, and how fast."""
        self.noted = direction, rate

    def once(self, key: Any, work: Callable[[], Answer]) -> Answer:
        """The work's result, remembered: what a path decides stays decided on every path that continues it."""
        if key not in self.done:
            self.done[key] = work()
        found: Answer = self.done[key]
        return found

    def assuming(self, number: Number, sign: int) -> Path:
        """This path, continued."""
        names = number.atoms if len(number.terms) == 1 and sign == 0 else frozenset()
        return Path({**self.known, number: sign}, self.positive, dict(self.done), self.zeros | names)

    def forgetting(self) -> Path:
        """This path without what was worked out on it."""
        return Path(self.known, self.positive, {}, self.zeros)

    def sign(self, number: Number) -> int:
        """The sign; raises Branch where it is not known."""
        if not number.terms:
            return 0
        value = number.rational
        if value is not None:
            return 1 if value > 0 else -1
        number = self._without_zeros(number)
        if not number.terms:
            return 0
        number, factors = cleared(number)
        if not number.terms:
            return 0
        result = 1
        for argument, most in factors:
            result *= self.sign(argument) ** most
        shared, rest = _factored(number)
        for name, power in shared:
            result *= self._sign_of_atom(name) ** (2 if power % 2 == 0 else 1)
        if result == 0:
            return 0
        return result * self._sign_of_sum(rest)

    def is_known_zero(self, number: Number) -> bool:
        """Whether the number is 0 by what was assumed, without asking."""
        if not self.zeros:
            return not number.terms
        number = self._without_zeros(number)
        return not number.terms or self.known.get(primitive(number)[1]) == 0

    def _without_zeros(self, number: Number) -> Number:
        """The number without the terms that have a letter known to be 0 as a factor."""
        if not self.zeros:
            return number
        return Number({m: q for m, q in number.terms.items() if not any(name in self.zeros for name, _ in m)})

    def _sign_of_atom(self, name: str) -> int:
        atom = ATOMS[name]
        if name in self.positive or atom.kind in ("exp", "root"):
            return 1
        if atom.argument is None:
            single = Number({((name, 1),): 1})
            if single in self.known:
                return self.known[single]
            found = self._by_difference(single)
            return self._looked_up(single) if found is None else found
        if atom.kind == "inverse":
            return self.sign(atom.argument)
        return self.sign(atom.argument - ONE)

    def _sign_of_sum(self, number: Number) -> int:
        value = number.rational
        if value is not None:
            return 1 if value > 0 else -1
        content, unit = primitive(number)
        found: int | None = self.done.get(("sign", unit))
        if found is None:
            found = self.done["sign", unit] = self._sign_of_unit(unit)
        return found if content > 0 else -found

    def _sign_of_unit(self, unit: Number) -> int:
        if (found := self._guess(unit)) is not None:
            return found
        if (form := definite(unit)) is not None:
            return form * any(self._sign_of_atom(name) for name in sorted(unit.atoms))
        if (root := square_root(unit)) is not None:
            return root[0] * self.sign(root[1]) ** 2
        return self._looked_up(unit)

    def _guess(self, unit: Number) -> int | None:
        """The sign where every term has the same one, or the sum is 1 - exp(u)."""
        if unit in self.known:
            return self.known[unit]
        if len(unit.terms) == 2 and () in unit.terms:
            ((monomial, factor),) = (item for item in unit.terms.items() if item[0])
            names = [ATOMS[name] for name, _ in monomial]
            if len(names) == 1 and names[0].kind == "exp" and names[0].argument is not None:
                # q + r exp(p u): compare p u with log(-q/r)
                ratio = -unit.terms[()] / factor
                if ratio <= 0:
                    return 1 if factor > 0 else -1
                if ratio == 1:
                    inner = self.sign(rational(monomial[0][1]) * names[0].argument)
                    return inner if factor > 0 else -inner
        return self._by_terms(unit) or self._by_difference(unit)

    def _by_terms(self, number: Number) -> int | None:
        """The sign that all terms share."""
        signs = {self._sign_of_term(monomial, factor) for monomial, factor in number.terms.items()} - {0}
        return signs.pop() if len(signs) == 1 else None

    def _sign_of_term(self, monomial: Monomial, factor: Rational) -> int | None:
        sign = 1 if factor > 0 else -1
        for name, power in monomial:
            atom = self._sign_known(name)
            if atom is None:
                return None
            sign *= atom ** (2 if power % 2 == 0 else 1)
        return sign

    def _by_difference(self, unit: Number, depth: int = 2) -> int | None:
        """The sign of a sum of known numbers: unit = q known + rest, q > 0 chosen so that a term vanishes."""
        for known, sign in self.known.items():
            if len(known.terms) < 2:
                continue
            for monomial in known.terms:
                if monomial and (here := unit.terms.get(monomial)):
                    factor = quotient(here, known.terms[monomial])
                    way = sign if factor > 0 else -sign
                    found = self._sign_of_rest(unit.less(factor, known), depth)
                    if found is not None and found * way >= 0 and (found or way):
                        return way or found
                    if found == 0 == way:
                        return 0
        return None

    def _sign_of_rest(self, rest: Number, depth: int) -> int | None:
        if not rest.terms:
            return 0
        value = rest.rational
        if value is not None:
            return 1 if value > 0 else -1
        content, unit = primitive(rest)
        found = self.known.get(unit)
        if found is None:
            found = self._by_terms(unit)
        if found is None and depth > 1:
            found = self._by_difference(unit, depth - 1)
        return found if found is None or content > 0 else -found

    def _sign_known(self, name: str) -> int | None:
        """The sign of an atom where that needs no inference."""
        atom = ATOMS[name]
        if name in self.positive or atom.kind in ("exp", "root"):
            return 1
        if atom.argument is None:
            return self.known.get(Number({((name, 1),): 1}))
        number = atom.argument - ONE if atom.kind == "log" else atom.argument
        value = number.rational
        if value is not None:
            return (value > 0) - (value < 0)
        content, unit = primitive(number)
        found = self.known.get(unit)
        return found if found is None or content > 0 else -found

    def _looked_up(self, unit: Number) -> int:
        if unit in self.known:
            return self.known[unit]
        raise Branch(unit)


def _factored(number: Number) -> tuple[list[tuple[str, Rational]], Number]:
    """The largest monomial in every term, and the rest."""
    monomials = [dict(monomial) for monomial in number.terms]
    names = set(monomials[0]).union(*monomials[1:])
    shared = [(n, low) for n in sorted(names) if (low := min(m.get(n, 0) for m in monomials)) != 0]
    if not shared:
        return [], number
    powers = dict(shared)
    rest = {
        tuple(
            (name, left)
            for name in sorted(set(monomial) | set(powers))
            if (left := monomial.get(name, 0) - powers.get(name, 0)) != 0
        ): factor
        for monomial, factor in zip(monomials, number.terms.values(), strict=True)
    }
    return shared, Number(rest)


__all__ = ["Branch", "Path"]
