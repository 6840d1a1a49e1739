"""What is said about the set of W for which p(x, z) ∝ h(x) h'(z) exp(nu_e(x)' W psi_e(z)) is a density."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from fractions import Fraction

import sympy as sp

from tightcheck.joint.form import Form


class What(Enum):
    """What the interaction may be, for some margins; the value is the sentence a report prints."""

    EVERYTHING = "every W gives a density"
    INEQUALITIES = "a density where W obeys inequalities"
    ZEROS = "some entries of the interaction are zero in every density"
    ONLY_ZERO = "the interaction is zero in every density: x and z are independent"
    UNDECIDED = "not shown"

    @property
    def word(self) -> str:
        """The word that files and the command line use."""
        return self.name.lower()


@dataclass(frozen=True)
class Entry:
    """One entry of W: its symbol, the block of W it belongs to, and the two statistics whose product it multiplies.

    `row` and `column` are the places in nu_e and psi_e, 0 for the constant 1; an entry of the interaction has neither 0.
    """

    symbol: sp.Symbol
    block: str
    row: int
    column: int
    row_statistic: str
    column_statistic: str

    @property
    def is_interaction(self) -> bool:
        """Whether it multiplies a statistic of x and one of z, so that x and z depend on each other through it."""
        return self.row > 0 and self.column > 0


@dataclass(frozen=True)
class Divergence:
    """Why entries are zero in every density: with one of them not zero, the joint diverges in `direction` like `rate`."""

    entries: tuple[sp.Symbol, ...]
    direction: str
    rate: str


@dataclass(frozen=True)
class JointDensity:
    """The exact set of W, as constraints on the symbols of `entries`.

    `constraints` is an And / Or of relations, necessary and sufficient; `sentences` say the same in words, with the
    names of the blocks of W, and alone where a condition is quantified: then `cost` says what testing one W takes.
    `zero` holds the entries that are zero in every density, and `witness` a divergence for each where one is known.
    """

    form: Form
    entries: tuple[Entry, ...]
    what: What
    constraints: sp.Basic = sp.true
    sentences: tuple[str, ...] = ()
    witness: tuple[Divergence, ...] = ()
    cost: str = ""
    undecided_because: str = ""
    zero: frozenset[sp.Symbol] = frozenset()
    test: Callable[[Mapping[str, Fraction]], bool | None] | None = field(default=None, repr=False, compare=False)

    def holds(self, weights: Mapping[str, Fraction | int]) -> bool | None:
        """Whether W, rationals by the names of its entries (0 where none is given), gives a density; None: not decided.

        ValueError for a name that is no entry.
        """
        if strange := sorted(weights.keys() - {entry.symbol.name for entry in self.entries}):
            raise ValueError(
                f"W has no entry {', '.join(strange)}; it has {', '.join(e.symbol.name for e in self.entries)}."
            )
        return None if self.test is None else self.test({name: Fraction(value) for name, value in weights.items()})
