"""C2, the conjugation equation: log p - log h' - A(f) in span(psi, 1). With the prior's term in the span it says that
A(F psi + f_0) is affine in psi. Along a slice of one latent coordinate:

convexity  three collinear values of psi: A is strictly convex, F vanishes in that direction
growth     psi polynomial: exponential, logarithmic and decaying terms of A(f) all have one sign; only quadratic A survive
entire     psi entire, exp A entire: exp A_i(f_i) has no zeros; by Borel's and Picard's theorems f_i is constant
exponential_slices    psi among u, e^u, e^-u: a Poisson rate is a multiple of e^(w u) with w in {0, 1, -1}
circles    psi = cos u, sin u: of Poisson, exponential and negative binomial decoders only constants are left
finite_data  finitely many x: p(z) is a mixture of members p(z|x), which are all p(z) where every <a, psi> runs to infinity
poles      psi entire, A = -r log(1 - e^(f + c)): residues of one sign; 1 - e^(f + c) has no zeros, f is constant
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tightcheck.design import Design
from tightcheck.kernel.zero import Entries

CONDITION = "C2"
LEMMAS = ("convexity", "gamma_poles", "growth", "entire", "poles", "exponential_slices", "circles", "finite_data")


def propose(design: Design, prior: str, zero: Entries) -> Iterator[dict[str, Any]]:
    """Every lemma for every latent block; the implied prior satisfies C2 by construction."""
    if prior == "declared":
        for latent in design.encoder:
            for lemma in LEMMAS:
                yield {"lemma": lemma, "latent": latent.block.name}
