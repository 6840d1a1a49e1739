"""Signs where W is known: rationals exactly, others by balls that enclose the number."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

from tightcheck.kernel.joint_numbers import ATOMS, Answer, Number, Unreached

PRECISIONS = (64, 256, 1024)
"""Bits at which a sign is looked for."""


class Exact:
    """Signs where every letter has a value: rationals exactly, others by ball arithmetic, which encloses the number."""

    def __init__(self, values: Mapping[str, Fraction] | None = None) -> None:
        self.values = dict(values or {})
        self.noted: tuple[str, str] = ("", "")

    def note(self, direction: str, rate: str) -> None:
        """Where the joint diverges, and how fast."""
        self.noted = direction, rate

    def sign(self, number: Number) -> int:
        """-1, 0 or 1.

        A sum that is 0 as written is 0. Another one is 0 only where its atoms are dependent; then no precision tells, and
        that is Unreached.
        """
        known = number.rational
        if known is not None:
            return (known > 0) - (known < 0)
        from flint import ctx

        before = ctx.prec
        try:
            for bits in PRECISIONS:
                ctx.prec = bits
                ball = self._ball(number)
                if ball > 0:
                    return 1
                if ball < 0:
                    return -1
        finally:
            ctx.prec = before
        raise Unreached(f"whether {number} is 0")

    def once(self, key: Any, work: Callable[[], Answer]) -> Answer:
        """The work's result; `key` says what it is."""
        return work()

    def is_known_zero(self, number: Number) -> bool:
        """Whether the number is written as 0."""
        return not number.terms

    def _ball(self, number: Number):  # type: ignore[no-untyped-def]  # flint has no types
        from flint import arb, fmpq

        total = arb(0)
        for monomial, factor in number.terms.items():
            term = arb(fmpq(factor.numerator, factor.denominator))
            for name, power in monomial:
                base = self._atom(name)
                term *= (
                    base ** int(power)
                    if power.denominator == 1
                    else base ** arb(fmpq(power.numerator, power.denominator))
                )
            total += term
        return total

    def _atom(self, name: str):  # type: ignore[no-untyped-def]
        from flint import arb, fmpq

        atom = ATOMS[name]
        if atom.argument is None:
            if name == "pi":
                return arb.pi()
            value = self.values[name]
            return arb(fmpq(value.numerator, value.denominator))
        inner = self._ball(atom.argument)
        if atom.kind == "log":
            return inner.log()
        if atom.kind == "exp":
            return inner.exp()
        return 1 / inner if atom.kind == "inverse" else inner


__all__ = ["PRECISIONS", "Exact"]
