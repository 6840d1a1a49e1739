"""What one condition asks of the consistent models, as formulas, and words that several conditions share."""

from __future__ import annotations

from dataclasses import dataclass

from tightcheck.account.case import Case
from tightcheck.joint.kinds import kind
from tightcheck.joint.parts import Part


@dataclass(frozen=True)
class Equations:
    """Formulas, the sentence that explains them, and what they leave of the design."""

    lines: tuple[str, ...] = ()
    sentence: str = ""
    remaining: str = ""


def bits(case: Case) -> int | None:
    """m where the latent space is {a, b}^m, m > 1."""
    if case.form is None or len(case.form.latent) != 1:
        return None
    latent = case.form.latent[0]
    return latent.block.copies if kind(latent) == "binary" and latent.block.copies > 1 else None


def cube(latent: Part) -> str:
    """{0,1}^m as the latent family has it."""
    low, high = (point[0] for point in latent.family.support.points[:2])
    return f"{{{low},{high}}}^{latent.block.copies}"


def interactions(count: int) -> str:
    """A function on the cube without interaction satisfies 2^m - 1 - m equations, written out where that is small."""
    number = 2**count - 1 - count
    return f"{number} equation{'s' if number > 1 else ''}" if count <= 10 else f"2^{count} - 1 - {count} equations"
