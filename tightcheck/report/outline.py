"""What every report says, in order, before anyone decides how it looks: sections of paragraphs, formulas and tables."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from tightcheck.verdict import Analysis, Answer, Condition, Joint, Lossless, Suggestion, Verdict

CONDITIONS = {
    "C1": "the decoder's natural parameters are affine in the encoder's statistics",
    "C2": "the prior is conjugate to the decoder, within the encoder's statistics",
    "C3": "the encoder's network reaches the exact posterior",
    "C4": "the joint is a probability model",
}
"""What each condition asks, in the fewest words."""

LOSSLESS = {
    Lossless.YES: "every p(x) of the design is that of a consistent model",
    Lossless.APPROACHED: "consistent models come arbitrarily close to every p(x) of the design, without reaching all",
    Lossless.NO: "some p(x) of the design is that of no consistent model",
    Lossless.UNDECIDED: "not shown",
}
LONGEST = 100
"""Characters of a joint that is printed before the rest."""
LONG_DISPLAY = 120
"""Characters of a formula that is set on a line of its own; a longer one is broken like a sentence."""
ZERO = re.compile(r"\S+ = 0")
SEVERITY = ("fails", "restricts", "undecided")


@dataclass(frozen=True)
class Paragraph:
    """A sentence or more; `label` is set before it, `place` (file:line) after it."""

    text: str
    label: str = ""
    place: str = ""


@dataclass(frozen=True)
class Formulas:
    """Equations, one a line, in the notation of `tightcheck.report.notation`, perhaps under a label."""

    lines: tuple[str, ...]
    label: str = ""


@dataclass(frozen=True)
class Display:
    """One formula that comes with its own LaTeX."""

    text: str
    latex: str


@dataclass(frozen=True)
class Table:
    """Rows under a header; the first cell of a row names it."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Weights:
    """The matrix W of Theorem 1 by blocks: (statistics of x, statistics of z, what W may be there)."""

    blocks: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True)
class Remedies:
    """Neighbouring designs, each with its verdict."""

    suggestions: tuple[Suggestion, ...]


Part = Paragraph | Formulas | Display | Table | Weights | Remedies


@dataclass(frozen=True)
class Section:
    """A title and what stands under it."""

    title: str
    parts: tuple[Part, ...]


def guilty(answer: Answer) -> Condition | None:
    """The condition to blame: the first that fails, else the first that restricts, else the first not shown."""
    for status in SEVERITY:
        for condition in answer.conditions:
            if condition.status == status:
                return condition
    return None


def place_of(part: Condition | Suggestion) -> str:
    """`file:line (words)`, or nothing where the part is of no file."""
    return str(part.place) if part.place and part.place.file else ""


def outline(analysis: Analysis) -> tuple[Section, ...]:
    """The sections of the report on one design, without those that have nothing to say."""
    sections = (
        Section(_blaming(analysis.declared), tuple(_blame(analysis.declared))),
        Section("The consistent models", tuple(_consistent(analysis, analysis.declared))),
        Section("Block by block", tuple(_blocks(analysis.declared))),
        Section("How to mend it", (Remedies(analysis.suggestions),) if analysis.suggestions else ()),
        Section("Under the implied prior", tuple(_implied(analysis))),
        Section("The conditions", tuple(_conditions(analysis))),
        Section(
            "The form of every consistent model (Theorem 1)", tuple(_joint(analysis.joint)) if analysis.joint else ()
        ),
        Section("Remarks", tuple(Paragraph(remark) for remark in analysis.remarks)),
    )
    return tuple(section for section in sections if section.parts)


def told(answer: Answer) -> tuple[Part, ...]:
    """One prior's answer by itself: the verdict, why, what breaks it, and the consistent set."""
    verdict = Paragraph(" ".join(filter(None, (answer.verdict.value, answer.reason))), label=answer.verdict.word)
    constraints = (Formulas(_together(answer.constraints)),) if answer.constraints else ()
    remaining = (Paragraph(answer.remaining, label="What remains"),) if answer.remaining else ()
    return verdict, *_blame(answer), *constraints, *remaining


def notation(analysis: Analysis) -> str:
    """What f, g and the blocks of W are, before a sentence names them; nothing outside the theorem."""
    if not analysis.declared.conditions:
        return ""
    who = "are the natural parameters of decoder and encoder"
    shown = analysis.joint.formula.partition(", with ")[0] if analysis.joint is not None else ""
    if 0 < len(shown) < LONGEST:
        return f"Every consistent model is {shown} (Theorem 1); f and g {who}."
    return (
        f"Here f and g {who}. In a consistent model f = W psi(z) + a and g = W' nu(x) + b, where psi and nu are the"
        " statistics of z and x (Theorem 1); the blocks of W are named below."
    )


def _together(lines: tuple[str, ...]) -> tuple[str, ...]:
    """W_1 = 0, W_2 = 0 in one line, W_1 = W_2 = 0."""
    zero = [line.removesuffix(" = 0") for line in lines if ZERO.fullmatch(line)]
    rest = (line for line in lines if not ZERO.fullmatch(line))
    return (" = ".join((*zero, "0")), *rest) if zero else lines


def _blaming(answer: Answer) -> str:
    return "What is not shown" if answer.verdict is Verdict.UNDECIDED else "What breaks it"


def _blame(answer: Answer) -> Iterator[Part]:
    condition = guilty(answer)
    if condition is None or answer.verdict is Verdict.TIGHT:
        return
    term = f"{condition.term}: " if condition.term else ""
    yield Paragraph(f"{term}{condition.sentence}", label=condition.name, place=place_of(condition))
    yield from _diverging(answer)
    if answer.missing:
        yield Paragraph(answer.missing, label="Missing")


def _diverging(answer: Answer) -> Iterator[Part]:
    """The witness of a collapse that C4 forces: direction and rate for each pair of blocks."""
    if answer.verdict is Verdict.COLLAPSE:
        for each in answer.divergence:
            pair = f"{each.observed} and {each.latent}"
            yield Paragraph(f"direction {each.direction}; {each.rate} ({pair})", label="Where it diverges")


def _consistent(analysis: Analysis, answer: Answer) -> Iterator[Part]:
    if answer.constraints:
        yield Formulas(_together(answer.constraints))
    if answer.remaining:
        yield Paragraph(answer.remaining, label="What remains")
    if analysis.encoder_map and answer.verdict is not Verdict.IMPOSSIBLE:
        yield Formulas(tuple(analysis.encoder_map.splitlines()), label="The exact encoder")


def _blocks(answer: Answer) -> Iterator[Part]:
    if answer.blocks:
        yield Table(("block", "status"), tuple(answer.blocks.items()))


def _implied(analysis: Analysis) -> Iterator[Part]:
    answer = analysis.implied
    if analysis.implied_prior:
        yield Formulas((analysis.implied_prior,))
    yield Paragraph(answer.reason or answer.verdict.value, label=answer.verdict.word)
    yield from _diverging(answer)
    if answer.constraints and answer.constraints != analysis.declared.constraints:
        yield Formulas(_together(answer.constraints))
    if answer.remaining and answer.remaining != analysis.declared.remaining:
        yield Paragraph(answer.remaining, label="What remains")
    if answer.missing:
        yield Paragraph(answer.missing, label="Missing")


def _conditions(analysis: Analysis) -> Iterator[Part]:
    """C1 to C4 under the declared prior, and those that come out otherwise under the implied one."""
    conditions = analysis.declared.conditions
    said = {(c.name, c.status, c.sentence) for c in conditions}
    blamed = None if analysis.verdict is Verdict.TIGHT else guilty(analysis.declared)
    rows = [(c.name, c.status, _explained(c, is_told=c is blamed)) for c in conditions]
    rows += [
        (f"{c.name}, implied prior", c.status, _explained(c))
        for c in analysis.implied.conditions
        if (c.name, c.status, c.sentence) not in said
    ]
    if rows:
        yield Table(("condition", "status", "because"), tuple(rows))


def _explained(condition: Condition, is_told: bool = False) -> str:
    """What the condition asks and what was found, unless that stands above already."""
    asks = f"Asks that {CONDITIONS[condition.name]}. " if condition.name in CONDITIONS else ""
    return f"{asks}{'The reason stands above.' if is_told else condition.sentence}"


def _joint(joint: Joint) -> Iterator[Part]:
    if joint.name:
        yield Paragraph(joint.name, label="Name")
    yield Display(joint.formula, joint.latex)
    if joint.integrates:
        yield Paragraph(joint.integrates, label="Is a density")
    if joint.blocks:
        yield Weights(joint.blocks)
    for label, text in (("Decoder", joint.decoder), ("Encoder", joint.encoder)):
        if text:
            yield Formulas(tuple(text.splitlines()), label=label)
    marginals = tuple(text for text in (joint.marginal_x, joint.marginal_z) if text)
    if marginals:
        yield Formulas(marginals, label="Marginals")
