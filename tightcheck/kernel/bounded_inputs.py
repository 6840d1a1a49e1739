"""Networks of bounded inputs put out bounded numbers: shares, softmaxes, layer normalisations, formulas with two ends."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import sympy as sp

from tightcheck.design import Conditional, Map
from tightcheck.kernel.classes import LIPSCHITZ_ACTIVATIONS, FunctionClass, family_of, varying_heads
from tightcheck.kernel.growth_rates import faster
from tightcheck.kernel.links import is_continuous
from tightcheck.kernel.ranges import LINE, Interval, extent
from tightcheck.kernel.slices import curves
from tightcheck.kernel.zero import Entries

NORMALISED = frozenset(("softmax", "layer_norm"))
SHARES = frozenset(("frequencies", "tfidf"))


def keeps_bounded(conditional: Conditional, k: int, functions: FunctionClass, others: Sequence[Conditional]) -> bool:
    """Whether natural parameter k is a continuous function of the outputs of networks with bounded inputs.

    A layer normalisation of n numbers has entries of at most sqrt(n); continuous maps take compact sets to compact sets.
    """
    if not has_bounded_inputs(conditional, others):
        return False
    sources = [head.source for head in varying_heads(conditional, k) if isinstance(head.source, Map)]
    activations = LIPSCHITZ_ACTIVATIONS | {"identity"}
    plain = all(m.kind == "affine" or (m.kind == "mlp" and m.activation in activations) for m in sources)
    if functions.kind in ("affine", "mlp"):
        return plain
    formula = functions.formula
    return (
        functions.kind == "linked"
        and formula is not None
        and not functions.foreign
        and plain
        and is_continuous(formula)
    )


def has_bounded_inputs(conditional: Conditional, others: Sequence[Conditional]) -> bool:
    """Whether everything that the network is shown stays between two numbers."""
    inputs = conditional.inputs
    families = {other.block.name: family_of(other.block) for other in others}
    if inputs.covariates:
        return False
    if inputs.kind in NORMALISED:
        return True
    if inputs.kind in SHARES:
        return all(bool(v.is_nonnegative) for family in families.values() for v in family.variables)
    if inputs.kind != "expression" or inputs.expression is None:
        return False
    known = {s: _range(families.get(s.name.partition("[")[0])) for s in inputs.expression.free_symbols}
    return all(bool(end.is_finite) for end in extent(inputs.expression, known))


def _range(family: object) -> Interval:
    """The ends of a number's support; of anything else, the line."""
    bounds = getattr(getattr(family, "support", None), "bounds", None)
    return bounds[0] if bounds is not None and len(bounds) == 1 else LINE


def without_unbounded(observed: Conditional, entries: Entries, of: Literal[1, 3], zero: Entries) -> Entries:
    """The entries of one row or column, of statistics of this block, that a bounded function leaves: where all statistics are
    polynomials without bound along the slices none; elsewhere not those that alone grow fastest towards an end.

    `of` is the place of the statistic in an entry.
    """
    family = family_of(observed.block)
    pieces = curves(family)
    if pieces and all(p.is_polynomial and p.reaches_infinity and sp.oo in (p.upper, -p.lower) for p in pieces):
        return entries
    found = faster(family, {e[of] for e in entries - zero}, lambda curve, end: (0, 0))
    return frozenset(e for e in entries if e[of] in found)
