"""Example 3: frequencies force collapse."""

from __future__ import annotations

from fractions import Fraction

from tightcheck.claims.claim import Claim, Status
from tightcheck.claims.verdicts import example, verdict
from tightcheck.verdict import Verdict


def check() -> tuple[str, ...]:
    """The true posterior odds of a word's repetition: 3/2, 9/4, 27/8 for lengths 1, 2, 3 with equal frequencies."""
    odds = [Fraction(3, 4) ** n / Fraction(1, 2) ** n for n in (1, 2, 3)]
    assert verdict(example("text-vae-frequencies")) is Verdict.COLLAPSE
    assert odds == [Fraction(3, 2), Fraction(9, 4), Fraction(27, 8)]
    return ("equal frequencies at lengths 1, 2, 3 have posterior odds 3/2, 9/4, 27/8: no function of x/l",)


CLAIM = Claim(
    order=8.1,
    title="Example 3: frequencies force collapse",
    where="section 3.1, after equation (23)",
    says="An encoder that sees x/l cannot match the exact encoder unless W = 0: full posterior collapse.",
    status=Status.HOLDS,
    because=(
        "frequencies.frequencies_force_collapse, for any decoder, any latent variable and any encoder "
        "statistics, whatever the prior. It needs two lengths l >= 1 of positive probability, and an encoder "
        "that is not shown l besides x/l. Where all documents have one length, frequencies are counts."
    ),
    check=check,
    proof="frequency_designs.frequencies_collapse",
)
