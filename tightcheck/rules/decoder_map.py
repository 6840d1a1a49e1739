"""C1 within the decoder's class. f must lie in span(psi, 1) and in the class of the decoder's map. An affine map keeps the
statistics that are affine in z; a Lipschitz network cannot grow like z^2 at infinity nor like log z at 0; bounded
activations leave no non-constant polynomial on an unbounded support. Codes that the decoder is shown alike, as z and -z by z^2,
leave F (psi(a) - psi(b)) = 0. A formula leaves the statistics that are among its terms.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tightcheck.design import Design
from tightcheck.kernel.classes import function_class
from tightcheck.kernel.zero import Entries
from tightcheck.rules.features import alike_steps

CONDITION = "C1"
LINKS = ("bounded_link", "slow_link", "log_link", "exponential_link", "bent_link")


def propose(design: Design, prior: str, zero: Entries) -> Iterator[dict[str, Any]]:
    """Steps for each natural parameter of the decoder, by the kind of its map."""
    for observed in design.decoder:
        for i in range(len(observed.natural)):
            kind = function_class(observed, i).kind
            lemmas = {
                "affine": ("affine_inputs", "lipschitz") if observed.inputs.kind == "identity" else ("bounded",),
                "mlp": ("bounded", "lipschitz", "affine_inputs"),
                "linked": ("bounded", *LINKS, "lipschitz", "settled"),
                "expression": ("written_terms",),
            }.get(kind, ())
            for latent in design.encoder:
                for lemma in lemmas:
                    yield {"lemma": lemma, "latent": latent.block.name, "observed": observed.block.name, "component": i}
        for latent in design.encoder:
            base = {"lemma": "alike_codes", "latent": latent.block.name, "observed": observed.block.name}
            yield from alike_steps(observed, latent, base)
