"""`tightcheck certify`: the verdict of a design as a theorem that a proof assistant checks."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import click

from tightcheck.commands import NOT_MET, UNDECIDED


@click.command("certify")
@click.argument("encoder", type=click.Path())
@click.argument("decoder", type=click.Path(), required=False)
@click.option("--coq", "out", type=click.Path(), metavar="OUT.v", required=True, help="The file to write.")
def command(encoder: str, decoder: str | None, out: str) -> None:
    """Write a Coq file that states the verdict and proves it.

    The design is in two files, ENCODER and DECODER, or in one that holds both. Printed is the command that
    checks the file. Where no theorem covers the design it writes the kernel's certificate to OUT.json instead and says
    so. Returns 0 when the Coq file was written, 1 when only the kernel's certificate was, 3 when the design is not
    decided or outside the theorem, and 2 for bad input.
    """
    _require_name(out)
    from tightcheck import coq, decide, read_yaml
    from tightcheck.coq import library
    from tightcheck.report import file

    design = read_yaml.read_design(encoder, decoder)
    decision = decide.decide(design, design.prior.kind)
    certificate = decide.certificate(design, decision)
    if certificate is None:
        click.echo(f"{decision.verdict.word}: there is nothing to certify. {decision.verdict.value}")
        sys.exit(UNDECIDED)
    try:
        text = coq.write(design, decision.verdict)
    except coq.Unwritten as reason:
        import json

        instead = str(Path(out).with_suffix(".json"))
        file.write(instead, json.dumps(certificate, indent=2) + "\n")
        click.echo(f"{decision.verdict.word}: proved by the kernel, but not in Coq: {reason}.")
        click.echo(f"The kernel's certificate is in {instead}; it is checked again with: tightcheck check {instead}")
        sys.exit(NOT_MET)
    file.write(out, text)
    click.echo(f"{decision.verdict.word}: {out} states it and proves it. Coq checks it with:")
    click.echo(library.command(out))


def _require_name(out: str) -> None:
    """Coq names a file's theorems after the file."""
    if not re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*\.v", Path(out).name):
        raise click.UsageError(
            f"{out}: Coq wants a file name of letters, digits and underscores that ends in .v, for example tight.v."
        )
