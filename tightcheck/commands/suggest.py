"""`tightcheck suggest`: neighbouring designs with a better verdict, least change first."""

from __future__ import annotations

import click

from tightcheck.commands import show


@click.command("suggest")
@click.argument("encoder", type=click.Path())
@click.argument("decoder", type=click.Path(), required=False)
@click.option("--json", "as_json", is_flag=True, help="Print JSON, with the changed files.")
@click.option("--write", "folder", type=click.Path(file_okay=False), metavar="DIR", help="Write the changed files.")
def command(encoder: str, decoder: str | None, as_json: bool, folder: str | None) -> None:
    """Suggest what to change so that a design is tight.

    The design is in two files, ENCODER and DECODER, or in one that holds both. States the smallest encoder family that
    makes one decoder tight, then neighbouring designs in the order of how much changes: the features, the prior, the
    encoder's statistics, the decoder's link, the decoder, the latent variables. Each is analysed under its own and
    under the implied prior and shown with its verdict, if that is better than now.
    """
    from tightcheck.suggestions import show as shown
    from tightcheck.suggestions.search import suggest

    found = suggest(encoder, decoder)
    if as_json:
        import json

        show(json.dumps(shown.data(found), indent=2))
    else:
        show(shown.text(found))
    if folder is not None:
        from pathlib import Path

        for place in shown.write(found, Path(folder)):
            click.echo(f"written: {place}", err=True)
