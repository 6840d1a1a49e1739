"""The command line. What a command needs is imported when it runs, so that `analyze` starts as fast as SymPy."""

from __future__ import annotations

import gc
import sys
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, NoReturn

import click

from tightcheck import __version__

if TYPE_CHECKING:
    from tightcheck.verdict import Analysis, Answer

DECIDED, NOT_MET, BAD_INPUT, UNDECIDED, BROKEN = 0, 1, 2, 3, 70
"""What the process returns: decided (and as required), not as required, bad input, not decided, a mistake of ours."""

REQUIREMENTS = ("tight", "restricted", "collapse", "lossless")
LARGEST_CERTIFICATE = 10_000_000


class Commands(click.Group):
    """A group whose commands end in one paragraph, never in a traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        """Runs the command; bad input returns 2, a mistake of ours 70."""
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.Abort, click.exceptions.Exit, BrokenPipeError):
            raise
        except Exception as error:
            _fail(error)


def _fail(error: Exception) -> NoReturn:
    from tightcheck.reading.errors import DesignError
    from tightcheck.registry import UnknownFamily

    if isinstance(error, DesignError | UnknownFamily | OSError):
        click.echo(f"tightcheck: {error}", err=True)
        sys.exit(BAD_INPUT)
    trace = error.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    where = f"{Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}" if trace else "unknown place"
    click.echo(
        f"tightcheck: a mistake in tightcheck, not in your files: {type(error).__name__}: {error} ({where})", err=True
    )
    sys.exit(BROKEN)


def start() -> None:
    """The process: short, so it collects no garbage (a tenth of the time that importing SymPy takes)."""
    gc.disable()
    _have_no_tensors()
    main(prog_name="tightcheck")


def _have_no_tensors() -> None:
    """SymPy's first sum imports its tensors to ask whether a term is one, for as long as that; there are none here."""
    module = ModuleType("sympy.tensor.tensor")
    vars(module).update(dict.fromkeys(("TensExpr", "TensAdd"), type("NoTensor", (), {})))
    sys.modules[module.__name__] = module


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="tightcheck")
def main() -> None:
    """Decide whether the ELBO of a VAE design can be tight."""


@main.command()
@click.argument("encoder", type=click.Path())
@click.argument("decoder", type=click.Path(), required=False)
@click.option("--json", "as_json", is_flag=True, help="Print the report as JSON, with the certificate.")
@click.option("--html", "html_file", type=click.Path(), metavar="FILE", help="Write one self-contained page.")
@click.option("--latex", "latex_file", type=click.Path(), metavar="FILE", help="Write a LaTeX fragment.")
@click.option("--require", type=click.Choice(REQUIREMENTS), help="Return 1 unless the design is at least this.")
def analyze(
    encoder: str, decoder: str | None, as_json: bool, html_file: str | None, latex_file: str | None, require: str | None
) -> None:
    """Analyse a design: ENCODER and DECODER, or one file that holds both.

    Returns 0 when decided (and as required), 1 when not as required, 3 when undecided or outside the theorem, and 2
    for bad input.
    """
    analysis = _analysis(encoder, decoder)
    if html_file:
        from tightcheck.report import file, html

        file.write(html_file, html.render(analysis, title=" ".join(filter(None, (encoder, decoder)))))
    if latex_file:
        from tightcheck.report import file, latex

        file.write(latex_file, latex.render(analysis))
    if as_json:
        from tightcheck.report import json

        _print(json.render(analysis))
    else:
        from tightcheck.report import text

        _print(text.render(analysis, is_styled=sys.stdout.isatty()))
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


@main.command()
@click.argument("encoder", type=click.Path())
@click.argument("decoder", type=click.Path(), required=False)
def explain(encoder: str, decoder: str | None) -> None:
    """Show the rules in order: which fired, and why the earlier ones did not."""
    analysis = _analysis(encoder, decoder)
    for title, answer in (("Prior as declared", analysis.declared), ("Implied prior", analysis.implied)):
        click.echo(f"{title}: {answer.verdict.word}. {answer.reason}")
        _table(("", "rule", "outcome"), _steps(answer))


def _steps(answer: Answer) -> list[tuple[str, ...]]:
    return [(str(number), rule, outcome) for number, (rule, outcome) in enumerate(answer.trace, start=1)]


@main.command()
@click.argument("name", required=False)
def families(name: str | None) -> None:
    """List the families, or state the facts of one."""
    from tightcheck import registry

    if name is not None:
        from tightcheck.report import family

        _print(family.render(registry.load(name)))
        return
    _table(
        ("family", "a draw is", "statistics"),
        [
            (
                family.name,
                family.summary,
                ", ".join(str(statistic).replace("**", "^") for statistic in family.statistics),
            )
            for family in map(registry.load, (*registry.names(), *registry.extensions()))
        ],
    )
    click.echo(f"Refused by name, with the reason: {', '.join(sorted(registry.REFUSED))}.")


@main.command()
def schema() -> None:
    """Print the JSON Schema of design files."""
    import json

    from tightcheck import read_yaml

    _print(json.dumps(read_yaml.schema(), indent=2))


@main.command()
@click.argument("certificate", type=click.Path())
@click.argument("encoder", type=click.Path(), required=False)
@click.argument("decoder", type=click.Path(), required=False)
def check(certificate: str, encoder: str | None, decoder: str | None) -> None:
    """Re-check a certificate (or the certificates in a JSON report) with the kernel alone, and compare the files.

    Returns 0 when accepted, 1 when rejected or when it is about another design, 2 for bad input.
    """
    from tightcheck.kernel import Rejected
    from tightcheck.kernel import check as accepted

    for data in _certificates(certificate):
        try:
            verdict = accepted(data)
        except Rejected as rejection:
            click.echo(f"rejected: {rejection}")
            sys.exit(NOT_MET)
        click.echo(f"accepted: {verdict.word} (prior: {data['prior']}). {verdict.value}")
        if encoder is not None and data["design"] != _normalised(encoder, decoder):
            click.echo("but the certificate is about another design than these files.")
            sys.exit(NOT_MET)
    if encoder is not None:
        click.echo("The files state the design that the certificate is about.")


def _certificates(path: str) -> list[Mapping[str, Any]]:
    """The certificate in the file, or those of a whole report; exits with a sentence if there is none."""
    import json

    source = Path(path)
    try:
        if source.stat().st_size > LARGEST_CERTIFICATE:
            raise click.UsageError(f"{path}: a certificate has at most {LARGEST_CERTIFICATE} bytes.")
        data = json.loads(source.read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as error:
        raise click.UsageError(f"{path} is no JSON: {str(error)[:200]}.") from None
    if not isinstance(data, dict):
        raise click.UsageError(f"{path} holds no certificate.")
    if "declared" not in data:
        return [data]
    answers = [answer for answer in (data["declared"], data.get("implied")) if isinstance(answer, dict)]
    found = [answer["certificate"] for answer in answers if isinstance(answer.get("certificate"), dict)]
    if not found:
        raise click.UsageError(f"{path} is a report without a certificate.")
    return found


def _normalised(encoder: str, decoder: str | None) -> dict[str, Any]:
    from tightcheck import read_yaml, serial

    return serial.normalised(read_yaml.read_design(encoder, decoder))


def _analysis(encoder: str, decoder: str | None) -> Analysis:
    from tightcheck.read_yaml import read_design

    design = read_design(encoder, decoder)
    from tightcheck import analysis  # after the files are known to be a design: a mistake in them is told sooner

    return analysis.analyze(design)


def _print(text: str) -> None:
    """Prints to any terminal; what its encoding lacks is escaped."""
    encoding = sys.stdout.encoding or "utf-8"
    click.echo(text.encode(encoding, "backslashreplace").decode(encoding))


def _table(header: tuple[str, ...], rows: list[tuple[str, ...]]) -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for number, title in enumerate(header, start=1):
        table.add_column(title, no_wrap=number == 1)
    for row in rows:
        table.add_row(*map(Text, row))
    Console(highlight=False).print(table)
