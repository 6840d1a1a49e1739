"""`tightcheck check`: the kernel alone, on a certificate."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from tightcheck.commands import NOT_MET

LARGEST_CERTIFICATE = 10_000_000
EXPECTED = "give what `tightcheck analyze --json` or `tightcheck joint --json` prints"


@click.command("check")
@click.argument("certificate", type=click.Path())
@click.argument("encoder", type=click.Path(), required=False)
@click.argument("decoder", type=click.Path(), required=False)
def command(certificate: str, encoder: str | None, decoder: str | None) -> None:
    """Re-check a certificate with the kernel alone.

    CERTIFICATE is a certificate or a JSON report; ENCODER and DECODER are compared with the design that it is about. A
    certificate of a pair of families, from `joint --json` or the atlas, is re-checked alike. Returns 0 when accepted, 1
    when rejected or when it is about another design, 2 for bad input.
    """
    from tightcheck.kernel import check as accepted

    found = _certificates(certificate)
    if found[0].get("kind") == "joint":
        _check_pair(found[0], certificate, encoder)
        return
    for data in found:
        with _rejection_is_said():
            verdict = accepted(data)
        click.echo(f"accepted: {verdict.word} (prior: {data['prior']}). {verdict.value}")
        if encoder is not None and data["design"] != _normalised(encoder, decoder):
            click.echo("but the certificate is about another design than these files.")
            sys.exit(NOT_MET)
    if encoder is not None:
        click.echo("The files state the design that the certificate is about.")


def _check_pair(data: Mapping[str, Any], path: str, encoder: str | None) -> None:
    """Re-checks the certificate of a pair of families: what W may be."""
    from tightcheck.kernel.joint_set import check_set

    if encoder is not None:
        raise click.UsageError(f"{path} is about a pair of families, not about a design: give it alone.")
    with _rejection_is_said():
        word = check_set(data)
    x, z = (
        "+".join(b["family"] for b in ([side] if isinstance(side, dict) else side)) for side in (data["x"], data["z"])
    )
    click.echo(f"accepted: {word} (x {x}, z {z}, lemma {data['lemma']}).")


@contextmanager
def _rejection_is_said() -> Iterator[None]:
    """Ends with the kernel's reason and exit 1 where it rejects."""
    from tightcheck.kernel.rejected import Rejected

    try:
        yield
    except Rejected as rejection:
        click.echo(f"rejected: {rejection}")
        sys.exit(NOT_MET)


def _certificates(path: str) -> list[Mapping[str, Any]]:
    """The certificate in the file, or those of a whole report; exits with a sentence if there is none."""
    import json

    source = Path(path)
    try:
        if source.stat().st_size > LARGEST_CERTIFICATE:
            raise click.UsageError(f"{path}: a certificate has at most {LARGEST_CERTIFICATE} bytes.")
        data = json.loads(source.read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as error:
        raise click.UsageError(f"{path} is no JSON ({str(error)[:200]}); {EXPECTED}.") from None
    if not isinstance(data, dict):
        raise click.UsageError(f"{path} holds no certificate; {EXPECTED}.")
    if "declared" not in data:
        pair = data.get("certificate")
        return [pair] if isinstance(pair, dict) else [data]
    answers = [answer for answer in (data["declared"], data.get("implied")) if isinstance(answer, dict)]
    found = [answer["certificate"] for answer in answers if isinstance(answer.get("certificate"), dict)]
    if not found:
        raise click.UsageError(f"{path} is a report without a certificate: its verdict was not proved.")
    return found


def _normalised(encoder: str, decoder: str | None) -> dict[str, Any]:
    from tightcheck import read_yaml, serial

    return serial.normalised(read_yaml.read_design(encoder, decoder))
