"""`tightcheck schema`: the JSON Schema of design files."""

from __future__ import annotations

import click

from tightcheck.commands import show


@click.command("schema")
def command() -> None:
    """Print the JSON Schema of design files."""
    import json

    from tightcheck import read_yaml

    show(json.dumps(read_yaml.schema(), indent=2))
