"""C4 of one model whose f is any formula of one number z: whether some c outweighs log h' + r A(f) towards the ends of its range.

Inside the range the integrand is continuous, hence bounded on compact sets; the ends are those of lemma `joint`, (f).
"""

from __future__ import annotations

from fractions import Fraction
from functools import cache
from typing import TYPE_CHECKING

import sympy as sp

from tightcheck.family import Family
from tightcheck.kernel.defined import is_defined_for_all

if TYPE_CHECKING:
    from tightcheck.kernel.joint_curves import End
    from tightcheck.kernel.joint_germs import Germ

LEVELS = (1, 16, 1024)
"""How far into the natural domain c is tried."""


@cache
def is_outweighed_at_ends(latent: Family, energy: sp.Expr) -> bool:
    """Whether h'(z) exp(<c, psi(z)> + energy(z)) is certainly integrable for some c; `energy` in the family's own variable."""
    if len(latent.variables) != 1 or latent.support.is_discrete or latent.law is not None:
        return False
    if not energy.free_symbols <= set(latent.variables) or not is_defined_for_all(energy):
        return False
    from tightcheck.kernel.joint_curves import curve_of
    from tightcheck.kernel.joint_exact import Exact
    from tightcheck.kernel.joint_expressions import evaluate
    from tightcheck.kernel.joint_germs import Huge
    from tightcheck.kernel.joint_numbers import Contradiction, TooLong, Unreached
    from tightcheck.kernel.joint_support import inside

    curve, (z,) = curve_of(latent), latent.variables
    if curve is None or any(_is_open(part, latent) for part in (latent.log_base_measure, *latent.statistics)):
        return False
    try:
        grown = [evaluate(energy, {z: end.parameter}, Exact()) for end in curve.ends]
        point = inside(latent)
    except (Unreached, Contradiction, TooLong, Huge):
        return False
    return any(
        all(_falls(end, germ, [level * p for p in point]) for end, germ in zip(curve.ends, grown, strict=True))
        for level in LEVELS
    )


def _is_open(part: sp.Expr, family: Family) -> bool:
    """Whether a fixed parameter of the family has no value."""
    return not part.free_symbols <= set(family.variables)


def _falls(end: End, grown: Germ, c: list[Fraction]) -> bool:
    """Whether exp(log h' + <c, psi> + energy) is integrable towards the end."""
    from tightcheck.kernel.joint_exact import Exact
    from tightcheck.kernel.joint_germs import plus
    from tightcheck.kernel.joint_numbers import Contradiction, TooLong, Unreached, rational
    from tightcheck.kernel.joint_range import along
    from tightcheck.kernel.joint_tails import is_integrable

    try:
        tilted = along([rational(0), *map(rational, c)], end.statistics, Exact())
        return is_integrable(plus([end.log_density, tilted, grown], Exact()), Exact())
    except (Unreached, Contradiction, TooLong):
        return False


__all__ = ["is_outweighed_at_ends"]
