"""The answers: their names, their order, and the sentences users read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from tightcheck.design import Place


class Verdict(Enum):
    """What the consistent set S is within the design D; the value is the sentence a report prints."""

    TIGHT = "Every model of the design is consistent: with its best encoder the ELBO equals the log-likelihood."
    RESTRICTED = (
        "Some models of the design are consistent and some are not: the ELBO pulls the decoder towards those that are."
    )
    COLLAPSE = "The only consistent models are those in which x and z are independent."
    IMPOSSIBLE = "No model of the design is consistent: the ELBO is never tight."
    UNDECIDED = "Not shown."
    OUTSIDE = "Outside the theorem: encoder or decoder is no exponential family with this map."

    @property
    def word(self) -> str:
        """The word that files and the command line use."""
        return self.name.lower()


ORDER = (Verdict.IMPOSSIBLE, Verdict.COLLAPSE, Verdict.RESTRICTED, Verdict.TIGHT)
"""From least to most: `--require V` is met by V and everything after it."""


class Lossless(Enum):
    """Whether every p(x) that the design reaches is reached by a consistent model."""

    YES = "yes"
    APPROACHED = "only approached"
    NO = "no"
    UNDECIDED = "undecided"


@dataclass(frozen=True)
class Condition:
    """One of C1 to C4 (theory: the criterion): its status, why, and the smallest guilty term with its place."""

    name: str  # "C1", "C2", "C3", "C4"
    status: str  # "holds", "restricts", "fails", "undecided"
    sentence: str
    constraints: tuple[str, ...] = ()
    term: str = ""
    place: Place | None = None


@dataclass(frozen=True)
class Divergence:
    """Why C4 leaves no dependence: with any, one draw of each block has no joint density, and where its integral diverges."""

    observed: str
    latent: str
    direction: str
    rate: str

    @property
    def sentence(self) -> str:
        """Both in words."""
        return (
            f"Otherwise one draw of {self.observed} and one of {self.latent} diverge; direction: {self.direction}; "
            f"rate: {self.rate}."
        )


@dataclass(frozen=True)
class Suggestion:
    """A neighbouring design: what to change, where, and the verdict it would have (declared prior unless `implied`)."""

    change: str
    verdict: str
    kind: str  # "features", "prior", "encoder", "link", "decoder", "latents"
    place: Place | None = None


@dataclass(frozen=True)
class Joint:
    """Theorem 1's form of the consistent models, block by block; expressions are LaTeX-printable SymPy or sentences."""

    name: str | None
    formula: str  # plain text: p(x, z) = h(x) h'(z) exp(...)
    latex: str
    blocks: tuple[tuple[str, str, str], ...] = ()  # (row, column, what W may be there)
    decoder: str = ""  # implied f
    encoder: str = ""  # implied g
    marginal_x: str | None = None
    marginal_z: str | None = None
    integrates: str = ""  # when the joint is a density (C4 under the implied prior); empty where no condition is known

    def _repr_latex_(self) -> str:
        return f"$\\displaystyle {self.latex}$"


@dataclass(frozen=True)
class Answer:
    """One prior's answer: the verdict, why, the consistent set, and the certificate that a kernel accepted (if any)."""

    verdict: Verdict
    reason: str
    conditions: tuple[Condition, ...] = ()
    constraints: tuple[str, ...] = ()
    remaining: str = ""
    blocks: Mapping[str, str] = field(default_factory=dict)  # latent block -> its status in a sentence
    lossless: Lossless = Lossless.UNDECIDED
    lossless_reason: str = ""
    divergence: tuple[Divergence, ...] = ()  # where dependence that C4 excludes diverges
    missing: str = ""  # for undecided: which condition, how far it got
    certificate: Mapping[str, Any] | None = None
    trace: tuple[tuple[str, str], ...] = ()  # (rule, fired or why not), in the order tried


@dataclass(frozen=True)
class Analysis:
    """Everything `tightcheck analyze` says about one design."""

    declared: Answer
    implied: Answer
    joint: Joint | None
    encoder_map: str
    implied_prior: str
    suggestions: tuple[Suggestion, ...] = ()
    remarks: tuple[str, ...] = ()

    @property
    def verdict(self) -> Verdict:
        """The verdict under the prior that the design declares."""
        return self.declared.verdict
