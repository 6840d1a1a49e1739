"""The command line: `tightcheck analyze ENCODER DECODER` and its companions."""

from __future__ import annotations

import click


@click.group()
def main() -> None:
    """Decide whether the ELBO of a VAE design can be tight."""
