"""C3, lossy features. If the encoder sees x only through x / sum(x), then x and 2 x get the same posterior:
F' nu(x) = F' nu(2 x) for every x, hence F = 0 (the paper's Example 3). In the same way a formula that is the same at a and b,
as x^2 at -1 and 1, leaves F' (nu(a) - nu(b)) = 0; and a softmax that does not see a shift of all x leaves no x^2.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from typing import Any

import sympy as sp

from tightcheck.design import Conditional, Design
from tightcheck.expression import to_text
from tightcheck.kernel.alike import may_be_positive, of_one_coordinate, require_alike
from tightcheck.kernel.classes import family_of
from tightcheck.kernel.encoder_maps import SCALE_FREE
from tightcheck.kernel.rejected import Rejected
from tightcheck.kernel.zero import Entries

CONDITION = "C3"
MAPS = ("2*u", "-u", "u + 1", "1 - u")
"""What inputs may not see: a factor, a sign, a shift, the other of two values."""
MOST_PAIRS = 6


def propose(design: Design, prior: str, zero: Entries) -> Iterator[dict[str, Any]]:
    """One step for each latent block whose encoder sees relative frequencies; what lossy inputs do not tell apart."""
    for latent in design.encoder:
        if latent.inputs.kind in SCALE_FREE:
            yield {"lemma": "frequencies", "latent": latent.block.name}
        for observed in design.decoder:
            base = {"lemma": "alike", "latent": latent.block.name, "observed": observed.block.name}
            yield from alike_steps(latent, observed, base, may_be_positive(design.decoder))


def alike_steps(
    shown: Conditional, other: Conditional, base: dict[str, Any], positive: frozenset[str] = frozenset()
) -> Iterator[dict[str, Any]]:
    """Pairs of points, and maps of all coordinates, that the inputs may not see."""
    if shown.inputs.kind in (*SCALE_FREE, "softmax", "layer_norm", "expression"):
        for text in MAPS:
            yield {**base, "map": text}
    if shown.inputs.kind == "expression":
        pairs = _pairs(shown, other, positive)
        for count in range(1, len(family_of(other.block).statistics) + 1):
            for chosen in combinations(pairs[:MOST_PAIRS], count):
                yield {**base, "pairs": [[to_text(a), to_text(b)] for a, b in chosen]}


def _pairs(shown: Conditional, other: Conditional, positive: frozenset[str]) -> list[tuple[sp.Expr, sp.Expr]]:
    """Pairs of numbers, those of the family and their mirror images, at which the input is the same."""
    family = family_of(other.block)
    assert shown.inputs.expression is not None
    is_text = other.block.length in ("random", "depends_on_z")
    if len(family.variables) > 1 and not is_text:
        return []
    try:
        function = of_one_coordinate(shown.inputs.expression, other)
    except Rejected:
        return []
    listed = [sp.Integer(n) for n in range(1, 4)] if is_text else [p[0] for p in family.support.points]
    mirrored = [image for p in listed for image in (-p, 1 - p, 2 - p) if image not in listed]
    numbers = list(dict.fromkeys([*listed, *(m for m in mirrored if not is_text)]))
    has_mass = is_text or family.support.is_discrete
    return [(a, b) for a, b in combinations(numbers, 2) if _is_alike(function, a, b, has_mass, positive)]


def _is_alike(function: sp.Expr, a: sp.Expr, b: sp.Expr, has_mass: bool, positive: frozenset[str]) -> bool:
    """Whether the input is certainly the same at both numbers."""
    try:
        require_alike(function, a, b, has_mass, positive)
    except Rejected:
        return False
    return True
