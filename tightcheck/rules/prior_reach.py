"""When every entry of F must vanish, the posterior is the prior: the design collapses if the encoder reaches the prior, and
no model is consistent if it cannot (a prior that couples coordinates, bounds that exclude the prior's parameters). A Gaussian
encoder of larger fixed variance than the prior's, a prior on another support than the encoder's and a prior with a kink
where everything else is analytic, with a tail that no A has, or without a bound at an end where psi has one are out of reach
whatever F is.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tightcheck.design import Design
from tightcheck.expression import to_text
from tightcheck.kernel.classes import family_of
from tightcheck.kernel.slices import prior_term
from tightcheck.kernel.zero import Entries
from tightcheck.span import separating_points

CONDITION = "C3"


def propose(design: Design, prior: str, zero: Entries) -> Iterator[dict[str, Any]]:
    """That the constants are reachable, and for each latent block that they are not."""
    yield {"lemma": "constants"}
    yield {"lemma": "never_constant"}
    for latent in design.encoder if prior != "declared" else ():
        yield {"lemma": "unreachable", "latent": latent.block.name, "points": []}
    for latent in design.encoder if prior == "declared" else ():
        for lemma in ("pinned_impossible", "prior_support", "prior_kink", "prior_tail", "prior_end"):
            yield {"lemma": lemma, "latent": latent.block.name}
        yield {"lemma": "unreachable", "latent": latent.block.name, "points": witness(design, latent)}


def witness(design: Design, latent: Any) -> list[list[str]]:
    """Points at which the prior's term leaves span(psi, 1), if there are some."""
    family, term = family_of(latent.block), prior_term(design, latent)
    if term is None or term.free_symbols - set(family.variables):
        return []
    points = [dict(zip(family.variables, point, strict=True)) for point in family.support.points]
    found = separating_points(term, family.statistics, points) or ()
    return [[to_text(point[v]) for v in family.variables] for point in found]
