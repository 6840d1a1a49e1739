"""Remark 1: any kind of variables."""

from __future__ import annotations

import sympy as sp

from tightcheck.claims.claim import Claim, Status


def check() -> tuple[str, ...]:
    """Gaussian x with Bernoulli z: W read off at two points each."""
    x, z, w, a, b = sp.symbols("x z w a b", real=True)
    joint = w * x * z + a * x + b * z
    read = sp.Matrix([[joint.subs({x: i, z: j}) for j in (0, 1)] for i in (0, 1)])
    mixed = read[0, 0] - read[0, 1] - read[1, 0] + read[1, 1]
    assert sp.expand(mixed - w) == 0
    return ("the interaction of a real x and a binary z is the mixed difference at (0,1) x (0,1)",)


CLAIM = Claim(
    order=3.2,
    title="Remark 1",
    where="section 3, Remark 1",
    says="The theorem imposes no restrictions on the nature of x and z.",
    status=Status.HOLDS,
    because=(
        "theorem_1.v is over arbitrary sets X and Z. Two things depend on the nature of the variables all the"
        " same: whether a given W is a joint distribution (always on finite sets, otherwise it must "
        "integrate), and, for densities, that the equations hold almost everywhere only."
    ),
    check=check,
    proof="theorem_1.theorem_1",
)
