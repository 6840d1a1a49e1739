"""What is worth saying beside the verdict: how the files were read, what the objective does, what is outside."""

from __future__ import annotations

from collections.abc import Iterator

from tightcheck.design import Design, Objective

BASIS = "The analysis is for data that charge all of X; on data with constant coordinates more can be consistent."


def remarks(design: Design) -> tuple[str, ...]:
    """The design's own remarks with their places, then those on the objective."""
    return (
        *(f"{remark} ({place})" if place.file else remark for place, remark in design.remarks),
        *_objective(design.objective),
    )


def _objective(objective: Objective) -> Iterator[str]:
    where = f" ({objective.place})" if objective.place.file else ""
    if objective.kind == "beta":
        yield (
            f"With the KL term weighted by {objective.value} the encoder is fitted to the tempered posterior, p(z) p(x | z)^(1/beta) normalised:"
            f" the verdict is about that one, with g* = W' nu / beta + b, and the objective is then not tight for log p(x){where}."
        )
    elif objective.kind == "iwae":
        yield f"An importance-weighted bound with {objective.value} samples is tight for the same models as the ELBO{where}."
    elif objective.kind == "semi_supervised":
        yield f"On labelled examples {objective.value} is observed; the verdict is about the unlabelled ones{where}."
    elif objective.kind == "other":
        yield f"The objective is no bound on log p(x); the verdict is that of the plain ELBO{where}."
