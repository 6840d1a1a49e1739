"""S = D. C1 and C2 hold for the whole class when psi spans every function of z (one Bernoulli or categorical, a chain of them),
when a Gaussian encoder with full covariance meets a Gaussian decoder with affine mean and constant variance, when the map is
one fixed conjugate expression, or, under the implied prior, when f is affine in psi; and the encoder holds all g* = F' nu + c.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tightcheck.design import Design
from tightcheck.kernel.given import has_given
from tightcheck.kernel.zero import Entries

CONDITION = "all"


def propose(design: Design, prior: str, zero: Entries) -> Iterator[dict[str, Any]]:
    """For maps as classes, and for decoders written out over a few latent points; the side conditions are the kernel's."""
    yield {"lemma": "tight"}
    if len(design.encoder) > 1 or has_given(design):
        yield {"lemma": "finite_chain"}
    yield {"lemma": "written_tight"}
