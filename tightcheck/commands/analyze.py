"""`tightcheck analyze`: the verdict of a design, with its reasons and its certificate."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from tightcheck import commands
from tightcheck.commands import DECIDED, NOT_MET, UNDECIDED, show

if TYPE_CHECKING:
    from tightcheck.verdict import Analysis

REQUIREMENTS = ("tight", "restricted", "collapse", "lossless")


@click.command("analyze")
@click.argument("encoder", type=click.Path())
@click.argument("decoder", type=click.Path(), required=False)
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON, with the certificate.")
@click.option("--html", "html_file", type=click.Path(), metavar="FILE", help="Write one self-contained page.")
@click.option("--latex", "latex_file", type=click.Path(), metavar="FILE", help="Write a LaTeX fragment.")
@click.option("--require", type=click.Choice(REQUIREMENTS), help="Return 1 unless the design is at least this.")
def command(
    encoder: str, decoder: str | None, as_json: bool, html_file: str | None, latex_file: str | None, require: str | None
) -> None:
    """Analyse a design: whether its ELBO can be tight, and why.

    The design is in two files, ENCODER and DECODER, or in one that holds both. Returns 0 when decided (and as
    required), 1 when not as required, 3 when undecided or outside the theorem, and 2 for bad input.
    """
    analysis = commands.analysis_of(encoder, decoder)
    if html_file:
        from tightcheck.report import file, html

        file.write(html_file, html.render(analysis, title=" ".join(filter(None, (encoder, decoder)))))
    if latex_file:
        from tightcheck.report import file, latex

        file.write(latex_file, latex.render(analysis))
    if as_json:
        from tightcheck.report import json

        show(json.render(analysis))
    else:
        from tightcheck.report import text

        show(text.render(analysis, is_styled=sys.stdout.isatty()))
    sys.exit(exit_code(analysis, require))


def exit_code(analysis: Analysis, require: str | None) -> int:
    """What the process returns for this analysis: the verdict is the one under the declared prior."""
    from tightcheck.verdict import ORDER, Lossless, Verdict

    verdict = analysis.verdict
    if verdict not in ORDER:
        return UNDECIDED
    if require is None:
        return DECIDED
    if require == "lossless":
        lossless = analysis.declared.lossless
        return {Lossless.YES: DECIDED, Lossless.UNDECIDED: UNDECIDED}.get(lossless, NOT_MET)
    return DECIDED if ORDER.index(verdict) >= ORDER.index(Verdict[require.upper()]) else NOT_MET
