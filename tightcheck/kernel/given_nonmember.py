"""C1 for a block x_1 that another, x_2, is given: the coefficient of 1[x_1 = b] is log p(x_1 = b|z) - A(f_b), f_b the
parameters of x_2, and where p(x_1|z) is the same for every z differences of A(f_b) have to be in span(psi, 1).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sympy as sp

from tightcheck.design import Design, Map
from tightcheck.kernel.classes import family_of
from tightcheck.kernel.constants import decoder_constants
from tightcheck.kernel.given import apart
from tightcheck.kernel.model import coordinates, formula, in_support, total_log_partition
from tightcheck.kernel.rejected import require
from tightcheck.kernel.stated_model import model_natural
from tightcheck.kernel.zero import observed_of
from tightcheck.span import separates


def given_nonmember(design: Design, prior: str, step: Mapping[str, Any]) -> None:
    """A model in which the outputs for x_2 at two values of x_1 differ by one number."""
    observed, alone = observed_of(design, step["observed"]), apart(design)
    parents = [observed_of(design, name) for name in observed.block.given]
    require(bool(parents), "the block is given no other")
    require(all(family_of(each.block).support.is_discrete for each in parents), "a parent is not discrete")
    finite = all(family_of(latent.block).support.is_finite for latent in design.encoder)
    require(prior == "declared" or finite, "the joint is not shown to integrate")
    sources = [head.source for head in observed.heads if isinstance(head.source, Map)]
    sums = all(source.kind in ("affine", "unrestricted") for source in sources)
    require(sums and observed.block.length is None, "the class is not shown to hold the sum of both")
    decoder_constants(alone, observed.block.name, also_copies=observed.block.copies > 1)
    active = coordinates(design, step["latents"])
    names = {symbol.name: symbol for _, variables, _, _ in active for symbol in variables}
    shifted = dict(step["outputs"])
    shifted[step["shifted"]] = f"({shifted[step['shifted']]}) + 1"
    one = observed_of(alone, step["observed"])
    moved = {head.symbol.name for head in one.heads if isinstance(head.source, Map)}
    require(step["shifted"] in moved, "what is shifted is no map's output")
    each = [{**step, "outputs": outputs} for outputs in (step["outputs"], shifted)]
    low, high = (total_log_partition(one, model_natural(one, stated, active, names)) for stated in each)
    basis = [
        s.xreplace(dict(zip(family.variables, variables, strict=True)))
        for _, variables, family, _ in active
        for s in family.statistics
    ]
    points = [{names[n]: formula(v, {}) for n, v in point.items()} for point in step["points"]]
    require(all(in_support(point, active) for point in points), "a point is not in the support")
    require(separates(sp.sympify(high - low), basis, points), "the points do not separate the function from the span")
