"""`tightcheck explain`: the rules in order, which fired, and why the earlier ones did not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from tightcheck import commands

if TYPE_CHECKING:
    from tightcheck.verdict import Answer


LETTERS = (
    "f and g are the natural parameters of decoder and encoder, nu and psi the statistics of x and z. A slice is a curve\n"
    "through the values of x or z on which one family is looked at. Every rule is stated in proofs/lemmas.md."
)


@click.command("explain")
@click.argument("encoder", type=click.Path())
@click.argument("decoder", type=click.Path(), required=False)
def command(encoder: str, decoder: str | None) -> None:
    """Show which rule fired, and why the earlier ones did not.

    The design is in two files, ENCODER and DECODER, or in one that holds both.
    """
    analysis = commands.analysis_of(encoder, decoder)
    for title, answer in (("Prior as declared", analysis.declared), ("Implied prior", analysis.implied)):
        commands.show(f"{title}: {answer.verdict.word}. {answer.reason}")
        commands.table(("", "rule", "outcome"), _steps(answer))
    commands.show(LETTERS)


def _steps(answer: Answer) -> list[tuple[str, ...]]:
    return [(str(number), rule, outcome) for number, (rule, outcome) in enumerate(answer.trace, start=1)]
