"""Enclosures of functions of a number, on a box or on a whole tail t >= T: sums of c t^a (log t)^b, c exact or a ball.

Nothing is left out, unlike in a germ: what is not a term of its own widens the ball of another term.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any, TypeAlias

import sympy as sp

from tightcheck.kernel.joint_numbers import Unreached

Power: TypeAlias = tuple[Fraction, Fraction]
"""Exponents of t and log t."""

Enclosure: TypeAlias = Mapping[Power, Any]
"""Coefficients: fmpq where they are exact, otherwise arb."""

FLAT: Power = (Fraction(0), Fraction(0))


class Enclosing:
    """Expressions on t >= `start`, or with `start` None on a box, where every enclosure is one ball."""

    def __init__(self, values: Mapping[sp.Symbol, Enclosure], start: int | None = None) -> None:
        self.values, self.start = values, start
        self.known: dict[sp.Basic, Enclosure] = {}

    def of(self, expression: sp.Basic) -> Enclosure:
        """The enclosure. Raises Unreached."""
        if expression not in self.known:
            self.known[expression] = self._worked(expression)
        return self.known[expression]

    def sign(self, expression: sp.Basic) -> int | None:
        """The sign that the expression has everywhere, 0 where it is 0 as written; None where the balls do not tell."""
        found = self.of(expression)
        if not found:
            return 0
        _, ball = self._factored(found)
        return 1 if ball > 0 else -1 if ball < 0 else None

    def _worked(self, e: sp.Basic) -> Enclosure:
        from flint import arb, fmpq

        if isinstance(e, sp.Rational):
            return {FLAT: fmpq(int(e.p), int(e.q))} if e else {}
        if e == sp.pi:
            return {FLAT: arb.pi()}
        if isinstance(e, sp.Symbol) and e in self.values:
            return self.values[e]
        if isinstance(e, sp.Add):
            return self._sum([self.of(part) for part in e.args])
        if isinstance(e, sp.Mul):
            result: Enclosure = {FLAT: fmpq(1)}
            for part in e.args:
                result = self._product(result, self.of(part))
            return result
        if isinstance(e, sp.Pow) and isinstance(e.exp, sp.Rational) and e.base != sp.E:
            return self._power(self.of(e.base), Fraction(int(e.exp.p), int(e.exp.q)))
        if isinstance(e, sp.exp):
            return self._exp(self.of(e.args[0]))
        if isinstance(e, sp.log) and not e.args[0].has(sp.gamma):
            return self._log(self.of(e.args[0]))
        if isinstance(e, sp.loggamma):
            return self._log_gamma(self.of(e.args[0]))
        if isinstance(e, sp.log) and isinstance(e.args[0], sp.gamma):
            return self._log_gamma(self.of(e.args[0].args[0]))
        if isinstance(e, sp.Abs):
            return self._abs(self.of(e.args[0]))
        raise Unreached(f"an enclosure of {type(e).__name__}")

    @staticmethod
    def _sum(parts: list[Enclosure]) -> Enclosure:
        total: dict[Power, Any] = {}
        for part in parts:
            for key, c in part.items():
                total[key] = total[key] + c if key in total else c
        return {key: c for key, c in total.items() if not c == 0}  # noqa: SIM201 (a ball is != 0 only where it is known to be)

    @staticmethod
    def _product(left: Enclosure, right: Enclosure) -> Enclosure:
        total: dict[Power, Any] = {}
        for (a, b), p in left.items():
            for (c, d), q in right.items():
                key = a + c, b + d
                total[key] = total[key] + p * q if key in total else p * q
        return {key: c for key, c in total.items() if not c == 0}  # noqa: SIM201 (a ball is != 0 only where it is known to be)

    def _factored(self, element: Enclosure) -> tuple[Power, Any]:
        """The leading power of t and log t, and a ball that holds the rest of the product for every t >= start."""
        from flint import arb

        if not element:
            raise Unreached("a division by what may be 0")
        top = max(element)
        ball = arb(element[top])
        for key, c in element.items():
            if key != top:
                ball += arb(c) * arb(0).union(self._largest(key[0] - top[0], key[1] - top[1]))
        return top, ball

    def _largest(self, a: Fraction, b: Fraction) -> Any:
        """The largest value of t^a (log t)^b for t >= start, (a, b) < 0: the value at the start, once it falls."""
        from flint import arb, fmpq

        assert self.start is not None
        start = arb(self.start)
        log = start.log()
        if b > 0 and not log * arb(fmpq(-a.numerator, a.denominator)) >= arb(fmpq(b.numerator, b.denominator)):
            raise Unreached("a tail that starts too early")
        return start ** arb(fmpq(a.numerator, a.denominator)) * log ** arb(fmpq(b.numerator, b.denominator))

    def _power(self, base: Enclosure, exponent: Fraction) -> Enclosure:
        from flint import arb, fmpq

        if exponent.denominator == 1 and exponent >= 0:
            result: Enclosure = {FLAT: fmpq(1)}
            for _ in range(int(exponent)):
                result = self._product(result, base)
            return result
        (a, b), ball = self._factored(base)
        if not ball > 0 and not (exponent.denominator == 1 and ball < 0):
            raise Unreached("a power of what may be 0")
        if exponent.denominator == 1:
            only = next(iter(base.values())) if len(base) == 1 else ball
            return {(a * exponent, b * exponent): 1 / only ** int(-exponent)}
        return {(a * exponent, b * exponent): ball ** arb(fmpq(exponent.numerator, exponent.denominator))}

    def _log(self, element: Enclosure) -> Enclosure:
        from flint import fmpq

        (a, b), ball = self._factored(element)
        if b or not ball > 0:
            raise Unreached("the logarithm of what may be 0, or of a logarithm")
        is_one = len(element) == 1 and element[max(element)] == 1
        parts: list[Enclosure] = [] if is_one else [{FLAT: ball.log()}]
        if a:
            parts.append({(Fraction(0), Fraction(1)): fmpq(a.numerator, a.denominator)})
        return self._sum(parts)

    def _log_gamma(self, element: Enclosure) -> Enclosure:
        """On a tail where g rises: (g - 1/2) log g - g + log(2 pi)/2 + r, 0 < r < 1/(12 g)."""
        from flint import arb, fmpq

        (a, b), ball = self._factored(element)
        if not ball > 0 or (a, b) < FLAT:
            raise Unreached("log Gamma where its argument may be 0")
        if (a, b) == FLAT:
            return {FLAT: ball.lgamma()}
        if a < 0 or b < 0:
            raise Unreached("log Gamma of such a function")
        half = {FLAT: fmpq(-1, 2)}
        rest = (2 * arb.pi()).log() / 2 + arb(0).union(self._largest(-a, -b) / (12 * ball))
        minus = {key: -c for key, c in element.items()}
        return self._sum([self._product(self._sum([element, half]), self._log(element)), minus, {FLAT: rest}])

    def _exp(self, element: Enclosure) -> Enclosure:
        """exp of what is bounded above: of a falling function from 0 to its value at the start."""
        from flint import arb

        if not element:
            return {FLAT: arb(1)}
        (a, b), ball = self._factored(element)
        if (a, b) <= FLAT:
            return {FLAT: ball.exp() if (a, b) == FLAT else (ball * arb(0).union(self._largest(a, b))).exp()}
        if not ball < 0 or a < 0 or b < 0:
            raise Unreached("the exponential of what grows")
        return {FLAT: arb(0).union((ball * 1 / self._largest(-a, -b)).exp())}

    def _abs(self, element: Enclosure) -> Enclosure:
        if not element:
            return element
        _, ball = self._factored(element)
        if ball > 0:
            return element
        if ball < 0:
            return {key: -c for key, c in element.items()}
        if self.start is None:
            return {FLAT: abs(ball)}
        raise Unreached("the size of what may be 0")
