"""`tightcheck verify`: random models of one design, in numbers, against its verdict."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from tightcheck.commands import DECIDED, NOT_MET, UNDECIDED, progress, require_extra

if TYPE_CHECKING:
    from tightcheck.attack.attack import Report
    from tightcheck.design import Design

TITLES = {"implied": "Implied prior", "declared": "Prior as declared", "free": "Free prior"}


@click.command("verify")
@click.argument("encoder", type=click.Path())
@click.argument("decoder", type=click.Path(), required=False)
@click.option("--models", type=click.IntRange(1), default=24, show_default=True, help="How many models are drawn.")
@click.option("--seed", type=int, default=0, show_default=True, help="Of the models' random numbers.")
def command(encoder: str, decoder: str | None, models: int, seed: int) -> None:
    """Attack the verdict of a design with numbers.

    The design is in two files, ENCODER and DECODER, or in one that holds both. Random models are drawn and their
    posteriors compared with the encoder's family and network; where a sum over z is possible, their exact gap is
    computed. Numbers refute or measure, they never confirm. Returns 0 when the design is decided and nothing
    contradicts it, 1 for a contradiction, 2 for bad input, and 3 when it is undecided, outside the theorem, or when no
    model of it could be looked at.
    """
    require_extra("train", "torch")
    from tightcheck.read_yaml import read_design

    design = read_design(encoder, decoder)
    reports = [_attacked(design, prior, models, seed) for prior in dict.fromkeys((design.prior.kind, "implied"))]
    for report in reports:
        _print(report)
    sys.exit(_exit_code(reports))


def _attacked(design: Design, prior: str, models: int, seed: int) -> Report:
    """The attack on one prior's verdict, with a progress bar on the terminal."""
    from tightcheck.attack.attack import Report, attack, number_of_rounds, use_one_thread
    from tightcheck.attack.sizes import reduced
    from tightcheck.decide import decide

    use_one_thread()
    small = reduced(design)
    decision = decide(small, prior)
    report = Report(decision.verdict, prior, is_reduced=small != design)
    rounds = number_of_rounds(models)
    with progress() as bar:
        task = bar.add_task(TITLES[prior], total=models)
        for found in attack(small, decision, rounds, seed):
            report.add(found)
            bar.advance(task)
    return report


def _print(report: Report) -> None:
    """What was looked at, what was seen, and every contradiction with its exact numbers."""
    size = " (at a smaller size of the same design)" if report.is_reduced else ""
    click.echo(f"{TITLES[report.prior]}: {report.verdict.word}{size}. {report.sentence}")
    for reason, count in sorted(report.unseen.items()) if report.findings else ():
        click.echo(f"  not looked at, {count} times: {reason}")
    for finding in report.contradictions:
        click.echo(f"  contradiction: {finding.objection} (a {finding.sample.style} model)")
        for name, value in finding.sample.numbers.items():
            click.echo(f"    {name} = {value}")


def _exit_code(reports: list[Report]) -> int:
    """By the first report, which is of the design's own prior; a contradiction anywhere counts."""
    from tightcheck.verdict import ORDER

    if any(report.contradictions for report in reports):
        return NOT_MET
    first = reports[0]
    return DECIDED if first.verdict in ORDER and first.findings else UNDECIDED
