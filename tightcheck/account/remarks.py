"""What is worth saying beside the verdict: how the files were read, and what the objective does."""

from __future__ import annotations

from collections.abc import Iterator

from tightcheck.design import Design, Objective


def remarks(design: Design) -> tuple[str, ...]:
    """The design's own remarks with their places, then that on the objective."""
    read = [f"{remark} ({place})" if place.file else remark for place, remark in design.remarks]
    where = f" ({design.objective.place})" if design.objective.place.file else ""
    return (*read, *(f"{remark}{where}" for remark in _objective(design.objective)))


def _objective(objective: Objective) -> Iterator[str]:
    if objective.kind == "beta":
        yield (
            f"With the KL term weighted by beta = {objective.value} the encoder is fitted to the tempered posterior,"
            " proportional to p(z) p(x | z)^(1/beta). The verdict is about that one: the exact encoder has W'/beta for W'"
            " and the implied prior A(f(z))/beta for A(f(z)), so the joint is not that of Theorem 1. The objective is then"
            " not tight for log p(x)."
        )
    elif objective.kind == "iwae":
        yield f"With {objective.value} importance samples the bound has the same consistent models as the ELBO."
    elif objective.kind == "semi_supervised":
        yield f"The verdict is about examples without a label; where {objective.value} is seen it is not latent."
    elif objective.kind == "other":
        yield "The objective is no bound on log p(x): the verdict is that of the plain ELBO."
