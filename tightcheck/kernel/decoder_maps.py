"""Entries of F that C1 removes within the decoder's class: f is in span(psi, 1) and what the map puts out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import sympy as sp

from tightcheck.design import Conditional, Design
from tightcheck.family import Family
from tightcheck.kernel.alike import alike_codes
from tightcheck.kernel.bent_links import bent_link
from tightcheck.kernel.bounded_inputs import keeps_bounded, without_unbounded
from tightcheck.kernel.classes import PIECEWISE_AFFINE, all_entries, family_of, function_class
from tightcheck.kernel.growth_rates import faster, reach
from tightcheck.kernel.parametrised import reduced_class
from tightcheck.kernel.rejected import require
from tightcheck.kernel.slices import on_support
from tightcheck.kernel.written_terms import written_terms
from tightcheck.kernel.zero import (
    Entries,
    is_bounded,
    is_lipschitz,
    of_block,
    pair_of,
    separated,
)


def lipschitz(design: Design, step: Mapping[str, Any], zero: Entries) -> Entries:
    """A Lipschitz decoder network in z grows at most linearly and stays bounded near finite ends of the support.

    Statistics that grow faster at one end, each at a rate of its own, have no part in f.
    """
    (latent, observed), i = pair_of(design, step), int(step["component"])
    functions = function_class(observed, i)
    require(
        is_lipschitz(functions) and observed.inputs.kind == "identity",
        "the decoder's map is not shown to be Lipschitz in z",
    )
    family = family_of(latent.block)
    live = {e[3] for e in of_block(design, latent, [observed]) - zero if e[1] == i}
    found = faster(family, live, reach)
    return frozenset((observed.block.name, i, latent.block.name, k) for k in found)


def affine_inputs(design: Design, step: Mapping[str, Any], zero: Entries) -> Entries:
    """f = a z + b (on an open set: a piecewise affine network) and f in span(psi, 1): a statistic that no function of the span
    affine in z contains has no part in f."""
    (latent, observed), i = pair_of(design, step), int(step["component"])
    family, functions = family_of(latent.block), function_class(observed, i)
    network = (
        functions.kind == "mlp" and functions.source is not None and functions.source.activation in PIECEWISE_AFFINE
    )
    analytic = not family.support.is_discrete and not any(s.has(sp.Abs, sp.Max, sp.sign) for s in family.statistics)
    affine = functions.kind == "affine" or (network and analytic)
    require(affine and observed.inputs.kind == "identity", "f is not affine in z")
    return frozenset((observed.block.name, i, latent.block.name, k) for k in _apart_from_variables(family))


@cache
def _apart_from_variables(family: Family) -> tuple[int, ...]:
    """The statistics outside the span of 1, z and the others."""
    variables = [on_support(v, family) for v in family.variables]
    others = [[s for j, s in enumerate(family.statistics) if j != k] for k in range(len(family.statistics))]
    return tuple(k for k, t in enumerate(family.statistics) if separated(t, [*others[k], *variables], family))


def bounded(design: Design, step: Mapping[str, Any], zero: Entries) -> Entries:
    """Bounded activations or a bounded link keep f bounded; no non-constant polynomial is, on an unbounded slice."""
    (latent, observed), i = pair_of(design, step), int(step["component"])
    functions = reduced_class(observed, i, _dead_rows(design, observed, zero))
    bounded_f = is_bounded(functions) or keeps_bounded(observed, i, functions, design.encoder)
    require(bounded_f, "f is not shown to be bounded")
    row = frozenset(e for e in of_block(design, latent, [observed]) if e[1] == i)
    return without_unbounded(latent, row, 3, zero)


def settled(design: Design, step: Mapping[str, Any], zero: Entries) -> Entries:
    """With other natural parameters constant, a constant of the design is all that is left of one: a fixed or learned mean
    over a variance that does not move."""
    (latent, observed), i = pair_of(design, step), int(step["component"])
    left = reduced_class(observed, i, _dead_rows(design, observed, zero))
    require(left.kind == "constant", "what is left of the natural parameter is no constant")
    return frozenset(e for e in of_block(design, latent, [observed]) if e[1] == i)


def _dead_rows(design: Design, observed: Conditional, zero: Entries) -> frozenset[int]:
    """The decoder's natural parameters that are constant in every consistent model."""
    live = {e[1] for e in all_entries(design) if e[0] == observed.block.name and e not in zero}
    return frozenset(range(len(observed.natural))) - live


DECODER_LEMMAS: Mapping[str, Callable[[Design, Mapping[str, Any], Entries], Entries]] = {
    "lipschitz": lipschitz,
    "affine_inputs": affine_inputs,
    "bounded": bounded,
    "alike_codes": alike_codes,
    "bent_link": bent_link,
    "settled": settled,
    "written_terms": written_terms,
}
"""What C1 leaves within the decoder's class."""
