"""Section 5: degraded decoders in most practical cases."""

from __future__ import annotations

from tightcheck.claims.claim import Claim, Status


def check() -> tuple[str, ...]:
    """There is nothing to repeat here: the statement is about practice."""
    return ("the three experiments of section 4 are its evidence: see toy-mixture, celeba, text-across-settings",)


CLAIM = Claim(
    order=13,
    title="degraded decoders in most practical cases",
    where="section 5",
    says="The pull can be a desired regulariser, but in most practical cases it leads to degraded decoders.",
    status=Status.EMPIRICAL,
    because=(
        "The evidence is the paper's three experiments. Where the restriction is lossless (pPCA with a "
        "diagonal encoder) nothing is degraded; where it is not, the loss of likelihood at the ELBO's optimum"
        " is at most the least gap of a maximum-likelihood decoder and can be far smaller: 0.0014 against "
        "0.0876 nats in the five-pixel example of corollary-1."
    ),
    check=check,
)
